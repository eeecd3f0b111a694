"""What stands before a document's root element: declarations, comments, a document type. Nothing behind is looked at."""

import re
from typing import NamedTuple

from transforms.errors import MeetwireError

_ROOT = r"rss|feed|RDF|urlset|sitemapindex|channel|entry"
_START = re.compile(rf"<(?:\?xml\b|!DOCTYPE\b|(?:[A-Za-z_][\w.-]*:)?(?:{_ROOT})(?=[\s>/]))", re.IGNORECASE)
_TAG = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_SPACE = re.compile("[\ufeff\\s\x00-\x20]*")
_INSTRUCTION = re.compile(r"<\?xml\b[^<>]*>|<\?[^<>]*\?>|<\?.{0,1000}?\?>|<\?[^<>]*>", re.IGNORECASE | re.DOTALL)
# A document type up to its end or its internal subset; one that never ends stops where the next tag begins.
_DOCTYPE = re.compile(r"""<!DOCTYPE\b\s*([\w.:-]*)(?:[^<>\[\]"']|"[^"<>]*"|'[^'<>]*'|["'])*+""", re.IGNORECASE)
_SUBSET = re.compile(r"""(?:<!--.*?-->|<\?.*?\?>|"[^"]*"|'[^']*'|[^\]])*+\]\s*>?""", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(
    r"""<!ENTITY\s+(%\s+)?([\w.:-]+)\s+(?:(SYSTEM|PUBLIC)\b[^<>]*|"([^"]*)"|'([^']*)')\s*>""", re.IGNORECASE
)
_DECLARES = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_NESTED = re.compile(r"&(?!#|(?:amp|lt|gt|quot|apos);)|%[\w.:-]+;|<")
_LONGEST_ENTITY = 1024
_LONGEST_SUBSET = 32768
# Warnings of a publisher's own software may stand before the root.
_MOST_JUNK = 65536


class DtdForbiddenError(MeetwireError, ValueError):
    """The document declares entities that could expand without end."""


class Prolog(NamedTuple):
    """What a document begins with.

    Attributes:
        end: Where the root element begins.
        entities: What the document type declares: name to text, None for external ones.
        junk: True where something stood there that XML forbids.
        is_page: True for HTML.
    """

    end: int
    entities: dict[str, str | None]
    junk: bool
    is_page: bool


def read(text: str) -> Prolog:
    """The prolog of ``text``.

    Raises:
        DtdForbiddenError: an entity is nested or long, or is declared in a way that cannot be read.
    """
    position, junk = 0, False
    entities: dict[str, str | None] = {}
    kind = ""
    last_comment = text.rfind("-->")
    while True:
        space = _SPACE.match(text, position)
        position = space.end() if space else position
        if text.startswith("<!--", position):
            end = text.find("-->", position) if position <= last_comment else -1
            junk = junk or end < 0
            position = end + 3 if end >= 0 else position + 4
        elif instruction := _INSTRUCTION.match(text, position):
            position = instruction.end()
        elif doctype := _DOCTYPE.match(text, position):
            kind = kind or doctype[1].lower()
            position = _behind_doctype(text, doctype.end(), entities)
        elif _DECLARES.match(text, position):
            raise DtdForbiddenError("an entity is declared outside of a document type")
        else:
            tag = _TAG.match(text, position)
            name = tag[1].lower() if tag else ""
            if name == "html" or re.fullmatch(_ROOT, name, re.IGNORECASE):
                return Prolog(position, entities, junk, name == "html")
            start = None if kind == "html" else _START.search(text, position + 1, position + _MOST_JUNK)
            if start is None:
                return Prolog(position, entities, junk, kind == "html")
            position, junk = start.start(), True


def _behind_doctype(text: str, position: int, entities: dict[str, str | None]) -> int:
    """Where a document type ends whose internal subset, if any, begins at ``position``; its entities are added."""
    if not text.startswith("[", position):
        return position + text.startswith(">", position)
    subset = _SUBSET.match(text, position + 1, position + _LONGEST_SUBSET)
    if subset is None:
        raise DtdForbiddenError("the document type does not end")
    declarations = _COMMENT.sub("", subset[0])
    found = _ENTITY.findall(declarations)
    for parameter, name, external, double, single in found:
        value = double or single
        if not external and (len(value) > _LONGEST_ENTITY or _NESTED.search(value)):
            raise DtdForbiddenError(f"entity {name} is nested or long")
        if not parameter:
            entities.setdefault(name, None if external else value)
    if len(_DECLARES.findall(declarations)) > len(found):
        raise DtdForbiddenError("an entity is declared in a way that can not be read")
    return subset.end()
