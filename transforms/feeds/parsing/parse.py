"""One fetched document to entries: a pure function of bytes, address, headers and fetch time."""

import time
from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from lxml import etree

from transforms.feeds.document import Document, refused
from transforms.feeds.identity import article_keys
from transforms.feeds.parsing import jsonfeed, sitemap, tree, xmlfeed
from transforms.feeds.parsing.entries import Fetch
from transforms.feeds.parsing.links import host_of
from transforms.feeds.parsing.repair import broken_xml, prolog, xml_repair
from transforms.feeds.parsing.repair.cut_documents import Cut, without_cut_entry
from transforms.feeds.text import charset, languages

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
    seconds: float | None = None,
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
        seconds: CPU time after which no further entry is read; what was read is kept, with the flag ``out_of_time``.

    Returns:
        The document; one with ``error`` where nothing could be read. Never raises for what a server may send.
    """
    if status in (404, 410) or status >= 400 or status < 200 or status in (204, 205):
        return refused(f"http_{status}")
    content_type = next((value for name, value in (headers or {}).items() if name.lower() == "content-type"), "")
    fetch = Fetch(url, fetched_at, zone, limit, None if seconds is None else time.process_time() + seconds)
    if not body.strip(b"\x00 \t\r\n"):
        return refused("empty_body")
    decoded = charset.decode(body, content_type, host_of(url))
    document = _read(decoded.text, fetch)
    if document.error:
        return document
    flags = [*document.flags, *(["charset_repaired"] if decoded.repaired else [])]
    entries = [entry for entry in document.entries if entry.title or entry.text or entry.link or entry.guid]
    if document.entries and not entries:
        return refused("no_entries_read", flags)
    document = article_keys.settle(document._replace(entries=entries, flags=flags), policy)
    if not detect:
        return document
    entries = [languages.with_language(entry, read_text=not fetch.is_out_of_time()) for entry in document.entries]
    return document._replace(entries=entries)


def _read(text: str, fetch: Fetch) -> Document:
    if jsonfeed.looks_like_json(text):
        return jsonfeed.read(text, fetch)
    try:
        repaired = xml_repair.repair(text, fetch.limit)
    except prolog.DtdForbiddenError:
        return refused("dtd_forbidden")
    if repaired.is_page:
        return refused("not_a_feed")
    malformed, items, (text, whole) = repaired.malformed, repaired.items, Cut(repaired.text, True)
    try:
        root = tree.parse(text, recover=repaired.cut)
    except etree.XMLSyntaxError:
        malformed = True
        text, whole = without_cut_entry(text)
        items = xml_repair.count_items(text)
        text = xml_repair.mend(text)
        root = tree.parse(text, recover=True)
    if root is None:
        return refused("not_a_feed")
    if sitemap.is_sitemap(root):
        return sitemap.read(root, fetch)._replace(whole=whole)
    if not xmlfeed.is_feed(root):
        return refused("not_a_feed")
    flags = ["malformed"] if malformed else []
    elements = xmlfeed.items_of(root)
    if (malformed or repaired.cut) and len(elements) < min(fetch.limit, items):
        apart = list(islice(broken_xml.items(text), fetch.limit))
        elements = apart if len(apart) > len(elements) else elements
    document = xmlfeed.read(root, elements, max(len(elements), items), fetch)
    if not document.entries and items:
        return refused("no_entries_read", flags)
    return document._replace(flags=(*flags, *document.flags), whole=whole)
