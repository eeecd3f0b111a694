"""The SQL of the views over the tables."""

from collections.abc import Mapping

from transforms import rows
from transforms.tables.layout import DERIVED, HISTORY, LAYOUTS, STORED
from transforms.tables.queries.codes import PAIR
from transforms.tables.schemas import Column, columns, summary

SQL_TYPES = {
    "STRING": "VARCHAR",
    "INTEGER": "BIGINT",
    "FLOAT": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
    "TIMESTAMP": "TIMESTAMPTZ",
    "DATE": "DATE",
}


def statements(sources: Mapping[str, str]) -> list[str]:
    """The statements that make every view; ``sources`` has a SELECT for each Delta table."""
    raw = {name: stored(STORED[name], source) for name, source in sources.items()}
    made = [f"CREATE VIEW {name} AS {raw.pop(name)}" for name in DERIVED]
    made += [f"CREATE VIEW {name} AS {_DERIVED.get(name, '{}').format(rows)}" for name, rows in raw.items()]
    made += [
        "CREATE VIEW meetings AS SELECT * FROM merged_meetings",
        _REVISIONS,
        _ALIASES.format(raw["meeting_reports"]),
        _ACTORS,
        _PAIRS,
    ]
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


def stored(table: str, source: str) -> str:
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


# Participants of current reports, one a row.
_TOLD = """WITH told AS (
        SELECT p.*, r.meeting_id, r.report_id, r.published, r.article_id
        FROM (SELECT *, unnest(participants) AS p FROM meeting_reports) AS r WHERE p.actor_id IS NOT NULL
    )"""


def _ranked(value: str, full: str = "0") -> str:
    """A CTE ``(actor_id, found)``: the values of a column, the most frequent first; ``full`` ones before all others."""
    return f"""SELECT actor_id, list({value} ORDER BY {full} DESC, n DESC, {value}) AS found FROM (
            SELECT actor_id, {value}, count(*) AS n FROM told WHERE {value} IS NOT NULL GROUP BY ALL) GROUP BY actor_id"""


_ACTORS = f"""CREATE VIEW actors AS {_TOLD}, name AS ({_ranked("name", "CAST(contains(name, ' ') AS INTEGER)")}),
    country AS ({_ranked("country")}), kind AS ({_ranked("kind")}),
    office AS (
        SELECT actor_id, list({{'title': title, 'first': first, 'last': last}} ORDER BY last DESC NULLS LAST, title) AS found
        FROM (SELECT actor_id, title, min(published) AS first, max(published) AS last FROM told
            WHERE title IS NOT NULL GROUP BY ALL) GROUP BY actor_id
    ), known AS (
        SELECT actor_ids[1] AS actor_id, names[1] AS name, wikidata_id FROM actor_decisions
        WHERE kind = 'known' AND taken_back_at IS NULL
    ), total AS (
        SELECT actor_id, count(DISTINCT meeting_id) AS meeting_count, count(DISTINCT report_id) AS report_count,
            min(published) AS first_reported, max(published) AS last_reported
        FROM told GROUP BY actor_id
    )
    SELECT actor_id, coalesce(known.name, name.found[1]) AS name, kind.found[1] AS kind, country.found[1] AS country,
        known.wikidata_id, name.found AS names,
        coalesce(country.found, []) AS countries, coalesce(office.found, []) AS offices, meeting_count, report_count,
        first_reported, last_reported
    FROM total JOIN name USING (actor_id) JOIN kind USING (actor_id) LEFT JOIN country USING (actor_id)
    LEFT JOIN office USING (actor_id) LEFT JOIN known USING (actor_id)"""
_PAIRS = f"""CREATE VIEW who_met_whom AS
    SELECT {PAIR.replace("`", '"')}
    FROM (
        SELECT *, participants[i] AS one, unnest(participants[i + 1:]) AS other
        FROM (SELECT *, unnest(range(1, len(participants))) AS i FROM meetings)
    ) AS m"""
