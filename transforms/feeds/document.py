"""What one fetched document says, before anything is known about earlier fetches."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Marks(NamedTuple):
    """What an entry is known again by.

    Attributes:
        key: What its identity is remembered by; two writings of one identity have one key.
        aliases: Every key that it could be known by.
        content_hash: Changes when the article does, under the current normaliser.
        sketch: As much of the text as tells the article at a new address.
    """

    key: str
    aliases: Sequence[str]
    content_hash: str
    sketch: str


class Entry(NamedTuple):
    """One entry of a feed, as plain text and absolute links.

    Attributes:
        title: The headline as plain text; None where the entry has none.
        link: The article's page, absolute.
        canonical_url: The link without what changes nothing (see ``canonical``).
        guid: The entry's own identity as written; None where it has none.
        id: The identity that counts in this document: guid, link or hash.
        id_source: Which of these ``id`` is.
        summary: The teaser (``description``, ``summary``) as plain text.
        text: The body as plain text; never a caption.
        html: The body's markup as it came.
        base: What relative links in ``html`` are relative to.
        authors: Their names.
        categories: The publisher's own categories.
        language: BCP 47 primary language, from the entry, the text or the feed.
        language_declared: What the entry or else the feed declares, as written.
        language_source: entry, text or feed: where ``language`` comes from.
        published: When the publisher says it was published, in UTC.
        utc_offset: The publisher's offset at that time (``+09:00``); None for UTC or unknown.
        published_raw: The date as it stood in the feed.
        updated: When the publisher says it was changed, in UTC.
        flags: What was odd.
        marks: What it is known again by; None before its identity is settled.
    """

    title: str | None
    link: str | None
    canonical_url: str | None
    guid: str | None
    id: str
    id_source: str
    summary: str | None
    text: str
    html: str | None
    base: str
    authors: Sequence[str]
    categories: Sequence[str]
    language: str | None
    language_declared: str | None
    language_source: str | None
    published: datetime | None
    utc_offset: str | None
    published_raw: str | None
    updated: datetime | None
    flags: Sequence[str]
    marks: Marks | None = None


class Feed(NamedTuple):
    """What a document says about the feed itself.

    Attributes:
        title: The feed's title as plain text.
        link: The publisher's page.
        language: The language it declares, as written.
        ttl_seconds: How long it asks not to be read again (``ttl``, ``sy:updatePeriod``); None where it does not.
    """

    title: str | None = None
    link: str | None = None
    language: str | None = None
    ttl_seconds: int | None = None


class Document(NamedTuple):
    """One fetched document.

    Attributes:
        format: ``rss20``, ``atom10``, ``jsonfeed11``, ``sitemap-news``, …; None where it is no feed.
        error: Why nothing could be read (``not_a_feed``, ``empty_body``, ``dtd_forbidden``, ``http_404``, …).
        feed: What it says about the feed.
        entries: Its entries, in document order.
        identity: guid, link or hash: the policy that the entries' ids follow.
        omitted: Entries beyond the limit, which were not read.
        flags: What was odd about the document: ``malformed``, ``charset_repaired``, …
        whole: The document reaches to its own end; where it does not, an entry that was cut is left out.
    """

    format: str | None
    error: str | None
    feed: Feed
    entries: Sequence[Entry]
    identity: str = "guid"
    omitted: int = 0
    flags: Sequence[str] = ()
    whole: bool = True


def refused(error: str, flags: Sequence[str] = ()) -> Document:
    """The document that could not be read, with the reason."""
    return Document(None, error, Feed(), (), flags=tuple(flags))
