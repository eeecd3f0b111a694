"""News sitemaps: for many publishers the only list of articles that machines can read.

Format: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from datetime import datetime

from lxml import etree

from transforms.feeds import dates, links, plaintext, tree
from transforms.feeds.document import Document, Entry, Feed, refused


def is_sitemap(root: "etree._Element") -> bool:
    """True for ``urlset`` and for an index of sitemaps."""
    return tree.split(root.tag)[1] in ("urlset", "sitemapindex")


def read(root: "etree._Element", url: str, fetched_at: datetime, limit: int, zone: str) -> Document:
    """Each ``url`` with a ``news:news`` is an entry; a sitemap without any is no feed."""
    entries: list[Entry] = []
    name = None
    pages = [element for element in root if isinstance(element.tag, str) and tree.split(element.tag)[1] == "url"]
    for page in pages:
        found = tree.first(page, "sitemap")
        if "news:news" in found:
            publisher, entry = _entry(found, url, fetched_at, zone)
            name = name or publisher
            if entry is not None:
                entries.append(entry)
    if not entries:
        return refused("not_a_news_sitemap")
    return Document("sitemap-news", None, Feed(name), entries[:limit], omitted=max(0, len(entries) - limit))


def _entry(
    found: "dict[str, etree._Element]", url: str, fetched_at: datetime, zone: str
) -> tuple[str | None, Entry | None]:
    news = tree.first(found["news:news"], "news")
    link = links.absolute(tree.text_of(found.get("loc")), url)
    publication = tree.first(news["publication"], "news") if "publication" in news else {}
    language = tree.text_of(publication.get("language")) or tree.text_of(news.get("language")) or None
    publisher = plaintext.line(tree.text_of(publication.get("name")))
    languages = (language,) if language else ()
    raw = tree.text_of(news.get("publication_date")) or None
    when = dates.read(raw, fetched_at, languages, zone) if raw else dates.Found(None)
    changed = tree.text_of(found.get("lastmod"))
    title = plaintext.line(plaintext.from_html(tree.text_of(news.get("title"))))
    if link is None and title is None:
        return publisher, None
    keywords = tree.text_of(news.get("keywords"))
    return publisher, Entry(
        title=title,
        link=link,
        canonical_url=links.canonical(link) if link else None,
        guid=link,
        id="",
        id_source="",
        summary=None,
        text="",
        html=None,
        base=url,
        authors=(),
        categories=[label for part in keywords.split(",") if (label := plaintext.line(part))],
        language=None,
        language_declared=language,
        language_source="entry" if language else None,
        published=when.at,
        utc_offset=when.offset,
        published_raw=raw,
        updated=dates.read(changed, fetched_at, languages, zone).at if changed else None,
        flags=tuple(when.flags),
    )
