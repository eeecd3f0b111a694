"""What merging adds to the views in BigQuery, and the views of meetings, of those who met, and of who met whom."""

from collections.abc import Mapping

from transforms.rows import Meeting, Participant
from transforms.tables.queries.codes import PAIR
from transforms.tables.schemas import columns


def merged_rows(dataset: str, latest: Mapping[str, str]) -> dict[str, str]:
    """Table -> the query for its current rows with what merging says of them; ``latest`` has them without that."""
    party = ", ".join(f"p.{column.name} AS {column.name}" for column in columns(Participant)[:-1])
    return {
        "articles": f"""SELECT a.* REPLACE (COALESCE(s.duplicate_of, a.duplicate_of) AS duplicate_of)
        FROM ({latest["articles"]}) AS a
        LEFT JOIN `{dataset}.article_sketches_latest` AS s ON s.article_id = a.article_id""",
        "meeting_reports": f"""SELECT r.* REPLACE (
            COALESCE(m.meeting_id, r.meeting_id) AS meeting_id,
            ARRAY(
                SELECT AS STRUCT {party}, actor_id
                FROM UNNEST(r.participants) AS p WITH OFFSET AS nth
                LEFT JOIN UNNEST(m.actor_ids) AS actor_id WITH OFFSET AS nth_actor ON nth_actor = nth ORDER BY nth
            ) AS participants
        ) FROM ({latest["meeting_reports"]}) AS r
        LEFT JOIN `{dataset}.merged_reports_latest` AS m ON m.report_id = r.report_id""",
    }


def shown(dataset: str, latest: Mapping[str, str]) -> dict[str, str]:
    """View -> query, of the views that are made of several tables."""
    meeting = ", ".join(f"`{column.name}`" for column in columns(Meeting))
    return {
        "meeting_aliases": f"""SELECT DISTINCT r.meeting_id AS old, m.meeting_id AS new
        FROM ({latest["meeting_reports"]}) AS r
        JOIN `{dataset}.merged_reports_latest` AS m ON m.report_id = r.report_id WHERE r.meeting_id <> m.meeting_id""",
        # A meeting that was merged into another since has no report of its own.
        "meetings": f"""SELECT {meeting} FROM `{dataset}.merged_meetings_latest`
        WHERE meeting_id IN (SELECT meeting_id FROM `{dataset}.meeting_reports_latest`)""",
        "actors": _actors(dataset),
        "who_met_whom": f"""SELECT {PAIR}
        FROM `{dataset}.meetings` AS m, UNNEST(m.participants) AS one WITH OFFSET AS nth_one,
            UNNEST(m.participants) AS other WITH OFFSET AS nth_other
        WHERE nth_one < nth_other""",
    }


def _ranked(value: str, full: str = "0") -> str:
    """A subquery ``(actor_id, found)``: a column's values, the most frequent first; ``full`` ones before all others."""
    return f"""SELECT actor_id, ARRAY_AGG({value} ORDER BY {full} DESC, n DESC, {value}) AS found FROM (
            SELECT actor_id, {value}, COUNT(*) AS n FROM told WHERE {value} IS NOT NULL GROUP BY actor_id, {value}
        ) AS counted GROUP BY actor_id"""


def _actors(dataset: str) -> str:
    return f"""WITH told AS (
            SELECT p.actor_id, p.name, p.kind, p.title, p.country, r.meeting_id, r.report_id, r.published
            FROM `{dataset}.meeting_reports_latest` AS r, UNNEST(r.participants) AS p WHERE p.actor_id IS NOT NULL
        ), names AS ({_ranked("name", "CAST(STRPOS(name, ' ') > 0 AS INT64)")}),
        countries AS ({_ranked("country")}), kinds AS ({_ranked("kind")}), held AS (
            SELECT actor_id, ARRAY_AGG(
                STRUCT(title AS title, since AS first, until AS last) ORDER BY until IS NULL, until DESC, title
            ) AS found
            FROM (
                SELECT actor_id, title, MIN(published) AS since, MAX(published) AS until
                FROM told WHERE title IS NOT NULL GROUP BY actor_id, title
            ) AS offices GROUP BY actor_id
        ), known AS (
            SELECT actor_ids[OFFSET(0)] AS actor_id, names[OFFSET(0)] AS name, wikidata_id
            FROM `{dataset}.actor_decisions_latest` WHERE kind = 'known' AND taken_back_at IS NULL
        ), total AS (
            SELECT actor_id, COUNT(DISTINCT meeting_id) AS meeting_count, COUNT(DISTINCT report_id) AS report_count,
                MIN(published) AS first_reported, MAX(published) AS last_reported
            FROM told GROUP BY actor_id
        )
        SELECT t.actor_id, IFNULL(w.name, n.found[OFFSET(0)]) AS name, k.found[OFFSET(0)] AS kind,
            c.found[SAFE_OFFSET(0)] AS country, w.wikidata_id,
            n.found AS names, IFNULL(c.found, []) AS countries, IFNULL(h.found, []) AS offices,
            meeting_count, report_count, first_reported, last_reported
        FROM total AS t JOIN names AS n ON n.actor_id = t.actor_id JOIN kinds AS k ON k.actor_id = t.actor_id
        LEFT JOIN countries AS c ON c.actor_id = t.actor_id LEFT JOIN held AS h ON h.actor_id = t.actor_id
        LEFT JOIN known AS w ON w.actor_id = t.actor_id"""
