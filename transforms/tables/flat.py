"""Meetings for people who use neither BigQuery nor Parquet: one flat line a meeting, a participant, or a pair.

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


def meetings(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One line a meeting; lists are joined by ``; ``."""
    for row in rows:
        parties = row["participants"]
        yield {
            "meeting_id": row["meeting_id"],
            "status": row["status"],
            "mode": row["mode"],
            "kind": row["kind"],
            **_when_and_where(row),
            "participants": _joined(party["name"] for party in parties),
            "participant_titles": _joined(party["title"] or "" for party in parties),
            "participant_countries": _joined(party["country"] or "" for party in parties),
            "participant_count": len(parties),
            "occasion": row["occasion"],
            "topics": _joined(row["topics"]),
            "first_reported": row["first_reported"],
            "last_reported": row["last_reported"],
            "report_count": row["report_count"],
            "articles": _joined(row["articles"]),
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
                "title": party["title"],
                "country": party["country"],
                "role": party["role"],
                "status": row["status"],
                "mode": row["mode"],
                **_when_and_where(row),
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
    }


def _actor(side: str, party: Row) -> dict[str, Any]:
    return {
        f"{side}_name": party["name"],
        f"{side}_kind": party["kind"],
        f"{side}_country": party["country"],
        f"{side}_country3": alpha3(party["country"]),
    }


def alpha3(country: str | None) -> str | None:
    """ISO 3166-1 alpha-3, which CAMEO's country codes are, of an alpha-2 code; null for what is none."""
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


def _joined(texts: Iterable[str]) -> str:
    return "; ".join(texts)
