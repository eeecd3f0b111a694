"""The Beam ends of the chain: extracts into tables, failures into dead letters.

Beam's own file sinks lose rows on the local runner, so these write by the plain functions of this folder.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from transforms import coders, rows
from transforms.clock import Clock, utc_now
from transforms.tables.dead_letters import letter_of_failure
from transforms.tables.layout import of_extract
from transforms.tables.lines import Line, once, to_lines
from transforms.tables.sinks import write_each

__all__ = ["WriteDeadLetters", "WriteTables", "coders"]

# JSON that a bundle holds in memory before it writes: 64 MB of JSON.
BUNDLE_BYTES = 64_000_000


class WriteTables(beam.PTransform):
    """``PCollection[Extract]`` -> ``PCollection[dict]``: a count of rows a table, one element a write.

    Writes articles, entities and meeting reports to each of ``tables`` (as in the settings). Rows that fit no column go
    to ``dead_letters`` in the same places; counters ``tables/<table>`` and ``tables/repeats`` add up to the rows that
    came in. What became of the articles is counted here, when it is durable: ``meetwire/extracted``,
    ``meetwire/reports`` and ``meetwire/refused.<table>`` (rows that fit no column, or that a place refused).

    A bundle is written when it finishes (and before, between two articles, where it would fill the memory), with no
    shuffle before that: a source may acknowledge in its bundle finalizer. Windows and lateness play no part: no row is
    ever late. ``bounded`` tells the sinks whether there is an end to what comes; by default the input says.
    """

    def __init__(self, tables: Sequence[str], bounded: bool | None = None, clock: Clock = utc_now) -> None:
        super().__init__()
        self.tables, self.bounded, self.clock = tuple(tables), bounded, clock

    def expand(self, extracts: beam.PCollection) -> beam.PCollection:
        """Wires the write."""
        bounded = extracts.is_bounded if self.bounded is None else self.bounded
        return (
            extracts
            | "To lines" >> beam.Map(_extract_to_lines, self.clock)
            | "Write bundles" >> beam.ParDo(_WriteBundles(self.tables, self.clock, bounded))
        )


class WriteDeadLetters(beam.PTransform):
    """``PCollection[failure]`` -> ``PCollection[dict]``: what a stage could not process, into ``dead_letters``.

    A failure is a ``DeadLetter``, or what Beam's ``with_exception_handling`` gives: ``(element, (exception class, its
    repr, traceback lines))``; the stage is then the folder of ``transforms`` in which the exception was raised. Made
    for Beam's ``ErrorHandler``. No shuffle; each bundle is a commit.
    """

    def __init__(self, tables: Sequence[str], stage: str | None = None, clock: Clock = utc_now) -> None:
        super().__init__()
        self.tables = tuple(tables)
        self.stage = stage
        self.clock = clock

    def expand(self, failures: beam.PCollection) -> beam.PCollection:
        """Wires failure to letter to table."""
        return (
            failures
            | "To dead letters" >> beam.Map(_failure_to_lines, self.stage, self.clock)
            | "Write" >> beam.ParDo(_WriteBundles(self.tables, self.clock))
        )


def _extract_to_lines(extract: rows.Extract, clock: Clock) -> list[Line]:
    """Converts all rows of an extract to lines, with dead letters for rows that do not fit."""
    lines, refused = to_lines(of_extract(extract), clock)
    _count_refused(refused)
    return lines


def _failure_to_lines(failure: Any, stage: str | None, clock: Clock) -> list[Line]:
    letter = letter_of_failure(failure, clock(), stage)
    return to_lines({"dead_letters": [letter]}, clock)[0]


class _WriteBundles(beam.DoFn):
    """Writes the lines of a bundle when it finishes, or earlier, between two elements, if they take too much memory."""

    def __init__(self, tables: Sequence[str], clock: Clock, bounded: bool = False) -> None:
        self.tables, self.clock, self.bounded = tuple(tables), clock, bounded

    def start_bundle(self) -> None:
        self.lines: list[Line] = []
        self.size = 0

    def process(self, lines: Sequence[Line]) -> Iterator[dict[str, int]]:
        self.lines += lines
        self.size += sum(len(line.json) for line in lines)
        if self.size > BUNDLE_BYTES:
            yield self._write()
            self.start_bundle()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        if self.lines:
            yield WindowedValue(self._write(), GlobalWindow().max_timestamp(), [GlobalWindow()])

    def _write(self) -> dict[str, int]:
        kept = once(self.lines)
        refused = write_each(self.tables, kept, self.clock(), self.bounded)
        return _counted(self.lines, kept, refused)


def _count_refused(refused: Counter[str]) -> None:
    for table, count in refused.items():
        Metrics.counter("meetwire", f"refused.{table}").inc(count)


def _counted(given: Sequence[Line], kept: Sequence[Line], refused: Counter[str]) -> dict[str, int]:
    """Returns the number of rows by table, and adds it to Beam's counters."""
    _count_refused(refused)
    there = Counter(line.table for line in given) - refused
    Metrics.counter("meetwire", "extracted").inc(there["articles"])
    Metrics.counter("meetwire", "reports").inc(there["meeting_reports"])
    counts = Counter(line.table for line in kept)
    for table, count in counts.items():
        Metrics.counter("tables", table).inc(count)
    Metrics.counter("tables", "repeats").inc(len(given) - len(kept))
    return dict(counts)
