"""Cities, regions and time zones: what ``places`` looks names up in.

``places.sqlite`` is made by ``make places``. Cities are GeoNames' (https://www.geonames.org, CC BY 4.0), states and
provinces ISO 3166-2's. A look-up takes microseconds; a process holds only what it has looked up.
"""

import functools
import re
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

from transforms import lexicon
from transforms.language.names import fold

_ONE_AT_A_TIME = threading.Lock()
PLACES = Path(__file__).with_name("places.sqlite")
KIND_OF_REGION = re.compile(
    r"\s+(?:Sheng|Shi|Zizhiqu|state|province|prefecture|governorate|oblast|region|county|district|krai)$", re.IGNORECASE
)


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


@functools.lru_cache(maxsize=8192)
def cities(name: str) -> tuple[City, ...]:
    """The cities that are called ``name``, which is folded, the likeliest first."""
    found = _rows(
        "SELECT city.* FROM called JOIN city ON city.id = called.city WHERE called.name = ? ORDER BY called.rank", name
    )
    return tuple(City._make((*row[1:8], bool(row[8]))) for row in found)


@functools.lru_cache(maxsize=8192)
def regions(name: str) -> tuple[Region, ...]:
    """The states and provinces that are called ``name``, which is folded."""
    return (*parts(name), *_regions("called = ?", name))


def parts(name: str) -> tuple[Region, ...]:
    """The parts of countries with a name of their own ("Scotland") that are called ``name``, which is folded."""
    return _parts().get(name, ())


@functools.cache
def state(code: str) -> Region | None:
    """A state of the U.S. by its postal code."""
    return next(iter(_regions("country = 'US' AND code = ?", code)), None)


@functools.cache
def timezone_of(country: str, region: str = "") -> str | None:
    """The time zone of the largest city of a region, or of a country's capital, else of its largest city."""
    return next(
        (zone for (zone,) in _rows("SELECT timezone FROM zone WHERE (country, region) = (?, ?)", country, region)), None
    )


@functools.cache
def area_of(country: str) -> float | None:
    """The size of a country in km²."""
    return next((area for (area,) in _rows("SELECT area FROM country WHERE code = ?", country)), None)


def _regions(condition: str, value: str) -> list[Region]:
    return [
        Region(*row) for row in _rows(f"SELECT name, country, code FROM region WHERE {condition} ORDER BY id", value)
    ]


@functools.cache
def _parts() -> dict[str, tuple[Region, ...]]:
    made: dict[str, tuple[Region, ...]] = {}
    for name, country in lexicon.table("regions")["others"].items():
        made[fold(name)] = (Region(name, country, ""), *made.get(fold(name), ()))
    return made


def _rows(sql: str, *values: str) -> list[Any]:
    with _ONE_AT_A_TIME:
        return _connection().execute(sql, values).fetchall()


@functools.cache
def _connection() -> sqlite3.Connection:
    """Shared by all threads, which take turns; nobody writes."""
    return sqlite3.connect(f"{PLACES.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
