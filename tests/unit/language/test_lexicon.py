import re
from datetime import UTC, datetime
from pathlib import Path

import pycountry
import pytest
import yaml

from transforms import lexicon
from transforms.language.dates.expressions import resolve
from transforms.meetings.details import cues

FOLDER = Path(lexicon.__file__).parent
CODES = {country.alpha_2 for country in pycountry.countries} | {"XK"}
MANUAL = (Path(__file__).parents[3] / "docs" / "lexicon.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_every_table_can_be_read_says_how_and_is_in_the_manual(name):
    assert lexicon.table(name)
    assert (FOLDER / f"{name}.yaml").read_text("utf-8").startswith("# ")
    assert f"`{name}.yaml`" in MANUAL


@pytest.mark.parametrize("block", re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL))
def test_what_the_manual_shows_is_in_a_table_or_could_be(block, monkeypatch):
    shown = yaml.safe_load(block)
    if isinstance(shown, dict):
        tables = {**lexicon.table("countries"), **lexicon.table("places")}
        assert {key: tables[key] for key in shown} == shown
    elif isinstance(shown[0], dict):
        monkeypatch.setattr(cues.lexicon, "table", lambda _: {"rows": shown})
        assert cues.rows.__wrapped__()
    else:
        assert all(re.compile(expression, re.IGNORECASE) for expression in shown)


def test_the_tables_are_those_that_configs_shows():
    assert (Path(__file__).parents[3] / "configs" / "lexicon").resolve() == FOLDER.resolve()


def test_a_table_that_is_missing_or_broken_is_named(monkeypatch, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nonsense\.yaml"):
        lexicon.table("nonsense")
    monkeypatch.setattr(lexicon.resources, "files", lambda _: tmp_path)
    (tmp_path / "list.yaml").write_text("- a\n- b\n")
    (tmp_path / "bad.yaml").write_text("a: [1\n")
    with pytest.raises(ValueError, match=r"lexicon/list\.yaml: a mapping is expected, not list"):
        lexicon.table("list")
    with pytest.raises(ValueError, match=r"lexicon/bad\.yaml is not YAML"):
        lexicon.table("bad")


@pytest.mark.parametrize("fault", [{"say": "held"}, {"says": "postponed"}, {"not": "unknown"}])
def test_a_row_about_status_that_means_nothing_is_named(monkeypatch, fault):
    monkeypatch.setattr(cues.lexicon, "table", lambda _: {"rows": [{"cue": ["scrap"], "works": ["object"], **fault}]})
    (word,) = {*fault, *fault.values()} - {"says", "not", "held"}
    with pytest.raises(ValueError, match=rf"lexicon/status\.yaml: '{word}' in the row of \['scrap'\]"):
        cues.rows.__wrapped__()


def test_every_country_code_is_one():
    assert set(lexicon.table("countries")) <= CODES
    assert set(lexicon.table("offices").values()) <= CODES
    assert set(lexicon.table("regions")["others"].values()) <= CODES
    assert {entry["country"] for entry in lexicon.table("places").values()} <= CODES
    bodies = (entry for kind in lexicon.table("organisations").values() for entry in kind.values())
    assert {entry["country"] for entry in bodies if "country" in entry} <= CODES


def test_every_state_of_the_us_is_one():
    states = {d.code for d in pycountry.subdivisions.get(country_code="US")}
    assert {f"US-{code}" for code in lexicon.table("regions")["states"].values()} <= states


def test_every_feast_is_a_day_of_every_year():
    for name in (name for kind in lexicon.table("holidays").values() for name in kind):
        for year in (1999, 2024, 2031):
            found = resolve(f"{name} {year}", datetime(2024, 5, 15, tzinfo=UTC), "past")
            assert found.start == found.end and found.start.year == year, name


def test_every_expression_of_the_boilerplate_compiles_and_takes_no_blank_line():
    for kind in lexicon.table("boilerplate").values():
        for expression in kind:
            assert not re.compile(expression, re.IGNORECASE).fullmatch(""), expression


def test_every_portfolio_and_office_leads_to_words_in_small_letters():
    titles = lexicon.table("titles")
    for table in (titles["portfolios"], titles["offices"], titles["modifiers"]):
        for written, meant in table.items():
            assert isinstance(written, str) and meant == meant.lower()
