"""People and bodies: who they are, whom they met, and who met whom over all."""

import json
from typing import Any

from transforms.browse.connection import Reader, key_of, starting
from transforms.browse.rows_shown import searched
from transforms.browse.take import LIKELY

Row = dict[str, Any]
_ACTOR = "actor_id, name, kind, title, country, wikidata_id, meetings, first_day, last_day"


def actors(reader: Reader, q: str, limit: int, after: tuple[int, str] | None = None) -> list[Row]:
    """The actors whose names or offices have all words of ``q``, those with most meetings first.

    ``after`` has the meetings and the id of the actor behind which to go on.
    """
    tests, values = ["true"], list[Any]()
    if words := searched(q):
        tests.append("actor IN (SELECT rowid FROM actor_words WHERE actor_words MATCH ?)")
        values.append(starting(words))
    if after is not None:
        tests.append("(meetings < ? OR (meetings = ? AND actor_id > ?))")
        values += [after[0], after[0], after[1]]
    sql = f"SELECT {_ACTOR} FROM actors WHERE {' AND '.join(tests)} ORDER BY meetings DESC, actor_id LIMIT {limit:d}"
    return reader.rows(sql, values)


def actor(reader: Reader, actor_id: str) -> Row | None:
    """An actor; None where there is none.

    With the names and offices seen, over time, why names are its, what was decided, and the countries of its meetings.
    """
    key = key_of(actor_id)
    found = reader.rows(f"SELECT {_ACTOR}, names, offices, reasons FROM actors WHERE actor = ?", [key])
    if not found:
        return None
    sql = """SELECT substr(day, 1, 7) AS month, count(*) AS meetings FROM parties
        WHERE actor = ? AND day IS NOT NULL GROUP BY month ORDER BY month"""
    return {
        **found[0],
        "names": json.loads(found[0]["names"]),
        "offices": json.loads(found[0]["offices"]),
        "reasons": json.loads(found[0]["reasons"]),
        "decisions": _decisions(reader, key),
        "countries": _visited(reader, key),
        "months": [[row["month"], row["meetings"]] for row in reader.rows(sql, [key])],
    }


def _decisions(reader: Reader, key: int) -> list[Row]:
    """What was decided of an actor and counts, the latest first."""
    sql = """SELECT decision_id, kind, names, country, wikidata_id, decided_at, decided_by, why FROM decisions
        WHERE actor = ? ORDER BY decided_at DESC, decision_id"""
    return [{**row, "names": json.loads(row["names"])} for row in reader.rows(sql, [key])]


def _visited(reader: Reader, key: int) -> list[Row]:
    """The countries in which an actor likely met others face to face, the most frequent first."""
    facts = reader.facts
    held = facts.among(reader.column("SELECT meeting FROM parties WHERE actor = ?", [key]))
    held &= facts.having("mode", ["in_person"]) & facts.having("status", ["held", "ongoing"])
    held &= facts.rows["confidence"] >= LIKELY
    counted = sorted(facts.counts("country", held).items(), key=lambda found: (-found[1], found[0]))
    return [{"country": country, "meetings": count} for country, count in counted[:60]]


def counterparts(reader: Reader, actor_id: str, limit: int) -> list[Row]:
    """Whom the actor met, the most frequent first; meetings that are not only planned, and likely."""
    key = key_of(actor_id)
    columns = _ACTOR.replace("meetings", "met.meetings").replace("last_day", "met.last_day")
    sql = f"""SELECT {columns} FROM (
            SELECT other AS actor, meetings, last_day FROM pairs WHERE one = ?
            UNION ALL SELECT one, meetings, last_day FROM pairs WHERE other = ?
        ) AS met JOIN actors USING (actor) ORDER BY met.meetings DESC, met.last_day DESC, actor_id LIMIT {limit:d}"""
    return reader.rows(sql, [key, key])


def pairs(reader: Reader, limit: int, least: int = 1) -> list[Row]:
    """Who met whom most often: at least ``least`` times, by ids and names."""
    sql = f"""SELECT a.actor_id AS one, a.name AS one_name, a.country AS one_country, b.actor_id AS other,
            b.name AS other_name, b.country AS other_country, p.meetings, p.last_day
        FROM (SELECT * FROM pairs WHERE meetings >= ? ORDER BY meetings DESC, one, other LIMIT {limit:d}) AS p
        JOIN actors AS a ON a.actor = p.one JOIN actors AS b ON b.actor = p.other
        ORDER BY p.meetings DESC, p.one, p.other"""
    return reader.rows(sql, [least])


def among(reader: Reader, ids: list[str], limit: int) -> list[Row]:
    """The pairs of which both are in ``ids``, the most frequent first."""
    given = json.dumps([key_of(one) for one in ids])
    sql = f"""SELECT a.actor_id AS one, b.actor_id AS other, p.meetings FROM pairs AS p
        JOIN actors AS a ON a.actor = p.one JOIN actors AS b ON b.actor = p.other
        WHERE p.one IN (SELECT value FROM json_each(?1)) AND p.other IN (SELECT value FROM json_each(?1))
        ORDER BY p.meetings DESC, p.one, p.other LIMIT {limit:d}"""
    return reader.rows(sql, [given])


def by_ids(reader: Reader, ids: list[str]) -> list[Row]:
    """The actors of these ids, those with most meetings first."""
    given = json.dumps([key_of(one) for one in ids])
    sql = (
        f"SELECT {_ACTOR} FROM actors WHERE actor IN (SELECT value FROM json_each(?)) ORDER BY meetings DESC, actor_id"
    )
    return reader.rows(sql, [given])
