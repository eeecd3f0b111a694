"""The embedded stream: a folder that needs no service, is durable, and is shared by any number of processes.

``segments`` holds the messages; here are its two ends. A subscription is a small SQLite file in the folder: how far it
has handed out messages, and which of those are not acknowledged yet. A message that was handed out comes again when its
lease runs out, when it is released, and at once when the process that held it is gone (each open subscription
holds a lock that the kernel gives back at its death).
"""

import contextlib
import fcntl
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from transforms.streams.message import Backlog, Message, Received, StreamError, timestamp
from transforms.streams.segments import Log, Record

LEASE_SECONDS = 60.0
# A span is cut into about so many parts: more than there are workers, so that they end together; but none that is hardly
# worth its opening, and none so large that a worker which is lost takes much with it.
PARTS, LEAST_PART_BYTES, MOST_PART_BYTES = 256, 32 * 1024, 8 * 2**20
_SCHEMA = """
CREATE TABLE IF NOT EXISTS reached (offset INTEGER NOT NULL, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS held (
    offset INTEGER PRIMARY KEY, size INTEGER NOT NULL, published_at TEXT NOT NULL, owner TEXT NOT NULL,
    expires REAL NOT NULL, attempt INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO reached SELECT 0, 0 WHERE NOT EXISTS (SELECT * FROM reached);
"""


