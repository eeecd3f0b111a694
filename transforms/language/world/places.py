"""Where a named place lies: venues, countries, cities of 15,000 people and more, states and provinces.

Venues are ``lexicon/places.yaml``, the rest is ``gazetteer``'s. A look-up takes microseconds and never raises.
"""

import functools
import re
from itertools import pairwise
from typing import Any, NamedTuple

from transforms import lexicon
from transforms.language.names import bare, fold
from transforms.language.world import countries
from transforms.language.world.gazetteer import (
    KIND_OF_REGION,
    City,
    Region,
    area_of,
    cities,
    parts,
    regions,
    state,
    timezone_of,
)

# Below this many people a state or province of these countries (Maryland, Victoria) is meant, not a town abroad.
_STATE = 1_000_000
_FEDERATIONS = ("US", "CA", "AU", "IN", "CN", "DE", "BR", "RU")
# A country of at most this area (Luxembourg, Singapore, Hong Kong; km²) has its capital's point.
_CITY_STATE = 3_000

# "The central Japanese town of Karuizawa", "the Chinese capital Beijing": the name, and what tells its country.
_DESCRIBED = re.compile(
    r"(?P<what>(?:[\w'’.-]+ ){0,6}(?:town|city|village|capital|resort|port|suburb|hamlet|municipality|hub|island"
    r"|province|region|state|prefecture|neighbou?rhood|district)(?: of)?) (?P<name>[^\W\d_a-z].*)"
)
# What can be the name of a town that no table knows: a few capitalised words.
_TOWN = re.compile(
    r"[^\W\d_a-z][\w'’.-]*(?: (?:(?:de|del|la|el|al|los|las|do|da|an|am|sur) )?[^\W\d_a-z][\w'’.-]*){0,2}"
)


class Located(NamedTuple):
    """A place on the map.

    Attributes:
        name: The place's usual name.
        country: ISO 3166-1 alpha-2.
        latitude: Degrees north; None for a country, a state or a province, which are no points, and for a town that
            no table knows.
        longitude: Degrees east; None likewise.
        timezone: Its IANA time zone; for a country or a state that of its capital or largest city.
    """

    name: str
    country: str | None
    latitude: float | None
    longitude: float | None
    timezone: str | None


@functools.lru_cache(maxsize=16384)
def locate(name: str, near_country: str | None = None) -> Located | None:
    """Where ``name`` lies; None where no table knows it.

    In this order: a venue; a part of a country ("Scotland"); a country; a city, one in ``near_country`` (ISO 3166-1
    alpha-2) first, then by population and by being a capital; a state or province, which also goes before a smaller
    town of its name abroad. A ``near_country`` that has no such place is ignored.

    In "city, country" the city lies in that country or state, if need be without a point; "the Japanese town of X" is
    X, in Japan if there is one; "the White House in Washington" is the venue where that is known, else the city.
    """
    plain = bare(name)
    if not fold(plain) or not any(c.isupper() for c in plain):
        return None
    described = _DESCRIBED.match(plain)
    if described is not None:
        owner = next((code for word in _words(described["what"]) if (code := countries.country_of(word))), None)
        return locate(described["name"], owner or near_country)
    head, comma, tail = (part.strip() for part in plain.rpartition(","))
    if comma and head:
        inside = _within(head, tail)
        return inside or locate(head, near_country)
    inner, joint, outer = plain.partition(" in ")
    if joint and (around := locate(outer, near_country)):
        venue = _venue(inner)
        return venue if venue is not None and venue.country == around.country else around
    return _venue(plain) or _part(plain) or _country(plain) or _city_or_region(plain, near_country)


def place_name(text: str) -> str:
    """The name alone in ``text``: "Karuizawa" of "the central Japanese town of Karuizawa, Nagano Prefecture".

    What stands around the name goes where a table knows it; else the text stays as it is.
    """
    described = _DESCRIBED.match(bare(text))
    name = described["name"] if described is not None else text
    head, comma, tail = (part.strip() for part in name.partition(","))
    if comma and head and _within(head, tail.rpartition(",")[2].strip() or tail) is not None:
        name = head
    return name if name == text or locate(name) is not None else text


