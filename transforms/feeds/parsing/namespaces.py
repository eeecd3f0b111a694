"""What an element is, whatever address its namespace has: publishers write them with https, with or without ``www.``, or wrong.

An element goes by its namespace's address without scheme, ``www.``, case and last slash; by its prefix where the address is
unknown or has no such element; one without prefix is the feed's own.
"""

import contextlib
import json
import re
from functools import cache, lru_cache
from importlib import resources

from lxml import etree

_ALIASES = {"dcterm": "dcterms", "rss": "", "rss1": "", "rss10": "", "georss10": "georss"}
_OWN = ("", "atom", "rdf", "sitemap")


def name(element: "etree._Element") -> tuple[str, str]:
    """(prefix, local name in lower case) of ``element``: ``dc`` and ``date``, ``""`` and ``title``.

    A namespace that is not known has its address or its prefix for a prefix; a comment has no name at all.
    """
    tag = element.tag
    return _name(tag, element.prefix) if isinstance(tag, str) else ("#", "")


def local(attribute: str) -> str:
    """The local name of an attribute, in lower case."""
    return re.split("[}:]", attribute)[-1].lower()


def claim(root: "etree._Element") -> None:
    """Gives the elements of the root's own namespace their plain names, where that namespace belongs to something else.

    ``<rss xmlns="http://search.yahoo.com/mrss/">`` makes every title a caption; ``<x:rss>`` without a declaration of ``x``
    makes them unknown.
    """
    prefix, kind = name(root)
    family = ("",) if kind in ("rss", "channel") else _OWN
    own = set()
    if kind != "rdf" and prefix not in family:
        own.add(_space(root))
    default = root.nsmap.get(None)
    if default and _name(f"{{{default}}}title", None)[0] not in family:
        own.add((default, None))
    if own:
        for element in root.iter("*"):
            if _space(element) in own:
                with contextlib.suppress(ValueError):  # what stands behind the prefix is no name: ``<x:>``, ``<x:1>``
                    element.tag = re.split("[}:]", str(element.tag))[-1]


def _space(element: "etree._Element") -> tuple[str | None, str | None]:
    """(address, prefix) of an element; the prefix of an undeclared one is read from its name."""
    tag = str(element.tag)
    if tag.startswith("{"):
        return tag[1:].partition("}")[0], element.prefix
    return None, tag.partition(":")[0] if ":" in tag else None


@lru_cache(maxsize=4096)
def _name(tag: str, prefix: str | None) -> tuple[str, str]:
    addresses, elements = _known()
    if not tag.startswith("{"):
        prefix, colon, plain = tag.partition(":")
        return (_ALIASES.get(prefix.lower(), prefix.lower()), plain.lower()) if colon else ("", tag.lower())
    address, _, plain = tag[1:].partition("}")
    plain = plain.lower()
    written = _ALIASES.get((prefix or "").lower(), (prefix or "").lower())
    known = addresses.get(_normal(address))
    if known is None:
        return (written if written in elements or written in addresses.values() or not written else address), plain
    if known != written and plain in elements.get(written, ()) and plain not in elements.get(known, ()):
        return written, plain
    return known, plain


def _normal(address: str) -> str:
    return re.sub(r"^\s*(?:https?:)?/*(?:www\.)?|[/#\s]+$", "", address.lower())


@cache
def _known() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Address -> prefix, and prefix -> what elements there are, where another prefix could be meant."""
    source = resources.files("transforms.feeds.parsing").joinpath("namespaces.json").read_text(encoding="utf-8")
    table = json.loads(source)
    addresses = {address: prefix for prefix, several in table["addresses"].items() for address in several}
    return addresses, {prefix: frozenset(names.split()) for prefix, names in table["elements"].items()}
