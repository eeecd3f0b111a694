"""Works out the derived tables from nothing: copies by publication, meetings by day, with only what is near in memory."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from transforms.rows import MeetingReport
from transforms.rows_of_merging import ArticleSketch
from transforms.stories.account import About
from transforms.stories.connected_parts import connected_parts
from transforms.stories.decided import Decisions
from transforms.stories.near import WINDOW, Pool, Pools
from transforms.stories.told import GUESSED_BACK, Told, told
from transforms.tables.conform import from_dict
from transforms.tables.merging import ABOUT, TEXTS, Merged, Row, about, merged_of, sketch_rows, sketches_of, source

# Articles that are compared with those before them at a time.
_AT_ONCE = 2000
_OF_ARTICLE = {name: f"article_{name}" for name in ABOUT if name != "article_id"}
_JOINED = ", ".join(f"a.{name} AS {column}" for name, column in _OF_ARTICLE.items())
# Queries in the dialects of DuckDB and BigQuery, for the current rows of ``articles`` and ``meeting_reports``.
TEXTS_SQL = f"SELECT {', '.join(TEXTS)} FROM ({{articles}}) AS a ORDER BY published NULLS FIRST, article_id"
REPORTS_SQL = f"""SELECT r.*, {_JOINED},
        coalesce(r.date.start, greatest(CAST(r.published AS DATE), DATE '0001-01-31') - {GUESSED_BACK}) AS begin
    FROM ({{meeting_reports}}) AS r LEFT JOIN ({{articles}}) AS a USING (article_id)
    ORDER BY begin NULLS FIRST, report_id"""


def every_sketch(articles: Iterable[Row]) -> Iterator[ArticleSketch]:
    """The rows of ``article_sketches`` of all articles, which come as ``TEXTS_SQL`` gives them."""
    articles = iter(articles)
    before: list[tuple[datetime | None, Pool]] = []
    while some := sketches_of(itertools.islice(articles, _AT_ONCE)):
        first, last = (place.published for place in (some[0], some[-1]))
        before = [(at, pool) for at, pool in before if at and first and first - at <= WINDOW]
        own = Pool.of(some)
        yield from sketch_rows(some, Pools(own, [pool for _, pool in before]))
        before.append((last, own))


def every_meeting(reports: Iterable[Row], copies: Mapping[str, str], decisions: Decisions) -> Iterator[Merged]:
    """What merging makes of all reports, some at a time.

    Args:
        reports: As ``REPORTS_SQL`` gives them.
        copies: Article -> the one that it copies.
        decisions: Who is who by decision.
    """
    known: dict[str, tuple[MeetingReport, About]] = {}

    def given() -> Iterator[tuple[date, Told]]:
        for row in reports:
            report = from_dict(MeetingReport, dict(row))
            article = {name: row[column] for name, column in _OF_ARTICLE.items()}
            known[report.report_id] = report, about(article, copies.get(report.article_id))
            begin = date.fromisoformat(row["begin"]) if row["begin"] else date.min
            yield begin, told(report, source(article), decisions)

    for part in connected_parts(given()):
        own = {t.report_id: known.pop(t.report_id) for t in part}
        articles = {report.article_id: article for report, article in own.values()}
        yield merged_of(part, {of: report for of, (report, _) in own.items()}, articles, decisions)
