"""The rows that travel between stages and lie in the tables: the single source of every schema.

Rows are plain NamedTuples, so that a stage can be used and tested without Beam; ``transforms.coders`` registers them
with Beam. The ``Attributes`` of each docstring are the descriptions in the generated BigQuery, Arrow and manual
pages; a type in brackets after the name is the column's type where the Python type does not say it.

Times are RFC 3339 strings in UTC (``2023-04-17T03:00:00Z``), dates ``YYYY-MM-DD``. Repeated fields are lists and never
null. Ids are derived from content, never drawn, so a retry, a replay and a re-run write the same row.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple, Optional

from transforms.rows_of_operation import Attribute, DeadLetter, FeedHealth, Skipped

__all__ = [
    "TABLES",
    "Article",
    "Attribute",
    "Dateline",
    "DeadLetter",
    "Entity",
    "Evidence",
    "Extract",
    "FeedHealth",
    "Meeting",
    "MeetingDate",
    "MeetingReport",
    "MeetingSource",
    "Mention",
    "Participant",
    "Place",
    "RawArticle",
    "Skipped",
    "derive_id",
]


def derive_id(*parts: str) -> str:
    """The 32 hexadecimal digits that stand for ``parts``: the same parts in the same order, and no others."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


class RawArticle(NamedTuple):
    """One revision of one entry of one feed, as it was published: the message on the stream.

    Attributes:
        article_id: Derived from the feed and the entry's identity; the same over all revisions.
        revision_id: Derived from the article and its content.
        revision: 1 for the first revision that was seen, then 2, 3, …
        feed_url: The feed's address, as the settings give it.
        feed_title: The feed's own title.
        id: The entry's identity in its feed: its guid, link or a hash of its content.
        id_source: Which of these the identity is: guid, link or hash.
        link: The article's page, absolute.
        canonical_url: The link without tracking parameters and the like; equal for two links to one page.
        title: The headline as plain text.
        summary: The teaser as plain text.
        text: The longest body that the feed (or, where asked for, the page) gives, as plain text.
        html: The body's markup as it came; never shown unescaped.
        authors: The authors' names.
        categories: The publisher's own categories.
        language: The language of the text, BCP 47, found from the text first.
        published (TIMESTAMP): When the publisher says it was published.
        utc_offset: The publisher's offset from UTC at that time (``+09:00``); null where only UTC is known.
        updated (TIMESTAMP): When the publisher says it was changed.
        fetched_at (TIMESTAMP): When this revision was first fetched.
        published_raw: The published date as it stood in the feed.
        flags: What was odd about the entry, for example ``date_implausible``.
    """

    article_id: str
    revision_id: str
    revision: int
    feed_url: str
    feed_title: Optional[str]
    id: str
    id_source: str
    link: Optional[str]
    canonical_url: Optional[str]
    title: str
    summary: Optional[str]
    text: str
    html: Optional[str]
    authors: Sequence[str]
    categories: Sequence[str]
    language: Optional[str]
    published: Optional[str]
    utc_offset: Optional[str]
    updated: Optional[str]
    fetched_at: str
    published_raw: Optional[str]
    flags: Sequence[str]


class Dateline(NamedTuple):
    """The place and day that open an agency's text (``KARUIZAWA, April 17 —``).

    Attributes:
        place: The place's name as printed.
        date (DATE): The day, where the dateline gives one.
    """

    place: Optional[str]
    date: Optional[str]