def _words(text: str) -> list[str]:
    """The words of ``text`` and its pairs of words ("South Korean"), pairs first."""
    words = text.split()
    return [f"{one} {two}" for one, two in pairwise(words)] + words


def _at(city: City) -> Located:
    return Located(city.name, city.country, city.latitude, city.longitude, city.timezone)


def _venue(text: str) -> Located | None:
    row = _venues().get(fold(text))
    if row is None:
        return None
    name, entry = row
    if "at" in entry:
        latitude, longitude = entry["at"]
        return Located(name, entry["country"], latitude, longitude, entry["zone"])
    city = _city(fold(entry["city"]), entry["country"])
    return _at(city)._replace(name=name) if city else None


@functools.cache
def _venues() -> dict[str, tuple[str, dict[str, Any]]]:
    return {fold(name): (name, entry) for name, entry in lexicon.table("places").items()}


def _part(text: str) -> Located | None:
    """A part of a country by its own name: "Scotland", "the West Bank", "Calif."."""
    if found := parts(fold(text)):
        country = found[0].country
        return Located(text, country, None, None, timezone_of(country))
    state = _state_by_abbreviation(text) if text.endswith(".") else None
    return _whole(state) if state else None


def _country(text: str) -> Located | None:
    """A country, also a part of one ("northern Syria")."""
    text = countries.without_direction(text)
    code = countries.country_of(text) if countries.is_country_name(text) else None
    if code is None:
        return None
    name, area = countries.name_of(code) or text, area_of(code)
    if area is not None and area <= _CITY_STATE:
        seats = (*countries.seats_of(code), name)
        city = next((city for seat in seats if (city := _city(fold(seat), code))), None)
        if city is not None:
            return _at(city)._replace(name=name)
    return Located(name, code, None, None, timezone_of(code))


def _city(key: str, country: str | None, region: str | None = None) -> City | None:
    """The likeliest city of this name in the country, in the region where that has one."""
    here = [c for c in cities(key) if country in (None, c.country)]
    return next((c for c in here if c.region == region), here[0] if here else None)


def _region(key: str, country: str | None) -> Region | None:
    rows = regions(key)
    if country is not None:
        return next((row for row in rows if row.country == country), None)
    return min(rows, key=lambda row: (row.code != "", row.country not in _FEDERATIONS), default=None)


def _city_or_region(text: str, near_country: str | None) -> Located | None:
    key, kindless = fold(text), fold(KIND_OF_REGION.sub("", text))
    city = None
    if kindless == key:  # "Nagano Prefecture" is no city
        city = (_city(key, near_country) if near_country else None) or _city(key, None)
    region = _region(kindless, near_country) or _region(kindless, None)
    if city is not None and not (region is not None and _outranks(region, city)):
        return _at(city)
    return _whole(region) if region is not None else None


def _outranks(region: Region, city: City) -> bool:
    if region.country not in _FEDERATIONS or city.is_capital or city.people >= _STATE:
        return False
    return region.country != city.country or region.country == "US"


def _whole(region: Region) -> Located:
    zone = timezone_of(region.country, region.code) or timezone_of(region.country)
    return Located(region.name, region.country, None, None, zone)


def _state_by_abbreviation(text: str) -> Region | None:
    """A state of the U.S. by its postal or its press abbreviation (``CA``, ``Calif.``)."""
    postal = lexicon.table("regions")["states"].get(text.replace(" ", ""))
    return state(postal) if postal else None


def _within(head: str, tail: str) -> Located | None:
    """``head`` in what ``tail`` names: a country or a state, as in "Vienna, Austria" and "Portland, Ore."."""
    region = _state_by_abbreviation(tail) or _region(fold(KIND_OF_REGION.sub("", tail)), None)
    country = _country(tail)
    for code, part in ((country and country.country, None), (region and region.country, region and region.code)):
        city = _city(fold(head.split(",")[0]), code, part) if code else None
        if city is not None:
            return _at(city)
    outer = country or (_whole(region) if region else None)
    if outer is None:
        return None
    venue = _venue(head)
    if venue is not None and venue.country == outer.country:
        return venue
    return Located(head, outer.country, None, None, outer.timezone) if _TOWN.fullmatch(head) else None
