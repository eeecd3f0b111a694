"""OPML, in and out: lists of feeds as other readers know them."""

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import listparser

from transforms.feeds.source import Source


class OpmlError(ValueError):
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
    if b"<!ENTITY" in text:
        raise OpmlError(f"{path}: declares entities, which a list of feeds has no use for")
    found = listparser.parse(text)
    sources: dict[str, Source] = {}
    for feed in found.feeds:
        url = feed.url.strip()
        if "://" not in url and not url.startswith("file:"):
            url = str(path.parent / url)
        sources.setdefault(url, Source(url, title=(feed.get("title") or "").strip() or None))
    if not sources:
        fault = f": {found.bozo_exception}" if found.get("bozo") else ""
        raise OpmlError(f"{path}: no feeds in this OPML{' '.join(fault.split(chr(10)))}")
    return list(sources.values())


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
