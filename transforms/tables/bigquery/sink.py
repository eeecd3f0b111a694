"""BigQuery as a sink: rows are streamed in where they can be, and loaded where they cannot."""

import errno
import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.cloud import bigquery

from transforms.errors import MeetwireError
from transforms.rows import derive_id
from transforms.tables.anew import REPORTS_SQL, TEXTS_SQL, every_meeting, every_sketch
from transforms.tables.bigquery.client import REQUEST_SECONDS, connect, parse, told
from transforms.tables.bigquery.insert import MAX_BYTES, Insert, Refusal, insert
from transforms.tables.bigquery.load import load
from transforms.tables.bigquery.make_dataset import make_all
from transforms.tables.bigquery.merge_steps import BigQueryHeld, Merger
from transforms.tables.bigquery.statements import WRITTEN_AT, as_told
from transforms.tables.conform import from_dict, rfc3339
from transforms.tables.dead_letters import letter_of_row
from transforms.tables.layout import LAYOUTS
from transforms.tables.lines import Line, once, to_lines
from transforms.tables.queries.ask import plain_value

# BigQuery takes no older or later times by stream (five years, one year); a month less, lest clocks differ.
STREAMED_BACK, STREAMED_AHEAD = timedelta(days=1825 - 30), timedelta(days=366 - 30)
# What it says of those where its own bounds are others.
OUTSIDE = "outside the allowed bounds"
# Articles that are merged at a time, so that memory and queries are bounded, and how often once more where others merge.
_AT_ONCE, _TRIES = 5_000, 5


class RefusedError(MeetwireError, ValueError):
    """BigQuery refused a row for good; its text is BigQuery's reason."""


def open_bigquery(setting: str) -> "BigQuerySink":
    """The sink of a ``bigquery://PROJECT/DATASET`` setting."""
    return BigQuerySink(setting)


