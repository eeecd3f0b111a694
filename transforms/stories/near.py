"""Copies of one text, in whatever language: MinHash over runs of letters.

Agencies' texts are printed by many papers, cut, reordered and with another headline. Two texts are copies of one
where most of the runs of letters in them are the same. An article is a copy of the earliest one that it is like; a
correction, which tells the matter anew, is not.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from transforms.language.names import fold

# Letters in a run; in Chinese a run is two words, in English one or two.
_RUN = 7
_VALUES = 96
# Share of equal values from which two texts are copies.
ALIKE = 0.5
# Copies are printed within days.
WINDOW = timedelta(days=7)
# Texts with fewer letters say too little to be told apart.
_LEAST = 120
# Odd factors make each hash function a permutation of the 64-bit numbers.
_FACTORS = np.random.default_rng(20230417).integers(1, 1 << 63, size=_VALUES, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)
_PRIME, _MIX = np.uint64(1099511628211), np.uint64(0xFF51AFD7ED558CCD)
_NO_LETTERS = re.compile(r"[\W\d_]+")


class Sketch(NamedTuple):
    """What is kept of an article's text to compare it with others.

    Attributes:
        article_id: The article.
        published: When it was published.
        values: The least hash of all runs by each of the hash functions; empty for a text that is too short.
    """

    article_id: str
    published: datetime
    values: tuple[int, ...]


def sketch(article_id: str, published: datetime, title: str, text: str) -> Sketch:
    """The sketch of an article; its headline, which every paper writes anew, is left out."""
    letters = _NO_LETTERS.sub("", fold_all(text.removeprefix(title)))
    if len(letters) < _LEAST:
        return Sketch(article_id, published, ())
    codes = np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    runs = np.lib.stride_tricks.sliding_window_view(codes, _RUN)
    hashed = np.zeros(len(runs), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in range(_RUN):
            hashed = (hashed ^ runs[:, column]) * _PRIME
        hashed = np.unique(hashed)
        hashed = (hashed ^ (hashed >> np.uint64(33))) * _MIX
        mixed = (hashed ^ (hashed >> np.uint64(33)))[:, None] * _FACTORS
    return Sketch(article_id, published, tuple(int(value) for value in mixed.min(axis=0) >> np.uint64(32)))


def fold_all(text: str) -> str:
    """A whole text folded, word by word, since names are folded to a length."""
    return "".join(fold(word) for word in text.split())


def copies(given: Iterable[Sketch], pool: Sequence[Sketch]) -> dict[str, str | None]:
    """For each article of ``given`` the earliest of ``pool`` that it is a copy of; None for an original."""
    known = [other for other in pool if other.values]
    values = np.array([other.values for other in known], dtype=np.uint64).reshape(len(known), _VALUES)
    return {one.article_id: _original(one, known, values) for one in given}


def alike(one: Sketch, pool: Sequence[Sketch]) -> set[str]:
    """The articles of ``pool`` whose texts are copies of that of ``one``, before or after it."""
    known = [other for other in pool if other.values]
    values = np.array([other.values for other in known], dtype=np.uint64).reshape(len(known), _VALUES)
    return {known[place].article_id for place in _like(one, known, values)}


def _like(one: Sketch, known: Sequence[Sketch], values: np.ndarray) -> list[int]:
    if not one.values or not known:
        return []
    share = (values == np.array(one.values, dtype=np.uint64)).mean(axis=1)
    places = [int(place) for place in np.flatnonzero(share >= ALIKE)]
    return [
        place
        for place in places
        if known[place].article_id != one.article_id and abs(known[place].published - one.published) <= WINDOW
    ]


def _original(one: Sketch, known: Sequence[Sketch], values: np.ndarray) -> str | None:
    earlier = [(known[place].published, known[place].article_id) for place in _like(one, known, values)]
    first = min(earlier, default=None)
    return first[1] if first is not None and first < (one.published, one.article_id) else None
