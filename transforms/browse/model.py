"""The read model: a small database of what pages show, made of the Delta tables and kept current with them.

The tables are only read, and of them only files that came since the last look, the newest months first: pages answer
while the rest is still being read. Documents, full-text search and who met whom lie in one SQLite file; what meetings
are filtered and counted by is held as columns in memory.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from transforms.browse import people
from transforms.browse.changes import Changes, LostError
from transforms.browse.connection import Reader
from transforms.browse.facts import Facts
from transforms.browse.rows_shown import MEETING
from transforms.browse.take import TABLES, Taking, parts
from transforms.tables.delta_lake.store import Store
from transforms.tables.layout import DECISIONS, OTHER
from transforms.tables.merging import decisions_of
from transforms.tables.queries.ask import plain_value
from transforms.tables.queries.database import connect

Ended = Callable[[], bool]
# Delta table -> the column by which its rows are told apart. Meetings first: they lead to everything else.
_KEYS = {"merged_meetings": "meeting_id", **{name: table.key for name, table in TABLES.items()}}
_NAMES = {name: table.names for name, table in TABLES.items()}


class Model:
    """The read model of the tables in ``target`` (a folder or bucket). A context manager, whose end removes it.

    ``refresh`` belongs to one thread; ``reader`` gives a connection for any other.

    Attributes:
        version: Counts the commits that changed anything.
        news: Counts those that changed meetings.
        pending: Rows of the tables that are still to be read.
    """

    def __init__(self, target: str) -> None:
        self.target, self.version, self.news, self.pending = target, 0, 0, 0
        self._store = Store(target)
        self._folder = TemporaryDirectory(prefix="meetwire-page-")
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        """An empty read model, in a new file: readers of the previous one keep that."""
        self._file = Path(self._folder.name, f"page-{self.version}.sqlite")
        self._database = sqlite3.connect(self._file, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -8000", "temp_store = MEMORY"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.executescript((files("transforms.browse") / "schema.sql").read_text(encoding="utf-8"))
        self._facts = Facts()
        self._changes = {name: Changes(self._store, name, key) for name, key in _KEYS.items()}
        self._polled: dict[str, int] = {}
        self._decided: int | None = None

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()
        self._folder.cleanup()

    def reader(self) -> Reader:
        """A connection for one question: sees whole commits only, and waits for none."""
        return Reader(self._file, self._facts)

    def refresh(self, ended: Ended = lambda: False) -> bool:
        """Takes over what the tables have now; whether anything was new. Stops half-way where ``ended`` says so.

        Raises:
            FileNotFoundError: there are no tables yet.
            OSError: they are damaged.
        """
        with self._lock:
            try:
                return self._follow(ended)
            except LostError:
                self._database.close()
                self._store = Store(self.target)
                self._begin()
                return self._follow(ended)

    def _follow(self, ended: Ended) -> bool:
        before = self.version
        found = [name for name, changes in self._changes.items() if changes.look()]
        months = {month for name in found for month in self._changes[name].pending}
        self.pending = sum(sum(self._changes[name].pending.values()) for name in found)
        taking = Taking(self._database)
        decided = self._take_decisions(taking)
        for name in found:
            with self._committing(taking):
                taking.drop(name, self._changes[name].gone)
        # "other", which has what is long ago, comes last.
        for month in sorted(months, key=lambda month: "" if month == OTHER else month, reverse=True):
            for name in found:
                if not self._take(taking, name, month, ended):
                    return True
            self._count(taking, ended)
        self._count(taking, ended)
        for name in found:
            self._changes[name].done()
        self._decided = decided
        self.pending = 0
        self._take_operation()
        return self.version > before

    def _take(self, taking: Taking, name: str, month: str, ended: Ended) -> bool:
        """What changed of a table's month; whether all of it was taken."""
        names = _NAMES.get(name)
        left = self.pending - self._changes[name].pending.get(month, 0)
        for rows in self._changes[name].read(month, names or MEETING):
            if ended():
                return False
            with self._committing(taking):
                taking.put(name, rows)
            self.pending = max(left, self.pending - len(rows))
        self.pending = left
        return True

    def _count(self, taking: Taking, ended: Ended) -> None:
        """Works out who met whom where anything changed; all of it is lost where ``ended`` says so."""
        for reports in parts(taking.reports, people.AT_ONCE):
            with self._committing(taking):
                taking.actors |= people.tell(self._database, reports)
        for actors in parts(taking.actors, people.AT_ONCE):
            with self._committing(taking):
                people.count_actors(self._database, actors)
        if taking.reports or taking.actors:
            with self._committing(taking):
                people.count_pairs(self._database)
                self._database.execute(_TOTALS)
        taking.reports, taking.actors = set(), set()

    @contextlib.contextmanager
    def _committing(self, taking: Taking) -> Iterator[None]:
        """What is written meanwhile is seen at once; nothing of it where it fails."""
        before = self._database.total_changes
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        if taking.facts:
            self._facts = self._facts.changed(taking.facts)
            taking.facts = {}
            self.news += 1
        self.version += self._database.total_changes > before

    def _take_decisions(self, taking: Taking) -> int | None:
        """Who is who by decision; the version of the table that says so, None where an earlier version made the tables."""
        try:
            held = self._store.open(DECISIONS)
        except FileNotFoundError:
            return None
        if held.version() != self._decided:
            with self._committing(taking):
                taking.decide(decisions_of(map(plain_value, held.to_pyarrow_table().to_pylist())))
        return held.version()

    def _take_operation(self) -> None:
        """How the pipeline is doing: of polls the last fortnight's, of dead letters the newest, without long payloads."""
        now = {name: self._store.open(name).version() for name in _OPERATION}
        changed = [name for name, version in now.items() if self._polled.get(name) != version]
        if not changed:
            return
        with contextlib.closing(connect(self.target)) as tables:
            for name in changed:
                into, sql = _OPERATION[name]
                rows = [[plain_value(value) for value in row] for row in tables.execute(sql).fetchall()]
                self._database.execute("BEGIN IMMEDIATE")
                self._database.execute(f"DELETE FROM {into}")
                if rows:
                    blanks = ", ".join("?" for _ in rows[0])
                    self._database.executemany(f"INSERT INTO {into} VALUES ({blanks})", rows)
                self._database.execute("COMMIT")
        self._polled = now
        self.version += 1


_TOTALS = """UPDATE totals SET articles = (SELECT count(*) FROM articles INDEXED BY articles_by_time),
    reports = (SELECT count(*) FROM reports INDEXED BY reports_by_own_meeting),
    actors = (SELECT count(*) FROM actors INDEXED BY actors_by_meetings)"""
_OPERATION = {
    "feed_health": (
        "polls",
        """SELECT feed_url, polled_at, status, error, fetched, published, gap, next_poll_at FROM feed_health
            WHERE polled_at > (SELECT max(polled_at) FROM feed_health) - INTERVAL 14 DAY""",
    ),
    "dead_letters": (
        "letters",
        """SELECT letter_id, stage, error_type, error, element_id,
            CASE WHEN payload_encoding = 'text' THEN left(payload, 4000) END AS payload, occurred_at, version,
            list_contains(list_transform(attributes, a -> a.key), 'replayed_at') AS solved, length(payload) AS size
        FROM dead_letters ORDER BY occurred_at DESC LIMIT 1000""",
    ),
}
