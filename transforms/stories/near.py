"""Copies of one text, in whatever language: MinHash over runs of letters.

Agencies' texts are printed by many papers, cut, reordered and with another headline. Two texts are copies of one
where most of the runs of letters in them are the same. An article is a copy of the earliest one that it is like; a
correction, which tells the matter anew, is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.language.names import fold
from transforms.spans import Places, runs, search

# Letters in a run; in Chinese a run is two words, in English one or two.
_RUN = 7
_VALUES, _BAND = 96, 3
_THREES = _VALUES // _BAND
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
Times = npt.NDArray[np.int64]
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_REACH = WINDOW // _MICROSECOND


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

    def __init__(self, articles: pa.Array, times: Times, values: Values) -> None:
        """``values`` has a row for each of ``articles``, which were published at ``times``, microseconds since 1970."""
        self.articles, self.times, self.values = articles, times, values
        bands = _bands(values)
        order = np.argsort(bands, kind="stable")
        self._bands, self._places = bands[order], (order // _THREES).astype(np.int32)

    @classmethod
    def of(cls, sketches: Iterable[Sketch]) -> "Pool":
        """A pool of those of ``sketches`` that can be compared."""
        known = [one for one in sketches if one.values and one.published]
        values = np.frombuffer(b"".join(one.values for one in known), np.uint32).reshape(-1, _VALUES)
        times = [(one.published - _EPOCH) // _MICROSECOND for one in known if one.published]
        return cls(pa.array([one.article_id for one in known], pa.string()), np.array(times, np.int64), values)

    def copies(self, some: "Pool") -> Iterator[tuple[Places, Places]]:
        """The pairs of texts that are copies of each other, as places in ``some`` and places here; of two articles each."""
        if not len(self):
            return
        early, late = self.times.min() - _REACH, self.times.max() + _REACH
        near = np.flatnonzero((some.times >= early) & (some.times <= late))
        first, last = search(self._bands, _bands(some.values[near]))
        before = np.cumsum(last - first)  # of the band and those before it
        begin = 0
        while begin < len(first):
            end = max(int(np.searchsorted(before, (before[begin - 1] if begin else 0) + _AT_ONCE)), begin + _THREES)
            end -= end % _THREES  # an article's bands stay together, so that a pair is found once
            given = np.repeat(near[begin // _THREES : end // _THREES], _THREES)
            yield from self._copies(some, given, first[begin:end], last[begin:end])
            begin = end

    def _copies(self, some: "Pool", given: Places, first: Places, last: Places) -> Iterator[tuple[Places, Places]]:
        """Compares with those of ``some`` at the places ``given`` what lies at the places of a band of each."""
        one = np.repeat(given, last - first)
        place = self._places[runs(first, last)]
        near = np.abs(self.times[place] - some.times[one]) <= _REACH
        one, place = np.divmod(np.unique(one[near] * len(self) + place[near]), len(self))
        for part in range(0, len(one), _AT_ONCE):
            given, found = one[part : part + _AT_ONCE], place[part : part + _AT_ONCE]
            alike = (self.values[found] == some.values[given]).mean(axis=1) >= ALIKE
            given, found = given[alike], found[alike]
            others = pc.not_equal(self.articles.take(found), some.articles.take(given)).to_numpy(zero_copy_only=False)
            yield given[others], found[others]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Sketch]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, place: int) -> Sketch:
        published = _EPOCH + int(self.times[place]) * _MICROSECOND
        return Sketch(self.articles[place].as_py(), published, self.values[place].tobytes())


def _bands(values: Values) -> Values:
    """The threes of each of some articles, one after the other."""
    threes = values.reshape(len(values), _THREES, _BAND).astype(np.uint64)
    mixed = np.broadcast_to(np.arange(_THREES, dtype=np.uint64), threes.shape[:2])
    with np.errstate(over="ignore"):
        for column in range(_BAND):
            mixed = (mixed ^ threes[:, :, column]) * _MIX
            mixed = mixed ^ (mixed >> np.uint64(29))
    return mixed.astype(np.uint32).reshape(-1)


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

    def copies(self, some: Pool) -> Iterator[tuple[Pool, Places, Places]]:
        """The pairs of texts that are copies of each other, as a pool, places in ``some`` and places in that pool."""
        for pool in (self.new, *self.old):
            gone = pa.array([] if pool is self.new else self.gone, pa.string())
            for given, found in pool.copies(some):
                counts = ~pc.is_in(pool.articles.take(found), gone).to_numpy(zero_copy_only=False)
                yield pool, given[counts], found[counts]

    def later(self, some: Pool) -> dict[str, Sketch]:
        """By article the copies of ``some`` that were not published before these."""
        made = {}
        for pool, given, found in self.copies(some):
            for place in np.unique(found[pool.times[found] >= some.times[given]]).tolist():
                copy = pool[place]
                made[copy.article_id] = copy
        return made

    def originals(self, some: Pool) -> dict[str, str]:
        """Article -> the earliest one that it is a copy of, for those of ``some`` that are copies."""
        first: dict[int, tuple[int, str]] = {}
        for pool, given, found in self.copies(some):
            pairs = pa.table({"given": given, "time": pool.times[found], "article": pool.articles.take(found)})
            pairs = pairs.sort_by([(name, "ascending") for name in pairs.column_names])
            ones, places = np.unique(pairs["given"], return_index=True)
            for one, pair in zip(ones.tolist(), pairs.take(places).to_pylist(), strict=True):
                earliest = pair["time"], pair["article"]
                first[one] = min(first.get(one, earliest), earliest)
        own = {one: (int(some.times[one]), some.articles[one].as_py()) for one in first}
        return {own[one][1]: article for one, (time, article) in first.items() if (time, article) < own[one]}
