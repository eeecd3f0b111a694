"""Makes a feed's text fit for an XML parser: no document type, no forbidden character, no stray ampersand.

Every step is linear in the text; nothing is ever fetched and entities are expanded here or not at all. What stands in CDATA
sections, comments and processing instructions is no markup and is never searched for any.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html.entities import html5
from itertools import islice, pairwise
from typing import NamedTuple

from transforms.feeds.parsing.repair import prolog
from transforms.feeds.parsing.repair.prolog import DtdForbiddenError

# What XML 1.0 forbids, lone surrogates among it.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Ampersands that an XML parser would stop at or misread; the common references are passed over without a look.
_SUSPECT = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos|#(?:x[0-9a-cA-CeE][0-9a-fA-F]{3}|[1-46-9]\d{3}|5[0-4]\d{3}|8\d{3}|[1-4]\d{4}));)"
    r"(?:#([xX]?)([0-9A-Fa-f]{1,8});|([A-Za-z][\w.-]{0,31});)?"
)
# Those that can be no reference at all; a constant takes their place, millions of them in no time.
_BARE = re.compile(r"&(?![#A-Za-z])")
_SURROGATES = re.compile(
    r"&#(?:[xX]([dD][89aAbB][0-9a-fA-F]{2})|(5[56]\d{3}));&#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|(5[67]\d{3}));"
)
_OPENING = re.compile(r"<!\[CDATA\[|<!--|<\?")
_INSTRUCTION = re.compile(r"<\?[^<>]*\?>|<\?(?!xml\b).{0,1000}?\?>|<\?[^<>]*>", re.IGNORECASE | re.DOTALL)
_AROUND = re.compile(r"<([A-Za-z_][\w:.-]*)[^<>]*>[^<>]*$")
_DECLARATION = re.compile(r"<!(?:DOCTYPE\b[^<>\[]*|\[[^<>\[\]]*\])>", re.IGNORECASE)
_STRAY_LESS = re.compile(r"<(?!/?[A-Za-z_:\u0080-\U0010ffff])")
_ITEM_TAG = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s>/]|\Z)", re.IGNORECASE)
_XML = {"amp", "lt", "gt", "quot", "apos"}
_MOST_EXPANDED = 65536
# More tags than any feed within the limit of bytes has that holds articles; a tree of them would fill the memory.
_MOST_TAGS = 1_000_000
# CDATA sections, comments and instructions, of which an item has a handful.
_MOST_SECTIONS = 200_000
# Elements that HTML never closes; unescaped in a description they make the XML unreadable.
_VOID = re.compile(r"<(br|hr|img|input|wbr|col|area)\b([^<>]*?)/?>(?:\s*</\1\s*>)?", re.IGNORECASE)
_VOID_END = re.compile(r"</(?:br|hr|img|input|wbr|col|area)\s*>", re.IGNORECASE)
_WITH_ATTRIBUTES = re.compile(r"<[A-Za-z_][\w.:-]*\s[^<>]*>")
_UNQUOTED = re.compile(r"""=(\s*)([^\s"'<>=]+?)(?=/?[\s>])""")
_QUOTED = re.compile(r"""=\s*["']""")
_UNFINISHED = re.compile(r"<(?=[A-Za-z_][^<>]*(?:<|\Z))")
# Windows-1252 in numeric references, which HTML reads as what was meant: &#146; is a quotation mark.
_C1 = {n: bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0)}


class Repaired(NamedTuple):
    """Text for an XML parser.

    Attributes:
        text: The root element, with what the parser would stop at repaired or taken out.
        malformed: True where it had to be changed to be that.
        is_page: True for an HTML page; its text is blank.
        items: How many items it seems to hold, those beyond the cut counted.
        cut: True where ``text`` ends early, at the limit of items or of tags.
    """

    text: str
    malformed: bool = False
    is_page: bool = False
    items: int = 0
    cut: bool = False


