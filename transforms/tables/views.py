"""The SQL of the views over the files: each id once, and only what the newest extraction of an article says."""

import re
from collections.abc import Collection

from transforms import rows
from transforms.tables.encode import COMMIT
from transforms.tables.layout import COMMITS, EXTRACTED, LAYOUTS
from transforms.tables.schemas import Column, columns, summary

SQL_TYPES = {
    "STRING": "VARCHAR",
    "INTEGER": "BIGINT",
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMPTZ",
    "DATE": "DATE",
}
# Wins over reports of what was only to come.
_EXPECTED = "('planned', 'proposed', 'ongoing')"


def statements(root: str, suffix: str, filled: Collection[str]) -> list[str]:
    """The statements that make every view over the files under ``root``.

    The schema ``stored`` has what lies in the files, row by row, each with its ``_commit``. ``filled`` names the tables
    that have a file; the others are empty views. Who moves the folder can say where it lies with ``SET VARIABLE
    meetwire_tables = '…'``.
    """
    made = ["CREATE SCHEMA stored", _files(root)]
    made += [_stored(table, root, suffix, table in filled) for table in LAYOUTS]
    made += [_GENERATIONS, _newest("article_revisions", "articles", "revision_id", "_commit DESC"), _ARTICLES]
    made += [_extracted("entities", "entity_id"), _extracted("meeting_reports", "report_id")]
    made += [_newest(t, t, ", ".join(LAYOUTS[t].keys), "_commit DESC") for t in ("dead_letters", "feed_health")]
    made.append(_meetings())
    for table, row in rows.TABLES.items():
        made.append(f"COMMENT ON VIEW {table} IS {quoted(summary(row))}")
        made += [f"COMMENT ON COLUMN {table}.{c.name} IS {quoted(c.description)}" for c in columns(row)]
    return made


def quoted(text: str) -> str:
    """``text`` as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(column: Column) -> str:
    """The column's type in DuckDB."""
    kind = SQL_TYPES.get(column.kind)
    if kind is None:
        kind = "STRUCT(" + ", ".join(f'"{inner.name}" {sql_type(inner)}' for inner in column.columns) + ")"
    return f"{kind}[]" if column.mode == "REPEATED" else kind


def _glob(root: str, pattern: str) -> str:
    """An expression for a pattern under the folder, whose own name may hold ``[``, ``*`` or ``?``."""
    root = re.sub(r"([\[*?])", r"[\1]", root)
    return f"coalesce(getvariable('meetwire_tables'), {quoted(root)}) || {quoted('/' + pattern)}"


def _files(root: str) -> str:
    """The files that the commits say are there, each with its newest commit."""
    wanted = "{path: 'VARCHAR', commit: 'VARCHAR', removed: 'BOOLEAN'}"
    return f"""CREATE VIEW stored.files AS
        SELECT path, max(commit) AS commit
        FROM read_json({_glob(root, COMMITS + "/*.jsonl")}, format = 'newline_delimited', columns = {wanted})
        GROUP BY path HAVING NOT arg_max(removed, commit)"""


def _stored(table: str, root: str, suffix: str, filled: bool) -> str:
    """Every stored row of a table with the commit that it came with: the rows of files that no commit holds are not.

    The empty row set in front gives the columns that files older than they are lack.
    """
    fields = columns(LAYOUTS[table].row)
    found = ", ".join(f'NULL::{sql_type(c)} AS "{c.name}"' for c in fields)
    found = f"SELECT {found}, NULL::VARCHAR AS {COMMIT}, NULL::VARCHAR AS filename WHERE false"
    if filled:
        found += f" UNION ALL BY NAME SELECT * FROM {_read(table, root, suffix)}"
    return f"""CREATE VIEW stored.{table} AS
        SELECT {_names(table)}, coalesce(r.{COMMIT}, f.commit) AS {COMMIT} FROM ({found}) r
        JOIN stored.files f ON f.path = array_to_string(string_split(r.filename, '/')[-3:], '/')"""


