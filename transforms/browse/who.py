"""People and bodies: who they are, whom they met, and who met whom over all."""

from typing import Any

import duckdb

from transforms.browse.rows_shown import searched
from transforms.tables.ask import plain_value

Cursor = duckdb.DuckDBPyConnection
Row = dict[str, Any]
_ACTOR = "actor_id, name, kind, title, country, meetings, first_day, last_day"
_HELD = "status IN ('held', 'ongoing') AND confidence >= 0.5"


def rows(answer: Cursor) -> list[Row]:
    """What a statement gives, as plain rows."""
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, map(plain_value, row), strict=True)) for row in answer.fetchall()]


def actors(cursor: Cursor, q: str, limit: int, after: tuple[int, str] | None = None) -> list[Row]:
    """The actors whose names or offices have all words of ``q``, those with most meetings first.

    ``after`` has the meetings and the id of the actor behind which to go on.
    """
    tests, values = ["TRUE"], list[Any]()
    for word in searched(q):
        tests.append("contains(words, ?)")
        values.append(f" {word}")
    if after is not None:
        tests.append("(meetings < ? OR (meetings = ? AND actor_id > ?))")
        values += [after[0], after[0], after[1]]
    where = " AND ".join(tests)
    order = "ORDER BY meetings DESC, actor_id"
    return rows(cursor.execute(f"SELECT {_ACTOR} FROM actors WHERE {where} {order} LIMIT {limit:d}", values))


def actor(cursor: Cursor, actor_id: str) -> Row | None:
    """An actor with the names and offices seen, over time, and the countries of its meetings; null where there is none."""
    found = rows(cursor.execute(f"SELECT {_ACTOR} FROM actors WHERE actor_id = ?", [actor_id]))
    if not found:
        return None
    sql = """SELECT {0} AS name, min(day) AS first_day, max(day) AS last_day, count(*) AS meetings FROM parties
        WHERE actor_id = ? AND {0} IS NOT NULL GROUP BY {0} ORDER BY meetings DESC, name LIMIT 50"""
    names = rows(cursor.execute(sql.format("name"), [actor_id]))
    offices = rows(cursor.execute(sql.format("title"), [actor_id]))
    visited = rows(
        cursor.execute(
            f"""SELECT m.country, count(*) AS meetings FROM parties AS p JOIN meetings AS m USING (meeting_id)
            WHERE p.actor_id = ? AND m.country IS NOT NULL AND m.mode = 'in_person' AND m.{_HELD.replace("confidence", "m.confidence")}
            GROUP BY m.country ORDER BY meetings DESC, m.country LIMIT 60""",
            [actor_id],
        )
    )
    months = cursor.execute(
        "SELECT strftime(day, '%Y-%m') AS month, count(*) FROM parties WHERE actor_id = ? AND day IS NOT NULL GROUP BY 1 ORDER BY 1",
        [actor_id],
    ).fetchall()
    return {**found[0], "names": names, "offices": offices, "countries": visited, "months": [list(m) for m in months]}


def counterparts(cursor: Cursor, actor_id: str, limit: int) -> list[Row]:
    """Whom the actor met, the most frequent first; meetings that are not only planned, and likely."""
    sql = f"""SELECT {_ACTOR.replace("meetings", "n AS meetings").replace("last_day", "l AS last_day")} FROM (
            SELECT other AS actor_id, meetings AS n, last_day AS l FROM pairs WHERE one = ?
            UNION ALL SELECT one, meetings, last_day FROM pairs WHERE other = ?
        ) JOIN actors USING (actor_id) ORDER BY n DESC, l DESC NULLS LAST, actor_id LIMIT {limit:d}"""
    return rows(cursor.execute(sql, [actor_id, actor_id]))


def pairs(cursor: Cursor, limit: int, least: int = 1) -> list[Row]:
    """Who met whom most often: at least ``least`` times, by ids and names."""
    sql = f"""SELECT p.one, a.name AS one_name, a.country AS one_country, p.other, b.name AS other_name,
            b.country AS other_country, p.meetings, p.last_day
        FROM (SELECT * FROM pairs WHERE meetings >= ? ORDER BY meetings DESC, one, other LIMIT {limit:d}) AS p
        JOIN actors AS a ON a.actor_id = p.one JOIN actors AS b ON b.actor_id = p.other
        ORDER BY p.meetings DESC, p.one, p.other"""
    return rows(cursor.execute(sql, [least]))


def among(cursor: Cursor, ids: list[str], limit: int) -> list[Row]:
    """The pairs of which both are in ``ids``, the most frequent first."""
    sql = f"""SELECT one, other, meetings FROM pairs WHERE one IN (SELECT unnest(?)) AND other IN (SELECT unnest(?))
        ORDER BY meetings DESC, one, other LIMIT {limit:d}"""
    return rows(cursor.execute(sql, [ids, ids]))


def by_ids(cursor: Cursor, ids: list[str]) -> list[Row]:
    """The actors of these ids, those with most meetings first."""
    sql = f"SELECT {_ACTOR} FROM actors WHERE actor_id IN (SELECT unnest(?)) ORDER BY meetings DESC, actor_id"
    return rows(cursor.execute(sql, [ids]))
