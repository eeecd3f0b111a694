"""Reads a feed that the caller has fetched."""

from datetime import UTC, datetime

from transforms.errors import MeetwireError
from transforms.feeds.document import Document


class FeedError(MeetwireError, ValueError):
    """The bytes are not a feed, or none of its entries can be read.

    Attributes:
        reason: Why, as one word: ``not_a_feed``, ``empty_body``, ``dtd_forbidden``, …
        url: Where the bytes came from.
    """

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(reason, url)
        self.reason, self.url = reason, url

    def __str__(self) -> str:
        return f"{self.url or 'the document'} cannot be read as a feed: {self.reason}"


def read_feed(data: bytes, *, url: str = "", at: datetime | None = None) -> Document:
    """Reads RSS, Atom, RDF, JSON Feed or a news sitemap, and repairs what is malformed.

    Nothing is fetched, and external entities are never resolved.

    Args:
        data: The document's bytes, decompressed.
        url: The address it was fetched from, after redirects; relative links are resolved against it.
        at: When it was fetched, by default now. Dates more than a day after it are discarded as implausible.

    Returns:
        The feed's own data and its entries.

    Raises:
        FeedError: It is not a feed, or none of its entries can be read.

    Examples:
        >>> feed = b"<rss><channel><item><title>Talks</title><link>/a</link></item></channel></rss>"
        >>> [entry] = read_feed(feed, url="https://news.example/rss").entries
        >>> entry.title, entry.link
        ('Talks', 'https://news.example/a')
    """
    from transforms.feeds.parsing.parse import parse_document

    document = parse_document(data, url, at or datetime.now(UTC))
    if document.error:
        raise FeedError(document.error, url)
    return document
