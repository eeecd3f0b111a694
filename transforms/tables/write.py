"""The Beam ends of the chain: extracts into tables, failures into dead letters.

Beam's own file sinks lose rows on the local runner, so these write by the plain functions of this folder.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.transforms.window import GlobalWindow, GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from transforms import coders, rows
from transforms.rows import derive_id
from transforms.tables.dead_letters import letter_of_failure
from transforms.tables.layout import of_extract
from transforms.tables.sinks import Clock, Line, once, open_sink, to_lines, utc_now

__all__ = ["WriteDeadLetters", "WriteTables", "coders"]

# Lines that a bundle holds in memory before it writes a file: 64 MB of JSON.
BUNDLE_BYTES = 64_000_000


class WriteTables(beam.PTransform):
    """``PCollection[Extract]`` -> ``PCollection[dict]``: a count of rows a table, one element a commit.

    Writes articles, entities and meeting reports to each of ``tables`` (as in the settings), the rows of one article in
    one commit. Rows that fit no column go to ``dead_letters`` in the same places; counters ``tables/<table>`` and
    ``tables/repeats`` add up to the rows that came in.

    Bounded input is grouped by partition (in ``shards`` parts each, where a day's rows would fill a worker's memory)
    and committed at once, when every file is durable. Unbounded input (or
    ``grouped=False``) is written and committed when its bundle finishes, with no shuffle before that: a source may
    acknowledge in its bundle finalizer. Windows and lateness play no part: no row is ever late.
    """

    def __init__(
        self,
        tables: Sequence[str],
        run_id: str = "",
        grouped: bool | None = None,
        shards: int = 1,
        clock: Clock = utc_now,
    ) -> None:
        super().__init__()
        self.tables = tuple(tables)
        self.run_id = run_id
        self.grouped = grouped
        self.shards = shards
        self.clock = clock

    def expand(self, extracts: beam.PCollection) -> beam.PCollection:
        """Wires the grouped or the bundle-wise write."""
        grouped = extracts.is_bounded if self.grouped is None else self.grouped
        lines = extracts | "To lines" >> beam.ParDo(_ExtractToLines(self.clock))
        return (
            lines | "Write groups" >> _WriteGroups(self.tables, self.shards, self.clock)
            if grouped
            else lines | "Write bundles" >> beam.ParDo(_WriteBundles(self.tables, self.clock))
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
            | "To dead letters" >> beam.ParDo(_FailureToLines(self.stage, self.clock))
            | "Write" >> beam.ParDo(_WriteBundles(self.tables, self.clock))
        )


class _WriteGroups(beam.PTransform):
    """Lines by table, partition and shard, each staged as a file; one commit when all are."""

    def __init__(self, tables: Sequence[str], shards: int, clock: Clock) -> None:
        super().__init__()
        self.tables, self.shards, self.clock = tuple(tables), shards, clock

    def expand(self, lines: beam.PCollection) -> beam.PCollection:
        return (
            lines
            | "Leave windows" >> beam.WindowInto(GlobalWindows())
            | "By partition" >> beam.Map(_with_shard, self.shards).with_output_types(tuple[str, Any])
            | "Group" >> beam.GroupByKey()
            | "Stage" >> beam.ParDo(_Stage(self.tables, self.clock)).with_output_types(tuple[str, Any])
            | "All staged" >> beam.GroupByKey()
            | "Commit" >> beam.ParDo(_Commit(self.tables, self.clock))
        )


def _with_shard(line: Line, shards: int) -> tuple[str, Line]:
    shard = int(derive_id(*line.key), 16) % shards
    return f"{line.table}/{line.partition}/{shard}", line


class _ExtractToLines(beam.DoFn):
    """An extract's rows, conformed, or dead letters in their stead."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def process(self, extract: rows.Extract) -> Iterator[Line]:
        yield from to_lines(of_extract(extract), self.clock)[0]


class _FailureToLines(beam.DoFn):
    def __init__(self, stage: str | None, clock: Clock) -> None:
        self.stage = stage
        self.clock = clock

    def process(self, failure: Any) -> Iterator[Line]:
        letter = letter_of_failure(failure, self.clock(), self.stage)
        yield from to_lines({"dead_letters": [letter]}, self.clock)[0]


class _WriteBundles(beam.DoFn):
    """Stages and commits a bundle's lines when it finishes, and before that whenever they would fill the memory."""

    def __init__(self, tables: Sequence[str], clock: Clock) -> None:
        self.tables, self.clock = tuple(tables), clock

    def start_bundle(self) -> None:
        self.lines: list[Line] = []
        self.size = 0

    def process(self, line: Line) -> Iterator[dict[str, int]]:
        self.lines.append(line)
        self.size += len(line.json)
        if self.size > BUNDLE_BYTES:
            yield self._write()
            self.start_bundle()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        if self.lines:
            yield WindowedValue(self._write(), GlobalWindow().max_timestamp(), [GlobalWindow()])

    def _write(self) -> dict[str, int]:
        kept = once(self.lines)
        for target in self.tables:
            refused = open_sink(target).write(kept, self.clock())
            if refused:
                Metrics.counter("tables", "refused").inc(refused)
        return _counted(self.lines, kept)


class _Stage(beam.DoFn):
    """Stages one group in every target. What was staged where travels on, with the counts."""

    def __init__(self, tables: Sequence[str], clock: Clock) -> None:
        self.tables, self.clock = tuple(tables), clock

    def process(self, group: tuple[str, Iterable[Line]]) -> Iterator[tuple[str, Any]]:
        given = list(group[1])
        kept = once(given)
        yield "", ([open_sink(target).stage(kept, self.clock()) for target in self.tables], _counted(given, kept))


class _Commit(beam.DoFn):
    """Commits what all groups staged, target by target."""

    def __init__(self, tables: Sequence[str], clock: Clock) -> None:
        self.tables, self.clock = tuple(tables), clock

    def process(self, staged: tuple[str, Iterable[Any]]) -> Iterator[dict[str, int]]:
        groups = list(staged[1])
        for place, target in enumerate(self.tables):
            open_sink(target).commit([one for files, _ in groups for one in files[place]], self.clock())
        total: Counter[str] = Counter()
        for _, counts in groups:
            total.update(counts)
        yield dict(total)


def _counted(given: Sequence[Line], kept: Sequence[Line]) -> dict[str, int]:
    """Rows by table, added to Beam's counters too."""
    counts = Counter(line.table for line in kept)
    for table, count in counts.items():
        Metrics.counter("tables", table).inc(count)
    Metrics.counter("tables", "repeats").inc(len(given) - len(kept))
    return dict(counts)
