"""Makes a feed's text fit for an XML parser: no document type, no forbidden character, no stray ampersand.

Every step is linear in the text; nothing is ever fetched and entities are expanded here or not at all.
"""

import re
from collections.abc import Callable
from html.entities import html5
from typing import NamedTuple

# What XML 1.0 forbids, lone surrogates among it.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_START = re.compile(r"<(?:\?xml|(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF|urlset|sitemapindex|channel|entry)\b)")
_HTML = re.compile(
    r"^\s*(?:<!--.{0,2000}?-->\s*)*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html(?![^>]*>\s*<(?:\w+:)?(?:feed|rss|rdf))|<html[\s>])",
    re.I | re.S,
)
# Ampersands that an XML parser would stop at or misread; the common references are passed over without a look.
_SUSPECT = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#(?:x[0-9a-cA-CeE][0-9a-fA-F]{3}|[1-46-9]\d{3}|5[0-4]\d{3}|8\d{3}|[1-4]\d{4}));)"
    r"(?:#([xX]?)([0-9A-Fa-f]{1,8});|([A-Za-z][\w.-]{0,31});)?"
)
_SURROGATES = re.compile(
    r"&#(?:[xX]([dD][89aAbB][0-9a-fA-F]{2})|(5[56]\d{3}));&#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|(5[67]\d{3}));"
)
_PROLOG = re.compile(r"<\?xml\b[^<>]*\?>", re.IGNORECASE)
_OPENING = re.compile(r"<!\[CDATA\[|<!--")
_STRAY_LESS = re.compile(r"<(?![A-Za-z_/!?:\u0080-\U0010ffff])")
_ENTITY = re.compile(r"""<!ENTITY\s+(%\s+)?([\w.:-]+)\s+(?:(SYSTEM|PUBLIC)\b[^>]*|"([^"]*)"|'([^']*)')\s*>""", re.I)
_XML = {"amp", "lt", "gt", "quot", "apos"}
_LONGEST_ENTITY = 1024
_MOST_EXPANDED = 65536
# Elements that HTML never closes; unescaped in a description they make the XML unreadable.
_VOID = re.compile(r"<(br|hr|img|input|wbr|col|area)\b([^<>]*?)/?>(?:\s*</\1\s*>)?", re.IGNORECASE)
_WITH_ATTRIBUTES = re.compile(r"<[A-Za-z_][\w.:-]*\s[^<>]*=[^<>]*>")
_UNQUOTED = re.compile(r"""=(\s*)([^\s"'<>=]+?)(?=/?[\s>])""")
_QUOTED = re.compile(r"""=\s*["']""")
_VOID_END = re.compile(r"</(?:br|hr|img|input|wbr|col|area)\s*>", re.IGNORECASE)
# Windows-1252 in numeric references, which HTML reads as what was meant: &#146; is a quotation mark.
_C1 = {n: bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0)}


class DtdForbiddenError(ValueError):
    """The document declares entities that could expand without end."""


class Repaired(NamedTuple):
    """Text for an XML parser, and whether it had to be changed to be that."""

    text: str
    malformed: bool


def looks_like_html(text: str) -> bool:
    """True for a page where a feed was expected."""
    return _HTML.match(text[:4096]) is not None


def repair(text: str) -> Repaired:
    """``text`` without document type, forbidden characters, stray ampersands and junk around the root.

    Raises:
        DtdForbiddenError: an entity is nested or long, or its use would swell the text.
    """
    start = _START.search(text[:65536])
    malformed = bool(start and text[: start.start()].strip("\ufeff \t\r\n") and not text.lstrip().startswith("<!"))
    text = (
        text[start.start() :]
        if start and not text.lstrip("\ufeff \t\r\n").startswith("<!")
        else text.lstrip("\ufeff \t\r\n")
    )
    if text.startswith("<?xml"):
        text = text[text.find("?>") + 2 :] if "?>" in text[:1024] else text[5:]
    if "<?xml" in text[:65536]:
        text = _PROLOG.sub("", text[:65536]) + text[65536:]
    text, entities = _without_doctype(text)
    if FORBIDDEN.search(text):
        text, malformed = FORBIDDEN.sub("", text), True
    budget = [_MOST_EXPANDED]
    changed = [malformed]

    def reference(match: re.Match[str]) -> str:
        hexadecimal, number, name = match.groups()
        if number:
            character = _character(number, 16 if hexadecimal else 10)
            if character is None:
                changed[0] = True
                return ""
            return character or match[0]
        if name is None:
            changed[0] = True
            return "&amp;"
        if name in _XML:
            return match[0]
        if name in entities:
            value = entities[name]
            if value is None:
                return "&amp;" + match[0][1:]
            budget[0] -= len(value)
            if budget[0] < 0:
                raise DtdForbiddenError(f"entity {name} swells the text")
            return value
        known = html5.get(name + ";")
        if known is None:
            changed[0] = True
            return "&amp;" + match[0][1:]
        return known.replace("&", "&amp;").replace("<", "&lt;")

    def clean(piece: str) -> str:
        if "&#" in piece:
            piece = _SURROGATES.sub(_pair, piece)
        if "&" in piece:
            piece = _SUSPECT.sub(reference, piece)
        if _STRAY_LESS.search(piece):
            changed[0] = True
            piece = _STRAY_LESS.sub("&lt;", piece)
        return piece

    return Repaired(_outside_cdata(text, clean), changed[0])


