"""The whole: where meetings were, what days have, and how the pipeline is doing."""

import json
import statistics
from datetime import date, timedelta
from typing import Any

import numpy

from transforms.browse.connection import Reader
from transforms.browse.facts import Facts, ordinal
from transforms.browse.filters import Choice, Filter
from transforms.browse.take import LIKELY

Row = dict[str, Any]
Array = Any
# Hours of which the arrivals are shown.
HOURS = 48


def places(reader: Reader, chosen: Filter, limit: int = 400) -> list[Row]:
    """Where the meetings of a filter were: each place with its coordinates and how many, the most frequent first."""
    facts = reader.facts
    taken = Choice(reader, chosen).taken() & (facts.rows["place"] > 0)
    codes = facts.rows["place"][taken]
    newest = numpy.zeros(len(facts.codes["place"].values), "i4")
    numpy.maximum.at(newest, codes, facts.rows["first"][taken])
    named: dict[tuple[Any, ...], list[tuple[int, str, int]]] = {}
    for place, count in facts.counts("place", taken).items():
        name, *point = place
        named.setdefault(tuple(point), []).append((count, name, int(newest[facts.codes["place"].of(place)])))
    found = []
    for (country, latitude, longitude), names in named.items():
        last = max(day for _, _, day in names)
        found.append({
            "name": min(names, key=lambda one: (-one[0], one[1]))[1], "country": country, "latitude": latitude,
            "longitude": longitude, "meetings": sum(count for count, _, _ in names),
            "last_day": date.fromordinal(last).isoformat() if last else None,
        })  # fmt: skip
    return sorted(found, key=lambda place: (-place["meetings"], place["name"]))[:limit]


def _likely(facts: Facts, first: date, last: date) -> Array:
    days = facts.rows["first"]
    return (days >= ordinal(first)) & (days <= ordinal(last)) & (facts.rows["confidence"] >= LIKELY)


def days(reader: Reader, first: date, last: date, most: int) -> dict[str, list[Row]]:
    """Day -> the ``most`` surest of the likely meetings that begin on it: id, status and who."""
    rows = reader.facts.rows
    numbers = numpy.flatnonzero(_likely(reader.facts, first, last))
    numbers = numbers[numpy.lexsort([rows["tie"][numbers], -rows["confidence"][numbers], rows["first"][numbers]])]
    shown: dict[int, list[Any]] = {}
    for number, day in zip(numbers, rows["first"][numbers], strict=True):
        shown.setdefault(int(day), []).append(number)
    return {
        date.fromordinal(day).isoformat(): [
            {name: meeting[name] for name in ("meeting_id", "status")}
            | {"names": [party["name"] for party in meeting["participants"]]}
            for meeting in map(json.loads, reader.bodies(found[:most]))
        ]
        for day, found in shown.items()
    }


def day_counts(reader: Reader, first: date, last: date) -> dict[str, int]:
    """How many likely meetings begin on each day that has any."""
    found = numpy.unique(reader.facts.rows["first"][_likely(reader.facts, first, last)], return_counts=True)
    return {date.fromordinal(int(day)).isoformat(): int(count) for day, count in zip(*found, strict=True)}


def months(reader: Reader) -> list[tuple[str, int]]:
    """Each month that has likely meetings, with how many; oldest first, the last 120."""
    made: dict[str, int] = {}
    for day, count in day_counts(reader, date.min, date.max).items():
        made[day[:7]] = made.get(day[:7], 0) + count
    return list(made.items())[-120:]


def totals(reader: Reader) -> Row:
    """How many articles, reports, meetings and actors there are, and open dead letters."""
    sql = "SELECT *, (SELECT count(*) FROM letters WHERE NOT solved) AS dead_letters FROM totals"
    return {**reader.rows(sql)[0], "meetings": reader.facts.count}


def feeds(reader: Reader) -> list[Row]:
    """Each feed: its last poll, its last error, and what its last thirty polls published; those with errors first."""
    polls: dict[str, list[Row]] = {}
    for poll in reader.rows("SELECT * FROM polls ORDER BY feed_url, polled_at DESC"):
        polls.setdefault(poll["feed_url"], []).append(poll)
    found = []
    for url, told in polls.items():
        errors = [poll for poll in told if poll["status"] == "error"]
        found.append({
            "feed_url": url, "status": told[0]["status"], "polled_at": told[0]["polled_at"], "polls": len(told),
            "errors": len(errors), "error": errors[0]["error"] if errors else None,
            "failed_at": errors[0]["polled_at"] if errors else None, "next_poll_at": told[0]["next_poll_at"],
            "published": sum(poll["published"] for poll in told), "gaps": sum(bool(poll["gap"]) for poll in told),
            "recent": [poll["published"] for poll in told[:30]],
        })  # fmt: skip
    return sorted(found, key=lambda feed: (feed["status"] != "error", feed["feed_url"]))[:500]


def letters(reader: Reader, limit: int = 100) -> list[Row]:
    """The newest dead letters that no replay has brought through, with the beginning of their payload."""
    sql = f"""SELECT letter_id, stage, error_type, error, element_id, payload, occurred_at, version, size FROM letters
        WHERE NOT solved ORDER BY occurred_at DESC, letter_id LIMIT {limit:d}"""
    return reader.rows(sql)


def stages(reader: Reader) -> list[Row]:
    """How many open dead letters each stage has."""
    return reader.rows("SELECT stage, count(*) AS letters FROM letters WHERE NOT solved GROUP BY stage ORDER BY stage")


def arrivals(reader: Reader) -> list[Row]:
    """The articles fetched in each hour of the last two days that has any, with the median delay since publication."""
    sql = """SELECT substr(fetched_at, 1, 13) AS hour, unixepoch(fetched_at) - unixepoch(published) AS delay FROM articles
        WHERE unixepoch(fetched_at) > (SELECT unixepoch(max(fetched_at)) FROM articles) - ? AND fetched_at > ?
        ORDER BY hour"""
    newest = reader.column("SELECT max(fetched_at) FROM articles")[0]
    if newest is None:
        return []
    before = date.fromisoformat(newest[:10]) - timedelta(hours=HOURS + 24)
    hours: dict[str, list[int | None]] = {}
    for row in reader.rows(sql, [3600 * HOURS, before.isoformat()]):
        hours.setdefault(row["hour"], []).append(row["delay"])
    made = []
    for hour, delays in hours.items():
        known = [max(0, delay) for delay in delays if delay is not None]
        delay = statistics.median(known) if known else None
        made.append({"hour": f"{hour}:00:00Z", "articles": len(delays), "delay_seconds": delay})
    return made
