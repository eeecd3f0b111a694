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

from transforms.rows_of_meetings import (
    Dissent,
    Evidence,
    Meeting,
    MeetingDate,
    MeetingReport,
    MeetingSource,
    Participant,
    Place,
    StatusTold,
)
from transforms.rows_of_merging import Actor, ActorDecision, MetPair, OfficeHeld
from transforms.rows_of_operation import Attribute, DeadLetter, FeedHealth, Skipped

__all__ = [
    "TABLES",
    "Actor",
    "ActorDecision",
    "Article",
    "Attribute",
    "Dateline",
    "DeadLetter",
    "Dissent",
    "Entity",
    "Evidence",
    "Extract",
    "FeedHealth",
    "Meeting",
    "MeetingDate",
    "MeetingReport",
    "MeetingSource",
    "Mention",
    "MetPair",
    "OfficeHeld",
    "Participant",
    "Place",
    "RawArticle",
    "Skipped",
    "StatusTold",
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


# Table or view -> row. ``meetings``, ``actors`` and ``who_met_whom`` are made from ``meeting_reports``.
TABLES: dict[str, type] = {
    "articles": Article,
    "entities": Entity,
    "meeting_reports": MeetingReport,
    "meetings": Meeting,
    "actors": Actor,
    "who_met_whom": MetPair,
    "actor_decisions": ActorDecision,
    "dead_letters": DeadLetter,
    "feed_health": FeedHealth,
}
