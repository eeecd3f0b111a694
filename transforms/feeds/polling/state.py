"""The state file: SQLite, opened, migrated and locked against a second reader of the same feeds."""

import fcntl
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, overload

from transforms.errors import MeetwireError
from transforms.feeds.fetching.source import Shard, Source
from transforms.plain import to_plain

SCHEMA_VERSION = 2
# What brings a file of an earlier version up to the next.
_MIGRATIONS = {1: "ALTER TABLE articles ADD COLUMN withheld TEXT;"}


class StateError(MeetwireError, OSError):
    """The state file cannot be used; the text names it and the way out."""


class FeedState(NamedTuple):
    """What is remembered of one feed; the columns of ``feeds`` in ``schema.sql``."""

    feed_url: str
    current_url: str
    title: str | None = None
    format: str | None = None
    identity: str = "guid"
    etag: str | None = None
    last_modified: str | None = None
    validated_at: str | None = None
    unchanged: int = 0
    body_sha: str | None = None
    moved_to: str | None = None
    moved_since: str | None = None
    gone: int = 0
    polls: int = 0
    errors: int = 0
    error: str | None = None
    polled_at: str | None = None
    succeeded_at: str | None = None
    new_at: str | None = None
    interval_seconds: float | None = None
    next_poll_at: str | None = None
    gaps: int = 0
    entries: int = 0
    undated: int = 0
    runaway: int = 0


class State:
    """An open state file. Use it from one thread at a time."""

    def __init__(self, path: str | Path, shard: Shard | None = None, *, exclusive: bool = True) -> None:
        """Opens or makes the file; with ``exclusive`` no other process may write for the same shard.

        Raises:
            StateError: it cannot be opened, is of a newer meetwire, or is in use.
        """
        self.path = Path(path)
        self._lock = None
        if str(path) != ":memory:":
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if exclusive:
                    shard = shard or Shard()
                    self._lock = self.path.with_name(f"{self.path.name}.lock-{shard.index}-{shard.count}").open("a")
                    fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateError(
                    f"{self.path}: another meetwire is reading feeds with it; stop that one or use --state"
                ) from None
            except OSError as error:
                raise StateError(f"{self.path}: {error.strerror or error}") from None
        try:
            self.database = sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False)
            self.database.row_factory = sqlite3.Row
            self.database.execute("PRAGMA journal_mode = WAL")
            self.database.execute("PRAGMA synchronous = NORMAL")
            version = self.database.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise StateError(
                    f"{self.path}: written by a newer meetwire (schema {version}); update or use another --state"
                )
            if version < SCHEMA_VERSION:
                schema = resources.files("transforms.feeds.polling").joinpath("schema.sql").read_text(encoding="utf-8")
                steps = [schema] if version == 0 else [_MIGRATIONS[step] for step in range(version, SCHEMA_VERSION)]
                self.database.executescript(
                    "\n".join(["BEGIN IMMEDIATE;", *steps, f"PRAGMA user_version = {SCHEMA_VERSION};", "COMMIT;"])
                )
        except sqlite3.Error as error:
            raise StateError(f"{self.path}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file and lets others in."""
        self.database.close()
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing, whatever happens in between."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield self.database
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def feed(self, source: Source) -> FeedState:
        """What is remembered of ``source``; a blank state for a new one."""
        row = self.database.execute("SELECT * FROM feeds WHERE feed_url = ?", (source.url,)).fetchone()
        return FeedState(**dict(row)) if row else FeedState(source.url, source.url, title=source.title)

    def feeds(self) -> list[FeedState]:
        """All that is remembered of any feed."""
        return [FeedState(**dict(row)) for row in self.database.execute("SELECT * FROM feeds ORDER BY feed_url")]

    def save_feed(self, feed: FeedState) -> None:
        """Replaces what is remembered of a feed."""
        marks = ", ".join("?" * len(feed))
        self.database.execute(f"INSERT OR REPLACE INTO feeds ({', '.join(feed._fields)}) VALUES ({marks})", feed)

    def hold(self, host: str) -> datetime | None:
        """Until when ``host`` must not be asked; None where it may."""
        row = self.database.execute("SELECT not_before FROM hosts WHERE host = ?", (host,)).fetchone()
        return parse_time(row[0]) if row else None

    def hold_host(self, host: str, not_before: datetime, reason: str, latest: datetime) -> None:
        """``host`` is not asked before ``not_before``, whichever feed of it that is.

        A hold is only ever extended; one that lies behind ``latest`` is no hold.
        """
        self.database.execute(
            "INSERT INTO hosts VALUES (?, ?, ?) ON CONFLICT (host) DO UPDATE SET reason = excluded.reason, "
            "not_before = CASE WHEN not_before > ? THEN excluded.not_before "
            "ELSE max(not_before, excluded.not_before) END",
            (host, format_time(not_before), reason, format_time(latest)),
        )

    def forget_fetches(self, before: datetime) -> None:
        """Forgets fetches and pages from before ``before``, whose bytes are not kept any longer."""
        with self.transaction() as database:
            database.execute("DELETE FROM fetches WHERE fetched_at < ?", (format_time(before),))
            database.execute("DELETE FROM pages WHERE fetched_at < ?", (format_time(before),))

    def queue_rows(self, table: str, rows: Sequence[Any]) -> None:
        """Rows that the tables are to get; call it in the transaction that they belong to."""
        for row in rows:
            self.database.execute(
                "INSERT INTO rows_for_tables (table_name, row) VALUES (?, ?)",
                (table, json.dumps(to_plain(row), ensure_ascii=True)),
            )


@overload
def format_time(moment: datetime) -> str: ...
@overload
def format_time(moment: None) -> None: ...
def format_time(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, whole seconds; None for None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str | None) -> datetime | None:
    """The moment that ``format_time`` wrote; None for None and for what it never wrote."""
    try:
        return datetime.fromisoformat(text) if text else None
    except (ValueError, TypeError):
        return None
