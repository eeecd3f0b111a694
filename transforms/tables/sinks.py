"""The interface of a place for tables (a sink), and ``Tables``, which writes to several sinks at once."""

import errno
import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from transforms.clock import Clock, utc_now
from transforms.tables.lines import Line, once, to_lines


class Written(NamedTuple):
    """The outcome of a write.

    Attributes:
        rows: The number of durable rows by table.
        dead: Rows that became dead letters, because they fit no table or BigQuery refused them.
        repeats: Rows that were passed more than once.
    """

    rows: dict[str, int]
    dead: int
    repeats: int


class Sink(Protocol):
    """A place for tables."""

    def write(self, lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
        """Makes a bundle of rows durable and visible. Writing them again, in any bundle, changes nothing.

        Args:
            lines: The rows; all rows of an article are in one bundle.
            now: The time of the write, with its zone.
            bounded: Whether the input ends, so that few large writes are better than many small ones.

        Returns:
            The number of rows by table that the sink refused for good and wrote as dead letters instead.

        Raises:
            OSError: The sink cannot be written to now. A later write of the same rows completes this one.
        """

    def settle(self, now: datetime) -> None:
        """Brings derived tables up to date with what was written.

        Raises:
            OSError: The sink cannot be read or written to now. A later call does the same work.
        """

    def rebuild(self, now: datetime) -> Counter[str]:
        """Computes derived tables again from articles and reports.

        Returns:
            The number of rows by derived table.

        Raises:
            OSError: The sink cannot be read or written to now. The derived tables are as before.
        """


def open_sink(target: str) -> Sink:
    """The sink that a ``tables`` setting names; the same one whenever a process asks again.

    ``FOLDER``, ``gs://…`` and ``s3://…`` hold Delta tables, ``bigquery://PROJECT/DATASET`` is BigQuery.
    """
    if target.startswith("jsonl:"):
        raise OSError(
            errno.EINVAL, "JSON lines are no place for tables; meetwire export --format jsonl makes them", target
        )
    return _open(target if "://" in target else str(Path(target).absolute()))


@functools.cache
def _open(target: str) -> Sink:
    if target.startswith("bigquery://"):
        from transforms.tables.bigquery.sink import open_bigquery

        return open_bigquery(target)
    from transforms.tables.delta_lake.delta_sink import DeltaSink

    return DeltaSink(target)


def write_each(targets: Iterable[str], lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
    """Writes to every place; table -> rows that one of the places or more refused. See ``Sink``."""
    refused: Counter[str] = Counter()
    for target in targets:
        refused |= open_sink(target).write(lines, now, bounded)
    return refused


def settle_each(targets: Iterable[str]) -> None:
    """Does in every place what writes have left for later. See ``Sink``."""
    for target in targets:
        open_sink(target).settle(utc_now())


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
        """Writes rows of several tables; the articles among them bring all of their entities and reports along."""
        lines, refused = to_lines(rows, self._clock)
        kept = once(lines)
        refused += write_each(self.targets, kept, self._clock())
        counts: dict[str, int] = {}
        for line in kept:
            counts[line.table] = counts.get(line.table, 0) + 1
        return Written(counts, refused.total(), len(lines) - len(kept))
