"""Who wrote an entry and what it is filed under, read by feedparser, which knows the many ways to say so.

feedparser is given nothing but these elements, each cut short: it takes quadratic time for long names and raises for some
elements out of place, which would cost the whole feed.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import feedparser
from lxml import etree

from transforms.feeds.parsing import namespaces, tree
from transforms.feeds.parsing.entries import Fetch
from transforms.feeds.text import plaintext

_SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
}
_PEOPLE = ("author", "creator", "contributor", "publisher", "managingeditor", "webmaster")
_ABOUT = (*_PEOPLE, "category", "subject", "keywords", "tag", "tags")
_PARTS = ("name", "email", "uri", "url")
_ATTRIBUTES = ("term", "label", "scheme", "domain", "text")
_LONGEST = 300
_MOST = 100
_MAIL_AND_NAME = re.compile(r"\S+@\S+\s*\((.+)\)|(.+?)\s*<\S+@\S+>")
# Entries that feedparser reads at once: what it cannot read costs these a second reading, each alone.
_BATCH = 100


class About(NamedTuple):
    """The names of an entry's authors, and its categories."""

    authors: Sequence[str] = ()
    categories: Sequence[str] = ()


def read(elements: "Sequence[etree._Element]", is_atom: bool, fetch: Fetch) -> list[About]:
    """What is said about each of the ``elements``; nothing for those that cannot be read, or not in time."""
    found: list[About] = []
    for start in range(0, len(elements), _BATCH):
        batch = elements[start : start + _BATCH]
        if fetch.is_out_of_time():
            break
        try:
            found += _read(batch, is_atom)
        except Exception:  # whatever feedparser makes of it
            found += [_alone(element, is_atom) for element in batch]
    return found + [About()] * (len(elements) - len(found))


def _alone(element: "etree._Element", is_atom: bool) -> About:
    try:
        return _read([element], is_atom)[0]
    except Exception:
        return About()


def _read(elements: "Sequence[etree._Element]", is_atom: bool) -> list[About]:
    root = etree.Element(
        f"{{{_SPACES['atom']}}}feed" if is_atom else "rss", nsmap=_SPACES | ({None: _SPACES["atom"]} if is_atom else {})
    )
    parent = root if is_atom else etree.SubElement(root, "channel")
    for element in elements:
        entry = etree.SubElement(parent, f"{{{_SPACES['atom']}}}entry" if is_atom else "item")
        _copy(element, entry, is_atom)
    parsed = feedparser.parse(
        etree.tostring(root, encoding="utf-8", xml_declaration=True),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return [_about(entry) for _, entry in zip(elements, parsed.entries, strict=True)]


def _copy(element: "etree._Element", entry: "etree._Element", is_atom: bool) -> None:
    """Copies to ``entry`` the children of ``element`` that are wanted, cut and in the usual namespaces."""
    for name, child in tree.children(element, "atom" if is_atom else ""):
        prefix, _, local = name.rpartition(":")
        if local not in _ABOUT or len(entry) >= _MOST:
            continue
        space = _SPACES.get(prefix or ("atom" if is_atom else ""))
        if prefix and space is None:
            continue
        kept = etree.SubElement(entry, f"{{{space}}}{local}" if space else local)
        text = (tree.text_of(child) if local not in _PEOPLE or not len(child) else child.text or "")[:_LONGEST]
        named = _MAIL_AND_NAME.fullmatch(text.strip()) if local in _PEOPLE else None
        # feedparser cuts names where the mail address has a long top-level domain.
        kept.text = (named[1] or named[2]) if named else text
        for key, value in child.attrib.items():
            if (plain := namespaces.local(str(key))) in _ATTRIBUTES:
                kept.set(plain, str(value)[:_LONGEST])
        for part in [part for part in child[:_MOST] if namespaces.name(part)[1] in _PARTS][: len(_PARTS)]:
            etree.SubElement(kept, f"{{{_SPACES['atom']}}}{namespaces.name(part)[1]}").text = tree.text_of(part)[
                :_LONGEST
            ]


def _about(entry: Any) -> About:
    names = [plaintext.line(author.get("name") or author.get("email") or "") for author in entry.get("authors") or ()]
    if not any(names):
        names = [plaintext.line(entry.get("author") or "")]
    labels = [
        plaintext.line(plaintext.from_html(tag.get("label") or tag.get("term") or ""))
        for tag in entry.get("tags") or ()
    ]
    return About(_once(names), _once(labels))


def _once(names: Sequence[str | None]) -> list[str]:
    return list(dict.fromkeys(name for name in names if name))
