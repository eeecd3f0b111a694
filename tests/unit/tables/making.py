"""Rows for tests: one article, entity, report at a time, with what the test cares about given by name."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from transforms import rows
from transforms.tables.queries.ask import plain_value
from transforms.tables.queries.database import connect
from transforms.tables.sinks import Tables


def article(name: str = "a", revision: int = 1, **fields: Any) -> rows.Article:
    return rows.Article(
        **{
            "article_id": name,
            "revision_id": f"{name}.{revision}",
            "revision": revision,
            "feed_url": "https://news.example/feed",
            "feed_title": "News",
            "id": name,
            "id_source": "guid",
            "link": None,
            "canonical_url": None,
            "title": "Ministers met",
            "summary": None,
            "text": "Ministers met\n\nThey met in Málaga.",
            "authors": ["A. Writer"],
            "categories": [],
            "language": "en",
            "published": "2023-04-17T03:00:00Z",
            "utc_offset": "+09:00",
            "updated": None,
            "fetched_at": f"2023-04-17T04:00:{revision:02}Z",
            "published_raw": None,
            "flags": [],
            "dateline": rows.Dateline("MALAGA", "2023-04-17"),
            "word_count": 6,
            "duplicate_of": None,
            **fields,
        }
    )


def entity(of: rows.Article, name: str = "Ann Lee", **fields: Any) -> rows.Entity:
    made = rows.Entity(
        entity_id=rows.derive_id(of.article_id, name),
        article_id=of.article_id,
        revision_id=of.revision_id,
        name=name,
        type="PERSON",
        title=None,
        country="ES",
        mentions=[rows.Mention(0, 9, "Ministers")],
        published=of.published,
    )
    return made._replace(**fields)


def report(of: rows.Article, status: str = "held", meeting: str = "m", **fields: Any) -> rows.MeetingReport:
    made = rows.MeetingReport(
        report_id=rows.derive_id(of.revision_id, meeting, status),
        meeting_id=meeting,
        article_id=of.article_id,
        revision_id=of.revision_id,
        participants=[participant("Ann Lee"), participant("Bo Kim")],
        status=status,
        mode="in_person",
        kind="bilateral",
        date=rows.MeetingDate("2023-04-17", "2023-04-17", "day", "on Monday", "sentence"),
        place=rows.Place("Málaga", "ES", 36.72, -4.42, "sentence"),
        duration_minutes=20,
        occasion=None,
        topics=["trade"],
        attribution=None,
        evidence=[rows.Evidence(0, 13, "Ministers met", "headline")],
        confidence=0.9,
        extractor="test/1",
        published=of.published,
    )
    return made._replace(**fields)


def participant(name: str, **fields: Any) -> rows.Participant:
    return rows.Participant(None, name, "person", "minister", "ES", None)._replace(**fields)


def extract(name: str = "a", revision: int = 1, status: str = "held", **fields: Any) -> rows.Extract:
    made = article(name, revision, **fields)
    return rows.Extract(made, [entity(made)], [report(made, status)])


def health(feed: str = "https://news.example/feed", at: str = "2023-04-17T04:00:00Z") -> rows.FeedHealth:
    return rows.FeedHealth(feed, at, "ok", None, 2, 1, [rows.Skipped("seen", 1)], None, False)


def by_table(*extracts: rows.Extract) -> dict[str, list[Any]]:
    return {
        "articles": [e.article for e in extracts],
        "entities": [row for e in extracts for row in e.entities],
        "meeting_reports": [row for e in extracts for row in e.reports],
    }


def ticking(start: datetime = datetime(2023, 4, 17, 5, tzinfo=UTC)):
    """A clock that is a second later whenever it is read."""
    seconds = itertools.count()
    return lambda: start + timedelta(seconds=next(seconds))


def rows_of(folder: Any, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(f"{folder}/meetwire.duckdb", read_only=True) as connection:
        return connection.execute(sql).fetchall()


def write_three(target: str, name: str) -> None:
    """Writes three articles; here, where a process that is started for it can import it in any run of the tests."""
    Tables([target]).write_all(by_table(*(extract(f"{name}{n}") for n in range(3))))


def content(target: Any) -> dict[str, list[Any]]:
    """Every table's rows as plain values, sorted."""
    with connect(str(target)) as connection:
        found = {}
        for table in rows.TABLES:
            held = connection.execute(f"SELECT * FROM {table}").to_arrow_table().to_pylist()
            found[table] = sorted(([plain_value(value) for value in row.values()] for row in held), key=repr)
        return found
