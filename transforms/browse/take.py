"""Takes rows of the Delta tables over into the read model."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from transforms.browse.connection import key_of
from transforms.browse.facts import Fact
from transforms.browse.rows_shown import ARTICLE, MEETING, REPORT, fact_of, parties_of, words_of
from transforms.rows import ActorDecision
from transforms.stories.decided import Decisions
from transforms.tables.queries.ask import plain_value

Row = dict[str, Any]
_COUNTED = ("held", "ongoing")
# Tables that are filled from meetings, with a blank for each column.
_OF_MEETINGS = {
    "meetings": "?, ?, ?",
    "meeting_words (rowid, words)": "?, ?",
    "parties": "?, ?, ?",
    "met": "?, ?, ?, ?",
    "stale_pairs": "?, ?",
}
# What makes a meeting count as one in which people met.
LIKELY = 0.5


class Table(NamedTuple):
    """How the rows of one Delta table become rows of the read model.

    Attributes:
        key: The column by which they are told apart.
        names: The columns that are needed.
        made: The row of the read model, its key first.
        into: The table there.
    """

    key: str
    names: Sequence[str]
    made: Callable[[Row], tuple[Any, ...]]
    into: str


# A value as JSON, with times as RFC 3339.
as_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=plain_value).encode


def _report(row: Row) -> tuple[Any, ...]:
    return key_of(row["report_id"]), key_of(row["meeting_id"]), key_of(row["article_id"]), as_json(row)


def _merged(row: Row) -> tuple[Any, ...]:
    return (
        key_of(row["report_id"]),
        key_of(row["meeting_id"]),
        row["meeting_id"],
        as_json(row["actor_ids"]),
        as_json(row["reasons"]),
    )


def _article(row: Row) -> tuple[Any, ...]:
    return key_of(row["article_id"]), *(
        value if value is None or isinstance(value, str) else plain_value(value) for value in map(row.get, ARTICLE)
    )


def _entity(row: Row) -> tuple[Any, ...]:
    places = [[mention["start"], mention["end"]] for mention in row["mentions"] or ()]
    return key_of(row["entity_id"]), key_of(row["article_id"]), row["name"], row["type"], as_json(places)


def _sketch(row: Row) -> tuple[Any, ...]:
    return key_of(row["article_id"]), row["duplicate_of"]


# In this order, so that what a row leads to is there already, or comes in the same breath.
TABLES = {
    "articles": Table("article_id", ARTICLE, _article, "articles"),
    "entities": Table("entity_id", ("entity_id", "article_id", "name", "type", "mentions"), _entity, "mentions"),
    "article_sketches": Table("article_id", ("article_id", "duplicate_of"), _sketch, "sketches"),
    "merged_reports": Table("report_id", ("report_id", "meeting_id", "actor_ids", "reasons"), _merged, "merged"),
    "meeting_reports": Table("report_id", REPORT, _report, "reports"),
}


class Taking:
    """Writes to the read model, and notes what follows from it for others to work out.

    Attributes:
        facts: Meeting's number -> its columns, or None for one that went.
        reports: Reports whose participants have to be told anew.
        actors: Actors that have to be counted anew.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.facts: dict[int, Fact | None] = {}
        self.reports: set[int] = set()
        self.actors: set[int] = set()

    def put(self, name: str, rows: Iterable[Row]) -> None:
        """Rows of the Delta table ``name``, new or changed."""
        if name == "merged_meetings":
            self._put_meetings(list(rows))
            return
        table = TABLES[name]
        made = [table.made(row) for row in rows]
        blanks = ", ".join("?" for _ in made[0])
        self._database.executemany(f"INSERT OR REPLACE INTO {table.into} VALUES ({blanks})", made)
        if name in ("merged_reports", "meeting_reports"):
            self.reports.update(row[0] for row in made)

    def drop(self, name: str, keys: Sequence[str]) -> None:
        """Rows of the Delta table ``name`` that have been deleted."""
        if name == "merged_meetings":
            for number in self._numbers(keys).values():
                self._forget(number)
                self._database.execute("DELETE FROM meetings WHERE number = ?", [number])
                self.facts[number] = None
            return
        column = {"mentions": "entity", "merged": "report", "reports": "report"}.get(TABLES[name].into, "article")
        gone = [(key_of(key),) for key in keys]
        self._database.executemany(f"DELETE FROM {TABLES[name].into} WHERE {column} = ?", gone)
        if column == "report":
            self.reports.update(key for (key,) in gone)

    def decide(self, rows: Sequence[ActorDecision]) -> None:
        """All rows of ``actor_decisions``: those that count are kept for each actor whom they concern."""
        kept = Decisions(rows).kept
        now = {
            (
                key_of(actor_id), row.decision_id, row.kind, as_json(row.names), row.country, row.wikidata_id,
                row.decided_at, row.decided_by, row.why,
            )
            for row in rows
            if row.taken_back_at is None
            for actor_id in {*map(kept, row.actor_ids)}
        }  # fmt: skip
        before = set(self._database.execute("SELECT * FROM decisions"))
        gone = [(row[0], row[1]) for row in before - now]
        self._database.executemany("DELETE FROM decisions WHERE actor = ? AND decision_id = ?", gone)
        self._database.executemany("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", now - before)
        self.actors.update(row[0] for row in before ^ now)

    def _put_meetings(self, meetings: list[Row]) -> None:
        known = self._numbers([meeting["meeting_id"] for meeting in meetings])
        following = self._database.execute("SELECT coalesce(max(number), 0) FROM meetings").fetchall()[0][0]
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _OF_MEETINGS}
        for meeting in meetings:
            number = known.get(meeting["meeting_id"])
            if number is None:
                number = following = following + 1
            else:
                self._forget(number)
            self.facts[number] = fact_of(meeting)
            body = as_json({name: meeting[name] for name in MEETING})
            rows["meetings"].append((number, meeting["meeting_id"], body))
            rows["meeting_words (rowid, words)"].append((number, words_of(meeting)))
            actors = sorted({key_of(actor) for actor in parties_of(meeting)})
            self.actors.update(actors)
            day = plain_value((meeting["date"] or {}).get("start"))
            rows["parties"] += [(actor, number, day) for actor in actors]
            if meeting["status"] in _COUNTED and meeting["confidence"] >= LIKELY:
                rows["met"] += [(one, other, number, day) for one, other in combinations(actors, 2)]
        rows["stale_pairs"] = [(one, other) for one, other, *_ in rows["met"]]
        for table, blanks in _OF_MEETINGS.items():
            self._database.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({blanks})", rows[table])

    def _forget(self, number: int) -> None:
        """All that was worked out of a meeting."""
        run = self._database.execute
        self.actors.update(actor for (actor,) in run("SELECT actor FROM parties WHERE meeting = ?", [number]))
        run("INSERT OR IGNORE INTO stale_pairs SELECT one, other FROM met WHERE meeting = ?", [number])
        for table in ("parties", "met"):
            run(f"DELETE FROM {table} WHERE meeting = ?", [number])
        run("DELETE FROM meeting_words WHERE rowid = ?", [number])

    def _numbers(self, ids: Sequence[str]) -> dict[str, int]:
        sql = "SELECT meeting_id, number FROM meetings WHERE meeting_id IN (SELECT value FROM json_each(?))"
        return dict(self._database.execute(sql, [json.dumps(list(ids))]))


def parts(of: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """``of`` in lists of at most ``size``."""
    every = list(of)
    return (every[begin : begin + size] for begin in range(0, len(every), size))
