"""Counts the attempts to process each message, on disk because a message may crash its process."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from transforms.streams.message import StreamError


class Tries(NamedTuple):
    """What is known of a message that was begun and is not done.

    Attributes:
        begun: How often it was begun.
        failed: How often that was seen to fail. The other times the process ended, for whatever reason.
    """

    begun: int
    failed: int


class Attempts:
    """A SQLite file that counts, per message of one stream, what was begun and what failed. Several threads may use it.

    The stream's own ``delivery_attempt`` does not do: it also counts a message that merely stood beside the one that
    ended the process, and Pub/Sub counts only where a dead-letter policy is set.
    """

    def __init__(self, path: Path, stream: str) -> None:
        self._stream, self._path = stream, path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._database.execute("PRAGMA journal_mode=WAL")
            columns = [row[1] for row in self._database.execute("PRAGMA table_info(tries)")]
            if columns not in ([], ["stream", "message_id", "begun", "failed"]):
                self._database.execute("DROP TABLE tries")  # another version's: to begin to count anew loses nothing
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS tries (stream TEXT, message_id TEXT, begun INTEGER NOT NULL, "
                "failed INTEGER NOT NULL, PRIMARY KEY (stream, message_id)) WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error) as error:
            raise self._fault(error) from error

    def of(self, message_id: str) -> Tries:
        """Returns the attempts at this message so far."""
        query = "SELECT begun, failed FROM tries WHERE stream=? AND message_id=?"
        try:
            with self._lock:
                row = self._database.execute(query, (self._stream, message_id)).fetchone()
        except sqlite3.Error as error:
            raise self._fault(error) from error
        return Tries(*row) if row else Tries(0, 0)

    def begin(self, message_ids: Sequence[str]) -> None:
        """Records that an attempt at these messages, in one bundle, begins."""
        self._each("INSERT INTO tries VALUES (?, ?, 1, 0) ON CONFLICT DO UPDATE SET begun = begun + 1", message_ids)

    def fail(self, message_ids: Sequence[str]) -> None:
        """Records that their attempt failed without ending the process."""
        self._each("UPDATE tries SET failed = failed + 1 WHERE stream=? AND message_id=?", message_ids)

    def undo(self, message_ids: Sequence[str]) -> None:
        """Takes back their attempt, which was interrupted by an orderly stop."""
        self._each("UPDATE tries SET begun = begun - 1 WHERE stream=? AND message_id=?", message_ids)

    def finish(self, message_ids: Sequence[str]) -> None:
        """Forgets these messages, which are durable as rows or as dead letters."""
        self._each("DELETE FROM tries WHERE stream=? AND message_id=?", message_ids)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _each(self, statement: str, message_ids: Sequence[str]) -> None:
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                self._database.executemany(statement, [(self._stream, message_id) for message_id in message_ids])
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise self._fault(error) from error

    def _fault(self, error: Exception) -> StreamError:
        return StreamError(str(self._path), f"cannot remember attempts: {error} (it may be removed)")
