"""Files of articles, in whatever form and encoding they come: JSON lines, a JSON array, one JSON object, plain text."""

import contextlib
import io
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DECODER = json.JSONDecoder(strict=False)  # control characters inside strings are taken out later


class Record(NamedTuple):
    """One JSON value of a file.

    Attributes:
        value: What it is.
        place: File and line, for faults.
    """

    value: Any
    place: str


def opened(name: str) -> AbstractContextManager[BinaryIO]:
    """The file ``name``, or standard input for ``-``. OSError where there is none."""
    if name != "-":
        return Path(name).open("rb")
    if sys.stdin is None:
        raise OSError("is closed")
    return contextlib.nullcontext(getattr(sys.stdin, "buffer", None) or io.BytesIO(sys.stdin.read().encode()))


def read(stream: BinaryIO, name: str, complain: Callable[[str], None]) -> Iterator[Record | str]:
    """The JSON values of a file, each as soon as its line is there; or its whole text, where it is no JSON.

    Args:
        stream: The file's bytes: UTF-8, UTF-16, or else Windows-1252.
        name: Its name, for faults.
        complain: Is told of each line that is not JSON though the first is; the rest goes on.
    """
    lines = _lines(stream)
    seen: list[str] = []
    for line in lines:
        seen.append(line)
        if line.strip():
            break
    first = seen[-1].strip() if seen else ""
    if first.startswith("{") and isinstance(_parsed(first), dict):
        yield from _each_line(itertools.chain(seen, lines), name, complain)
        return
    text = "".join(itertools.chain(seen, lines))
    if first.startswith(("{", "[")):
        values = _values(text, name)
        if values is None and (first.startswith("{") or "\n{" in text):
            values = _each_line(io.StringIO(text), name, complain)
        if values is not None:
            yield from values
            return
    if text.strip():
        yield cleaned(text)


def cleaned(text: str) -> str:
    """``text`` without NUL characters, and with U+FFFD for halves of surrogate pairs: no row could hold them."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Decoded lines that end with ``\\n``, as they come; UTF-16 is read whole first."""
    first = stream.readline()
    encoding = _MARKS.get(first[:2]) or _without_mark(first[:200])
    if encoding:
        text = (first + stream.read()).decode(encoding, "replace")
        yield from io.StringIO(text.replace("\r\n", "\n").removeprefix("\ufeff"))
        return
    for line in itertools.chain([first.removeprefix(b"\xef\xbb\xbf")], stream):
        line = line.replace(b"\r\n", b"\n")
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield line.decode("windows-1252", "replace")


def _without_mark(head: bytes) -> str | None:
    """UTF-16 without its mark, which every other byte of text in Latin letters being NUL shows."""
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if len(zeros) >= 4 and zeros.count(0) > 0.8 * len(zeros) and letters.count(0) < 0.2 * len(letters):
            return encoding
    return None


def _parsed(text: str) -> Any:
    """The JSON value of ``text``; None where it is none."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _each_line(lines: Iterator[str], name: str, complain: Callable[[str], None]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        text = line.strip().strip("\0\x1e")
        if not text:
            continue
        try:
            yield Record(_DECODER.decode(text), f"{name}:{number}")
        except (ValueError, RecursionError) as error:
            complain(f"{name}:{number}: not JSON: {error}")


def _values(text: str, name: str) -> Iterator[Record] | None:
    """The objects of JSON that spans lines: one object, several behind each other, or an array; None for other text."""
    found: list[Record] = []
    place, number, counted = _past_space(text, 0), 1, 0
    while place < len(text):
        number, counted = number + text.count("\n", counted, place), place
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            return None
        if isinstance(value, list):
            found += [Record(item, f"{name}:{number}[{index}]") for index, item in enumerate(value)]
        else:
            found.append(Record(value, f"{name}:{number}"))
        place = _past_space(text, place)
    return iter(found)


def _past_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
