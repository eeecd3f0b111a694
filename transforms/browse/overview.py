"""The whole: where meetings were, what days have, and how the pipeline is doing."""

from datetime import date
from typing import Any

from transforms.browse.filters import Filter
from transforms.browse.who import Cursor, rows

Row = dict[str, Any]


def places(cursor: Cursor, chosen: Filter, limit: int = 400) -> list[Row]:
    """Where the meetings of a filter were: each place with its coordinates and how many, the most frequent first."""
    where, values = chosen.where()
    sql = f"""SELECT mode(place) AS name, country, round(latitude, 2) AS latitude, round(longitude, 2) AS longitude,
            count(*) AS meetings, max(day) AS last_day
        FROM meetings WHERE {where} AND latitude IS NOT NULL AND longitude IS NOT NULL
        GROUP BY ALL ORDER BY meetings DESC, name LIMIT {limit:d}"""
    return rows(cursor.execute(sql.replace("GROUP BY ALL", "GROUP BY 2, 3, 4"), values))


def days(cursor: Cursor, first: date, last: date) -> list[Row]:
    """The likely meetings that begin from ``first`` to ``last``: id, day, status and who, the surest first."""
    sql = """SELECT m.meeting_id, m.day, m.status, list(p.name ORDER BY p.number) AS names
        FROM (SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY day ORDER BY confidence DESC, meeting_id) AS place_in_day
              FROM meetings WHERE day BETWEEN ? AND ? AND confidence >= 0.5) WHERE place_in_day <= 5) AS m
        JOIN parties AS p USING (meeting_id) GROUP BY ALL ORDER BY m.day, m.meeting_id"""
    return rows(cursor.execute(sql, [first, last]))


def day_counts(cursor: Cursor, first: date, last: date) -> dict[str, int]:
    """How many likely meetings begin on each day that has any."""
    sql = "SELECT day, count(*) FROM meetings WHERE day BETWEEN ? AND ? AND confidence >= 0.5 GROUP BY day"
    return {day.isoformat(): count for day, count in cursor.execute(sql, [first, last]).fetchall()}


def months(cursor: Cursor) -> list[tuple[str, int]]:
    """Each month that has likely meetings, with how many; oldest first, the last 120."""
    sql = """SELECT strftime(day, '%Y-%m') AS month, count(*) FROM meetings WHERE day IS NOT NULL AND confidence >= 0.5
        GROUP BY month ORDER BY month DESC LIMIT 120"""
    return [(str(month), int(count)) for month, count in reversed(cursor.execute(sql).fetchall())]


def totals(cursor: Cursor) -> Row:
    """How many articles, reports, meetings and actors there are, the newest article's hour, and open dead letters."""
    sql = """SELECT coalesce(max(articles), 0) AS articles, coalesce(max(reports), 0) AS reports,
        (SELECT count(*) FROM meetings) AS meetings, (SELECT count(*) FROM actors) AS actors,
        (SELECT count(*) FROM letters WHERE NOT solved) AS dead_letters FROM totals"""
    return rows(cursor.execute(sql))[0]


def feeds(cursor: Cursor) -> list[Row]:
    """Each feed: its last poll, its last error, and what its last thirty polls published; those with errors first."""
    sql = """SELECT feed_url, max_by(status, polled_at) AS status, max(polled_at) AS polled_at, count(*) AS polls,
            count(*) FILTER (status = 'error') AS errors, max_by(error, polled_at) FILTER (status = 'error') AS error,
            max(polled_at) FILTER (status = 'error') AS failed_at, max_by(next_poll_at, polled_at) AS next_poll_at,
            sum(published) AS published, count(*) FILTER (gap) AS gaps,
            list(published ORDER BY polled_at DESC)[:30] AS recent
        FROM polls GROUP BY feed_url ORDER BY max_by(status, polled_at) = 'error' DESC, feed_url LIMIT 500"""
    return rows(cursor.execute(sql))


def letters(cursor: Cursor, limit: int = 100) -> list[Row]:
    """The newest dead letters that no replay has brought through, with the beginning of their payload."""
    sql = (
        f"SELECT * EXCLUDE (solved) FROM letters WHERE NOT solved ORDER BY occurred_at DESC, letter_id LIMIT {limit:d}"
    )
    return rows(cursor.execute(sql))


def stages(cursor: Cursor) -> list[Row]:
    """How many open dead letters each stage has."""
    return rows(
        cursor.execute("SELECT stage, count(*) AS letters FROM letters WHERE NOT solved GROUP BY stage ORDER BY stage")
    )


def arrivals(cursor: Cursor) -> list[Row]:
    """The articles fetched in each hour of the last two days that has any, with the median delay since publication."""
    return rows(cursor.execute("SELECT hour, articles, delay_seconds FROM arrivals ORDER BY hour"))
