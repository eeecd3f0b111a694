"""RSS, RDF and Atom: each item's fields by element name."""

import re
from collections.abc import Sequence

from lxml import etree

from transforms.feeds.dates import timestamps
from transforms.feeds.document import Document, Entry, Feed
from transforms.feeds.parsing import body, bylines, links, namespaces, tree
from transforms.feeds.parsing.entries import Fetch, read_all
from transforms.feeds.text import plaintext

_ROOTS = {"rss", "rdf", "feed", "channel", "entry"}
_ITEMS = {"item", "entry"}
_PUBLISHED = (
    "pubdate", "published", "issued", "dc:date", "dcterms:issued", "atom:published", "atom:issued", "dcterms:date",
    "date", "dcterms:created", "created", "dc:created", "prism:publicationdate", "publisheddate", "pub_date",
)  # fmt: skip
_UPDATED = (
    "updated",
    "modified",
    "atom:updated",
    "atom:modified",
    "dcterms:modified",
    "lastmodified",
    "lastbuilddate",
    "dc:modified",
)
_ORIGINAL_LINKS = ("feedburner:origlink", "pheedo:origlink")
_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
# A year: no feed rests for longer.
_LONGEST_TTL = 365 * 86400
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


def items_of(root: "etree._Element") -> "list[etree._Element]":
    """Every item of a feed, in document order; what stands within an item is none."""
    if namespaces.name(root)[1] == "entry":
        return [root]
    found: list[etree._Element] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        prefix, name = namespaces.name(element)
        if name in _ITEMS and prefix in ("", "atom"):
            found.append(element)
        else:
            waiting.extend(reversed(element))
    return found


def is_feed(root: "etree._Element") -> bool:
    """True where the root element is one of a feed."""
    return namespaces.name(root)[1] in _ROOTS


def read(root: "etree._Element", elements: "Sequence[etree._Element]", count: int, fetch: Fetch) -> Document:
    """The document under ``root``. Identities are those of the entries alone; ``identity`` settles them.

    Args:
        root: The feed's root element.
        elements: Its items.
        count: How many it has, those that are not among ``elements`` counted.
        fetch: How it was fetched.
    """
    name = namespaces.name(root)[1]
    is_atom = name in ("feed", "entry")
    head = root if is_atom else next((e for e in root.iter("*") if namespaces.name(e)[1] == "channel"), root)
    feed = _feed(head, is_atom, fetch.url)
    read_ones: list[etree._Element] = []

    def entry(element: "etree._Element") -> Entry:
        made = _entry(element, is_atom, feed.language, fetch)
        read_ones.append(element)
        return made

    document = read_all(Document(_version(root), None, feed, ()), elements, count, entry, fetch)
    said = bylines.read(read_ones, is_atom, fetch)
    return document._replace(
        entries=[
            entry._replace(authors=one.authors, categories=one.categories)
            for entry, one in zip(document.entries, said, strict=True)
        ]
    )


def _version(root: "etree._Element") -> str:
    """The format's name, as feedparser gives it."""
    name = namespaces.name(root)[1]
    number = (tree.attribute(root, "version") or "").strip()
    if name in ("feed", "entry"):
        old = any("purl.org/atom" in address.lower() for address in root.nsmap.values())
        return "atom03" if old or number in ("0.1", "0.2", "0.3") else "atom10"
    if name == "rdf":
        return "rss090" if any("netscape" in address.lower() for address in root.nsmap.values()) else "rss10"
    return _VERSIONS.get(number) or ("rss20" if number.startswith("2.") or name == "channel" else "rss")


def _feed(head: "etree._Element", is_atom: bool, url: str) -> Feed:
    found = tree.first(head, "atom" if is_atom else "")
    link = _link(head, is_atom, url)
    language = tree.text_of(found.get("language")) or tree.text_of(found.get("dc:language")) or tree.lang_of(head, True)
    return Feed(body.title(found.get("title"), is_atom), link, language or None, _ttl(found))


