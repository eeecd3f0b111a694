"""Where rows go: Delta tables or BigQuery, behind one small interface, and ``Tables``, which writes to several at once."""

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
    """One place for tables."""

    def write(self, lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
        """Makes a bundle of whole articles durable and visible; ``now`` is aware.

        Writing the same rows again, in the same bundle or in others, changes nothing. ``bounded``: there is an end to
        what comes, so that few large writes are better than many small ones. Returns table -> rows that the place
        refused for good; these are dead letters there.

        Raises:
            OSError: the place cannot be written to now; nothing is lost, since a later write completes what there is.
        """

    def settle(self, now: datetime) -> None:
        """Does what writes have left for later: after it the tables hold all that is worked out of what was written.

        Raises:
            OSError: the place cannot be read or written to now; settling later does it.
        """

    def rebuild(self, now: datetime) -> Counter[str]:
        """Works out anew what is worked out of articles and reports; table -> its rows.

        Raises:
            OSError: the place cannot be read or written to now; what was worked out before is still there.
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
