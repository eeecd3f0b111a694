"""Where rows go: files or BigQuery, behind one small interface, and ``Tables``, which writes to several at once."""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from transforms.tables.conform import ConformError, conform, to_json
from transforms.tables.dead_letters import letter_of_row
from transforms.tables.layout import key, partition

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The system's clock, aware, in UTC."""
    return datetime.now(UTC)


class Line(NamedTuple):
    """A conformed row on its way into a file: text, so that it sorts, compares and travels at no cost.

    Attributes:
        table: Its table.
        partition: Its partition's folder.
        key: What makes it one row.
        json: The row, as ``to_json`` writes it.
    """

    table: str
    partition: str
    key: tuple[str, ...]
    json: str


class Written(NamedTuple):
    """What became of the rows that a write was given.

    Attributes:
        rows: Table -> rows that are durable in it.
        dead: Rows that fit no table, or that BigQuery refused, and that are dead letters now.
        repeats: Rows that were given more than once in the same write.
    """

    rows: dict[str, int]
    dead: int
    repeats: int


class Sink(Protocol):
    """One place for tables. Rows are staged durably, then committed together."""

    def stage(self, lines: Sequence[Line], now: datetime) -> list[Any]:
        """Makes ``lines`` durable but not visible; what comes back travels to ``commit``, on any machine."""

    def commit(self, staged: Iterable[Any], now: datetime) -> None:
        """Makes everything staged visible at once; ``now`` is aware. Repeating it changes nothing."""

    def write(self, lines: Sequence[Line], now: datetime) -> int:
        """Makes ``lines`` durable and visible, in small portions and often. How many it made dead letters of."""


def to_lines(rows: Mapping[str, Iterable[Any]], clock: Clock = utc_now) -> tuple[list[Line], int]:
    """Every row as a line, those that fit no table as lines of ``dead_letters``, and how many these are."""
    lines, dead = [], 0
    for table, given in rows.items():
        for row in given:
            try:
                fitted = conform(table, row)
            except ConformError as error:
                dead += 1
                table_, fitted = "dead_letters", conform("dead_letters", letter_of_row(table, row, error, clock()))
            else:
                table_ = table
            lines.append(Line(table_, partition(table_, fitted), key(table_, fitted), to_json(table_, fitted)))
    return lines, dead


def once(lines: Iterable[Line]) -> list[Line]:
    """Each row once, sorted by table, partition, key: of rows with one key the one whose text sorts last."""
    kept = {(line.table, line.key): line for line in sorted(lines)}
    return sorted(kept.values())


def open_sink(target: str) -> Sink:
    """The sink that a ``tables`` setting names; the same one whenever a process asks again.

    ``FOLDER`` and ``gs://…`` hold Parquet, ``jsonl:FOLDER`` JSON lines, ``bigquery://PROJECT/DATASET`` is BigQuery.
    """
    prefix = "jsonl:" if target.startswith("jsonl:") else ""
    place = target.removeprefix(prefix)
    return _open(target if "://" in target else f"{prefix}{Path(place).absolute()}")


@functools.cache
def _open(target: str) -> Sink:
    if target.startswith("bigquery://"):
        from transforms.tables.bigquery.sink import open_bigquery

        return open_bigquery(target)
    from transforms.tables.files import FileSink

    return FileSink(target)


class Tables:
    """Writes rows to every place that the ``tables`` setting names: plain Python, no Beam.

    When ``write`` or ``write_all`` returns, the rows are durable and visible; when it raises OSError, a later write
    of the same rows completes what there is, without doubles.
    """

    def __init__(self, targets: Sequence[str], clock: Clock = utc_now) -> None:
        self.targets = tuple(targets)
        self._clock = clock

    def write(self, table: str, rows: Iterable[Any]) -> Written:
        """Writes rows of one table. Rows that fit no column become dead letters."""
        return self.write_all({table: rows})

    def write_all(self, rows: Mapping[str, Iterable[Any]]) -> Written:
        """Writes rows of several tables in one commit: readers see all of it or nothing."""
        lines, dead = to_lines(rows, self._clock)
        kept = once(lines)
        refused = max((open_sink(target).write(kept, self._clock()) for target in self.targets), default=0)
        counts: dict[str, int] = {}
        for line in kept:
            counts[line.table] = counts.get(line.table, 0) + 1
        return Written(counts, dead + refused, len(lines) - len(kept))
