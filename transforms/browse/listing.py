"""Meetings by a filter: a page of them, how many there are, and facets with counts."""

import bisect
import json
from typing import Any, NamedTuple

from transforms.browse.connection import Reader
from transforms.browse.filters import Filter, choice

# Facet -> the column or the tags that it counts.
FACETS = {"status": "status", "mode": "mode", "country": "countries", "kind": "kind", "feed": "feeds", "year": "year"}
# Values of one facet that are counted; the others are found by search.
MOST_VALUES = 30
LEAST_CONFIDENCES = (0.0, 0.5, 0.75, 0.9)


class Listed(NamedTuple):
    """A page of meetings.

    Attributes:
        bodies: The meetings as JSON, as the table ``meetings`` holds them, newest first.
        older: The cursor of the page behind it; None on the last.
        newer: The cursor of the page before it; None on the first.
    """

    bodies: list[str]
    older: str | None
    newer: str | None

    @property
    def meetings(self) -> list[dict[str, Any]]:
        """The meetings as rows."""
        return [json.loads(body) for body in self.bodies]


def listed(reader: Reader, chosen: Filter, limit: int, older: str | None = None, newer: str | None = None) -> Listed:
    """The newest ``limit`` meetings, or those next older, or next newer, than where a cursor points."""
    facts = reader.facts
    taken = facts.order[choice(reader, chosen).taken()[facts.order]]
    begin, end = 0, len(taken)

    def falling(number: int) -> tuple[int, ...]:
        return tuple(-part for part in facts.place_in_order(number))

    if older is not None:
        begin = bisect.bisect_right(taken, _place(older), key=falling)
    if newer is not None:
        end = bisect.bisect_left(taken, _place(newer), key=falling)
    shown = taken[begin:end][-limit:] if newer is not None and older is None else taken[begin:end][:limit]
    if not len(shown):
        return Listed([], None, None)
    first, last = (".".join(map(str, facts.place_in_order(number))) for number in (shown[0], shown[-1]))
    return Listed(
        reader.bodies(shown), last if shown[-1] != taken[-1] else None, first if shown[0] != taken[0] else None
    )


def _place(cursor: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in cursor.split("."))


def counts(reader: Reader, chosen: Filter) -> tuple[int, int]:
    """How many meetings the filter takes, and how many more it would take at any confidence."""
    tried = choice(reader, chosen)
    taken = int(tried.taken().sum())
    return taken, int(tried.taken(leaving_out="confidence").sum()) - taken


def facets(reader: Reader, chosen: Filter) -> dict[str, list[tuple[str, int]]]:
    """For each facet its values with how many meetings there would be, were the filter's other fields alone to count."""
    tried = choice(reader, chosen)
    found: dict[str, list[tuple[str, int]]] = {}
    for name, column in FACETS.items():
        values = reader.facts.counts(column, tried.taken(leaving_out=name)).items()
        found[name] = sorted(values, key=lambda v: v[0], reverse=True) if name == "year" else sorted(values, key=_most)
        found[name] = found[name][:MOST_VALUES]
    sure = reader.facts.rows["confidence"][tried.taken(leaving_out="confidence")]
    found["confidence"] = [(f"{least:g}", int((sure >= least).sum())) for least in LEAST_CONFIDENCES]
    return found


def _most(value: tuple[str, int]) -> tuple[int, str]:
    return -value[1], value[0]
