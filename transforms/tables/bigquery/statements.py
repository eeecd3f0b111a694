"""The SQL of the tables in BigQuery: views over them, and merges of staged rows into them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from transforms.tables.layout import EXTRACTED, LAYOUTS
from transforms.tables.schemas import columns

# Orders the copies of a row: the newest counts. Rows of one commit have the same.
WRITTEN_AT = "written_at"


def _names(table: str, alias: str = "") -> str:
    return ", ".join(f"{alias}`{column.name}`" for column in columns(LAYOUTS[table].row))


def views(dataset: str) -> dict[str, str]:
    """View -> query, in the order in which they are to be made. ``dataset`` is ``project.dataset``."""
    made = {"article_revisions": _newest(dataset, "articles", "revision_id", f"{WRITTEN_AT} DESC")}
    order = f"fetched_at DESC, revision DESC, {WRITTEN_AT} DESC, revision_id"
    made["articles_latest"] = _newest(dataset, "articles", "article_id", order)
    made["entities_latest"] = _extracted(dataset, "entities", "entity_id")
    made["meeting_reports_latest"] = _extracted(dataset, "meeting_reports", "report_id")
    for table in ("dead_letters", "feed_health"):
        made[f"{table}_latest"] = _newest(dataset, table, ", ".join(LAYOUTS[table].keys), f"{WRITTEN_AT} DESC")
    made["meetings"] = _meetings(dataset)
    return made


def _newest(dataset: str, table: str, keys: str, order: str) -> str:
    return f"""SELECT {_names(table)} FROM `{dataset}.{table}` WHERE TRUE
        QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {order}) = 1"""


def _extracted(dataset: str, table: str, id_column: str) -> str:
    """Rows of the newest extraction of the newest revision of each article (or of one that is a dead letter)."""
    written = " UNION ALL ".join(f"SELECT revision_id, {WRITTEN_AT} FROM `{dataset}.{name}`" for name in EXTRACTED)
    return f"""SELECT {_names(table, "r.")} FROM `{dataset}.{table}` AS r
        JOIN (
            SELECT revision_id, MAX({WRITTEN_AT}) AS newest_at FROM ({written}) AS w GROUP BY revision_id
        ) AS g ON g.revision_id = r.revision_id AND g.newest_at = r.{WRITTEN_AT}
        LEFT JOIN `{dataset}.articles_latest` AS a ON a.article_id = r.article_id
        WHERE a.article_id IS NULL OR a.revision_id = r.revision_id
        QUALIFY ROW_NUMBER() OVER (PARTITION BY r.revision_id, r.{id_column} ORDER BY r.{WRITTEN_AT} DESC) = 1"""


def _meetings(dataset: str) -> str:
    """One row a meeting: held beats what was expected, then the newest report wins, then the surest."""

    every = "PARTITION BY meeting_id ORDER BY place_in_line ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"

    def first(value: str) -> str:
        """The first value in line that is not null."""
        return f"FIRST_VALUE({value} IGNORE NULLS) OVER ({every})"

    return f"""WITH held AS (
            SELECT *, LOGICAL_OR(status = 'held') OVER (PARTITION BY meeting_id) AS any_held
            FROM `{dataset}.meeting_reports_latest`
        ), lined AS (
            SELECT *, ROW_NUMBER() OVER (
                PARTITION BY meeting_id ORDER BY any_held AND status IN ('planned', 'proposed', 'ongoing'),
                published IS NULL, published DESC, confidence DESC, report_id
            ) AS place_in_line
            FROM held
        ), telling AS (
            SELECT meeting_id, article_id, MIN(place_in_line) AS place_in_line, MAX(published) AS published,
                ARRAY_CONCAT_AGG(evidence) AS evidence
            FROM lined GROUP BY meeting_id, article_id
        ), sourced AS (
            SELECT meeting_id, ARRAY_AGG(
                STRUCT(
                    t.article_id AS article_id, a.feed_title AS feed_title, NULLIF(a.title, '') AS title,
                    a.link AS link, t.published AS published,
                    ARRAY(SELECT e.text FROM UNNEST(evidence) AS e GROUP BY e.text ORDER BY MIN(e.start)) AS sentences
                ) ORDER BY place_in_line
            ) AS sources
            FROM telling AS t LEFT JOIN `{dataset}.articles_latest` AS a ON a.article_id = t.article_id
            GROUP BY meeting_id
        ), told AS (
            SELECT meeting_id, MAX(confidence) AS confidence, MIN(published) AS first_reported, MAX(published) AS last_reported,
                COUNT(DISTINCT article_id) AS report_count,
                ARRAY_AGG(DISTINCT article_id ORDER BY article_id) AS articles
            FROM held GROUP BY meeting_id
        ), best AS (
            SELECT meeting_id, participants, status, kind, place_in_line,
                COALESCE({first("NULLIF(mode, 'unknown')")}, mode) AS mode,
                {first("date")} AS date,
                {first("place")} AS place,
                {first("occasion")} AS occasion,
                {first("IF(ARRAY_LENGTH(topics) > 0, topics, NULL)")} AS topics
            FROM lined
        )
        SELECT best.meeting_id, participants, status, mode, kind, date, place, occasion, IFNULL(topics, []) AS topics,
            first_reported, last_reported, report_count, articles, confidence, sources
        FROM best JOIN told ON told.meeting_id = best.meeting_id
        JOIN sourced ON sourced.meeting_id = best.meeting_id WHERE place_in_line = 1"""


def merge(dataset: str, staged: Mapping[str, Sequence[str]], now: datetime, append: bool = False) -> str:
    """The script that moves staged rows into the tables, all of them or none.

    ``staged`` names the staging tables of each table. What an earlier extraction of the same revisions wrote is
    replaced; letters and polls that are there already stay. With ``append`` nothing that is there is touched (BigQuery
    refuses to for a while after rows were streamed in), and the views keep to the newest. ``now`` is aware.
    """
    at = f"TIMESTAMP '{now.astimezone(UTC).isoformat()}'"
    if append:
        script = [_append(dataset, table, names, at) for table, names in staged.items()]
    else:
        script = [_merge(dataset, table, staged, at) for table in staged]
        if any(table in EXTRACTED for table in staged):
            script += [_forget(dataset, table, staged) for table in EXTRACTED[1:] if table not in staged]
    return "\n".join(["BEGIN TRANSACTION;", *script, "COMMIT TRANSACTION;"])


def _source(dataset: str, table: str, staging: Sequence[str]) -> str:
    """The staged rows, each once."""
    every = " UNION ALL ".join(f"SELECT {_names(table)} FROM `{dataset}.{name}`" for name in staging)
    keys, time = ", ".join(LAYOUTS[table].keys), LAYOUTS[table].time
    return f"""SELECT * FROM ({every}) AS e WHERE TRUE
        QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {time} DESC) = 1"""


def _append(dataset: str, table: str, staging: Sequence[str], at: str) -> str:
    names = _names(table)
    return f"""INSERT INTO `{dataset}.{table}` ({names}, {WRITTEN_AT})
        SELECT {names}, {at} FROM ({_source(dataset, table, staging)}) AS s;"""


def _merge(dataset: str, table: str, staged: Mapping[str, Sequence[str]], at: str) -> str:
    names = _names(table)
    head = f"MERGE INTO `{dataset}.{table}` AS t USING ({_source(dataset, table, staged[table])}) AS s"
    insert = f"INSERT ({names}, {WRITTEN_AT}) VALUES ({names}, {at})"
    if table not in EXTRACTED:
        same = " AND ".join(f"t.{name} = s.{name}" for name in LAYOUTS[table].keys)
        return f"{head} ON {same} WHEN NOT MATCHED THEN {insert};"
    sources = EXTRACTED if table != "articles" else EXTRACTED[:1]
    return f"""{head} ON FALSE
        WHEN NOT MATCHED BY SOURCE AND t.revision_id IN ({_revisions(dataset, sources, staged)}) THEN DELETE
        WHEN NOT MATCHED BY TARGET THEN {insert};"""


def _forget(dataset: str, table: str, staged: Mapping[str, Sequence[str]]) -> str:
    """Removes from ``table``, for which nothing is staged, what older extractions had."""
    return f"DELETE FROM `{dataset}.{table}` WHERE revision_id IN ({_revisions(dataset, EXTRACTED, staged)});"


def _revisions(dataset: str, sources: Sequence[str], staged: Mapping[str, Sequence[str]]) -> str:
    """The revisions that were extracted anew."""
    return " UNION ALL ".join(
        f"SELECT revision_id FROM `{dataset}.{name}`" for source in sources for name in staged.get(source, ())
    )
