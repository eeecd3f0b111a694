"""What a fetched feed says."""

from datetime import UTC, datetime

from transforms.errors import MeetwireError
from transforms.feeds.document import Document


class FeedError(MeetwireError, ValueError):
    """Bytes that are no feed, or of which no entry can be read.

    Attributes:
        reason: Which, as one word: ``not_a_feed``, ``empty_body``, ``dtd_forbidden``, …
    """

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(reason, url)
        self.reason, self.url = reason, url

    def __str__(self) -> str:
        return f"{self.url or 'the document'} cannot be read as a feed: {self.reason}"


def read_feed(data: bytes, *, url: str = "", at: datetime | None = None) -> Document:
    """The entries of one fetched document: RSS, Atom, RDF, JSON Feed or a news sitemap, however broken.

    Nothing is fetched, and external entities are never resolved.

    Args:
        data: Its bytes, inflated.
        url: Where it came from, after redirects: what relative links are relative to.
        at: When it was fetched, by default now: dates more than a day later are not believed.

    Raises:
        FeedError: it is no feed, or none of its entries can be read.

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
