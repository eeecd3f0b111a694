"""Documents that no XML parser can follow, read by feedparser's own tolerant parser.

Here feedparser chooses the texts too, so the only guard against captions is the element's name in its answer:
``content`` is taken before ``summary`` and neither where a media description is all that it holds.
"""

from datetime import datetime
from typing import Any

import feedparser

from transforms.feeds import dates, links, plaintext
from transforms.feeds.document import Document, Entry, Feed, refused


def read(text: str, url: str, fetched_at: datetime, limit: int, zone: str) -> Document:
    """The document as far as it can be read."""
    parsed = feedparser.parse(
        _without_media(text).encode("utf-8", "replace"),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version") and not parsed.entries:
        return refused("no_entries_read")
    language = parsed.feed.get("language") or None
    feed = Feed(_line(parsed.feed.get("title")), links.absolute(parsed.feed.get("link"), url), language)
    entries = [_entry(found, url, fetched_at, language, zone) for found in parsed.entries[:limit]]
    return Document(parsed.get("version") or "rss", None, feed, entries, omitted=max(0, len(parsed.entries) - limit))


def _without_media(text: str) -> str:
    """``text`` without media elements, each cut from its start to its end tag; linear, and blind to nesting."""
    for name in ("media:content", "media:group", "media:description", "media:text", "media:credit", "media:title"):
        start = text.find(f"<{name}")
        pieces: list[str] = []
        position = 0
        while start >= 0:
            end = text.find(f"</{name}>", start)
            close = text.find(">", start)
            if close >= 0 and text[close - 1] == "/":
                end = close + 1
            elif end >= 0:
                end += len(name) + 3
            else:
                break
            pieces.append(text[position:start])
            position = end
            start = text.find(f"<{name}", end)
        text = "".join(pieces) + text[position:]
    return text


def _entry(found: Any, url: str, fetched_at: datetime, language: str | None, zone: str) -> Entry:
    contents = [content.get("value") or "" for content in found.get("content") or ()]
    markup = max(contents, key=len, default="") or found.get("summary") or ""
    declared = found.get("language") or None
    link = links.absolute(found.get("link"), url)
    guid = plaintext.line(found.get("id") or "")
    languages = tuple(tag for tag in (declared, language) if tag)
    raw = found.get("published") or found.get("created") or None
    when = dates.read(raw, fetched_at, languages, zone) if raw else dates.Found(None)
    changed = dict.get(found, "updated")
    return Entry(
        title=_line(found.get("title")),
        link=link,
        canonical_url=links.canonical(link) if link else None,
        guid=guid,
        id="",
        id_source="",
        summary=plaintext.from_html(found.get("summary") or "") or None,
        text=plaintext.from_html(markup),
        html=markup or None,
        base=url,
        authors=[name for author in found.get("authors") or () if (name := plaintext.line(author.get("name") or ""))],
        categories=[label for tag in found.get("tags") or () if (label := plaintext.line(tag.get("term") or ""))],
        language=None,
        language_declared=declared or language,
        language_source="entry" if declared else "feed" if language else None,
        published=when.at,
        utc_offset=when.offset,
        published_raw=raw,
        updated=dates.read(changed, fetched_at, languages, zone).at if changed else None,
        flags=tuple(when.flags),
    )


def _line(markup: str | None) -> str | None:
    return plaintext.line(plaintext.from_html(markup or ""))
