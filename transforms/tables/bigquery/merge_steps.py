"""Merges reports in BigQuery: what was written since it last did, with whatever that can change.

Writing only appends and reads nothing, so merging is a step of its own: after a batch, at the end of a stream, and
meanwhile by intervals. An article is due until its sketch, which is appended with all else that is worked out, is younger
than its last copy. A merger that finds that another one was at work meanwhile merges the same articles once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa
from google.cloud import bigquery

from transforms.rows_of_merging import ArticleSketch
from transforms.stories.decided import Decisions
from transforms.stories.same_meeting import REACH, Search
from transforms.tables.bigquery.statements import WRITTEN_AT, as_told
from transforms.tables.delta_lake.sketches import COLUMNS, Kept, kept
from transforms.tables.delta_lake.store import delta_schema
from transforms.tables.layout import DECISIONS
from transforms.tables.merging import Groups, Row, concerned, copied, decisions_of, merged
from transforms.tables.queries.ask import plain_value

# A write may take so long from the time that its rows are given until they are there.
UNDER_WAY = timedelta(minutes=10)


class Ask(Protocol):
    """Runs a query."""

    def __call__(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """The rows of ``sql``, with the ``parameters`` that it names."""


class BigQueryHeld:
    """What the tables in BigQuery hold, for merging; ``fresh`` are sketches that are still to be appended."""

    def __init__(self, ask: Ask, dataset: str) -> None:
        self._ask, self._dataset = ask, dataset
        self.fresh: dict[str, ArticleSketch] = {}

    def of_articles(self, table: str, articles: Groups, columns: Sequence[str] | None = None) -> list[Row]:
        """See ``Held``."""
        fresh: list[Row] = []
        if table == "article_sketches":
            fresh = [row._asdict() for article, row in self.fresh.items() if article in articles]
            articles = articles - self.fresh.keys()
        if not articles:
            return fresh
        names = ", ".join(f"t.{name}" for name in columns) if columns else "t.*"
        sql = f"SELECT {names} FROM ({as_told(self._dataset, table)}) AS t WHERE t.article_id IN UNNEST(@articles)"
        return [*fresh, *map(_plain, self._ask(sql, [_texts("articles", articles)]))]

    def found(self, wanted: Sequence[Search]) -> Groups:
        """See ``Held``."""
        keys = frozenset[str]().union(*(search.keys for search in wanted))
        if not keys:
            return set()
        first, last = min(search.first for search in wanted), max(search.last for search in wanted)
        days = [
            bigquery.ScalarQueryParameter("first", "DATE", max(first, date.min + REACH) - REACH),
            bigquery.ScalarQueryParameter("last", "DATE", min(last, date.max - REACH) + REACH),
        ]
        found = self._ask(
            f"""SELECT t.article_id, t.first_day, t.last_day, key
            FROM ({as_told(self._dataset, "merged_reports")}) AS t, UNNEST(t.keys) AS key
            WHERE t.first_day <= @last AND t.last_day >= @first AND key IN UNNEST(@keys)""",
            [*days, _texts("keys", keys)],
        )
        by_key: dict[str, list[Search]] = {}
        for search in wanted:
            for key in search.keys:
                by_key.setdefault(key, []).append(search)
        return {
            row["article_id"]
            for row in found
            if any(one.reaches(row["first_day"], row["last_day"]) for one in by_key[row["key"]])
        }

    def decisions(self) -> Decisions:
        """See ``Held``."""
        return Decisions(decisions_of(map(_plain, self._ask(as_told(self._dataset, DECISIONS)))))

    def near(self, first: datetime, last: datetime) -> list[Kept]:
        """See ``Held``."""
        found = self._ask(
            f"""SELECT t.article_id, t.published, t.values, t.duplicate_of
            FROM ({as_told(self._dataset, "article_sketches")}) AS t WHERE t.published BETWEEN @first AND @last""",
            [
                bigquery.ScalarQueryParameter("first", "TIMESTAMP", first),
                bigquery.ScalarQueryParameter("last", "TIMESTAMP", last),
            ],
        )
        schema = pa.schema(map(delta_schema("article_sketches").field, COLUMNS))
        return [kept(pa.Table.from_pylist([row for row in found if row["values"]], schema))]


class Merger:
    """Merges what is due in a dataset; ``ask`` runs queries there."""

    def __init__(self, ask: Ask, dataset: str) -> None:
        self._ask, self._dataset = ask, dataset
        self._decided: Groups = set()

    def last(self) -> datetime | None:
        """When reports were last merged; None where they never were."""
        (row,) = self._ask(f"SELECT MAX({WRITTEN_AT}) AS last FROM `{self._dataset}.article_sketches`")
        last: datetime | None = row["last"]
        return last

    def due(self) -> Groups:
        """The articles that were written since they were last merged, or shortly before."""
        sql = f"""SELECT a.article_id FROM (
                SELECT article_id, MAX({WRITTEN_AT}) AS written FROM `{self._dataset}.articles` GROUP BY article_id
            ) AS a LEFT JOIN (
                SELECT article_id, MAX({WRITTEN_AT}) AS merged FROM `{self._dataset}.article_sketches` GROUP BY article_id
            ) AS s ON s.article_id = a.article_id
            WHERE s.merged IS NULL OR a.written > TIMESTAMP_SUB(s.merged, INTERVAL {UNDER_WAY.seconds} SECOND)"""
        return {row["article_id"] for row in self._ask(sql)}

    def decided(self) -> Groups:
        """The articles that decisions concern which were written since reports were last merged, or shortly before."""
        sql = f"SELECT * EXCEPT ({WRITTEN_AT}) FROM `{self._dataset}.{DECISIONS}` WHERE {WRITTEN_AT} > @since"
        last = self.last()
        if last is None:
            return set()
        since = bigquery.ScalarQueryParameter("since", "TIMESTAMP", last - UNDER_WAY)
        changed = decisions_of(map(_plain, self._ask(sql, [since])))
        if not changed:
            return set()
        reports, merged_reports = (
            self._ask(f"SELECT t.article_id, t.{column} FROM ({as_told(self._dataset, table)}) AS t")
            for table, column in (("meeting_reports", "participants"), ("merged_reports", "actor_ids"))
        )
        decisions = BigQueryHeld(self._ask, self._dataset).decisions()
        self._decided = concerned(changed, decisions, reports, merged_reports)
        return self._decided

    def merges(self, since: datetime) -> set[datetime]:
        """The times of merges from shortly before ``since``."""
        sql = f"SELECT DISTINCT {WRITTEN_AT} AS at FROM `{self._dataset}.article_sketches` WHERE {WRITTEN_AT} > @since"
        begin = bigquery.ScalarQueryParameter("since", "TIMESTAMP", since - UNDER_WAY)
        return {row["at"] for row in self._ask(sql, [begin])}

    def work_out(self, articles: Groups) -> dict[str, Sequence[Any]]:
        """The rows of the tables that are worked out that ``articles`` may change."""
        held = BigQueryHeld(self._ask, self._dataset)
        sketches = copied(held, articles)
        held.fresh = {row.article_id: row for row in sketches}
        made = merged(held, articles | held.fresh.keys(), self._decided)
        return {"article_sketches": sketches, "merged_meetings": made.meetings, "merged_reports": made.reports}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain_value(value) for name, value in row.items()}


def _texts(name: str, values: Groups | frozenset[str]) -> bigquery.ArrayQueryParameter:
    return bigquery.ArrayQueryParameter(name, "STRING", sorted(values))
