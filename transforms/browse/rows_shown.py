"""Rows of the read model, made of the tables' rows: what pages filter and sort by."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from anyascii import anyascii

from transforms.rows import derive_id

Row = Mapping[str, Any]
MEETINGS = [
    "meeting_id",
    "state",
    "sort_key",
    "body",
    "status",
    "mode",
    "kind",
    "day",
    "last_day",
    "year",
    "country",
    "place",
    "latitude",
    "longitude",
    "countries",
    "feeds",
    "actors",
    "confidence",
    "last_reported",
    "words",
]
PARTIES = ["meeting_id", "actor_id", "number", "name", "kind", "title", "country", "day", "status", "confidence"]
REPORTS = [
    "report_id",
    "revision_id",
    "meeting_id",
    "article_id",
    "participants",
    "status",
    "mode",
    "date",
    "place",
    "duration_minutes",
    "occasion",
    "topics",
    "attribution",
    "evidence",
    "confidence",
    "extractor",
    "published",
]
ARTICLES = ["article_id", "feed_title", "title", "link", "published", "text", "utc_offset", "duplicate_of", "mentions"]
_LISTS_OF_RECORDS = {"participants", "evidence", "mentions"}
_WORD = re.compile(r"[^\W_]+")


def as_json(column: str, value: Any) -> Any:
    """``value`` as the column has it: records, and lists of them, are JSON there."""
    nested = isinstance(value, dict) or column in _LISTS_OF_RECORDS
    return json.dumps(value, ensure_ascii=False) if nested else value


def actor_of(party: Row) -> str:
    """The party's actor; where reports are not merged, one derived from its name."""
    return party.get("actor_id") or derive_id("actor", party["name"].casefold())


def meeting_row(meeting: Row, feeds: Mapping[str, str]) -> dict[str, Any]:
    """The row of a meeting; ``feeds`` has the feed's title for each article."""
    date, place = meeting["date"] or {}, meeting["place"] or {}
    day = date.get("start") or (meeting["last_reported"] or "")[:10] or None
    parties = meeting["participants"]
    countries = {party["country"] for party in parties} | {place.get("country")}
    return {
        **{
            name: meeting[name]
            for name in ("meeting_id", "state", "status", "mode", "kind", "confidence", "last_reported")
        },
        "sort_key": f"{day or '0000-00-00'} {meeting['last_reported'] or '-'} {meeting['meeting_id']}",
        "body": {name: value for name, value in meeting.items() if name != "state"},
        "day": date.get("start"),
        "last_day": date.get("end") or date.get("start"),
        "year": day[:4] if day else None,
        "country": place.get("country"),
        "place": place.get("name"),
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "countries": sorted(filter(None, countries)),
        "feeds": sorted({feeds[article] for article in meeting["articles"] if article in feeds}),
        "actors": [actor_of(party) for party in parties],
        "words": _words(meeting),
    }


def party_rows(meeting: Row) -> Iterator[dict[str, Any]]:
    """A row for each participant of a meeting; whoever stands there twice is there once."""
    seen: set[str] = set()
    for number, party in enumerate(meeting["participants"], 1):
        actor = actor_of(party)
        if actor not in seen:
            seen.add(actor)
            yield {
                **{name: party[name] for name in ("name", "kind", "title", "country")},
                "meeting_id": meeting["meeting_id"],
                "actor_id": actor,
                "number": number,
                "day": (meeting["date"] or {}).get("start"),
                "status": meeting["status"],
                "confidence": meeting["confidence"],
            }


def searched(text: str) -> list[str]:
    """The words of a text as they are searched: without case and accents, in Latin letters."""
    return _WORD.findall(anyascii(text).casefold())


def _words(meeting: Row) -> str:
    """All that a search looks through, each word behind a space: who, where, on what occasion, about what, headlines."""
    place = meeting["place"] or {}
    texts = [party["name"] for party in meeting["participants"]]
    texts += [party["title"] for party in meeting["participants"]]
    texts += [place.get("name"), meeting["occasion"], *meeting["topics"]]
    texts += [source["title"] for source in meeting["sources"]]
    return " " + " ".join(dict.fromkeys(word for text in texts if text for word in searched(text)))
