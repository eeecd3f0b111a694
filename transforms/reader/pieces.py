"""A text as the reader sees it: word pieces with their places, sentences, and windows that the encoder can hold.

Only sentences near a word that can tell of a meeting are kept; the offsets of what is kept stay those of the text.
"""

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

# Pieces of one window, less the two that open and close it; the encoder was made for 512.
WINDOW = 446
# Pieces that neighbouring windows share at least, so that each is read with words on both sides.
SHARED = 96
# Sentences that are kept before and behind one with a word of meeting, and at the top of the text.
NEAR = 2
TOP = 3
CLS, SEP = 101, 102

_SENTENCE = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"”’)]))\s+(?=[\"“‘(A-Z])|\n+|\u2029+")

# Word pieces of a text: their ids and their (start, end) in it.
Tokenise = Callable[[str], tuple[Sequence[int], Sequence[tuple[int, int]]]]


@dataclasses.dataclass(frozen=True)
class Pieces:
    """The word pieces of the kept sentences of one text.

    Attributes:
        text: The whole text.
        ids: Numbers of the pieces in the vocabulary.
        offsets: (start, end) of each piece in ``text``.
        sentence: Number of the sentence of each piece, counted over the whole text.
        windows: (first piece, behind the last piece); together they cover all pieces.
    """

    text: str
    ids: list[int]
    offsets: list[tuple[int, int]]
    sentence: list[int]
    windows: list[tuple[int, int]]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The pieces of characters ``start`` to ``end``; None where none was kept."""
        first = bisect_right(self.offsets, start, key=lambda offset: offset[1])
        last = first
        while last < len(self.offsets) and self.offsets[last][0] < end:
            last += 1
        return (first, last) if last > first else None

    def characters(self, span: tuple[int, int]) -> tuple[int, int]:
        """The characters of pieces ``span``."""
        return self.offsets[span[0]][0], self.offsets[span[1] - 1][1]

    def words(self, span: tuple[int, int]) -> str:
        """The text of pieces ``span``."""
        start, end = self.characters(span)
        return self.text[start:end]


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of the sentences of ``text``, gapless."""
    starts = [0, *(match.end() for match in _SENTENCE.finditer(text))]
    return [(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True) if end > start]


def cut(text: str, triggers: Sequence[tuple[int, int]], tokenise: Tokenise, near: int = NEAR, top: int = TOP) -> Pieces:
    """The pieces of ``text`` in the sentences around ``triggers``, which are (start, end) in it."""
    spans = sentences(text)
    starts = [start for start, _ in spans]
    wanted: set[int] = set(range(min(top, len(spans)))) if triggers else set()
    for start, _ in triggers:
        number = bisect_right(starts, start) - 1
        wanted.update(range(max(0, number - near), min(len(spans), number + near + 1)))
    ids: list[int] = []
    offsets: list[tuple[int, int]] = []
    numbers: list[int] = []
    for number in sorted(wanted):
        start, end = spans[number]
        found, places = tokenise(text[start:end])
        ids.extend(found)
        offsets.extend((start + a, start + b) for a, b in places)
        numbers.extend([number] * len(found))
    return Pieces(text, ids, offsets, numbers, windows(numbers))


def windows(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Windows over pieces whose sentences are ``numbers``: they begin and end with sentences where that is possible."""
    found: list[tuple[int, int]] = []
    start, total = 0, len(numbers)
    while start < total:
        end = min(total, start + WINDOW)
        if end < total:
            whole = next((i for i in range(end, start + WINDOW // 2, -1) if numbers[i] != numbers[i - 1]), end)
            found.append((start, whole))
            start = next((i for i in range(whole - SHARED, whole) if numbers[i] != numbers[i - 1]), whole - SHARED)
        else:
            found.append((start, end))
            break
    return found


def stitched(pieces: Pieces) -> list[tuple[int, int, int]]:
    """(window, first piece, behind the last piece) for gapless stretches: each piece from the window it is deepest in."""
    rows, at = [], 0
    for number, (_, end) in enumerate(pieces.windows):
        last = number + 1 == len(pieces.windows)
        until = end if last else (end + pieces.windows[number + 1][0]) // 2
        rows.append((number, at, until))
        at = until
    return rows
