"""News sitemaps: for many publishers the only list of articles that machines can read.

Format: https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from lxml import etree

from transforms.feeds.dates import timestamps
from transforms.feeds.document import Document, Entry, Feed, refused
from transforms.feeds.parsing import links, namespaces, tree
from transforms.feeds.parsing.entries import Fetch, read_all
from transforms.feeds.text import plaintext


def is_sitemap(root: "etree._Element") -> bool:
    """True for ``urlset`` and for an index of sitemaps."""
    return namespaces.name(root)[1] in ("urlset", "sitemapindex")


def read(root: "etree._Element", fetch: Fetch) -> Document:
    """Each ``url`` with a ``news:news`` is an entry; a sitemap without any is no feed."""
    pages = [
        found
        for page in root
        if namespaces.name(page)[1] == "url"
        if "news:news" in (found := tree.first(page, "sitemap"))
    ]
    if not pages:
        return refused("not_a_news_sitemap")
    publisher = _publication(pages[0])
    document = Document("sitemap-news", None, Feed(plaintext.line(tree.text_of(publisher.get("name")))), ())
    return read_all(document, pages, len(pages), lambda page: _entry(page, fetch), fetch)


def _publication(found: "dict[str, etree._Element]") -> "dict[str, etree._Element]":
    news = tree.first(found["news:news"], "news")
    return tree.first(news["publication"], "news") if "publication" in news else {}


def _entry(found: "dict[str, etree._Element]", fetch: Fetch) -> Entry | None:
    news, publication = tree.first(found["news:news"], "news"), _publication(found)
    link = links.absolute(tree.text_of(found.get("loc")), fetch.url)
    language = tree.text_of(publication.get("language")) or tree.text_of(news.get("language")) or None
    languages = (language,) if language else ()
    raw = tree.text_of(news.get("publication_date")) or None
    when = timestamps.read(raw, fetch.at, languages, fetch.zone) if raw else timestamps.Found(None)
    changed = tree.text_of(found.get("lastmod"))
    title = plaintext.line(plaintext.from_html(tree.text_of(news.get("title"))))
    if link is None and title is None:
        return None
    keywords = tree.text_of(news.get("keywords"))
    return Entry(
        title=title,
        link=link,
        canonical_url=links.canonical(link) if link else None,
        guid=link,
        id="",
        id_source="",
        summary=None,
        text="",
        html=None,
        base=fetch.url,
        authors=(),
        categories=[label for part in keywords.split(",") if (label := plaintext.line(part))],
        language=None,
        language_declared=language,
        language_source="entry" if language else None,
        published=when.at,
        utc_offset=when.offset,
        published_raw=raw,
        updated=timestamps.read(changed, fetch.at, languages, fetch.zone).at if changed else None,
        flags=tuple(when.flags),
    )
