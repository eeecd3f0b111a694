"""The user's own file of actors: its names are one actor, with its item of Wikidata; a bad file is one line with a way out."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import cli
from pipelines.configuration.actors_file import read_actors_file
from pipelines.configuration.settings import SettingsError

YAML = "- name: Ana Ruiz\n  aliases: [Anna Ruys, 'La Canciller']\n  wikidata: Q123\n- {name: ASEAN}\n"
CSV = "name,aliases,wikidata\nAna Ruiz,Anna Ruys; La Canciller,Q123\n\nASEAN,,\n"


@pytest.mark.parametrize(("name", "text"), [("a.yaml", YAML), ("a.csv", CSV), ("a.CSV", "\ufeff" + CSV)])
def test_yaml_and_csv_say_the_same(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert [(a.names, a.wikidata_id) for a in read_actors_file(path)] == [
        (("Ana Ruiz", "Anna Ruys", "La Canciller"), "Q123"),
        (("ASEAN",), None),
    ]


def test_the_examples_of_the_manual_say_the_same(tmp_path):
    page = (Path(__file__).parents[4] / "docs/actors.md").read_text(encoding="utf-8")
    read = []
    for language, name in (("yaml", "people.yaml"), ("text", "people.csv")):
        (tmp_path / name).write_text(re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")
        read.append([(actor.names, actor.wikidata_id) for actor in read_actors_file(tmp_path / name)])
    assert len(read[0]) == 2 and read[0] == read[1]


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("a.yaml", "- name: [", "line 1: not YAML"),
        ("a.yaml", "name: Ana Ruiz", "line 1: not a list"),
        ("a.yaml", "- Ana Ruiz", "line 1: not an actor"),
        ("a.yaml", "- name: Ana Ruiz\n- alias: x", "line 2: 'alias' is unknown"),
        ("a.yaml", "- name: Ana\n  name: Bea", "line 2: 'name' is unknown or there twice"),
        ("a.yaml", "- name: Ana Ruiz\n  aliases: [{a: b}]", "line 2: aliases is not text"),
        ("a.yaml", "- aliases: [Ana]", "line 1: no name"),
        ("a.yaml", "- name: Ana Ruiz\n- name: Bea\n  aliases: [Ruiz Ana]", "line 2: 'Ruiz Ana' stands on line 1 too"),
        (
            "a.yaml",
            "- name: Ivan Petrov\n- name: Iwan Petrow",
            "line 2: 'Iwan Petrow' is only another spelling of line 1",
        ),
        ("a.yaml", "- name: Ana Ruiz\n  wikidata: 42", "line 1: '42' is no item of Wikidata"),
        ("a.yaml", "- {name: A B, wikidata: Q1}\n- {name: C D, wikidata: Q1}", "line 2: Q1 stands on line 1 too"),
        ("a.yaml", "- name: '...'", "line 1: '...' is not a name"),
        ("a.csv", "Ana Ruiz,x", "line 1: the first line names the columns"),
        ("a.csv", "", "line 1: the first line names the columns"),
        ("a.csv", "name,aliases\nAna Ruiz,b,c", "line 2: 3 columns where there are 2"),
        ("a.csv", 'name\n"Ana" Ruiz', "line 2: not CSV"),
        ("a.csv", "name,wikidata\n,Q1", "line 2: no name"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path, name, text, fault):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        read_actors_file(path)
    assert str(raised.value).startswith(f"actors_file: {path}: {fault}")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_missing_or_of_other_letters_is_told(tmp_path):
    with pytest.raises(SettingsError, match="No such file"):
        read_actors_file(tmp_path / "none.yaml")
    (tmp_path / "latin.csv").write_bytes("name\nJosé".encode("latin-1"))
    with pytest.raises(SettingsError, match="save it as UTF-8"):
        read_actors_file(tmp_path / "latin.csv")


@given(st.text(max_size=60), st.sampled_from(["x.yaml", "x.csv"]))
def test_any_text_is_read_or_refused_in_one_line(tmp_path_factory, text, name):
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert all(actor.names for actor in read_actors_file(path))
    except SettingsError as error:
        assert str(error).isprintable()


def test_a_bad_file_stops_a_command_that_writes_before_it_does_anything(tmp_path, capsys):
    (tmp_path / "people.csv").write_text("name\n\nAna Ruiz\nRuiz Ana\n")
    config = tmp_path / "meetwire.yaml"
    config.write_text(f"actors_file: people.csv\ntables: {tmp_path / 'tables'}\n")
    assert cli.main(["rebuild", "--config", str(config)]) == 2
    err = capsys.readouterr().err
    assert f"{tmp_path / 'people.csv'}: line 4: 'Ruiz Ana' stands on line 3 too" in err and err.count("\n") == 1
    assert not (tmp_path / "tables").exists()
