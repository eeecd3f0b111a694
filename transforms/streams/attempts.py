"""How often a message was begun and not finished: remembered on disk, since the worst messages end the process."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from transforms.streams.message import StreamError


class Attempts:
    """A SQLite file that counts, per message of one stream, the attempts that were begun.

    The stream's own ``delivery_attempt`` does not do: it also counts a message that merely stood beside the one that
    ended the process, and Pub/Sub counts only where a dead-letter policy is set.
    """

    def __init__(self, path: Path, stream: str) -> None:
        self._stream = stream
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS attempts (stream TEXT, message_id TEXT, count INTEGER NOT NULL, "
                "PRIMARY KEY (stream, message_id)) WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error) as error:
            raise StreamError(str(path), f"cannot remember attempts: {error}") from error

    def begun(self, message_id: str) -> int:
        """How many attempts at this message were begun and not finished."""
        query = "SELECT count FROM attempts WHERE stream=? AND message_id=?"
        row = self._database.execute(query, (self._stream, message_id)).fetchone()
        return row[0] if row else 0

    def begin(self, message_ids: Sequence[str]) -> None:
        """An attempt at these messages together begins."""
        statement = "INSERT INTO attempts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
        self._each(statement, message_ids)

    def finish(self, message_ids: Sequence[str]) -> None:
        """These messages are done with, well or as dead letters."""
        self._each("DELETE FROM attempts WHERE stream=? AND message_id=?", message_ids)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _each(self, statement: str, message_ids: Sequence[str]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(statement, [(self._stream, message_id) for message_id in message_ids])
        self._database.execute("COMMIT")
