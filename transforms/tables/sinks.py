"""Where rows go: Delta tables or BigQuery, behind one small interface, and ``Tables``, which writes to several at once."""

import errno
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from transforms.tables.conform import ConformError, conform, to_json
from transforms.tables.dead_letters import letter_of_row
from transforms.tables.layout import key

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The system's clock, aware, in UTC."""
    return datetime.now(UTC)


class Line(NamedTuple):
    """A conformed row on its way into a table: text, so that it sorts, compares and travels at no cost.

    Attributes:
        table: Its table.
        key: What makes it one row.
        json: The row, as ``to_json`` writes it.
    """

    table: str
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
    """One place for tables."""

    def write(self, lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
        """Makes a bundle of whole articles durable and visible; ``now`` is aware.

        Writing the same rows again, in the same bundle or in others, changes nothing. ``bounded``: there is an end to
        what comes, so that few large writes are better than many small ones. Returns table -> rows that the place
        refused for good; these are dead letters there.

        Raises:
            OSError: the place cannot be written to now; nothing is lost, since a later write completes what there is.
        """

    def rebuild(self, now: datetime) -> Counter[str]:
        """Works out anew what is worked out of articles and reports; table -> its rows.

        Raises:
            OSError: the place cannot be read or written to now; what was worked out before is still there.
        """


def to_lines(rows: Mapping[str, Iterable[Any]], clock: Clock = utc_now) -> tuple[list[Line], Counter[str]]:
    """Every row as a line, those that fit no table as lines of ``dead_letters``; and table -> how many these are."""
    lines: list[Line] = []
    refused: Counter[str] = Counter()
    for table, given in rows.items():
        for row in given:
            try:
                fitted = conform(table, row)
            except ConformError as error:
                refused[table] += 1
                table_, fitted = "dead_letters", conform("dead_letters", letter_of_row(table, row, error, clock()))
            else:
                table_ = table
            lines.append(Line(table_, key(table_, fitted), to_json(table_, fitted)))
    return lines, refused


def once(lines: Iterable[Line]) -> list[Line]:
    """Each row once, sorted by table and key: of rows with one key the one whose text sorts last."""
    kept = {(line.table, line.key): line for line in sorted(lines)}
    return sorted(kept.values())


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
    from transforms.tables.delta import DeltaSink

    return DeltaSink(target)


def write_each(targets: Iterable[str], lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
    """Writes to every place; table -> rows that one of the places or more refused. See ``Sink``."""
    refused: Counter[str] = Counter()
    for target in targets:
        refused |= open_sink(target).write(lines, now, bounded)
    return refused


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