def mend(text: str) -> str:
    """``text`` as an XML parser can rather follow it: HTML's void elements closed, attributes quoted."""

    def quote(tag: re.Match[str]) -> str:
        return _UNQUOTED.sub(r'=\1"\2"', tag[0]) if _UNQUOTED.search(tag[0]) and not _QUOTED.search(tag[0]) else tag[0]

    def clean(piece: str) -> str:
        return _WITH_ATTRIBUTES.sub(quote, _VOID_END.sub("", _VOID.sub(r"<\1\2/>", piece)))

    return _outside_cdata(text, clean)


def _pair(match: re.Match[str]) -> str:
    """The one character that two references to halves of it mean."""
    high = int(match[1], 16) if match[1] else int(match[2])
    low = int(match[3], 16) if match[3] else int(match[4])
    if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match[0]


def _character(number: str, base: int) -> str | None:
    """What a numeric reference means: null where XML forbids it, empty where the reference can stay as it is."""
    try:
        code = int(number, base)
    except ValueError:
        return None
    if code in _C1:
        return _C1[code] or None
    if code > 0x10FFFF or FORBIDDEN.match(chr(code)):
        return None
    return ""


def _outside_cdata(text: str, clean: Callable[[str], str]) -> str:
    """``text`` with ``clean`` applied to all but CDATA sections and comments; unclosed ones are dropped to the end."""
    pieces, position = [], 0
    while opening := _OPENING.search(text, position):
        pieces.append(clean(text[position : opening.start()]))
        closing = "]]>" if opening[0].startswith("<![") else "-->"
        end = text.find(closing, opening.end())
        if end < 0:
            # Nothing closes it: what follows is text, markup and all.
            if closing == "]]>":
                pieces.append(text[opening.start() :] + "]]>")
            return "".join(pieces)
        if closing == "]]>":
            pieces.append(text[opening.start() : end + 3])
        position = end + 3
    pieces.append(clean(text[position:]))
    return "".join(pieces)


def _without_doctype(text: str) -> tuple[str, dict[str, str | None]]:
    """``text`` without its document type, and the entities that this declared (null for external ones)."""
    match = re.search(r"<!DOCTYPE\b", text[:65536], re.IGNORECASE)
    if not match:
        if re.search(r"<!ENTITY\b", text[:65536], re.IGNORECASE):
            raise DtdForbiddenError("an entity is declared outside of a document type")
        return text, {}
    bracket = text.find("[", match.end())
    close = text.find(">", match.end())
    if close < 0:
        raise DtdForbiddenError("the document type does not end")
    if bracket < 0 or close < bracket:
        return text[: match.start()] + text[close + 1 :], {}
    end = re.compile(r"\]\s*>").search(text, bracket)
    if not end:
        raise DtdForbiddenError("the document type does not end")
    subset = text[bracket : end.start()]
    entities: dict[str, str | None] = {}
    for parameter, name, external, double, single in _ENTITY.findall(subset):
        value = double or single
        if not external and (len(value) > _LONGEST_ENTITY or re.search(r"&(?!#)|%", value) or "<" in value):
            raise DtdForbiddenError(f"entity {name} is nested or long")
        if not parameter:
            entities.setdefault(name, None if external else value)
    if len(re.findall(r"<!ENTITY", subset, re.IGNORECASE)) > len(_ENTITY.findall(subset)):
        raise DtdForbiddenError("an entity is declared in a way that can not be read")
    return text[: match.start()] + text[end.end() :], entities
