"""The table of places is the sources' own, and any thread may look names up in it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from training.make_places import write
from transforms.language.world import gazetteer


def dump(path):
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


def test_the_table_that_is_shipped_is_what_make_places_makes_of_the_locked_sources(tmp_path):
    write(tmp_path / "places.sqlite")
    made, shipped = dump(tmp_path / "places.sqlite"), dump(gazetteer.PLACES)
    assert made == shipped, "run: make places"
    assert len(shipped) > 100_000


def test_many_threads_look_up_at_once():
    names = ["oslo", "geneva", "lyon", "kyoto", "nowhere at all"] * 200
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(gazetteer.cities.__wrapped__, names))
    assert [each[0].country if each else None for each in found] == ["NO", "CH", "FR", "JP", None] * 200


def test_nobody_can_write_into_the_table():
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        gazetteer._connection().execute("DELETE FROM city")


def test_a_region_without_a_zone_of_its_own_has_that_of_its_country():
    assert gazetteer.timezone_of("US", "CA") == "America/Los_Angeles"
    assert gazetteer.timezone_of("US") == "America/New_York"
    assert gazetteer.timezone_of("US", "none such") is None
    assert gazetteer.state("CA") == gazetteer.Region("California", "US", "CA")
    assert gazetteer.state("ZZ") is None
