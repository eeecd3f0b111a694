"""One fetched document to entries: a pure function of bytes, address, headers and fetch time."""

from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from transforms.feeds import charset, identity, jsonfeed, languages, loose, markup, sitemap, tree, xmlfeed
from transforms.feeds.cut import Cut, without_cut_entry
from transforms.feeds.document import Document, refused
from transforms.feeds.links import host_of

# More entries than any news feed has; a document with more is cut here and says so.
MOST_ENTRIES = 5000


def parse_document(
    body: bytes,
    url: str,
    fetched_at: datetime,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    policy: str = "guid",
    zone: str = "",
    limit: int = MOST_ENTRIES,
    detect: bool = True,
) -> Document:
    """What a fetched document says.

    Args:
        body: The inflated bytes.
        url: Where they came from after redirects: the last base of relative links.
        fetched_at: When; dates more than a day later are not believed.
        status: The HTTP status.
        headers: The HTTP headers; names in any case.
        policy: The identity policy that the feed is known to need: guid, link or hash.
        zone: IANA zone of dates without one.
        limit: Entries beyond are counted as omitted.
        detect: Find each entry's language from its text; else only what is declared is noted.

    Returns:
        The document; one with ``error`` where nothing could be read. Never raises for what a server may send.
    """
    if status in (404, 410) or status >= 400 or status < 200 or status in (204, 205):
        return refused(f"http_{status}")
    content_type = next((value for name, value in (headers or {}).items() if name.lower() == "content-type"), "")
    if not body.strip(b"\x00 \t\r\n"):
        return refused("empty_body")
    decoded = charset.decode(body, content_type, host_of(url))
    document = _read(decoded.text, url, fetched_at, limit, zone)
    if document.error:
        return document
    flags = [*document.flags, *(["charset_repaired"] if decoded.repaired else [])]
    entries = [entry for entry in document.entries if entry.title or entry.text or entry.link or entry.guid]
    if document.entries and not entries:
        return refused("no_entries_read", flags)
    document = identity.settle(document._replace(entries=entries, flags=flags), policy)
    return languages.detect_all(document) if detect else document


def _read(text: str, url: str, fetched_at: datetime, limit: int, zone: str) -> Document:
    if jsonfeed.looks_like_json(text):
        return jsonfeed.read(text, url, fetched_at, limit, zone)
    if markup.looks_like_html(text):
        return refused("not_a_feed")
    try:
        repaired = markup.repair(text)
    except markup.DtdForbiddenError:
        return refused("dtd_forbidden")
    malformed, (text, whole) = repaired.malformed, Cut(repaired.text, True)
    try:
        root = tree.parse(text, recover=False)
    except etree.XMLSyntaxError:
        malformed = True
        text, whole = without_cut_entry(text)
        root = tree.parse(markup.mend(text), recover=True)
    if root is None:
        return refused("not_a_feed")
    if sitemap.is_sitemap(root):
        return sitemap.read(root, url, fetched_at, limit, zone)
    if not xmlfeed.is_feed(root):
        return refused("not_a_feed")
    flags = ["malformed"] if malformed else []
    if malformed and len(xmlfeed.items_of(root)) < min(limit, xmlfeed.count_item_tags(text)):
        document = loose.read(text, url, fetched_at, limit, zone)
    else:
        document = xmlfeed.read(root, url, fetched_at, limit, zone)
    if not document.entries and xmlfeed.count_item_tags(text):
        return refused("no_entries_read", flags)
    return document._replace(flags=flags, whole=whole)