def repair(text: str, limit: int) -> Repaired:
    """The root element of ``text`` without forbidden characters, stray ampersands and unfinished sections.

    Args:
        text: The document.
        limit: Items beyond are cut off, and counted.

    Raises:
        DtdForbiddenError: an entity is nested or long, or its use would swell the text.
    """
    opening = prolog.read(text)
    if opening.is_page:
        return Repaired("", is_page=True)
    walk = _Walk(text, opening.end)
    pieces = list(walk.pieces())
    tag, count = _item_tag(pieces)
    kept = list(_within(pieces, tag, limit))
    clean = _Cleaning(opening.entities)
    repaired = "".join(clean.piece(piece) if is_markup else clean.characters(piece) for piece, is_markup in kept)
    cut = walk.cut or len(kept) < len(pieces) or len(kept[-1][0]) < len(pieces[-1][0])
    return Repaired(repaired, opening.junk or walk.malformed or clean.changed, False, count, cut)


def mend(text: str) -> str:
    """``text`` as an XML parser can rather follow it: HTML's void elements closed, attributes quoted, tags finished."""

    def quote(tag: re.Match[str]) -> str:
        return _UNQUOTED.sub(r'=\1"\2"', tag[0]) if not _QUOTED.search(tag[0]) else tag[0]

    return "".join(
        _WITH_ATTRIBUTES.sub(quote, _UNFINISHED.sub("&lt;", _VOID_END.sub("", _VOID.sub(r"<\1\2/>", piece))))
        if is_markup
        else piece
        for piece, is_markup in _Walk(text, 0).pieces()
    )


def count_items(text: str) -> int:
    """How many items a repaired ``text`` seems to hold, whatever a parser makes of it."""
    return _item_tag(list(_Walk(text, 0).pieces()))[1]


def items_apart(text: str) -> Iterator[str]:
    """Each item of a repaired ``text``, from its start tag to its end or to the next item."""
    pieces = list(_Walk(text, 0).pieces())
    tag = _item_tag(pieces)[0]
    starts: list[int] = []
    position = 0
    for piece, is_markup in pieces:
        if is_markup:
            starts += [position + match.start() for match in _ITEM_TAG.finditer(piece) if match[1] == tag]
        position += len(piece)
    for start, end in pairwise([*starts, len(text)]):
        item = text[start:end]
        closed = item.rfind(f"</{tag}")
        yield item[:closed] + f"</{tag}>" if closed >= 0 else item


def _item_tag(pieces: list[tuple[str, bool]]) -> tuple[str, int]:
    """The tag that the document's items have, and how many there are; others of that name are another format's."""
    tags = Counter(tag for piece, is_markup in pieces if is_markup for tag in _ITEM_TAG.findall(piece))
    return tags.most_common(1)[0] if tags else ("", 0)


def _within(pieces: list[tuple[str, bool]], tag: str, limit: int) -> Iterator[tuple[str, bool]]:
    """The pieces up to where item ``limit + 1`` or one tag too many begins."""
    items = tags = 0
    start = re.compile(rf"<{re.escape(tag)}(?=[\s>/])")
    for piece, is_markup in pieces:
        if is_markup:
            beyond = next(islice(start.finditer(piece), limit - items, None), None) if tag else None
            too_many = next(islice(re.finditer("<", piece), _MOST_TAGS - tags, None), None)
            ends = [match.start() for match in (beyond, too_many) if match]
            if ends:
                yield piece[: min(ends)], True
                return
            items += len(start.findall(piece)) if tag else 0
            tags += piece.count("<")
        yield piece, is_markup


