"""What a pair of spans shows without its vectors: how far they are apart and how their words agree.

Training and reading use these numbers alike; a change here asks for weights that are trained anew.
"""

import re
from collections.abc import Sequence

import numpy
import numpy.typing

from transforms.reader.pieces import Pieces

Span = tuple[int, int]
Numbers = numpy.typing.NDArray[numpy.int64]

# How many values each feature has: sentences apart, pieces apart, kind of the words, agreement of two names, ...
SENTENCES, DISTANCE, KIND, AGREEMENT, POSITION = 13, 8, 5, 5, 3
# The features of each kind of pair, in the order in which they are given.
SIZES = {
    "party": (SENTENCES, DISTANCE, KIND, POSITION),
    "date": (SENTENCES, DISTANCE, KIND, POSITION),
    "place": (SENTENCES, DISTANCE, KIND, POSITION),
    "meeting": (SENTENCES, DISTANCE, AGREEMENT, KIND),
    "entity": (SENTENCES, DISTANCE, AGREEMENT, KIND, KIND),
}
_ONE = frozenset(["he", "she", "him", "her", "his", "i", "who", "whom"])
_SEVERAL = re.compile(
    r"(?:they|them|their|we|our|us|both|the two)$"
    r"|(?:the|both|all|its|their) (?:two|three|sides|leaders|ministers|parties|pair|delegations|men|women)"
)
_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"['’]s\b")


def kind(words: str) -> int:
    """1 a pronoun of one, 2 of several, 3 a name, 4 other words."""
    low = words.lower()
    if low in _ONE:
        return 1
    if _SEVERAL.match(low):
        return 2
    return 3 if re.search("[A-Z]", words[1:] if low.startswith("the ") else words) else 4


def agreement(one: str, other: str) -> int:
    """1 the same words, 2 the same last word, 3 one holds the other, 4 a long word in common, 0 none."""
    a, b = (_WORD.findall(_POSSESSIVE.sub("", words.lower())) for words in (one, other))
    if not a or not b:
        return int(one.lower() == other.lower())
    if a == b:
        return 1
    if a[-1] == b[-1]:
        return 2
    left, right = set(a), set(b)
    if left <= right or right <= left:
        return 3
    return 4 if any(len(word) > 3 for word in left & right) else 0


def pair_features(kind_of_pair: str, pieces: Pieces, rows: Sequence[Span], columns: Sequence[Span]) -> list[Numbers]:
    """One matrix of ``rows`` by ``columns`` for each feature of ``kind_of_pair`` (a key of ``SIZES``)."""
    sentence = numpy.asarray(pieces.sentence, dtype=numpy.int64)
    left, right = numpy.asarray([r[0] for r in rows]), numpy.asarray([c[0] for c in columns])
    shape = (len(rows), len(columns))
    kinds = numpy.asarray([kind(pieces.words(c)) for c in columns])
    found = [
        _bucket(sentence[right][None, :] - sentence[left][:, None]),
        _distance(right[None, :] - left[:, None]),
    ]
    if kind_of_pair in {"meeting", "entity"}:
        mine, theirs = [pieces.words(r) for r in rows], [pieces.words(c) for c in columns]
        found.append(numpy.asarray([[agreement(a, b) for b in theirs] for a in mine], dtype=numpy.int64))
        found.append(numpy.broadcast_to(kinds, shape))
        if kind_of_pair == "entity":
            found.append(numpy.broadcast_to(numpy.asarray([kind(words) for words in mine])[:, None], shape))
        return found
    position = numpy.where(sentence[right] == 0, 0, numpy.where(sentence[right] < 4, 1, 2))
    return [*found, numpy.broadcast_to(kinds, shape), numpy.broadcast_to(position, shape)]


def _bucket(sentences: Numbers) -> Numbers:
    size = numpy.abs(sentences)
    bucket = numpy.where(size <= 2, size, numpy.where(size <= 4, 3, numpy.where(size <= 8, 4, 5)))
    return numpy.asarray(6 + numpy.sign(sentences) * bucket, dtype=numpy.int64)


def _distance(pieces: Numbers) -> Numbers:
    return numpy.asarray(numpy.minimum(7, numpy.log2(numpy.abs(pieces) + 1)), dtype=numpy.int64)
