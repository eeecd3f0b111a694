"""Rows that wait in a file for their commit, however many there are."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from transforms.tables.conform import conform, to_json
from transforms.tables.delta_lake.encode import to_arrow
from transforms.tables.delta_lake.store import delta_schema, partitioned

# Rows that become columns at a time.
_BATCH = 2000


class Aside:
    """Rows of a table, written to a file of ``folder`` at ``now``; nothing can be added after the context's end."""

    def __init__(self, table: str, folder: Path, now: datetime) -> None:
        self.count = 0
        self._table, self._now, self._path = table, now, str(folder / table)
        self._waiting: list[Any] = []
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        self._file = pa.ipc.new_stream(self._path, delta_schema(table), options=options)

    def add(self, rows: Iterable[Any]) -> None:
        """Adds rows, each once."""
        self._waiting += rows
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self.count += len(self._waiting)
        self._file.write_table(to_columns(self._table, self._waiting, self._now))
        self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if fault is None:
            self._flush()
        self._file.close()

    @contextlib.contextmanager
    def reader(self) -> Iterator[pa.RecordBatchReader]:
        """All rows, some at a time."""
        with pa.OSFile(self._path) as file, pa.ipc.open_stream(file) as rows:
            yield rows


def to_columns(table: str, given: Iterable[Any], now: datetime) -> pa.Table:
    """Rows as Delta keeps them, sorted."""
    lines = sorted(to_json(table, conform(table, row)) for row in given)
    parts = (lines[start : start + _BATCH] for start in range(0, len(lines) or 1, _BATCH))
    return pa.concat_tables(partitioned(table, to_arrow(table, part), now) for part in parts)