class _Walk:
    """One walk over a document: what is markup and what is a CDATA section, without comments and instructions."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._position = start
        self._next: dict[str, int] = {}
        self.malformed = False
        self.cut = False

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """(piece, True) for markup with text, (piece, False) for CDATA sections, each with its marks."""
        for _ in range(_MOST_SECTIONS):
            opening = _OPENING.search(self._text, self._position)
            if opening is None:
                yield self._text[self._position :], True
                return
            start = opening.start()
            if start > self._position:
                yield self._text[self._position : start], True
            if opening[0] == "<!--":
                end = self._find("-->", start + 4)
                self._position = end + 3 if end >= 0 else start + 4
            elif opening[0] == "<?":
                instruction = _INSTRUCTION.match(self._text, start)
                self._position = instruction.end() if instruction else start + 2
                self.malformed = self.malformed or instruction is None
            else:
                yield self._cdata(start), False
        self.cut = True
        yield "", True

    def _find(self, mark: str, start: int) -> int:
        """Where ``mark`` stands next, -1 for nowhere. What was found once is not searched again."""
        known = self._next.get(mark, 0)
        if mark not in self._next or 0 <= known < start:
            self._next[mark] = known = self._text.find(mark, start)
        self.malformed = self.malformed or known < 0
        return known

    def _cdata(self, start: int) -> str:
        """The section at ``start``. One without an end, or whose end is another section's, ends with its element."""
        end = self._find("]]>", start + 9)
        nested = self._text.find("<![CDATA[", start + 9, end if end >= 0 else len(self._text))
        if end < 0 or nested >= 0:
            around = _AROUND.search(self._text[max(0, start - 200) : start])
            closed = (
                self._text.find(f"</{around[1]}", start + 9, nested if nested >= 0 else len(self._text))
                if around
                else -1
            )
            if closed >= 0:
                self.malformed = True
                self._position = closed
                return self._text[start:closed] + "]]>"
        self._position = end + 3 if end >= 0 else len(self._text)
        return self._text[start : self._position] + ("" if end >= 0 else "]]>")


class _Cleaning:
    """Repairs the pieces of one document."""

    def __init__(self, entities: dict[str, str | None]) -> None:
        self._entities = entities
        self._budget = _MOST_EXPANDED
        self.changed = False

    def piece(self, piece: str) -> str:
        """A piece of markup and text."""
        if "&#" in piece:
            piece = _SURROGATES.sub(_pair, piece)
        if "&" in piece:
            piece, bare = _BARE.subn("&amp;", piece)
            self.changed = self.changed or bare > 0
            piece = _SUSPECT.sub(self._reference, piece)
        if _STRAY_LESS.search(piece):
            self.changed = True
            piece = _STRAY_LESS.sub("&lt;", _DECLARATION.sub("", piece))
        return self.characters(piece)

    def characters(self, piece: str) -> str:
        """``piece`` without the characters that XML forbids."""
        if not FORBIDDEN.search(piece):
            return piece
        self.changed = True
        return FORBIDDEN.sub("", piece)

    def _reference(self, match: re.Match[str]) -> str:
        hexadecimal, number, name = match.groups()
        if number:
            character = _character(number, 16 if hexadecimal else 10)
            self.changed = self.changed or character is None
            return "" if character is None else character or match[0]
        if name in _XML:
            return match[0]
        if name in self._entities:
            return self._entity(name, match[0])
        known = html5.get(f"{name};") if name else None
        if known is None:
            self.changed = True
            return "&amp;" + match[0][1:]
        return known.replace("&", "&amp;").replace("<", "&lt;")

    def _entity(self, name: str, written: str) -> str:
        value = self._entities[name]
        if value is None:
            return "&amp;" + written[1:]
        self._budget -= len(value)
        if self._budget < 0:
            raise DtdForbiddenError(f"entity {name} swells the text")
        return value


def _pair(match: re.Match[str]) -> str:
    """The one character that two references to halves of it mean."""
    high = int(match[1], 16) if match[1] else int(match[2])
    low = int(match[3], 16) if match[3] else int(match[4])
    if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return match[0]


def _character(number: str, base: int) -> str | None:
    """What a numeric reference means: None where XML forbids it, empty where the reference can stay as it is."""
    try:
        code = int(number, base)
    except ValueError:
        return None
    if code in _C1:
        return _C1[code] or None
    if code > 0x10FFFF or FORBIDDEN.match(chr(code)):
        return None
    return ""
