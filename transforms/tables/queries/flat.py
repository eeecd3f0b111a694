"""Meetings for people who use neither BigQuery nor Parquet: one flat line a meeting, a participant, a pair or a source.

Pairs carry the codes of CAMEO (as GDELT and ICEWS use them) and PLOVER (as POLECAT does), for comparison with these.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pycountry

Row = Mapping[str, Any]
# CAMEO 036 express intent to meet, 125 reject a proposal to meet; PLOVER has AGREE and REJECT for these. A proposal is
# its proposer's intent in both. What was called off is no refusal, but neither scheme has anything nearer.
_NOT_HELD = {
    "planned": ("036", "AGREE"),
    "proposed": ("036", "AGREE"),
    "cancelled": ("125", "REJECT"),
    "denied": ("125", "REJECT"),
}
# CAMEO 04x: consult (040), discuss by telephone, make a visit, host a visit, meet at a third place, mediate.
CONSULT, PHONE, VISIT, HOST, THIRD_PLACE, MEDIATE = "040", "041", "042", "043", "044", "045"

# The columns of flat lines that are not text; the key of each kind of line.
KINDS = {
    **dict.fromkeys(("number", "participant_count", "report_count"), "INTEGER"),
    **dict.fromkeys(("latitude", "longitude", "confidence"), "FLOAT"),
    **dict.fromkeys(("date_start", "date_end"), "DATE"),
    **dict.fromkeys(("first_reported", "last_reported", "published"), "TIMESTAMP"),
}
KEYS = {"meetings": ("meeting_id",), "participants": ("meeting_id", "number"), "sources": ("meeting_id", "number")}
# Between the titles, links and sentences of several articles, which hold semicolons and single bars themselves.
BETWEEN_SOURCES = " || "


def meetings(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One line a meeting; lists are joined by ``; ``, what comes from several articles by ``BETWEEN_SOURCES``."""
    for row in rows:
        parties = row["participants"]
        yield {
            "meeting_id": row["meeting_id"],
            "status": row["status"],
            "mode": row["mode"],
            "kind": row["kind"],
            **_when_and_where(row),
            "participants": _joined(party["name"] for party in parties),
            "participant_titles": _joined(_office(party) or "" for party in parties),
            "participant_countries": _joined(party["country"] or "" for party in parties),
            "participant_count": len(parties),
            "occasion": row["occasion"],
            "topics": _joined(row["topics"]),
            "first_reported": row["first_reported"],
            "last_reported": row["last_reported"],
            "report_count": row["report_count"],
            "articles": _joined(source["article_id"] for source in row["sources"]),
            "confidence": row["confidence"],
            "article_titles": _over_sources(source["title"] for source in row["sources"]),
            "article_links": _over_sources(source["link"] for source in row["sources"]),
            "sentences": _over_sources(" ".join(source["sentences"]) for source in row["sources"]),
        }


def participants(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One line a participant of a meeting, numbered from 1 in the order of the meeting."""
    for row in rows:
        for number, party in enumerate(row["participants"], 1):
            yield {
                "meeting_id": row["meeting_id"],
                "number": number,
                "name": party["name"],
                "kind": party["kind"],
                "title": _office(party),
                "country": party["country"],
                "role": party["role"],
                "status": row["status"],
                "mode": row["mode"],
                **_when_and_where(row),
                **_first_source(row),
            }


def sources(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One line an article that tells of a meeting, with its sentences; the one that the fields come from is number 1."""
    for row in rows:
        for number, source in enumerate(row["sources"], 1):
            yield {
                "meeting_id": row["meeting_id"],
                "number": number,
                "article_id": source["article_id"],
                "feed_title": source["feed_title"],
                "article_title": source["title"],
                "article_link": source["link"],
                "published": source["published"],
                "sentence": " ".join(source["sentences"]),
            }


def dyads(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One line a pair of participants; two, one each way, where one visits the other or mediates.

    Pairs are in the order of the meeting, and a meeting of n has n(n-1)/2 of them.
    """
    for row in rows:
        place = (row["place"] or {}).get("country")
        for one, other in itertools.combinations(row["participants"], 2):
            code, plover = _codes(row, one, other, place)
            yield _dyad(row, one, other, code, plover)
            back = {VISIT: HOST, HOST: VISIT, MEDIATE: MEDIATE}.get(code)
            if back:
                yield _dyad(row, other, one, back, plover)


WHAT: dict[str, Callable[[Iterable[Row]], Iterator[dict[str, Any]]]] = {
    "meetings": meetings,
    "participants": participants,
    "dyads": dyads,
    "sources": sources,
}


def _codes(row: Row, one: Row, other: Row, place: str | None) -> tuple[str, str]:
    """The CAMEO code and the PLOVER category of what ``one`` does towards ``other``."""
    if row["status"] in _NOT_HELD:
        return _NOT_HELD[row["status"]]
    if "mediator" in (one["role"], other["role"]):
        return MEDIATE, "CONSULT"
    if row["mode"] == "phone":
        return PHONE, "CONSULT"
    roles = (one["role"], other["role"])
    if roles in (("visitor", "host"), ("host", "visitor")):
        return (VISIT if roles[0] == "visitor" else HOST), "CONSULT"
    if row["mode"] == "in_person" and place and one["country"] and other["country"]:
        if place not in (one["country"], other["country"]):
            return THIRD_PLACE, "CONSULT"
        if one["country"] != other["country"]:
            return (HOST if place == one["country"] else VISIT), "CONSULT"
    return CONSULT, "CONSULT"


def _dyad(row: Row, source: Row, target: Row, code: str, plover: str) -> dict[str, Any]:
    return {
        "meeting_id": row["meeting_id"],
        **_when_and_where(row),
        **_actor("source", source),
        **_actor("target", target),
        "cameo_code": code,
        "cameo_root": code[:2],
        "plover_event": plover,
        "plover_context": "future" if row["status"] in ("planned", "proposed") else None,
        "status": row["status"],
        "mode": row["mode"],
        "report_count": row["report_count"],
        "first_reported": row["first_reported"],
        **_first_source(row),
    }


def _actor(side: str, party: Row) -> dict[str, Any]:
    return {
        f"{side}_name": party["name"],
        f"{side}_kind": party["kind"],
        f"{side}_country": party["country"],
        f"{side}_country3": alpha3(party["country"]),
    }


def alpha3(country: str | None) -> str | None:
    """ISO 3166-1 alpha-3, which CAMEO's country codes are, of an alpha-2 code; None for what is none."""
    found = pycountry.countries.get(alpha_2=country) if country else None
    return str(found.alpha_3) if found else None


def _when_and_where(row: Row) -> dict[str, Any]:
    date, place = row["date"] or {}, row["place"] or {}
    return {
        "date_start": date.get("start"),
        "date_end": date.get("end"),
        "date_precision": date.get("precision"),
        "place_name": place.get("name"),
        "place_country": place.get("country"),
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
    }


def _first_source(row: Row) -> dict[str, Any]:
    """The article that the fields come from."""
    source: Row = next(iter(row["sources"]), {"title": None, "link": None, "sentences": ()})
    return {
        "article_title": source["title"],
        "article_link": source["link"],
        "sentence": " ".join(source["sentences"]),
    }


def _office(party: Row) -> str | None:
    """The party's title; None for one without a letter, as older rows have it."""
    title = party["title"]
    return title if title and any(character.isalpha() for character in title) else None


def _over_sources(texts: Iterable[str | None]) -> str:
    return BETWEEN_SOURCES.join(text or "" for text in texts)


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)