class Article(NamedTuple):
    """One cleaned revision of an article.

    Attributes:
        article_id: Derived from the feed and the entry's identity; the same over all revisions.
        revision_id: Derived from the article and its content.
        revision: 1 for the first revision that was seen, then 2, 3, …
        feed_url: The feed's address, as the settings give it.
        feed_title: The feed's own title.
        id: The entry's identity in its feed.
        id_source: Which identity that is: guid, link or hash.
        link: The article's page, absolute.
        canonical_url: The link without tracking parameters and the like.
        title: The headline as plain text.
        summary: The teaser as plain text.
        text: Headline, blank line, body; the text that all offsets point into. Without a headline the body alone.
        authors: The authors' names.
        categories: The publisher's own categories.
        language: The language of the text, BCP 47.
        published (TIMESTAMP): When the publisher says it was published.
        utc_offset: The publisher's offset from UTC at that time (``+09:00``); null where only UTC is known.
        updated (TIMESTAMP): When the publisher says it was changed.
        fetched_at (TIMESTAMP): When this revision was first fetched.
        published_raw: The published date as it stood in the feed.
        flags: What was odd about the entry or its text.
        dateline: The place and day that open the text.
        word_count: Words of the text.
        duplicate_of: The article_id of an earlier article with the same text, where it is known.
    """

    article_id: str
    revision_id: str
    revision: int
    feed_url: str
    feed_title: Optional[str]
    id: str
    id_source: str
    link: Optional[str]
    canonical_url: Optional[str]
    title: str
    summary: Optional[str]
    text: str
    authors: Sequence[str]
    categories: Sequence[str]
    language: Optional[str]
    published: Optional[str]
    utc_offset: Optional[str]
    updated: Optional[str]
    fetched_at: str
    published_raw: Optional[str]
    flags: Sequence[str]
    dateline: Optional[Dateline]
    word_count: int
    duplicate_of: Optional[str]


class Mention(NamedTuple):
    """One place in an article's text that names an entity; ``article.text[start:end] == text``.

    Attributes:
        start: Offset of the first character.
        end: Offset behind the last character.
        text: The characters between them.
    """

    start: int
    end: int
    text: str


class Entity(NamedTuple):
    """One person, body or place of one article, with every mention of it.

    Attributes:
        entity_id: Derived from the article and the entity's name.
        article_id: The article that it stands in.
        revision_id: The revision of that article.
        name: The fullest name that the article gives.
        type: PERSON, ORG, GPE, LOC, FAC, EVENT or NORP.
        title: A person's office (``foreign minister``).
        country: The country that it belongs to, ISO 3166-1 alpha-2.
        mentions: Where the article names it.
        published (TIMESTAMP): When the article was published.
    """

    entity_id: str
    article_id: str
    revision_id: str
    name: str
    type: str
    title: Optional[str]
    country: Optional[str]
    mentions: Sequence[Mention]
    published: Optional[str]


class Participant(NamedTuple):
    """One party of a meeting.

    Attributes:
        entity_id: The party's row in ``entities``.
        name: The fullest name that the article gives.
        kind: person, organization, country or group.
        title: A person's office (``foreign minister``).
        country: The country that it belongs to, ISO 3166-1 alpha-2.
        role: host, visitor, chair, mediator or attendee; null where the text does not say.
        actor_id: The same for one person or body in all articles; null until reports are merged.
    """

    entity_id: Optional[str]
    name: str
    kind: str
    title: Optional[str]
    country: Optional[str]
    role: Optional[str]
    actor_id: Optional[str] = None


class MeetingDate(NamedTuple):
    """When a meeting is or was; never finer than the text says.

    Attributes:
        start (DATE): The first day that it can be.
        end (DATE): The last day that it can be.
        precision: day, week, month, year or unknown.
        text: The words that say so.
        source: sentence, document or dateline: where these words stand.
    """

    start: Optional[str]
    end: Optional[str]
    precision: str
    text: Optional[str]
    source: str


class Place(NamedTuple):
    """Where the parties sat together.

    Attributes:
        name: The place's name as the article gives it.
        country: ISO 3166-1 alpha-2.
        latitude: Degrees north.
        longitude: Degrees east.
        source: sentence, document or dateline: where the place was named.
    """

    name: str
    country: Optional[str]
    latitude: Optional[float]
    longitude: Optional[float]
    source: str


class Evidence(NamedTuple):
    """Words of the article that tell of the meeting; ``article.text[start:end] == text``.

    Attributes:
        start: Offset of the first character.
        end: Offset behind the last character.
        text: The characters between them.
        kind: body, caption or headline.
    """

    start: int
    end: int
    text: str
    kind: str