def _ttl(found: "dict[str, etree._Element]") -> int | None:
    asked = _count(found.get("ttl")) * 60
    period = _PERIODS.get(tree.text_of(found.get("sy:updateperiod")).lower())
    if period:
        asked = max(asked, period // max(1, _count(found.get("sy:updatefrequency"))))
    return min(asked, _LONGEST_TTL) or None


def _count(element: "etree._Element | None") -> int:
    """A whole number; 0 where there is none. Very long ones are as good as the longest."""
    digits = tree.text_of(element)
    return int(digits[:12]) if digits.isascii() and digits.isdigit() else 0


def _entry(element: "etree._Element", is_atom: bool, feed_language: str | None, fetch: Fetch) -> Entry:
    several = tree.named(element, "atom" if is_atom else "")
    found = {name: alike[0] for name, alike in several.items()}
    base = tree.base_of(element, fetch.url)
    said, teaser, source = body.choose(several, element, is_atom)
    declared = (
        tree.text_of(found.get("dc:language")) or tree.text_of(found.get("language")) or tree.lang_of(element, False)
    )
    link = _link(element, is_atom, fetch.url)
    guid, link = _guid(element, found, link)
    languages = tuple(tag for tag in (declared, feed_language) if tag)
    when, raw = _date(found, _PUBLISHED, languages, fetch)
    changed, _ = _date(found, _UPDATED, languages, fetch)
    original = next(
        (links.absolute(tree.text_of(found[name]), base) for name in _ORIGINAL_LINKS if name in found), None
    )
    canonical = original or link
    return Entry(
        title=body.title(found.get("title"), is_atom) or body.title(found.get("dc:title"), False),
        link=link,
        canonical_url=links.canonical(canonical) if canonical else None,
        guid=guid,
        id="",
        id_source="",
        summary=teaser,
        text=said.text,
        html=said.html,
        base=tree.base_of(source, fetch.url) if source is not None else base,
        authors=(),
        categories=(),
        language=None,
        language_declared=declared or feed_language,
        language_source="entry" if declared else "feed" if feed_language else None,
        published=when.at,
        utc_offset=when.offset,
        published_raw=raw,
        updated=changed.at,
        flags=(*when.flags, *(["text_cut"] if said.is_cut else [])),
    )


def _date(
    found: "dict[str, etree._Element]",
    names: Sequence[str],
    languages: tuple[str, ...],
    fetch: Fetch,
) -> tuple[timestamps.Found, str | None]:
    """The first of the named dates that can be read, with its text; else the first that is there."""
    unread: tuple[timestamps.Found, str | None] = (timestamps.Found(None), None)
    for name in names:
        raw = tree.text_of(found.get(name))
        if not raw:
            continue
        when = timestamps.read(raw, fetch.at, languages, fetch.zone)
        if when.at is not None:
            return when, raw
        if unread[1] is None:
            unread = when, raw
    return unread


def _link(element: "etree._Element", is_atom: bool, url: str) -> str | None:
    """The page's address: ``link``'s text or ``href``, the alternate of several; None where none is http(s)."""
    best: tuple[int, str] | None = None
    for name, child in tree.children(element, "atom" if is_atom else ""):
        if name not in ("link", "atom:link", "url"):
            continue
        reference = (child.get("href") or tree.text_of(child)).strip()
        rel = (child.get("rel") or "alternate").strip().lower()
        if rel != "alternate" or not reference:
            continue
        kind = (child.get("type") or "text/html").lower()
        rank = (0 if "html" in kind else 2) + (0 if name == "link" else 1 if name == "atom:link" else 4)
        target = links.absolute(reference, tree.base_of(child, url))
        if target and (best is None or rank < best[0]):
            best = rank, target
    if best:
        return best[1]
    return links.absolute(tree.attribute(element, "about"), tree.base_of(element, url))


def _guid(
    element: "etree._Element", found: "dict[str, etree._Element]", link: str | None
) -> tuple[str | None, str | None]:
    """The entry's own identity as written, and its link, which a permanent guid is where there is no other."""
    for name in ("guid", "id", "atom:id", "dc:identifier"):
        node = found.get(name)
        guid = plaintext.line(tree.text_of(node))
        if node is None or not guid:
            continue
        if link is None and name in ("guid", "id", "atom:id"):
            permanent = tree.attribute(node, "ispermalink") or "true"
            if permanent.strip().lower() != "false" and re.match(r"https?://", guid, re.IGNORECASE):
                link = links.absolute(guid, guid)
        return guid, link
    return plaintext.line(tree.attribute(element, "about") or ""), link
