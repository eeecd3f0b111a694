"""Works out, whenever articles or their reports change, which reports are one meeting and which articles are copies.

Only what a change can reach is read and worked out: the reports of the same blocks and days, and whatever a chain of
related reports connects with them. So what grows article by article is what all of it at once would give.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow.compute as pc

from transforms.rows import MeetingReport
from transforms.rows_of_merging import ArticleSketch, MergedReport
from transforms.stories.actors import actors
from transforms.stories.merge import Meeting, Search, blocks_of, connected, merge, search
from transforms.stories.near import WINDOW, Pool, Sketch, sketch
from transforms.stories.told import Source, Told, hours, told
from transforms.tables.ask import plain_value
from transforms.tables.conform import from_dict, rfc3339
from transforms.tables.store import Store

Groups = set[str]
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
Derivation = Callable[[Store, Groups], Sequence[Any]]


class Reports:
    """The reports of a store, as they lie there and as they are compared; each is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rows: dict[str, MeetingReport] = {}
        self.told: dict[str, Told] = {}
        self._of: dict[str, list[Told]] = {}

    def of_articles(self, articles: Groups) -> list[Told]:
        """All reports of ``articles``."""
        missing = articles - self._of.keys()
        if missing:
            self._of |= {article: [] for article in missing}
            known = _of(self._store, "articles", missing, ["article_id", "title", "utc_offset"])
            sources = {row["article_id"]: Source(row["title"], hours(row["utc_offset"])) for row in known}
            for row in _of(self._store, "meeting_reports", missing):
                report: MeetingReport = from_dict(MeetingReport, row)
                made = told(report, sources.get(report.article_id, Source()))
                self.rows[report.report_id], self.told[report.report_id] = report, made
                self._of[report.article_id].append(made)
        return [report for article in sorted(articles) for report in self._of[article]]

    def find(self, wanted: Search) -> list[Told]:
        """The reports that a search asks for, with the others of their articles."""
        days = (pc.field("first_day") <= wanted.last) & (pc.field("last_day") >= wanted.first)
        found = _read(self._store, "merged_reports", days, ["article_id", "keys"])
        return self.of_articles({row["article_id"] for row in found if not wanted.keys.isdisjoint(row["keys"])})


def merged(store: Store, articles: Groups) -> list[MergedReport]:
    """The rows of ``merged_reports`` that may change when the reports of ``articles`` are new, others or gone."""
    reports, day = Reports(store), date.fromisoformat
    seeds = {t.report_id: t for t in reports.of_articles(articles)}
    for row in _of(store, "merged_reports", articles):  # what an old report held together may fall apart
        old = search(row["keys"], day(row["first_day"]), day(row["last_day"]))
        seeds |= {t.report_id: t for t in reports.find(old)}
    return [row for meeting in merge(connected(seeds.values(), reports.find)) for row in _rows(meeting, reports)]


def _rows(meeting: Meeting, reports: Reports) -> list[MergedReport]:
    found = actors(meeting, {t.report_id: reports.rows[t.report_id].participants for t in meeting.reports})
    return [
        MergedReport(
            own.report_id,
            own.article_id,
            meeting.meeting_id,
            [actor.actor_id for actor in found[own.report_id]],
            [actor.reason for actor in found[own.report_id]],
            sorted(blocks_of(own)),
            own.first.isoformat(),
            own.last.isoformat(),
            rfc3339(datetime.combine(own.first, time())),
        )
        for own in (reports.told[t.report_id] for t in meeting.reports)
    ]


def copied(store: Store, articles: Groups) -> list[ArticleSketch]:
    """The rows of ``article_sketches`` that may change when the texts of ``articles`` are new or others."""
    given = _of(store, "articles", articles, ["article_id", "published", "title", "text"])
    new = {
        row["article_id"]: sketch(row["article_id"], _time(row["published"]), row["title"], row["text"])
        for row in given
        if row["published"]
    }
    held = _near(store, list(new.values())) if new else []
    pool = {row["article_id"]: Sketch(row["article_id"], _time(row["published"]), tuple(row["values"])) for row in held}
    pool |= new
    touched = new.keys() | {row["article_id"] for row in held if row["duplicate_of"] in new}
    among = Pool(pool.values())
    touched |= {other.article_id for one in new.values() for other in among.alike(one)}
    return [
        ArticleSketch(one.article_id, rfc3339(one.published), list(one.values), among.original(one))
        for one in (pool[article] for article in sorted(touched))
    ]


def _near(store: Store, new: Sequence[Sketch]) -> list[dict[str, Any]]:
    """The rows of sketches that ``new`` ones, and those that are like them, are to be compared with."""
    times = [one.published for one in new]
    first = max(min(times), _FIRST + 2 * WINDOW) - 2 * WINDOW
    last = min(max(times), _LAST - 2 * WINDOW) + 2 * WINDOW
    return _read(store, "article_sketches", (pc.field("published") >= first) & (pc.field("published") <= last))


# Derived table -> what gives its rows that may change with some articles.
DERIVATIONS: dict[str, Derivation] = {
    "merged_reports": merged,
    "article_sketches": copied,
}


def _of(store: Store, table: str, articles: Groups, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    return _read(store, table, pc.field("article_id").isin(sorted(articles)), columns)


def _read(store: Store, table: str, test: pc.Expression, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Rows of a table as plain values."""
    rows = store.open(table).to_pyarrow_dataset().to_table(columns, filter=test)
    return [plain_value(row) for row in rows.to_pylist()]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
