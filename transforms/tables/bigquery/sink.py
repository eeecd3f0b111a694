"""BigQuery as a sink: staged and merged in batch, inserted in a stream."""

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from google.cloud import bigquery

from transforms import rows
from transforms.rows import derive_id
from transforms.tables.bigquery import load
from transforms.tables.bigquery.client import connect, parse
from transforms.tables.bigquery.create import make_all
from transforms.tables.bigquery.insert import MAX_BYTES, Insert, Refusal, insert
from transforms.tables.bigquery.statements import WRITTEN_AT
from transforms.tables.conform import from_dict, rfc3339
from transforms.tables.dead_letters import letter_of_row
from transforms.tables.layout import LAYOUTS
from transforms.tables.sinks import Line, once, to_lines


class RefusedError(ValueError):
    """BigQuery refused a row for good; its text is BigQuery's reason."""


def open_bigquery(setting: str) -> "BigQuerySink":
    """The sink of a ``bigquery://PROJECT/DATASET`` setting."""
    return BigQuerySink(setting)


class BigQuerySink:
    """Tables in one dataset. Whatever is missing there is made before the first row is written."""

    def __init__(self, setting: str) -> None:
        self.target = parse(setting)
        self._client: bigquery.Client | None = None

    @property
    def client(self) -> bigquery.Client:
        """The client, once the tables are there."""
        if self._client is None:
            client = connect(self.target)
            make_all(client, self.target)
            self._client = client
        return self._client

    def stage(self, lines: Sequence[Line], now: datetime) -> list[tuple[str, str]]:
        """Loads each table's rows into a staging table."""
        staged = []
        for table, group in itertools.groupby(once(lines), key=lambda line: line.table):
            texts = [line.json for line in group]
            staged.append((table, load.stage(self.client, self.target, table, texts, now)))
        return staged

    def commit(self, staged: Iterable[tuple[str, str]], now: datetime) -> None:
        """Moves what is staged into the tables in one transaction."""
        load.commit(self.client, self.target, list(staged), now)

    def write(self, lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
        """Inserts rows, or loads them where they are ``bounded``; those that BigQuery refuses become dead letters
        there. See ``Sink``."""
        if bounded:
            self.commit(self.stage(lines, now), now)
            return Counter()
        dead = self._insert([line for line in once(lines) if line.table != "dead_letters"], now)
        letters = [letter_of_row(one.table, _row(one), RefusedError(reason), now) for one, reason in dead]
        own, _ = to_lines({"dead_letters": letters}, lambda: now)
        again = self._insert(once([*(line for line in lines if line.table == "dead_letters"), *own]), now)
        if again:
            raise RefusedError(f"{self.target.name('dead_letters')}: {again[0][1]}")
        return Counter(one.table for one, _ in dead)

    def _insert(self, lines: Sequence[Line], now: datetime) -> list[tuple[Line, str]]:
        """Inserts table by table; what is too long for a request is loaded instead. The rows that are refused."""
        refused: list[Refusal] = []
        for table, group in itertools.groupby(lines, key=lambda line: line.table):
            inserts = [_as_insert(line, now) for line in group]
            fits = [one for one in inserts if one.size <= MAX_BYTES // 2]
            refused += insert(self.client, self.target, table, fits)
            long = [one.origin for one in inserts if one.size > MAX_BYTES // 2]
            if long:
                self.commit(self.stage(long, now), now)
        return [(refusal.insert.origin, refusal.reason) for refusal in refused]


def _as_insert(line: Line, now: datetime) -> Insert:
    written_at = rfc3339(now)
    row = {**json.loads(line.json), WRITTEN_AT: written_at}
    return Insert(derive_id(line.table, *line.key, written_at), row, len(line.json.encode()) + 100, line)


def _row(line: Line) -> rows.Article:
    made: rows.Article = from_dict(LAYOUTS[line.table].row, json.loads(line.json))
    return made
