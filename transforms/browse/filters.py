"""Which meetings: the filter that a page's address or a request says, as a choice among the columns, and back as an address."""

import dataclasses
import datetime
import functools
import operator
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from transforms.browse.connection import Reader, key_of, starting
from transforms.browse.facts import ordinal
from transforms.browse.rows_shown import searched
from transforms.browse.take import LIKELY

Array = Any
# Fields of the filter that take any of several values -> the columns or tags that have one.
_ANY_OF = {
    "status": "status",
    "mode": "mode",
    "kind": "kind",
    "year": "year",
    "country": "countries",
    "feed": "feeds",
}


@dataclasses.dataclass(frozen=True)
class Filter:
    """A view of the meetings; every field left empty means any.

    Attributes:
        q: Words that all begin a word of the names, offices, place, occasion, topics or headlines.
        status: Any of these; likewise ``mode``, ``kind``, ``year``, ``feed`` (its title).
        country: Of a participant or the place, any of these (ISO 3166-1 alpha-2).
        actor: Those who all took part, by their ids.
        since: That end on this day or later.
        until: That begin before this day.
        confidence: At least so much, 0 to 1.
    """

    q: str = ""
    status: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    feed: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    since: datetime.date | None = None
    until: datetime.date | None = None
    confidence: float = LIKELY

    def query(self, **changes: Any) -> str:
        """The filter with ``changes`` as the query of an address, without what is as ever: ``""`` or ``"?status=held"``."""
        changed = dataclasses.replace(self, **changes)
        pairs: list[tuple[str, Any]] = []
        for field in dataclasses.fields(self):
            value = getattr(changed, field.name)
            if value != field.default:
                several: Sequence[Any] = value if isinstance(value, tuple) else (value,)
                pairs += [(field.name, one) for one in several]
        return f"?{urlencode(pairs)}" if pairs else ""

    def toggled(self, name: str, value: str) -> str:
        """The query with ``value`` put into field ``name``, or taken out where it is there."""
        now = getattr(self, name)
        return self.query(**{name: tuple(v for v in now if v != value) if value in now else (*now, value)})

    @property
    def narrows(self) -> bool:
        """Whether it leaves out anything beside unlikely meetings."""
        return dataclasses.replace(self, confidence=LIKELY) != Filter()


def choice(reader: Reader, chosen: Filter) -> "Choice":
    """What a filter takes of the meetings that a reader sees; the reader keeps the last, for the next question about it."""
    if reader.choice is None or reader.choice[0] != chosen:
        reader.choice = chosen, Choice(reader, chosen)
    found: Choice = reader.choice[1]
    return found


class Choice:
    """What a filter takes of the meetings that a reader sees. Each field is tried once, whatever is asked then."""

    def __init__(self, reader: Reader, chosen: Filter) -> None:
        facts = reader.facts
        self._tests: dict[str, Array] = {"there": facts.rows["there"]}
        for name, column in _ANY_OF.items():
            if getattr(chosen, name):
                self._tests[name] = facts.having(column, getattr(chosen, name))
        for actor in chosen.actor:
            sql = "SELECT meeting FROM parties WHERE actor = ?"
            self._tests[f"actor {actor}"] = facts.among(reader.column(sql, [key_of(actor)]))
        if words := searched(chosen.q):
            sql = "SELECT rowid FROM meeting_words WHERE meeting_words MATCH ?"
            self._tests["q"] = facts.among(reader.column(sql, [starting(words)]))
        if chosen.since:
            self._tests["since"] = facts.rows["last"] >= ordinal(chosen.since)
        if chosen.until:
            first = facts.rows["first"]
            self._tests["until"] = (first > 0) & (first < ordinal(chosen.until))
        if chosen.confidence:
            self._tests["confidence"] = facts.rows["confidence"] >= chosen.confidence

    def taken(self, leaving_out: str = "") -> Array:
        """For each number of a meeting whether it is taken; without a say of the field ``leaving_out``."""
        tests = (test for name, test in self._tests.items() if name != leaving_out)
        return functools.reduce(operator.and_, tests)
