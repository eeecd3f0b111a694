"""Meetings by a filter: a page of them, how many there are, and facets with counts."""

import json
from typing import Any, NamedTuple

import duckdb

from transforms.browse.filters import Filter

Cursor = duckdb.DuckDBPyConnection
FACETS = ("status", "mode", "country", "kind", "feed", "year")
_LISTS = {"country": "countries", "feed": "feeds"}
# Values of one facet that are counted; the others are found by search.
MOST_VALUES = 30
LEAST_CONFIDENCES = (0.0, 0.5, 0.75, 0.9)


class Listed(NamedTuple):
    """A page of meetings.

    Attributes:
        bodies: The meetings as JSON, as the table ``meetings`` holds them, newest first.
        older: The cursor of the page behind it; null on the last.
        newer: The cursor of the page before it; null on the first.
    """

    bodies: list[str]
    older: str | None
    newer: str | None

    @property
    def meetings(self) -> list[dict[str, Any]]:
        """The meetings as rows."""
        return [json.loads(body) for body in self.bodies]


def listed(cursor: Cursor, chosen: Filter, limit: int, older: str | None = None, newer: str | None = None) -> Listed:
    """The newest ``limit`` meetings, or those next older, or next newer, than where a cursor points."""
    where, values = chosen.where()
    if older is not None:
        where, values = f"{where} AND sort_key < ?", [*values, older]
    if newer is not None:
        where, values = f"{where} AND sort_key > ?", [*values, newer]
    order = "DESC" if newer is None else "ASC"
    sql = f"SELECT sort_key, body FROM meetings WHERE {where} ORDER BY sort_key {order} LIMIT {limit + 1:d}"
    rows = cursor.execute(sql, values).fetchall()
    more, rows = len(rows) > limit, rows[:limit]
    if newer is not None:
        rows.reverse()
    if not rows:
        return Listed([], None, None)
    has_older = more if newer is None else True
    has_newer = older is not None if newer is None else more
    return Listed([body for _, body in rows], rows[-1][0] if has_older else None, rows[0][0] if has_newer else None)


def counts(cursor: Cursor, chosen: Filter) -> tuple[int, int]:
    """How many meetings the filter takes, and how many more it would take at any confidence."""
    where, values = chosen.where(leaving_out="confidence")
    sql = f"SELECT count(*) FILTER (confidence >= ?), count(*) FILTER (confidence < ?) FROM meetings WHERE {where}"
    taken, hidden = cursor.execute(sql, [chosen.confidence, chosen.confidence, *values]).fetchall()[0]
    return int(taken), int(hidden)


def facets(cursor: Cursor, chosen: Filter) -> dict[str, list[tuple[str, int]]]:
    """For each facet its values with how many meetings there would be, were the filter's other fields alone to count."""
    found = {}
    for name in FACETS:
        where, values = chosen.where(leaving_out=name)
        value = f"unnest({_LISTS[name]})" if name in _LISTS else name
        order = "value DESC" if name == "year" else "count(*) DESC, value"
        sql = f"""SELECT value, count(*) FROM (SELECT {value} AS value FROM meetings WHERE {where})
            WHERE value IS NOT NULL GROUP BY value ORDER BY {order} LIMIT {MOST_VALUES}"""
        found[name] = [(str(one), int(count)) for one, count in cursor.execute(sql, values).fetchall()]
    where, values = chosen.where(leaving_out="confidence")
    least = ", ".join(f"count(*) FILTER (confidence >= {one})" for one in LEAST_CONFIDENCES)
    row = cursor.execute(f"SELECT {least} FROM meetings WHERE {where}", values).fetchall()[0]
    found["confidence"] = [(f"{one:g}", int(count)) for one, count in zip(LEAST_CONFIDENCES, row, strict=True)]
    return found