class BigQuerySink:
    """Tables in one dataset. Whatever is missing there is made before the first row is written."""

    def __init__(self, setting: str) -> None:
        self.target = parse(setting)
        self._client: bigquery.Client | None = None
        self._merged_at: datetime | None = None

    @property
    def client(self) -> bigquery.Client:
        """The client, once the tables are there."""
        if self._client is None:
            client = connect(self.target)
            make_all(client, self.target)
            self._client = client
        return self._client

    def write(self, lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
        """See ``Sink``. Rows are streamed in; where they are ``bounded``, too long for a request, or of a time that
        BigQuery takes by no stream, they are loaded."""
        with told(f"{self.target.project}.{self.target.dataset}"):
            kept = once(lines)
            if bounded:
                self._load(kept, now)
                return Counter()
            dead = self._stream([line for line in kept if line.table != "dead_letters"], now)
            letters = [letter_of_row(one.table, _row(one), RefusedError(reason), now) for one, reason in dead]
            own, _ = to_lines({"dead_letters": letters}, lambda: now)
            again = self._stream(once([*(line for line in kept if line.table == "dead_letters"), *own]), now)
            if again:
                raise OSError(errno.EIO, again[0][1], self.target.name("dead_letters"))
            if any(line.table == "articles" for line in kept):
                self._settle_by_interval(now)
            return Counter(one.table for one, _ in dead)

    def settle(self, now: datetime) -> None:
        """See ``Sink``. Merges the articles that are due, some at a time."""
        dataset = f"{self.target.project}.{self.target.dataset}"
        with told(dataset):
            merger = Merger(self._rows, dataset)
            decided = merger.decided()
            if decided:  # all at once: of a part of them the next merge would not know
                self._merge(merger, decided, now)
            due = sorted(merger.due() - decided)
            for begin in range(0, len(due), _AT_ONCE):
                # Each merge is told apart by its time.
                at = now + timedelta(microseconds=begin + _TRIES)
                self._merge(merger, set(due[begin : begin + _AT_ONCE]), at)
            self._merged_at = now

    def _merge(self, merger: Merger, articles: set[str], now: datetime) -> None:
        """Merges ``articles``, once more where another process merged meanwhile: neither saw what the other made."""
        for attempt in range(_TRIES):
            at = now + timedelta(microseconds=attempt)
            before = merger.merges(now)
            lines, _ = to_lines(merger.work_out(articles), lambda: now)
            self._load(lines, at)
            if merger.merges(now) <= before | {at}:
                return

    def _settle_by_interval(self, now: datetime) -> None:
        every = timedelta(seconds=self.target.merge)
        if self._merged_at is None or now - self._merged_at >= every:
            with told(f"{self.target.project}.{self.target.dataset}"):
                last = Merger(self._rows, f"{self.target.project}.{self.target.dataset}").last()
            self._merged_at = last or self._merged_at or now
            if now - self._merged_at >= every:
                self.settle(now)

    def rebuild(self, now: datetime) -> Counter[str]:
        """See ``Sink``. Reads all articles and reports, and appends what is worked out in one transaction."""
        dataset = f"{self.target.project}.{self.target.dataset}"
        with told(dataset):
            told_rows = {table: as_told(dataset, table) for table in ("articles", "meeting_reports")}
            sketches = list(every_sketch(self._every(TEXTS_SQL.format_map(told_rows))))
            copies = {row.article_id: row.duplicate_of for row in sketches if row.duplicate_of}
            decisions = BigQueryHeld(self._rows, dataset).decisions()
            made = list(every_meeting(self._every(REPORTS_SQL.format_map(told_rows)), copies, decisions))
            meetings, reports = (
                (row for part in made for row in part.meetings),
                (row for part in made for row in part.reports),
            )
            derived = {"article_sketches": sketches, "merged_meetings": meetings, "merged_reports": reports}
            lines, _ = to_lines(derived, lambda: now)
            self._load(lines, now)
        return Counter(line.table for line in lines)

    def _every(self, sql: str) -> Iterator[dict[str, Any]]:
        """All rows of a query."""
        return ({name: plain_value(value) for name, value in row.items()} for row in self._rows(sql))

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """All rows of a query with its parameters."""
        options: dict[str, Any] = {"retry": self.target.retry, "timeout": REQUEST_SECONDS, "job_retry": None}
        config = bigquery.QueryJobConfig(query_parameters=list(parameters))
        return map(dict, self.client.query(sql, job_config=config, **options).result(timeout=self.target.deadline))

    def _stream(self, lines: Sequence[Line], now: datetime) -> list[tuple[Line, str]]:
        """Appends rows; those that BigQuery refuses, with its reasons. Articles last: with them the others count."""
        refused: list[Refusal] = []
        for last in (False, True):
            to_load: list[Insert] = []
            part = [line for line in lines if (line.table == "articles") is last]
            for table, group in itertools.groupby(part, key=lambda line: line.table):
                to_stream: list[Insert] = []
                for one in (_as_insert(line, now) for line in group):
                    (to_stream if _streams(table, one, now) else to_load).append(one)
                for refusal in insert(self.client, self.target, table, to_stream):
                    if OUTSIDE in refusal.reason:
                        to_load.append(refusal.insert)
                    else:
                        refused.append(refusal)
            self._load([one.origin for one in to_load], now)
        return [(one.insert.origin, one.reason) for one in refused]

    def _load(self, lines: Sequence[Line], now: datetime) -> None:
        texts: dict[str, list[str]] = {}
        for line in lines:
            texts.setdefault(line.table, []).append(line.json)
        if texts:
            load(self.client, self.target, texts, now)


def _streams(table: str, one: Insert, now: datetime) -> bool:
    """Whether BigQuery takes a row of this size and time by stream."""
    time = one.row[LAYOUTS[table].time]
    in_time = time is None or now - STREAMED_BACK < datetime.fromisoformat(time) < now + STREAMED_AHEAD
    return in_time and one.size <= MAX_BYTES // 2


def _as_insert(line: Line, now: datetime) -> Insert:
    written_at = rfc3339(now.astimezone(UTC))
    row = {**json.loads(line.json), WRITTEN_AT: written_at}
    return Insert(derive_id(line.table, *line.key, written_at), row, len(line.json.encode()) + 100, line)


def _row(line: Line) -> Any:
    return from_dict(LAYOUTS[line.table].row, json.loads(line.json))
