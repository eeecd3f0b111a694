"""A feed's element tree: its items, what they hold by element name, and what links in them are relative to."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape

from lxml import etree

from transforms.feeds.links import join

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XHTML = "http://www.w3.org/1999/xhtml"

# Namespace -> the prefix that it is known by. An undeclared prefix is taken for what it usually means.
_PREFIXES = {
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/rss": "media",
    "http://www.rssboard.org/media-rss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.pheedo.com/namespace/pheedo": "pheedo",
    "http://news.yandex.ru": "yandex",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "sitemap",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://prismstandard.org/namespaces/basic/2.0/": "prism",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/net/rss1.1#": "",
}
_KNOWN_PREFIXES = set(_PREFIXES.values()) - {""} | {"dcterm"}


@lru_cache(maxsize=4096)
def split(tag: str) -> tuple[str, str]:
    """(known prefix, local name in lower case) of a tag; an unknown namespace is its own prefix."""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return _PREFIXES.get(namespace.strip().lower(), namespace), local.lower()
    prefix, colon, local = tag.partition(":")
    if not colon:
        return "", tag.lower()
    return (prefix.lower() if prefix.lower() in _KNOWN_PREFIXES else ""), local.lower()


def parse(text: str, recover: bool) -> "etree._Element | None":
    """The root element of ``text``; null where there is none.

    Raises:
        etree.XMLSyntaxError: the text is not well-formed and ``recover`` is false.
    """
    # huge_tree lifts libxml2's limit of 10 MB a text; the document's own size is limited where it is fetched.
    parser = etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def children(element: "etree._Element", own: str = "") -> Iterator[tuple[str, "etree._Element"]]:
    """(name, child) of each child element: ``title`` for the feed's own elements, ``dc:date`` for others.

    Args:
        element: The parent.
        own: The prefix that the feed's own elements have (``atom`` for Atom).
    """
    for child in element:
        if isinstance(child.tag, str):
            prefix, local = split(child.tag)
            yield (local if prefix in ("", own) else f"{prefix}:{local}"), child


def first(element: "etree._Element", own: str = "") -> dict[str, "etree._Element"]:
    """Name -> the first child of that name that holds anything."""
    found: dict[str, etree._Element] = {}
    for name, child in children(element, own):
        if name not in found or (is_empty(found[name]) and not is_empty(child)):
            found[name] = child
    return found


def is_empty(element: "etree._Element") -> bool:
    """True where ``element`` has no text, no child and no attribute but its type."""
    return not len(element) and not (element.text or "").strip() and not element.get("href")


def text_of(element: "etree._Element | None") -> str:
    """All text within ``element``, stripped."""
    if element is None:
        return ""
    return ("".join(element.itertext()) if len(element) else element.text or "").strip()


def inner_markup(element: "etree._Element") -> str:
    """What stands within ``element`` as HTML: its text where it has no children, else its serialised children."""
    if not len(element):
        return element.text or ""
    pieces = [escape(element.text or "", quote=False)]
    for child in element:
        pieces.append(etree.tostring(child, encoding="unicode", with_tail=True))
    return re.sub(r'\sxmlns(?::\w+)?="[^"]*"|(?<=<)(?:\w+:)(?=\w)|(?<=</)(?:\w+:)(?=\w)', "", "".join(pieces))


def base_of(element: "etree._Element", document: str) -> str:
    """What links in ``element`` are relative to: the document's address, then each ``xml:base`` on the way down."""
    bases = []
    here: etree._Element | None = element
    while here is not None:
        value = here.get(XML_BASE)
        if value:
            bases.append(value)
        here = here.getparent()
    base = document
    for value in reversed(bases):
        base = join(base, value)
    return base


def lang_of(element: "etree._Element", inherit: bool) -> str | None:
    """The ``xml:lang`` of ``element``, or with ``inherit`` of what it stands in."""
    here: etree._Element | None = element
    while here is not None:
        value = here.get(XML_LANG)
        if value:
            return str(value)
        here = here.getparent() if inherit else None
    return None
