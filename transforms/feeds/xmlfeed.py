"""RSS, RDF and Atom: each item's fields by element name; feedparser reads who wrote it and what it is filed under."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import feedparser
from lxml import etree

from transforms.feeds import body, dates, links, plaintext, tree
from transforms.feeds.document import Document, Entry, Feed

_ROOTS = {"rss", "rdf", "feed", "channel", "entry"}
_ITEMS = {"item", "entry"}
_ITEM_TAG = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
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
# What feedparser is given of an item; texts, links and dates are chosen by name here, which is also much faster.
_ABOUT = {
    "author",
    "creator",
    "contributor",
    "publisher",
    "category",
    "subject",
    "keywords",
    "tag",
    "tags",
    "managingeditor",
    "webmaster",
}
_MAIL_AND_NAME = re.compile(r"\s*\S+@\S+\s*\((.+?)\)\s*|\s*(.+?)\s*<\S+@\S+>\s*")
_RSS_1 = "{http://purl.org/rss/1.0/}"
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


def items_of(root: "etree._Element") -> "list[etree._Element]":
    """Every item of a feed, in document order; items within items are not counted twice."""
    if tree.split(root.tag)[1] == "entry":
        return [root]
    found = []
    for element in root.iter():
        if (
            isinstance(element.tag, str)
            and tree.split(element.tag)[1] in _ITEMS
            and tree.split(element.tag)[0] in ("", "atom")
        ):
            found.append(element)
    return found


def count_item_tags(text: str) -> int:
    """How many items the text seems to hold, whatever a parser makes of it."""
    return len(_ITEM_TAG.findall(_CDATA.sub("", text)))


def is_feed(root: "etree._Element") -> bool:
    """True where the root element is one of a feed."""
    return tree.split(root.tag)[1] in _ROOTS


def read(root: "etree._Element", url: str, fetched_at: datetime, limit: int, zone: str) -> Document:
    """The document under ``root``. Identities are those of the entries alone; ``identity`` settles them."""
    elements = items_of(root)
    _, name = tree.split(root.tag)
    is_atom = name in ("feed", "entry")
    head = (
        root
        if is_atom
        else next((e for e in root.iter() if isinstance(e.tag, str) and tree.split(e.tag)[1] == "channel"), root)
    )
    feed = _feed(head, is_atom, url)
    omitted = max(0, len(elements) - limit)
    elements = elements[:limit]
    entries = [_entry(element, is_atom, url, fetched_at, feed.language, zone) for element in elements]
    parsed = _with_feedparser(root, elements)
    if len(parsed.entries) >= len(entries):
        entries = [_described(entry, about) for entry, about in zip(entries, parsed.entries, strict=False)]
    version = parsed.get("version") or ("atom10" if is_atom else "rss10" if name == "rdf" else "rss20")
    return Document(version, None, feed, entries, omitted=omitted)


def _with_feedparser(root: "etree._Element", elements: "Sequence[etree._Element]") -> Any:
    """What feedparser reads in the document without its bodies, which are taken out of the tree for good."""
    for element in elements:
        for child in list(element):
            name = tree.split(child.tag)[1] if isinstance(child.tag, str) else ""
            if name not in _ABOUT:
                element.remove(child)
            elif name in ("author", "creator", "contributor") and not len(child):
                # feedparser cuts names where the mail address has a long top-level domain.
                named = _MAIL_AND_NAME.fullmatch(child.text or "")
                child.text = named[1] or named[2] if named else child.text
    for element in root.iter():
        # Prefixed RSS: feedparser knows the plain names only, and RSS 1.0 by its namespace.
        tag = element.tag
        if isinstance(tag, str) and re.search(r"[}:]", tag) and tree.split(tag)[0] == "" and not tag.startswith(_RSS_1):
            element.tag = tree.split(tag)[1]
    return feedparser.parse(
        etree.tostring(root, encoding="utf-8", xml_declaration=True),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _feed(head: "etree._Element", is_atom: bool, url: str) -> Feed:
    found = tree.first(head, "atom" if is_atom else "")
    link = _link(head, is_atom, url)
    language = tree.text_of(found.get("language")) or tree.text_of(found.get("dc:language")) or tree.lang_of(head, True)
    return Feed(body.title(found.get("title"), is_atom), link, language or None, _ttl(found))


def _ttl(found: "dict[str, etree._Element]") -> int | None:
    asked = []
    ttl = tree.text_of(found.get("ttl"))
    if ttl.isascii() and ttl.isdigit():
        asked.append(int(ttl) * 60)
    period = _PERIODS.get(tree.text_of(found.get("sy:updateperiod")).lower())
    if period:
        frequency = tree.text_of(found.get("sy:updatefrequency"))
        asked.append(period // max(1, int(frequency) if frequency.isascii() and frequency.isdigit() else 1))
    return max(asked) if asked and max(asked) > 0 else None


def _entry(
    element: "etree._Element", is_atom: bool, url: str, fetched_at: datetime, feed_language: str | None, zone: str
) -> Entry:
    found = tree.first(element, "atom" if is_atom else "")
    base = tree.base_of(element, url)
    said, teaser, source = body.choose(found, element, is_atom)
    declared = (
        tree.text_of(found.get("dc:language")) or tree.text_of(found.get("language")) or tree.lang_of(element, False)
    )
    link = _link(element, is_atom, url)
    guid, link = _guid(element, found, link)
    languages = tuple(tag for tag in (declared, feed_language) if tag)
    when, raw = _date(found, _PUBLISHED, fetched_at, languages, zone)
    changed, _ = _date(found, _UPDATED, fetched_at, languages, zone)
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
        base=tree.base_of(source, url) if source is not None else base,
        authors=(),
        categories=(),
        language=None,
        language_declared=declared or feed_language,
        language_source="entry" if declared else "feed" if feed_language else None,
        published=when.at,
        utc_offset=when.offset,
        published_raw=raw,
        updated=changed.at,
        flags=tuple(when.flags),
    )


def _date(
    found: "dict[str, etree._Element]",
    names: Sequence[str],
    fetched_at: datetime,
    languages: tuple[str, ...],
    zone: str,
) -> tuple[dates.Found, str | None]:
    """The first of the named dates that can be read, with its text; else the first that is there."""
    unread: tuple[dates.Found, str | None] = (dates.Found(None), None)
    for name in names:
        raw = tree.text_of(found.get(name))
        if not raw:
            continue
        when = dates.read(raw, fetched_at, languages, zone)
        if when.at is not None:
            return when, raw
        if unread[1] is None:
            unread = when, raw
    return unread


def _link(element: "etree._Element", is_atom: bool, url: str) -> str | None:
    """The page's address: ``link``'s text or ``href``, the alternate of several; null where none is http(s)."""
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
    about = element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return links.absolute(about, tree.base_of(element, url)) if about else None


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
            permanent = next((v for k, v in node.attrib.items() if str(k).lower() == "ispermalink"), "true")
            if str(permanent).strip().lower() != "false" and re.match(r"https?://", guid, re.IGNORECASE):
                link = links.absolute(guid, guid)
        return guid, link
    about = element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return plaintext.line(about or ""), link


def _described(entry: Entry, about: Any) -> Entry:
    """``entry`` with the authors and categories that feedparser read."""
    names: list[str] = []
    for author in about.get("authors") or ():
        name = plaintext.line(author.get("name") or author.get("email") or "")
        if name and name not in names:
            names.append(name)
    if not names and about.get("author"):
        names = [name for name in [plaintext.line(about["author"])] if name]
    labels: list[str] = []
    for tag in about.get("tags") or ():
        label = plaintext.line(plaintext.from_html(tag.get("label") or tag.get("term") or ""))
        if label and label not in labels:
            labels.append(label)
    return entry._replace(authors=names, categories=labels)