class MeetingReport(NamedTuple):
    """One meeting as one article tells it.

    Attributes:
        report_id: Derived from the revision, the participants and the meeting's date and mode.
        meeting_id: The meeting over all articles that tell of it: the id of its earliest report.
        article_id: The article that tells of it.
        revision_id: The revision of that article.
        participants: Everyone who met; one row a meeting, never one a pair.
        status: held, ongoing, planned, proposed, cancelled or denied.
        mode: in_person, phone, video or unknown.
        kind: bilateral, trilateral or multilateral.
        date: When it is or was.
        place: Where the parties sat together.
        duration_minutes: How long it took.
        occasion: The event on whose sidelines it was.
        topics: What it was about, in the article's words.
        attribution: Who says so, where it is not the reporter.
        evidence: The sentences that say so.
        confidence: From 0 to 1; see the manual for what each figure has meant on gold articles.
        extractor: Which part found it, with its version.
        published (TIMESTAMP): When the article was published.
    """

    report_id: str
    meeting_id: str
    article_id: str
    revision_id: str
    participants: Sequence[Participant]
    status: str
    mode: str
    kind: str
    date: Optional[MeetingDate]
    place: Optional[Place]
    duration_minutes: Optional[int]
    occasion: Optional[str]
    topics: Sequence[str]
    attribution: Optional[str]
    evidence: Sequence[Evidence]
    confidence: float
    extractor: str
    published: Optional[str]


class MeetingSource(NamedTuple):
    """One article that tells of a meeting.

    Attributes:
        article_id: The article's row in ``articles``.
        feed_title: The title of the feed that published it.
        title: The article's headline.
        link: The article's page, absolute.
        published (TIMESTAMP): When the article was published.
        sentences: The very sentences of the article that tell of the meeting, in its order.
    """

    article_id: str
    feed_title: Optional[str]
    title: Optional[str]
    link: Optional[str]
    published: Optional[str]
    sentences: Sequence[str]


class Meeting(NamedTuple):
    """One meeting, merged from every report of it.

    Attributes:
        meeting_id: That of its earliest report; ``meeting_aliases`` leads from the other reports' ids to it.
        participants: Everyone who met, as the report has it that names most of them in full.
        status: The newest report's; held beats planned.
        mode: in_person, phone, video or unknown.
        kind: bilateral, trilateral or multilateral.
        date: When it is or was.
        place: Where the parties sat together.
        occasion: The event on whose sidelines it was.
        topics: What it was about.
        first_reported (TIMESTAMP): The first article's time.
        last_reported (TIMESTAMP): The last article's time.
        report_count: How many articles tell of it.
        articles: Their article_ids.
        confidence: From 0 to 1, of the surest report.
        sources: The articles with the sentences that tell of it; the one that the fields were taken from is the first.
    """

    meeting_id: str
    participants: Sequence[Participant]
    status: str
    mode: str
    kind: str
    date: Optional[MeetingDate]
    place: Optional[Place]
    occasion: Optional[str]
    topics: Sequence[str]
    first_reported: Optional[str]
    last_reported: Optional[str]
    report_count: int
    articles: Sequence[str]
    confidence: float
    sources: Sequence[MeetingSource]


class Extract(NamedTuple):
    """What one article yields: the article itself, its entities and its meeting reports. Travels, is no table.

    Attributes:
        article: The cleaned article.
        entities: Its entities.
        reports: Its meeting reports.
    """

    article: Article
    entities: Sequence[Entity]
    reports: Sequence[MeetingReport]


# Table name -> row. ``meetings`` is made from ``meeting_reports``.
TABLES: dict[str, type] = {
    "articles": Article,
    "entities": Entity,
    "meeting_reports": MeetingReport,
    "meetings": Meeting,
    "dead_letters": DeadLetter,
    "feed_health": FeedHealth,
}
