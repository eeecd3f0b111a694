"""Documents that stop before their end: is the root's end tag there, and which entry was cut?"""

import re
from typing import NamedTuple

# The entries of each root.
_ENTRIES = {"rss": "item", "rdf": "item", "feed": "entry", "urlset": "url", "sitemapindex": "sitemap"}
_TAG = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)"
    r"|<(?P<end>/?)(?P<prefix>(?:[\w.-]{1,40}:)?)(?P<name>rss|rdf|feed|urlset|sitemapindex|item|entry|url|sitemap)(?=[\s/>])"
    r"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*?(?P<empty>/?)>",
    re.DOTALL | re.IGNORECASE,
)


class Cut(NamedTuple):
    """A document without the entry that was cut.

    Attributes:
        text: Its text; up to the start of an entry that has no end.
        whole: The end tag of the root is there.
    """

    text: str
    whole: bool


def without_cut_entry(text: str) -> Cut:
    """``text``, an XML feed that is not well-formed, without a last entry that has no end.

    Only where the root's end tag is missing too: elsewhere a missing end tag is a slip of the publisher's. Earlier
    entries without an end tag are such slips too, since the start of the next one ends them. Elements of an entry's name
    with another prefix than the first entry's are not entries.
    """
    root, entry, prefix, opened = "", "", None, None
    for match in _TAG.finditer(text):
        name = (match["name"] or "").lower()
        if not name:
            continue
        if not root:
            root, entry = name, _ENTRIES.get(name, "")
        elif name == root and match["end"]:
            return Cut(text, True)
        elif name == entry and not match["empty"]:
            prefix = match["prefix"] if prefix is None else prefix
            if match["prefix"] == prefix:
                opened = None if match["end"] else match.start()
    return Cut(text if opened is None else text[:opened], not root)
