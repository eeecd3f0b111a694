"""A feed's element tree: its items, what they hold by element name, and what links in them are relative to."""

import re
from collections.abc import Iterator
from html import escape
from itertools import islice

from lxml import etree

from transforms.feeds.parsing import namespaces
from transforms.feeds.parsing.links import join

XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACED_TAG = re.compile(r"<(?:[^\s<>:]+:|[^<>]*?\sxmlns)[^<>]*>")
_NAMESPACE = re.compile(r'\sxmlns(?::[^\s=]+)?="[^"]*"|(?<=<)[^\s/>:]+:|(?<=</)[^\s/>:]+:')
# More children than any item has; those beyond are not looked at.
_MOST_CHILDREN = 5000


def parse(text: str, recover: bool) -> "etree._Element | None":
    """The root element of ``text``; None where there is none.

    Raises:
        etree.XMLSyntaxError: the text is not well-formed and ``recover`` is false.
    """
    # huge_tree lifts libxml2's limit of 10 MB a text; the document's own size is limited where it is fetched.
    parser = etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, huge_tree=True, load_dtd=False, remove_comments=True,
        remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text else None
    if root is not None:
        namespaces.claim(root)
    return root


def children(element: "etree._Element", own: str = "") -> Iterator[tuple[str, "etree._Element"]]:
    """(name, child) of each child element: ``title`` for the feed's own elements, ``dc:date`` for others.

    Args:
        element: The parent.
        own: The prefix that the feed's own elements have (``atom`` for Atom).
    """
    for child in islice(element, _MOST_CHILDREN):
        prefix, local = namespaces.name(child)
        yield (local if prefix in ("", own) else f"{prefix}:{local}"), child


def named(element: "etree._Element", own: str = "") -> "dict[str, list[etree._Element]]":
    """Name -> the children of that name, those that hold anything first."""
    found: dict[str, list[etree._Element]] = {}
    for name, child in children(element, own):
        found.setdefault(name, []).append(child)
    return {name: sorted(several, key=is_empty) if len(several) > 1 else several for name, several in found.items()}


def first(element: "etree._Element", own: str = "") -> "dict[str, etree._Element]":
    """Name -> the first child of that name that holds anything."""
    return {name: several[0] for name, several in named(element, own).items()}


def is_empty(element: "etree._Element") -> bool:
    """True where ``element`` has no text, no child and no address."""
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
    return _NAMESPACED_TAG.sub(lambda tag: _NAMESPACE.sub("", tag[0]), "".join(pieces))


def attribute(element: "etree._Element", local: str) -> str | None:
    """The attribute of that local name, in any namespace and case."""
    return next((str(value) for name, value in element.attrib.items() if namespaces.local(str(name)) == local), None)


def base_of(element: "etree._Element", document: str) -> str:
    """What links in ``element`` are relative to: the document's address, then each ``xml:base`` on the way down."""
    base = document
    for here in reversed([element, *element.iterancestors()]):
        base = join(base, here.get(XML_BASE))
    return base


def lang_of(element: "etree._Element", inherit: bool) -> str | None:
    """The ``xml:lang`` of ``element``, or with ``inherit`` of what it stands in."""
    for here in [element, *(element.iterancestors() if inherit else ())]:
        value = here.get(XML_LANG)
        if value:
            return str(value)
    return None
