"""Counts actors and pairs of the read model anew where something of theirs changed, as the views of the tables do."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby, repeat
from typing import Any, NamedTuple

from transforms.browse.connection import key_of
from transforms.browse.rows_shown import searched
from transforms.stories.same_actor import NAMED_ONCE, OWN_NAME

# Rows that are worked on at once.
AT_ONCE = 500
# Reasons that are kept of one actor.
MOST_REASONS = 40
# What the user's own file of actors says of an actor; a later line outweighs an earlier one.
_KNOWN = """SELECT actor, names, wikidata_id FROM decisions
    WHERE kind = 'known' AND actor IN (SELECT value FROM json_each(?)) ORDER BY decided_at, decision_id"""


class Told(NamedTuple):
    """A participant of a report; the columns of ``told``."""

    actor: int
    report: int
    number: int
    actor_id: str
    meeting: int
    name: str
    kind: str
    title: str | None
    country: str | None
    published: str | None
    reason: str | None


def tell(database: sqlite3.Connection, reports: Sequence[int]) -> set[int]:
    """Notes the participants of these reports anew; the actors of which anything may have changed."""
    given = json.dumps(reports)
    among = "report IN (SELECT value FROM json_each(?))"
    actors = {actor for (actor,) in database.execute(f"SELECT actor FROM told WHERE {among}", [given])}
    database.execute(f"DELETE FROM told WHERE {among}", [given])
    sql = f"SELECT report, meeting, actor_ids, reasons, body FROM merged JOIN reports USING (report) WHERE {among}"
    made = []
    for report, meeting, ids, reasons, body in database.execute(sql, [given]):
        told = json.loads(body)
        whose = zip(json.loads(ids), json.loads(reasons) or repeat(None), told["participants"], strict=False)
        for number, (actor_id, reason, party) in enumerate(whose):
            who = (party["name"], party["kind"], party["title"], party["country"])
            made.append(Told(key_of(actor_id), report, number, actor_id, meeting, *who, told["published"], reason))
    database.executemany(f"INSERT INTO told VALUES ({', '.join('?' * len(Told._fields))})", made)
    return actors | {row.actor for row in made}


def count_actors(database: sqlite3.Connection, actors: Sequence[int]) -> None:
    """Makes the rows of these actors anew; those of whom nothing tells go."""
    given = json.dumps(actors)
    for table, column in (("actors", "actor"), ("actor_words", "rowid")):
        database.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))", [given])
    sql = "SELECT * FROM told WHERE actor IN (SELECT value FROM json_each(?)) ORDER BY actor"
    days = """SELECT actor, min(day), max(day) FROM parties WHERE actor IN (SELECT value FROM json_each(?)) GROUP BY actor"""
    spans = {actor: span for actor, *span in database.execute(days, [given])}
    known = {actor: [json.loads(names), item] for actor, names, item in database.execute(_KNOWN, [given])}
    made, words = [], []
    for actor, rows in groupby(map(Told._make, database.execute(sql, [given])), key=lambda row: row.actor):
        told = list(rows)
        known_as, wikidata_id = known.get(actor, ([], None))
        name, *row = _actor(told, *spans.get(actor, (None, None)))
        made.append((actor, told[0].actor_id, known_as[0] if known_as else name, *row, _reasons(told), wikidata_id))
        text = " ".join([*known_as, *{row.name for row in told}, *{row.title for row in told if row.title}])
        words.append((actor, " ".join(dict.fromkeys(searched(text)))))
    database.executemany("INSERT INTO actors VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", made)
    database.executemany("INSERT INTO actor_words (rowid, words) VALUES (?, ?)", words)


def _reasons(told: list[Told]) -> str:
    """Why names are this actor's, where it is not simply their name: as JSON, the most frequent first."""
    counted = Counter((row.name, row.reason) for row in told if row.reason and row.reason not in (OWN_NAME, NAMED_ONCE))
    found = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    return json.dumps([{"name": name, "reason": reason, "reports": count} for (name, reason), count in found])


def _actor(told: list[Told], first_day: str | None, last_day: str | None) -> tuple[Any, ...]:
    """What the view ``actors`` says of an actor, from all that is told of it."""
    names = _ranked((row.name for row in told), full_first=True)
    kinds, countries = _ranked(row.kind for row in told), _ranked(row.country for row in told)
    spans: dict[str, list[str | None]] = {}
    for row in told:
        if row.title:
            spans.setdefault(row.title, []).append(row.published)
    offices = []
    for title, times in spans.items():
        known = sorted(filter(None, times))
        offices.append({"title": title, "first": known[0] if known else None, "last": known[-1] if known else None})
    offices.sort(key=lambda office: office["title"] or "")
    offices.sort(key=lambda office: office["last"] or "", reverse=True)
    return (
        names[0], kinds[0], offices[0]["title"] if offices else None, countries[0] if countries else None,
        len({row.meeting for row in told}), first_day, last_day, json.dumps(names), json.dumps(offices),
    )  # fmt: skip


def _ranked(values: Iterable[str | None], full_first: bool = False) -> list[str]:
    """The most frequent first; with ``full_first`` names of several words before all others."""
    counted = Counter(value for value in values if value is not None)
    return sorted(counted, key=lambda value: (full_first and " " not in value, -counted[value], value))


def count_pairs(database: sqlite3.Connection) -> None:
    """Counts the meetings of ``stale_pairs`` anew."""
    database.execute("DELETE FROM pairs WHERE (one, other) IN (SELECT one, other FROM stale_pairs)")
    database.execute("""INSERT INTO pairs SELECT one, other, count(*), max(day)
        FROM stale_pairs CROSS JOIN met USING (one, other) GROUP BY one, other""")
    database.execute("DELETE FROM stale_pairs")
