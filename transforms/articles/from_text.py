"""An article of plain text that no feed published: a file's, a database's, a web form's."""

from datetime import UTC, datetime

from transforms.articles.clean import clean
from transforms.errors import MeetwireError
from transforms.rows import Article, RawArticle, derive_id


class PublishedError(MeetwireError, ValueError):
    """A time of publication that is no RFC 3339 time."""


def article_from_text(
    text: str, *, title: str = "", published: str | datetime | None = None, identity: str | None = None
) -> Article:
    """The article with ``text`` as its body.

    Args:
        text: The body, paragraphs parted by blank lines.
        title: The headline.
        published: When it was published: RFC 3339 or a datetime; without a zone UTC is assumed. Its zone is the one in
            which the text says "on Monday".
        identity: What tells it from other articles; derived from title and text by default.

    Raises:
        PublishedError: ``published`` is text and no RFC 3339 time.
    """
    identity = identity or derive_id(title, text)
    moment, offset = _utc_and_offset(published) if published else (None, None)
    raw = RawArticle(
        article_id=identity,
        revision_id=derive_id(identity, title, text),
        revision=1,
        feed_url="",
        feed_title=None,
        id=identity,
        id_source="guid",
        link=None,
        canonical_url=None,
        title=title,
        summary=None,
        text=text,
        html=None,
        authors=[],
        categories=[],
        language=None,
        published=moment,
        utc_offset=offset,
        updated=None,
        fetched_at="",
        published_raw=published.isoformat() if isinstance(published, datetime) else published,
        flags=[],
    )
    return clean(raw)


def _utc_and_offset(published: str | datetime) -> tuple[str, str | None]:
    """The time in UTC, and its offset; None for UTC written as ``Z`` or as a datetime, which tells no place."""
    written = published if isinstance(published, str) else published.isoformat().replace("+00:00", "Z")
    try:
        moment = datetime.fromisoformat(written)
        utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise PublishedError(f"published: {written[:60]!r} is not a time (such as 2023-04-17T12:00:00+09:00)") from None
    offset = "" if written.endswith("Z") else moment.strftime("%z")
    stamp = utc.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    return stamp, f"{offset[:3]}:{offset[3:5]}" if offset else None
