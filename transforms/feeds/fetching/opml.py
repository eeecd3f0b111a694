"""OPML, in and out: lists of feeds as other readers know them."""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import listparser

from transforms.errors import MeetwireError
from transforms.feeds.fetching.source import Source


class OpmlError(MeetwireError, ValueError):
    """The file is no list of feeds; the text names it."""


def read(path: str | Path) -> list[Source]:
    """The feeds of an OPML file, each once, in its order. A relative address is a file beside it.

    Raises:
        OpmlError: the file cannot be read or holds no feed.
    """
    path = Path(path)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise OpmlError(f"{path}: {error.strerror or error}") from None
    try:
        listed = parse(text)
    except OpmlError as error:
        raise OpmlError(f"{path}: {error}") from None
    return [
        source if _absolute(source.url) else source._replace(url=str(path.parent / source.url)) for source in listed
    ]


def parse(text: bytes) -> list[Source]:
    """The feeds of an OPML document, each once, in its order, with addresses as written.

    Raises:
        OpmlError: it declares entities or holds no feed.
    """
    if b"<!ENTITY" in text:
        raise OpmlError("declares entities, which a list of feeds has no use for")
    found = listparser.parse(text)
    sources: dict[str, Source] = {}
    for feed in found.feeds:
        url = feed.url.strip()
        sources.setdefault(url, Source(url, title=(feed.get("title") or "").strip() or None))
    if not sources:
        fault = f": {found.bozo_exception}" if found.get("bozo") else ""
        raise OpmlError(f"no feeds in this OPML{' '.join(fault.split(chr(10)))}")
    return list(sources.values())


def _absolute(url: str) -> bool:
    return "://" in url or url.startswith("file:")


def write(sources: Iterable[Source]) -> str:
    """The feeds as an OPML 2.0 document."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "  <head><title>meetwire</title></head>",
        "  <body>",
    ]
    for source in sources:
        title = quoteattr(source.title or source.url)
        language = f" language={quoteattr(source.language)}" if source.language else ""
        lines.append(f'    <outline type="rss" text={title} title={title} xmlUrl={quoteattr(source.url)}{language}/>')
    return "\n".join([*lines, "  </body>", "</opml>", ""])
