"""Bytes to text: byte order mark, HTTP header, XML prolog, then evidence.

A label that the bytes contradict is passed over: a candidate must decode strictly and give words that a person could
have written. UTF-8 is recognised by its own structure, so one bad byte costs one U+FFFD and not the whole page.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from transforms.feeds import plausible

# What labels mean in practice (WHATWG Encoding Standard): the wider code page that browsers decode with.
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "big5": "big5hkscs",
}
_KNOWN = re.compile(
    r"utf-?(?:8|16|32)|cp\d+|iso8859|koi8|gb|big5|euc|shift|iso2022|mac|hz|tis|johab|ptcp|kz1048|ascii", re.ASCII
)
_PROLOG = re.compile(rb"""^[\s\x00-\x20]*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:+-]+)""", re.IGNORECASE)
_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:+-]+)""", re.IGNORECASE)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NULS = (
    (re.compile(rb"^\s*<\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"^\x00\x00\x00<"), "utf-32-be"),
    (re.compile(rb"^(?:\s\x00)*[<{\[]\x00"), "utf-16-le"),
    (re.compile(rb"^(?:\x00\s)*\x00[<{\[]"), "utf-16-be"),
)


class Decoded(NamedTuple):
    """A document's text, the encoding that gave it, and whether bytes had to be replaced."""

    text: str
    encoding: str
    repaired: bool


def decode(body: bytes, content_type: str = "", hints: str = "") -> Decoded:
    """``body`` as text.

    Args:
        body: The inflated bytes.
        content_type: The HTTP header's value.
        hints: Language tags or a host name, for the case that nothing else tells code pages apart.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _lenient(body[len(mark) :], encoding)
    for pattern, encoding in _NULS:
        if pattern.match(body[:64]):
            return _lenient(body, encoding)
    if b"\x1b$" in body or b"\x1b(" in body:  # ISO-2022-JP is all ASCII bytes; only its escapes give it away
        decoded = _strict(body, "iso2022_jp_ext")
        if decoded is not None:
            return Decoded(decoded, "iso2022_jp_ext", False)
    text = _strict(body, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", False)
    header, prolog = _HEADER.search(content_type), _PROLOG.match(body[:1024])
    labels = [label for label in (header and header[1], prolog and prolog[1].decode("ascii")) if label]
    if _is_damaged_utf8(body, labels):
        return _lenient(body, "utf-8")
    first: Decoded | None = None
    named = {codec(label) for label in labels}
    for encoding in _candidates(labels, body, hints):
        text = _strict(body, encoding)
        if text is None:
            continue
        if plausible.is_plausible(text) and (encoding in named or plausible.has_its_script(text, encoding)):
            return Decoded(text, encoding, False)
        first = first or Decoded(text, encoding, False)
    return first or _lenient(body, "cp1252")


def codec(label: str) -> str | None:
    """The name of the text encoding that ``label`` means; null for unknown ones and for codecs that are none."""
    try:
        name = codecs.lookup(label.strip().strip("'\"")).name
    except (LookupError, ValueError):
        return None
    if name in ("utf-7", "utf-16", "utf-32") or not _KNOWN.match(name.replace("_", "").replace("iso-", "iso")):
        return None
    return _WIDER.get(name, name)


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeError:
        return None


def _lenient(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    return Decoded(text, encoding, "�" in text)


def _is_damaged_utf8(body: bytes, labels: list[str]) -> bool:
    """True where the bytes are UTF-8 but for a few. Text in a code page hardly ever forms valid sequences."""
    valid = invalid = 0
    rest = _MULTIBYTE.sub(b"", body)
    valid = len(_MULTIBYTE.findall(body))
    invalid = len(_HIGH.findall(rest))
    claimed = not labels or any(codec(label) == "utf-8" for label in labels)
    return valid >= invalid if claimed and valid else valid >= 3 and valid >= 4 * invalid


def _candidates(labels: list[str], body: bytes, hints: str) -> Iterator[str]:
    seen = {"utf-8"}
    for encoding in [codec(label) for label in labels]:
        if encoding and encoding not in seen and not encoding.startswith(("utf-16", "utf-32")):
            seen.add(encoding)
            yield encoding
    declared = re.search(rb"<(?:\w+:)?language>\s*([A-Za-z-]{2,12})", body[:8192])
    for encoding in plausible.encodings(((declared and declared[1].decode("ascii")) or "", hints)):
        if encoding not in seen:
            seen.add(encoding)
            yield encoding
