"""The SQL of the views over the tables."""

from collections.abc import Mapping

from transforms import rows
from transforms.tables.layout import DERIVED, HISTORY, LAYOUTS, STORED
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


def statements(sources: Mapping[str, str]) -> list[str]:
    """The statements that make every view; ``sources`` has a SELECT for each Delta table."""
    raw = {name: _rows(STORED[name], source) for name, source in sources.items()}
    made = [f"CREATE VIEW {name} AS {raw.pop(name)}" for name in DERIVED]
    made += [f"CREATE VIEW {name} AS {_DERIVED.get(name, '{}').format(rows)}" for name, rows in raw.items()]
    made += [_REVISIONS, _ALIASES.format(raw["meeting_reports"]), _meetings()]
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


def _rows(table: str, source: str) -> str:
    """The columns of a table, from a source that may lack some and have others."""
    fields = columns(LAYOUTS[table].row)
    nothing = ", ".join(f'NULL::{sql_type(c)} AS "{c.name}"' for c in fields)
    names = ", ".join(f'"{c.name}"' for c in fields)
    return f"SELECT {names} FROM (SELECT {nothing} WHERE false UNION ALL BY NAME {source})"


# What merging says of the rows of a table that lie there as they came.
_DERIVED = {
    "articles": """SELECT a.* REPLACE (coalesce(s.duplicate_of, a.duplicate_of) AS duplicate_of)
        FROM ({}) AS a LEFT JOIN article_sketches AS s USING (article_id)""",
    "meeting_reports": """SELECT r.* REPLACE (
            coalesce(m.meeting_id, r.meeting_id) AS meeting_id,
            list_transform(participants, (p, i) -> struct_update(p, actor_id := m.actor_ids[i])) AS participants
        ) FROM ({}) AS r LEFT JOIN merged_reports AS m USING (report_id)""",
}
_ALIASES = """CREATE VIEW meeting_aliases AS
    SELECT DISTINCT r.meeting_id AS old, m.meeting_id AS new
    FROM ({}) AS r JOIN merged_reports AS m USING (report_id) WHERE old <> new"""
_REVISIONS = f"""CREATE VIEW article_revisions AS SELECT * FROM articles
    UNION ALL SELECT * FROM {HISTORY} WHERE revision_id NOT IN (SELECT revision_id FROM articles)"""


def _meetings() -> str:
    """One row a meeting: held beats what was expected, then the newest report wins, then the surest.

    Participants come from the report that names most of them in full, the date from one that gives a day.
    """
    best = "ORDER BY place_in_line"
    fullest = """ORDER BY len(list_filter(participants, p -> p.kind = 'person' AND contains(p.name, ' ')
            AND NOT coalesce(contains(lower(p.name), p.title), false))) DESC, place_in_line"""
    finest = "ORDER BY list_position(['day', 'week', 'month', 'year'], \"date\".precision) NULLS LAST, place_in_line"
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
            first(participants {fullest}) AS participants,
            first(status {best}) AS status,
            {first.format("mode", "mode <> 'unknown'").join(["coalesce(", f", first(mode {best}))"])} AS mode,
            first(kind {fullest}) AS kind,
            first("date" {finest}) FILTER ("date" IS NOT NULL) AS "date",
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
