"""What all meetings are chosen and counted by, as columns in memory: 100,000 take 10 MB, and are counted in milliseconds."""

import functools
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy

Array = Any
_TYPE = numpy.dtype([
    ("there", "?"), ("status", "u2"), ("mode", "u2"), ("kind", "u2"), ("year", "u2"), ("country", "u2"), ("place", "i4"),
    ("day", "i4"), ("first", "i4"), ("last", "i4"), ("confidence", "f8"), ("reported", "i8"), ("tie", "i8"),
])  # fmt: skip
CODED = ("status", "mode", "kind", "year", "country", "place")
TAGS = ("countries", "feeds")


class Fact(NamedTuple):
    """One meeting.

    Attributes:
        status: Its status; likewise ``mode`` and ``kind``.
        year: Of its first day, else of its newest report.
        country: Of its place.
        place: Name, country, latitude and longitude; None where it has no coordinates.
        day: What it is sorted by: its first day, else that of its newest report; 0 for none, as in all days here.
        first: Its first day, as a number (``date.toordinal``).
        last: Its last day.
        confidence: From 0 to 1.
        reported: Of its newest report, microseconds since 1970.
        tie: Parts what is equal otherwise.
        countries: Of its participants and place.
        feeds: Titles of the feeds that tell of it.
    """

    status: str
    mode: str
    kind: str
    year: str | None
    country: str | None
    place: tuple[str, str | None, float, float] | None
    day: int
    first: int
    last: int
    confidence: float
    reported: int
    tie: int
    countries: tuple[str, ...]
    feeds: tuple[str, ...]


class Codes:
    """Numbers for values, in the order in which they came; 0 is None."""

    def __init__(self) -> None:
        self.values: list[Any] = [None]
        self._codes: dict[Any, int] = {None: 0}

    def of(self, value: Any) -> int:
        """The value's number, a new one where it has none."""
        code = self._codes.setdefault(value, len(self.values))
        if code == len(self.values):
            self.values.append(value)
        return code

    def known(self, values: Iterable[Any]) -> list[int]:
        """The numbers of those ``values`` that have one."""
        return [self._codes[value] for value in values if value in self._codes]


class Facts:
    """The columns, each at a meeting's number. They never change: ``changed`` makes others.

    Attributes:
        rows: The columns that have one value.
        tags: ``countries`` and ``feeds``, as pairs of a meeting's number and a value's.
        codes: The values behind the numbers.
    """

    def __init__(self) -> None:
        self.rows: Array = numpy.zeros(1, _TYPE)
        self.tags: dict[str, Array] = {name: numpy.zeros((0, 2), "i4") for name in TAGS}
        self.codes = {name: Codes() for name in (*CODED, *TAGS)}

    def changed(self, new: Mapping[int, Fact | None]) -> "Facts":
        """The same with other meetings at some numbers; None where there is none any more."""
        made = Facts()
        made.codes = self.codes
        size = max(len(self.rows), 1 + max(new, default=0))
        made.rows = numpy.zeros(size, _TYPE)
        made.rows[: len(self.rows)] = self.rows
        for number, fact in new.items():
            made.rows[number] = self._coded(fact) if fact else numpy.zeros((), _TYPE)
        other = numpy.ones(size, bool)
        other[list(new)] = False
        for name in TAGS:
            codes = self.codes[name]
            tags = [(n, codes.of(value)) for n, fact in new.items() if fact for value in getattr(fact, name)]
            kept = self.tags[name][other[self.tags[name][:, 0]]]
            made.tags[name] = numpy.concatenate([kept, numpy.array(tags, "i4").reshape(-1, 2)])
        return made

    def _coded(self, fact: Fact) -> tuple[Any, ...]:
        coded = (self.codes[name].of(getattr(fact, name)) for name in CODED)
        return (True, *coded, *fact[len(CODED) : -len(TAGS)])

    def having(self, name: str, values: Iterable[Any]) -> Array:
        """For each meeting whether its column, or any of its tags, ``name`` is one of ``values``."""
        codes = self.codes[name].known(values)
        if name in TAGS:
            numbers, held = self.tags[name].T
            return self.among(numbers[numpy.isin(held, codes)])
        return numpy.isin(self.rows[name], codes)

    def among(self, numbers: Iterable[int] | Array) -> Array:
        """For each meeting whether its number is one of ``numbers``."""
        made = numpy.zeros(len(self.rows), bool)
        found = numpy.asarray(numbers, "i8")
        made[found[found < len(made)]] = True
        return made

    def counts(self, name: str, taken: Array) -> dict[Any, int]:
        """How many of the meetings that are ``taken`` have each value of a column or tag; None is left out."""
        if name in TAGS:
            numbers, held = self.tags[name].T
            found = numpy.bincount(held[taken[numbers]])
        else:
            found = numpy.bincount(self.rows[name][taken])
        return {self.codes[name].values[code]: int(found[code]) for code in numpy.flatnonzero(found) if code}

    @functools.cached_property
    def order(self) -> Array:
        """The numbers of all meetings, the newest first."""
        return numpy.lexsort([self.rows[name] for name in ("tie", "reported", "day")])[::-1]

    @property
    def count(self) -> int:
        """How many meetings there are."""
        return int(self.rows["there"].sum())

    def place_in_order(self, number: int) -> tuple[int, int, int]:
        """What the meeting is sorted by; greater is newer."""
        day, reported, tie = (int(self.rows[name][number]) for name in ("day", "reported", "tie"))
        return day, reported, tie


def ordinal(day: date | None) -> int:
    """A day as the columns have it."""
    return day.toordinal() if day else 0