class FolderPublisher:
    """The writing end. Many may write to one folder, from one process or several."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._log = Log(folder, now)

    def publish(self, messages: Sequence[Message]) -> list[str | Exception]:
        """See ``Publisher``."""
        return self._log.append(messages)

    def close(self) -> None:
        """Does nothing: a folder needs no connection."""


class FolderSubscription:
    """The reading end: a position of that ``name``, which starts at the first message and moves by acknowledging.

    Args:
        folder: The stream's folder; made where it is not there.
        name: Processes that open the same name share its messages.
        lease_seconds: How long a delivery is held before it is given to another.
        clock: Seconds since 1970.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        lease_seconds: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._log = Log(folder)
        self._name, self._lease_seconds, self._clock, self._sleep = name, lease_seconds, clock, sleep
        self._lock = threading.Lock()
        self._folder = folder / "subscriptions" / name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                self._folder / "state.sqlite", timeout=30, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise StreamError(str(folder), f"cannot open subscription {name!r}: {error}") from error
        try:
            self._begin()
        except (OSError, sqlite3.Error) as error:
            self._database.close()
            raise StreamError(str(folder), f"cannot open subscription {name!r}: {error}") from error

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """What is there, at once; waits up to ``wait_seconds`` for the first message. Earlier deliveries that were
        not acknowledged come first, each part in the stream's order."""
        deadline = self._clock() + wait_seconds
        pause = 0.02
        while True:
            if self._may_have_messages() and (received := self._take(max_messages, max_bytes)):
                return received
            left = deadline - self._clock()
            if left <= 0:
                return []
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, 0.25)

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Acknowledges these messages, even if their lease has expired: they are not redelivered."""
        with self._writing():
            self._database.executemany("DELETE FROM held WHERE offset=?", [(_parse(ack)[0],) for ack in ack_ids])

    def extend(self, ack_ids: Sequence[str], seconds: float) -> None:
        """Extends leases to ``seconds`` from now, except of messages that were redelivered since."""
        self._set_expiry(ack_ids, self._clock() + seconds)

    def release(self, ack_ids: Sequence[str]) -> None:
        """Releases these deliveries, which are redelivered at once."""
        self._set_expiry(ack_ids, 0.0)

    def backlog(self) -> Backlog:
        """Counts the messages that were never delivered, and those delivered and not acknowledged."""
        with self._alone():
            held, held_bytes, oldest = self._database.execute(
                "SELECT count(*), coalesce(sum(size), 0), min(published_at) FROM held"
            ).fetchone()
            offset, number = self._database.execute("SELECT offset, number FROM reached").fetchone()
        last = self._log.last()
        if last is None or last.end <= offset:
            return Backlog(held, held_bytes, oldest)
        if oldest is None:
            oldest = next(self._log.read(offset)).published_at
        return Backlog(held + last.number - number, held_bytes + last.end - offset, oldest)

    def close(self) -> None:
        """Releases every delivery that was not acknowledged."""
        with self._writing():
            self._database.execute("UPDATE held SET expires=0 WHERE owner=?", (self._owner,))
        with self._alone():
            self._database.close()
        (self._folder / self._owner).unlink(missing_ok=True)
        os.close(self._owner_file)

    def _begin(self) -> None:
        """Makes the tables where they are missing, and the file whose lock tells that this consumer lives."""
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        with self._writing():
            for statement in _SCHEMA.split(";\n"):
                self._database.execute(statement)
            self._sweep()
            self._owner_file, owner = tempfile.mkstemp(prefix="consumer-", dir=self._folder)
            fcntl.flock(self._owner_file, fcntl.LOCK_EX)
            self._owner = Path(owner).name

    def _may_have_messages(self) -> bool:
        """A look without a lock, so that an idle consumer costs next to nothing."""
        with self._alone():
            (offset,) = self._database.execute("SELECT offset FROM reached").fetchone()
            held = self._database.execute("SELECT min(expires), count(DISTINCT owner) FROM held").fetchone()
        size = self._log.size()
        if size < offset:
            raise StreamError(
                str(self._folder),
                f"stands at byte {offset:,} of a stream of {size:,}: its segments were removed; remove this "
                "folder as well to start anew",
            )
        return size > offset or (held[0] is not None and (held[0] <= self._clock() or self._has_dead_owner()))

    def _has_dead_owner(self) -> bool:
        with self._alone():
            owners = [owner for (owner,) in self._database.execute("SELECT DISTINCT owner FROM held WHERE expires>0")]
        return any(owner != self._owner and self._is_dead(owner) for owner in owners)

    def _is_dead(self, owner: str) -> bool:
        try:
            descriptor = os.open(self._folder / owner, os.O_RDWR)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        """Releases the deliveries of processes that died, and removes their files. Called within a transaction."""
        for path in self._folder.glob("consumer-*"):
            if path.name != getattr(self, "_owner", "") and self._is_dead(path.name):
                path.unlink(missing_ok=True)
        for (owner,) in self._database.execute("SELECT DISTINCT owner FROM held WHERE expires>0").fetchall():
            if owner != getattr(self, "_owner", "") and self._is_dead(owner):
                self._database.execute("UPDATE held SET expires=0 WHERE owner=?", (owner,))

    def _take(self, max_messages: int, max_bytes: int) -> list[Received]:
        """Hands out up to so much, in one transaction."""
        with self._writing():
            self._sweep()
            now = self._clock()
            again = self._database.execute(
                "SELECT offset, size, attempt FROM held WHERE expires<=? ORDER BY offset LIMIT ?", (now, max_messages)
            ).fetchall()
            taken: list[tuple[Record, int]] = []
            room = max_bytes
            for offset, size, attempt in again:
                if taken and size > room:
                    break
                record = next(self._log.read(offset), None)
                if record is None or record.offset != offset:
                    self._database.execute("DELETE FROM held WHERE offset=?", (offset,))  # its segment was removed
                    continue
                room -= size
                taken.append((record, attempt + 1))
            reached, number = self._database.execute("SELECT offset, number FROM reached").fetchone()
            if len(taken) == len(again) and len(taken) < max_messages:
                for record in self._log.read(reached):
                    if taken and record.end - record.offset > room:
                        break
                    room -= record.end - record.offset
                    taken.append((record, 1))
                    reached, number = record.end, max(number, record.number)
                    if len(taken) == max_messages:
                        break
                self._database.execute("UPDATE reached SET offset=?, number=?", (reached, number))
            self._database.executemany(
                "INSERT OR REPLACE INTO held VALUES (?,?,?,?,?,?)",
                [
                    (r.offset, r.end - r.offset, r.published_at, self._owner, now + self._lease_seconds, attempt)
                    for r, attempt in taken
                ],
            )
        return [received(record, attempt) for record, attempt in taken]

    def _set_expiry(self, ack_ids: Sequence[str], expires: float) -> None:
        with self._writing():
            self._database.executemany(
                "UPDATE held SET expires=?, owner=? WHERE offset=? AND attempt=?",
                [(expires, self._owner, *_parse(ack)) for ack in ack_ids],
            )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other threads waiting; StreamError where the subscription's file is damaged or its disk full."""
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise StreamError(str(self._folder / "state.sqlite"), f"cannot keep the position: {error}") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One durable transaction, alone among all threads and processes."""
        with self._alone():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            finally:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")


def read_range(folder: Path, since: datetime | None, until: datetime | None) -> Iterator[Received]:
    """Every message published at or after ``since`` and before ``until``, to the stream's end as it is now. Reading
    moves no position."""
    log = Log(folder)
    return _read(log, *_span(log, since), since, until)


def cut_range(folder: Path, since: datetime | None) -> list[tuple[int, int]]:
    """What ``read_range`` would read, as it is now, in parts for ``read_part``: the bytes of each, ``(first, end)``."""
    begin, end = _span(Log(folder), since)
    step = min(max((end - begin) // PARTS, LEAST_PART_BYTES), MOST_PART_BYTES)
    return [(first, min(first + step, end)) for first in range(begin, end, step)]


def read_part(folder: Path, first: int, end: int, since: datetime | None, until: datetime | None) -> Iterator[Received]:
    """The messages of ``read_range`` whose lines begin in the bytes from ``first`` to before ``end``."""
    log = Log(folder)
    return _read(log, log.line_from(first), end, since, until)


def _span(log: Log, since: datetime | None) -> tuple[int, int]:
    return log.seek(timestamp(since)) if since else 0, log.size()


def _read(log: Log, first: int, end: int, since: datetime | None, until: datetime | None) -> Iterator[Received]:
    """``first`` is the start of a line."""
    low = timestamp(since) if since else ""
    high = timestamp(until) if until else "~"
    for record in log.read(first):
        if record.offset >= end or record.published_at >= high:
            return
        if record.published_at >= low or not record.published_at:
            yield received(record, 1)


def received(record: Record, attempt: int) -> Received:
    """The delivery number ``attempt`` of ``record``."""
    identity = f"{record.offset:020d}"
    return Received(f"{identity}:{attempt}", record.data, record.attributes, identity, record.published_at, attempt)


def _parse(ack_id: str) -> tuple[int, int]:
    offset, attempt = ack_id.split(":")
    return int(offset), int(attempt)
