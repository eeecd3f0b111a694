"""Which meetings: the filter that a page's address or a request says, as SQL over the read model, and back as an address."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from transforms.browse.rows_shown import searched

# A meeting below is more likely wrong than right; pages leave those out unless they are asked for.
LIKELY = 0.5
# Fields of the filter that take several values, with the test for one of them and those that take one.
_ANY_OF = {
    "status": "status IN (SELECT unnest(?))",
    "mode": "mode IN (SELECT unnest(?))",
    "kind": "kind IN (SELECT unnest(?))",
    "year": "year IN (SELECT unnest(?))",
    "country": "list_has_any(countries, ?)",
    "feed": "list_has_any(feeds, ?)",
    "actor": "list_has_all(actors, ?)",
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

    def where(self, leaving_out: str = "") -> tuple[str, list[Any]]:
        """The test for a row of ``meetings`` with its parameters; without that of the field ``leaving_out``."""
        tests, values = ["TRUE"], list[Any]()
        for name, test in _ANY_OF.items():
            if name != leaving_out and getattr(self, name):
                tests.append(test)
                values.append(list(getattr(self, name)))
        for word in searched(self.q):
            tests.append("contains(words, ?)")
            values.append(f" {word}")
        for test, value in (("last_day >= ?", self.since), ("day < ?", self.until)):
            if value:
                tests.append(test)
                values.append(value)
        if self.confidence and leaving_out != "confidence":
            tests.append("confidence >= ?")
            values.append(self.confidence)
        return " AND ".join(tests), values

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
