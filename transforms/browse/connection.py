"""A connection to the read model for one question: documents of SQLite, and the meetings' columns."""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from transforms.browse.facts import Facts

Row = dict[str, Any]


def key_of(text: str) -> int:
    """63 bits of a hash of an id: a million have one in ten million chances that two are alike."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


class Reader:
    """Reads what is there now, and goes on reading that whatever is written meanwhile. For one thread at a time."""

    def __init__(self, file: Path, facts: Facts) -> None:
        self.facts = facts
        self.choice: tuple[Any, Any] | None = None  # a filter, and what it takes
        self._connection = sqlite3.connect(
            f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False, isolation_level=None, timeout=10
        )
        self._connection.execute("PRAGMA cache_size = -512")
        self._connection.execute("BEGIN")

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """What a statement gives."""
        found = self._connection.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def column(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The first column of what a statement gives."""
        return [row[0] for row in self._connection.execute(sql, values)]

    def bodies(self, numbers: Iterable[int]) -> list[str]:
        """The meetings of these numbers as JSON, in this order; those that went meanwhile are left out."""
        wanted = [int(number) for number in numbers]
        sql = f"SELECT number, body FROM meetings WHERE number IN ({', '.join(map(str, wanted))})"
        found = dict(self._connection.execute(sql).fetchall())
        return [found[number] for number in wanted if number in found]

    def interrupt(self) -> None:
        """Ends the statement under way, from any thread: it raises sqlite3.OperationalError."""
        self._connection.interrupt()

    def close(self) -> None:
        """Gives the connection up."""
        self._connection.close()


def starting(words: Iterable[str]) -> str:
    """A full-text query for rows in which each of ``words`` begins a word. They are letters and digits."""
    return " AND ".join(f'"{word}"*' for word in words)
