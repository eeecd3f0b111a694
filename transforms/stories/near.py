"""Copies of one text, in whatever language: MinHash over runs of letters.

Agencies' texts are printed by many papers, cut, reordered and with another headline. Two texts are copies of one
where most of the runs of letters in them are the same. An article is a copy of the earliest one that it is like; a
correction, which tells the matter anew, is not.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.language.names import fold
from transforms.spans import runs

# Letters in a run; in Chinese a run is two words, in English one or two.
_RUN = 7
_VALUES = 96
_BAND = 3
# Share of equal values from which two texts are copies.
ALIKE = 0.5
# Copies are printed within days.
WINDOW = timedelta(days=7)
# Pairs that are compared at a time.
_AT_ONCE = 100_000
# Texts with fewer letters say too little to be told apart.
_LEAST = 120
# Odd factors make each hash function a permutation of the 64-bit numbers.
_FACTORS = np.random.default_rng(20230417).integers(1, 1 << 63, size=_VALUES, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)
_PRIME, _MIX = np.uint64(1099511628211), np.uint64(0xFF51AFD7ED558CCD)
_NO_LETTERS = re.compile(r"[\W\d_]+")


Values = npt.NDArray[np.uint32]


class Sketch(NamedTuple):
    """What is kept of an article's text to compare it with others.

    Attributes:
        article_id: The article.
        published: When it was published; None where nobody knows.
        values: The least hash of all runs by each of the hash functions, four bytes each; empty for a text that is too
            short.
    """

    article_id: str
    published: datetime | None
    values: bytes

    @property
    def numbers(self) -> Values:
        """The values as numbers."""
        return np.frombuffer(self.values, np.uint32)


def sketch(article_id: str, published: datetime | None, title: str, text: str) -> Sketch:
    """The sketch of an article; its headline, which every paper writes anew, is left out."""
    letters = _NO_LETTERS.sub("", fold_all(text.removeprefix(title)))
    if len(letters) < _LEAST or published is None:
        return Sketch(article_id, published, b"")
    codes = np.frombuffer(letters.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    letters_of = np.lib.stride_tricks.sliding_window_view(codes, _RUN)
    hashed = np.zeros(len(letters_of), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in range(_RUN):
            hashed = (hashed ^ letters_of[:, column]) * _PRIME
        hashed = np.unique(hashed)
        hashed = (hashed ^ (hashed >> np.uint64(33))) * _MIX
        mixed = (hashed ^ (hashed >> np.uint64(33)))[:, None] * _FACTORS
    return Sketch(article_id, published, (mixed.min(axis=0) >> np.uint64(32)).astype(np.uint32).tobytes())


def fold_all(text: str) -> str:
    """A whole text folded, word by word, since names are folded to a length."""
    return "".join(fold(word) for word in text.split())


class Pool:
    """Articles among which copies are looked for.

    Of two copies some three values or others are the same, of two other texts hardly ever: such threes are compared.
    """

    def __init__(self, articles: Sequence[str], published: Sequence[datetime], values: Values) -> None:
        """``values`` has a row for each of ``articles``, which were ``published`` then."""
        self._articles, self._published, self.values = articles, published, values
        bands = _bands(values).reshape(-1)
        order = np.argsort(bands, kind="stable")
        self._bands, self._places = bands[order], order // (_VALUES // _BAND)

    @classmethod
    def of(cls, sketches: Iterable[Sketch]) -> "Pool":
        """A pool of those of ``sketches`` that can be compared."""
        known = [one for one in sketches if one.values]
        values = np.frombuffer(b"".join(one.values for one in known), np.uint32).reshape(-1, _VALUES)
        return cls([one.article_id for one in known], [one.published for one in known if one.published], values)

    def alike(self, some: "Pool") -> Iterator[tuple[int, Sketch]]:
        """The articles whose texts are copies of one of ``some``, before or after it, each with the place of that one."""
        first, last = (np.searchsorted(self._bands, some.bands, side) for side in ("left", "right"))
        asked = np.repeat(np.arange(len(first)) // (_VALUES // _BAND), last - first)
        pairs = np.unique(asked * len(self) + self._places[runs(first, last)])
        for part in np.array_split(pairs, len(pairs) // _AT_ONCE + 1):
            one, place = np.divmod(part, max(len(self), 1))
            alike = (self.values[place] == some.values[one]).mean(axis=1) >= ALIKE
            for given, found in zip(one[alike].tolist(), place[alike].tolist(), strict=True):
                apart = abs(self._published[found] - some._published[given])
                if self._articles[found] != some._articles[given] and apart <= WINDOW:
                    yield given, self[found]

    @functools.cached_property
    def bands(self) -> Any:
        """The threes of each article, one after the other."""
        return _bands(self.values).reshape(-1)

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Sketch]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, place: int) -> Sketch:
        return Sketch(self._articles[place], self._published[place], self.values[place].tobytes())


class Pools(NamedTuple):
    """Several pools as one.

    Attributes:
        new: A pool.
        old: Others.
        gone: Articles of the ``old`` ones that do not count.
    """

    new: Pool
    old: Sequence[Pool] = ()
    gone: Set[str] = frozenset()

    def alike(self, some: Pool) -> list[list[Sketch]]:
        """For each of ``some`` the articles whose texts are copies of its own, before or after it."""
        made: list[list[Sketch]] = [[] for _ in range(len(some))]
        for given, found in self.new.alike(some):
            made[given].append(found)
        for pool in self.old:
            for given, found in pool.alike(some):
                if found.article_id not in self.gone:
                    made[given].append(found)
        return made

    def originals(self, some: Pool) -> dict[str, str]:
        """Article -> the earliest one that it is a copy of, for those of ``some`` that are copies."""
        made = {}
        for one, found in zip(some, self.alike(some), strict=True):
            first = min(((other.published, other.article_id) for other in found), default=None)
            if first and first < (one.published, one.article_id):
                made[one.article_id] = first[1]
        return made


def _bands(values: Any) -> Any:
    """Each row's values in threes, as one number for a three and its place."""
    threes = values.reshape(len(values), _VALUES // _BAND, _BAND).astype(np.uint64)
    mixed = np.broadcast_to(np.arange(threes.shape[1], dtype=np.uint64), threes.shape[:2])
    with np.errstate(over="ignore"):
        for column in range(_BAND):
            mixed = (mixed ^ threes[:, :, column]) * _MIX
            mixed = mixed ^ (mixed >> np.uint64(29))
    return mixed
