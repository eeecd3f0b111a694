"""Documents that no XML parser can follow as a whole: each item is parsed alone, so that one fault costs one item."""

import re
from collections.abc import Iterator

from lxml import etree

from transforms.feeds.parsing import tree, xmlfeed
from transforms.feeds.parsing.repair import xml_repair

_ROOT = re.compile(r"<([A-Za-z_][^\s/<>]*)[^<>]*>")


def items(text: str) -> "Iterator[etree._Element]":
    """Every item of ``text`` that can be read, under a root element of its own with the document's namespaces."""
    root = _ROOT.match(text)
    opening, closing = (
        (root[0].removesuffix("/>").removesuffix(">") + ">", f"</{root[1]}>") if root else ("<rss>", "</rss>")
    )
    for item in xml_repair.items_apart(text):
        alone = tree.parse(f"{opening}{item}{closing}", recover=True)
        if alone is not None:
            yield from xmlfeed.items_of(alone)[:1]
