"""Bytes to text: byte order mark, HTTP header, XML prolog, then evidence.

A label that the bytes contradict is passed over: a candidate must decode strictly and give words that a person could
have written. UTF-8 is recognised by its own structure, so one bad byte costs one U+FFFD and not the whole page.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

import webencodings

from transforms.feeds.text import plausible

# What the WHATWG Encoding Standard has no label for, or no decoder: Python's codecs that are charsets.
_CHARSETS = re.compile(
    r"utf-?(?:8|16|32)|cp\d+|iso8859|koi8|gb|big5|euc|shift|iso2022|mac|hz|tis|johab|ptcp|kz1048|ascii", re.ASCII
)
# The wider code page that holds all of another.
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "iso2022_jp": "iso2022_jp_ext", "johab": "johab"}
# Encodings of seven bits: valid UTF-8 as they are, known by their escapes alone.
_ESCAPES = {"iso2022_kr": b"\x1b$)C", "iso2022_jp_ext": b"\x1b", "hz": b"~{"}
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
_OPENS_WIDE = re.compile(rb"[^\x00]{0,256}\x00", re.DOTALL)
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
            body = body[len(mark) :]
            if encoding == "utf-8" or not _OPENS_WIDE.match(body):
                break  # the mark of an editor before the bytes of another
            return _lenient(body, encoding)
    for pattern, encoding in _NULS:
        if pattern.match(body[:64]):
            return _lenient(body, encoding)
    header, prolog = _HEADER.search(content_type), _PROLOG.match(body[:1024])
    labels = [label for label in (header and header[1], prolog and prolog[1].decode("ascii")) if label]
    named = list(dict.fromkeys(name for label in labels if (name := codec(label))))
    for encoding, escape in _ESCAPES.items():
        if escape in body and (encoding in named or encoding != "hz"):
            decoded = _strict(body, encoding)
            if decoded is not None:
                return Decoded(decoded, encoding, False)
    text = _strict(body, "utf-8")
    if text is not None:
        return Decoded(text, "utf-8", False)
    if _is_damaged_utf8(body, not labels or "utf-8" in named):
        return _lenient(body, "utf-8")
    first: Decoded | None = None
    for encoding in _candidates(named, body, hints):
        decoded = _strict(body, encoding)
        found = (
            Decoded(decoded, encoding, False)
            if decoded is not None
            else _nearly(body, encoding)
            if encoding in named
            else None
        )
        if found is None:
            continue
        if plausible.is_plausible(found.text) and (encoding in named or plausible.has_its_script(found.text, encoding)):
            return found
        first = first or found
    return first or _lenient(body, "cp1252")


def codec(label: str) -> str | None:
    """The text encoding that ``label`` means, by the WHATWG Encoding Standard; None for unknown ones.

    Null too for what says nothing about the bytes (``x-user-defined``) and for codecs that are no charsets.
    """
    label = label.strip().strip("'\"")
    standard = webencodings.lookup(label)
    if standard is not None and standard.name not in ("replacement", "x-user-defined"):
        name = str(standard.codec_info.name)
        return _WIDER.get(name, name)
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if name in ("utf-7", "utf-16", "utf-32") or not _CHARSETS.match(name.replace("_", "").replace("iso-", "iso")):
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


def _nearly(body: bytes, encoding: str) -> Decoded | None:
    """``body`` in an encoding that it declares, a few bytes of it replaced; None where it is another after all."""
    text = body.decode(encoding, "replace")
    damaged = text.count("\ufffd")
    return Decoded(text, encoding, True) if damaged * 10 <= len(_HIGH.findall(body)) else None


def _is_damaged_utf8(body: bytes, claimed: bool) -> bool:
    """True where the bytes are UTF-8 but for a few. Text in a code page hardly ever forms valid sequences."""
    rest, valid = _MULTIBYTE.subn(b"", body)
    invalid = len(_HIGH.findall(rest))
    return valid >= invalid if claimed and valid else valid >= 3 and valid >= 4 * invalid


def _candidates(named: list[str], body: bytes, hints: str) -> Iterator[str]:
    """The encodings to try: those declared, then those of the language and the host, then all others."""
    declared = re.search(rb"<(?:\w+:)?language>\s*([A-Za-z_-]{2,12})", body[:8192])
    language = declared[1].decode("ascii").replace("_", "-") if declared else ""
    several = [*named, *plausible.encodings((language, hints))]
    return (name for name in dict.fromkeys(several) if not name.startswith("utf"))