def _read(table: str, root: str, suffix: str) -> str:
    glob = _glob(root, f"{table}/*/*.{suffix}")
    if suffix == "parquet":
        return f"read_parquet({glob}, union_by_name = true, filename = true, hive_partitioning = false)"
    wanted = ", ".join(f'"{c.name}": {quoted(sql_type(c))}' for c in columns(LAYOUTS[table].row))
    return f"""read_json({glob}, format = 'newline_delimited', filename = true, hive_partitioning = false,
        maximum_object_size = 1073741824, columns = {{{wanted}, {COMMIT}: 'VARCHAR'}})"""


def _names(table: str, alias: str = "r") -> str:
    return ", ".join(f'{alias}."{c.name}"' for c in columns(LAYOUTS[table].row))


def _newest(view: str, table: str, keys: str, order: str) -> str:
    """A view with one row for each key: the first in ``order``."""
    return f"""CREATE VIEW {view} AS SELECT {_names(table)} FROM stored.{table} r
        QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) = 1"""


_GENERATIONS = (
    "CREATE VIEW stored.generations AS SELECT revision_id, max(_commit) AS _commit FROM ("
    + " UNION ALL ".join(f"SELECT revision_id, _commit FROM stored.{table}" for table in EXTRACTED)
    + ") GROUP BY revision_id"
)

_ARTICLES = _newest("articles", "articles", "article_id", "fetched_at DESC, revision DESC, _commit DESC, revision_id")


def _extracted(table: str, id_column: str) -> str:
    """Rows of the newest extraction of the newest revision of each article (or of one that is a dead letter)."""
    return f"""CREATE VIEW {table} AS SELECT {_names(table)} FROM stored.{table} r
        JOIN stored.generations g ON g.revision_id = r.revision_id AND g._commit = r._commit
        LEFT JOIN articles a ON a.article_id = r.article_id
        WHERE a.article_id IS NULL OR a.revision_id = r.revision_id
        QUALIFY row_number() OVER (PARTITION BY r.revision_id, r.{id_column} ORDER BY r._commit DESC) = 1"""


def _meetings() -> str:
    """One row a meeting: held beats what was expected, then the newest report wins, then the surest."""
    best = "ORDER BY place_in_line"
    first = f"first({{}} {best}) FILTER (WHERE {{}})"
    sentences = "list_transform(list_sort(evidence), e -> e.text)"  # records sort by their first field, the offset
    source = f"""{{'article_id': article_id, 'feed_title': a.feed_title, 'title': nullif(a.title, ''), 'link': a.link,
            'published': told.published, 'sentences': {sentences}}}"""
    return f"""CREATE VIEW meetings AS
        WITH lined AS (
            SELECT *, row_number() OVER (
                PARTITION BY meeting_id
                ORDER BY (any_held AND status IN {_EXPECTED}), published DESC NULLS LAST, confidence DESC, report_id
            ) AS place_in_line
            FROM (SELECT *, bool_or(status = 'held') OVER (PARTITION BY meeting_id) AS any_held FROM meeting_reports)
        ), told AS (
            SELECT meeting_id, article_id, min(place_in_line) AS place_in_line, max(published) AS published,
                list_distinct(flatten(list(evidence {best}))) AS evidence
            FROM lined GROUP BY ALL
        ), sourced AS (
            SELECT meeting_id, list({source} {best}) AS sources
            FROM told LEFT JOIN articles a USING (article_id) GROUP BY meeting_id
        )
        SELECT meeting_id,
            first(participants {best}) AS participants,
            first(status {best}) AS status,
            {first.format("mode", "mode <> 'unknown'").join(["coalesce(", f", first(mode {best}))"])} AS mode,
            first(kind {best}) AS kind,
            {first.format('"date"', '"date" IS NOT NULL')} AS "date",
            {first.format("place", "place IS NOT NULL")} AS place,
            {first.format("occasion", "occasion IS NOT NULL")} AS occasion,
            coalesce({first.format("topics", "len(topics) > 0")}, []) AS topics,
            min(published) AS first_reported,
            max(published) AS last_reported,
            count(DISTINCT article_id) AS report_count,
            list_sort(list(DISTINCT article_id)) AS articles,
            max(confidence) AS confidence,
            any_value(sources) AS sources
        FROM lined JOIN sourced USING (meeting_id) GROUP BY meeting_id"""
