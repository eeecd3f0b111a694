"""What pages filter, sort and search by, worked out of the tables' rows."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from anyascii import anyascii

from transforms.browse.connection import key_of
from transforms.browse.facts import Fact, ordinal
from transforms.rows import Meeting, MeetingReport, derive_id

Row = Mapping[str, Any]
MEETING, REPORT = Meeting._fields, MeetingReport._fields
ARTICLE = ("article_id", "feed_title", "title", "link", "published", "fetched_at", "utc_offset", "duplicate_of", "text")
_WORD = re.compile(r"[^\W_]+")


def actor_of(party: Row) -> str:
    """The party's actor; where reports are not merged, one derived from its name."""
    return party.get("actor_id") or derive_id("actor", party["name"].casefold())


def parties_of(meeting: Row) -> list[str]:
    """The actors of a meeting, in the order of its participants."""
    return [actor_of(party) for party in meeting["participants"]]


def fact_of(meeting: Row) -> Fact:
    """The columns of a meeting, which is a row as Arrow gives it."""
    when, place = meeting["date"] or {}, meeting["place"] or {}
    reported: datetime | None = meeting["last_reported"]
    first: date | None = when.get("start")
    day = first or (reported.date() if reported else None)
    latitude: float | None = place.get("latitude")
    longitude: float | None = place.get("longitude")
    point = None
    if latitude is not None and longitude is not None:
        point = place["name"], place["country"], round(latitude, 2), round(longitude, 2)
    countries = {party["country"] for party in meeting["participants"]} | {place.get("country")}
    return Fact(
        meeting["status"], meeting["mode"], meeting["kind"], f"{day.year:04}" if day else None, place.get("country"),
        point,
        ordinal(day), ordinal(first), ordinal(when.get("end") or first), meeting["confidence"],
        int(1e6 * reported.timestamp()) if reported else 0, key_of(meeting["meeting_id"]),
        tuple(sorted(filter(None, countries))),
        tuple(sorted({source["feed_title"] for source in meeting["sources"] if source["feed_title"]})),
    )  # fmt: skip


def searched(text: str) -> list[str]:
    """The words of a text as they are searched: without case and accents, in Latin letters."""
    return _WORD.findall(anyascii(text).casefold())


def words_of(meeting: Row) -> str:
    """All that a search looks through: who, where, on what occasion, about what, headlines; each word once."""
    place = meeting["place"] or {}
    texts = [party[name] for name in ("name", "title") for party in meeting["participants"]]
    texts += [place.get("name"), meeting["occasion"], *meeting["topics"]]
    texts += [source["title"] for source in meeting["sources"]]
    return " ".join(dict.fromkeys(searched(" ".join(filter(None, texts)))))
