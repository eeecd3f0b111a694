"""``meetwire actors join | split | undo``: kept as rows, heeded at once, by every writer and by a rebuild."""

import json
import subprocess
import sys

import pytest
from making import article, by_table, content, participant, report, rows_of

from pipelines import cli
from transforms import rows
from transforms.tables.sinks import Tables, open_sink

ANA, BEA, LARS = "Ana Ruiz", "Beatriz Sandoval", "Lars Holm"
DERIVED = ("meeting_reports", "meetings", "actors", "who_met_whom")


def told(name, *people, day=17, **fields):
    """An article that tells that ``people`` met on a day of April 2023."""
    made = article(name, text=name, published=f"2023-04-{day:02}T09:00:00Z")
    on = f"2023-04-{day:02}"
    who = [participant(one, title=None, country=None, **fields) for one in people]
    return rows.Extract(
        made, [], [report(made, meeting=name, participants=who, date=rows.MeetingDate(on, on, "day", on, "sentence"))]
    )


@pytest.fixture
def folder(tmp_path):
    """Two papers tell of one meeting, each with a name of its own for the minister; a third of another day's."""
    place = str(tmp_path / "tables")
    given = [told("a", ANA, LARS), told("b", BEA, LARS), told("c", "Ana Maria Ruiz", "Mads Berg", day=28)]
    Tables([place]).write_all(by_table(*given))
    return place


@pytest.fixture
def actors(folder, capsys):
    def run(*words, code=0, why=True):
        flags = ["--why", "a reason", "--by", "rita"] if why and words[0] in ("join", "split") else []
        assert cli.main(["actors", *words, *flags, "--tables", folder]) == code
        return capsys.readouterr()

    return run


def names(folder):
    return sorted(sorted(row[0]) for row in rows_of(folder, "SELECT names FROM actors"))


def rebuilt(folder):
    """Whether a rebuild changes nothing."""
    before = content(folder)
    assert cli.main(["rebuild", "--tables", folder]) == 0
    return content(folder) == before


def decision_id(folder):
    return rows_of(folder, "SELECT decision_id FROM actor_decisions ORDER BY decided_at DESC")[0][0]


def test_two_who_are_joined_are_one_actor_and_their_meeting_is_one(folder, actors):
    assert len(rows_of(folder, "SELECT 1 FROM meetings")) == 3
    actors("join", ANA, BEA)
    assert sorted([ANA, BEA]) in names(folder)
    assert len(rows_of(folder, "SELECT 1 FROM meetings")) == 2
    assert rows_of(folder, "SELECT count(*) FROM who_met_whom") == [(2,)]
    assert rebuilt(folder)
    Tables([folder]).write_all(by_table(told("d", BEA, LARS)))
    assert rows_of(folder, "SELECT report_count FROM meetings WHERE list_contains(articles, 'd')") == [(3,)]
    assert rebuilt(folder)


def test_a_name_that_is_split_off_is_someone_else_in_every_article(folder, actors):
    Tables([folder]).write_all(by_table(told("d", ANA, "Mads Berg", day=28)))
    assert ["Ana Maria Ruiz", ANA] in names(folder)
    actors("split", "Ana Maria Ruiz", "--name", ANA)
    assert ["Ana Maria Ruiz"] in names(folder) and [ANA] in names(folder)
    assert len(rows_of(folder, "SELECT 1 FROM meetings WHERE list_has_any(articles, ['c', 'd'])")) == 2
    assert rebuilt(folder)


@pytest.mark.parametrize("decided", [("join", ANA, BEA), ("join", BEA, LARS + "en", ANA)])
def test_a_decision_that_is_taken_back_leaves_what_was_before(folder, actors, decided):
    Tables([folder]).write_all(by_table(told("e", LARS + "en", "Mads Berg", day=3)))
    before = content(folder)
    actors(*decided)
    assert content(folder)["meetings"] != before["meetings"]
    actors("undo", decision_id(folder))
    after = content(folder)
    assert {table: after[table] for table in DERIVED} == {table: before[table] for table in DERIVED}
    assert "taken back by" in actors("decisions").out
    assert "already" in actors("undo", decision_id(folder)).err


def test_decisions_say_who_when_and_why_and_each_name_says_by_which_it_is_there(folder, actors):
    actors("join", ANA, BEA)
    row = json.loads(actors("decisions", "--json").out)
    assert (row["kind"], row["names"], row["decided_by"], row["why"]) == ("join", [ANA, BEA], "rita", "a reason")
    assert f"{BEA}: join by rita: a reason" in " ".join(actors(ANA).out.split())


def test_why_a_name_is_an_actors_is_told_without_any_decision(folder, actors):
    Tables([folder]).write_all(by_table(told("d", "A. Ruiz", LARS), told("e", "Ruiz", LARS)))
    shown = " ".join(actors(ANA).out.split())
    assert "A. Ruiz: initials (1 report)" in shown and "Ruiz: surname alone (1 report)" in shown


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("join", ANA), "two or more"),
        (("join", ANA, "Nobody Atall"), "nobody is called"),
        (("join", ANA, "0" * 32), "nobody is called"),
        (("join", ANA, LARS), "met each other"),
        (("split", ANA), "the names or the country that are another's"),
        (("split", ANA, "--name", "Otto Falk"), "no name of Ana Ruiz"),
        (("split", ANA, "--name", ANA), "leave one"),
        (("split", "Otto Falk", "--name", "Otto F. Falk"), "nobody is called"),
        (("undo",), "give one decision"),
        (("undo", "ffff"), "is no decision"),
        ((ANA, BEA), "one name at a time"),
        ((ANA, "--why", "x"), "go with join"),
    ],
)
def test_what_cannot_be_decided_is_one_line_and_leaves_the_tables(folder, actors, words, fault):
    before = content(folder)
    err = actors(*words, code=2).err
    assert fault in err and err.count("\n") == 1
    assert content(folder) == before


def test_a_decision_without_a_reason_is_refused(folder, actors):
    assert "--why" in actors("join", ANA, BEA, code=2, why=False).err


def test_joins_in_a_circle_are_one_actor_and_what_contradicts_a_decision_names_it(folder, actors):
    actors("join", ANA, BEA)
    actors("join", BEA, "Ana Maria Ruiz")
    assert "are one actor already" in actors("join", "Ana Maria Ruiz", ANA).err
    assert rows_of(folder, "SELECT count(*) FROM actor_decisions") == [(2,)]
    refused = actors("split", ANA, "--name", BEA, code=2).err
    assert "contrary" in refused and "meetwire actors undo" in refused
    assert rebuilt(folder)


def test_two_who_were_split_are_not_joined_while_that_counts(folder, actors):
    Tables([folder]).write_all(by_table(told("d", ANA, "Mads Berg", day=28)))
    actors("split", "Ana Maria Ruiz", "--name", ANA)
    ids = [row[0] for row in rows_of(folder, "SELECT actor_id FROM actors WHERE name LIKE 'Ana%' ORDER BY name")]
    assert "contrary" in actors("join", *ids, code=2).err
    actors("undo", decision_id(folder)[:8])
    assert ["Ana Maria Ruiz", ANA] in names(folder)


def test_tables_of_a_version_without_decisions_are_read_and_decided_on(folder, actors):
    import shutil

    shutil.rmtree(f"{folder}/actor_decisions")
    open_sink.__globals__["_open"].cache_clear()
    assert actors("decisions").out == ""
    assert ANA in actors(ANA).out
    actors("join", ANA, BEA)
    assert sorted([ANA, BEA]) in names(folder)
    assert cli.main(["compact", "--tables", folder]) == 0


WRITING = """
import sys
sys.path[:0] = {paths!r}
from test_actor_decisions import ANA, BEA, LARS, told
from making import by_table
from transforms.tables.sinks import Tables
for n in range(12):
    Tables([{folder!r}]).write_all(by_table(told(f"w{{n}}", (ANA, BEA)[n % 2], LARS, day=1 + 2 * (n // 2))))
    print(n, flush=True)
"""


def test_decisions_beside_a_writer_are_heeded_in_what_it_writes_and_has_written(folder, actors):
    script = WRITING.format(paths=[path for path in sys.path if "tests" in path], folder=folder)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as writing:
        for _ in range(3):
            writing.stdout.readline()
        actors("join", ANA, BEA)
        for _ in range(4):
            writing.stdout.readline()
        actors("undo", decision_id(folder))
        actors("join", BEA, ANA)
        assert writing.wait() == 0
    assert sorted([ANA, BEA]) in names(folder)
    assert len(rows_of(folder, "SELECT 1 FROM meetings")) == 8
    assert rebuilt(folder)


def test_namesakes_are_split_by_country_and_who_has_none_goes_by_the_meeting(folder, actors):
    places = {"PE": ("f", 3), "KE": ("g", 5), None: ("h", 5), "KE ": ("i", 9)}
    given = []
    for country, (name, day) in places.items():
        extract = told(name, "Rosa Lima", "Otto Falk" if day == 5 else f"Nils {name.upper()}berg", day=day)
        who = [
            p._replace(country=country and country.strip()) if p.name == "Rosa Lima" else p
            for p in extract.reports[0].participants
        ]
        given.append(extract._replace(reports=[extract.reports[0]._replace(participants=who)]))
    Tables([folder]).write_all(by_table(*given))
    assert rows_of(folder, "SELECT report_count FROM actors WHERE name = 'Rosa Lima'") == [(4,)]
    assert "is not one of several countries" in actors("split", "Rosa Lima", "--country", "NO", code=2).err
    assert "names or the country" in actors("split", "Rosa Lima", "--country", "KE", "--name", "Rosa Lima", code=2).err
    actors("split", "Rosa Lima", "--country", "KE")
    found = rows_of(folder, "SELECT country, report_count FROM actors WHERE name = 'Rosa Lima' ORDER BY 1")
    assert found == [("KE", 3), ("PE", 1)]
    assert rebuilt(folder)
    assert "[KE]" in actors("decisions").out
    actors("undo", decision_id(folder))
    assert rows_of(folder, "SELECT report_count FROM actors WHERE name = 'Rosa Lima'") == [(4,)]
    assert rebuilt(folder)


def known(folder, tmp_path, *actors):
    """Rebuilds with a file of these actors, each a name, its aliases and its item of Wikidata."""
    lines = [json.dumps({"name": name, "aliases": aliases, "wikidata": item}) for name, aliases, item in actors]
    (tmp_path / "people.yaml").write_text("".join(f"- {line}\n" for line in lines), encoding="utf-8")
    (tmp_path / "meetwire.yaml").write_text(f"actors_file: people.yaml\ntables: {folder}\n")
    assert cli.main(["rebuild", "--config", str(tmp_path / "meetwire.yaml")]) == 0


def test_the_users_own_file_makes_its_names_one_actor_with_its_item_of_wikidata(folder, tmp_path, capsys):
    Tables([folder]).write_all(by_table(told("d", "La Canciller", LARS)))
    known(folder, tmp_path, (BEA, [ANA, "La Canciller"], "Q123"), (LARS, [], "Q5"))
    found = rows_of(folder, "SELECT name, wikidata_id, report_count FROM actors WHERE wikidata_id IS NOT NULL")
    assert sorted(found) == [(BEA, "Q123", 3), (LARS, "Q5", 3)]
    assert rows_of(folder, "SELECT max(report_count) FROM meetings") == [(3,)]
    Tables([folder]).write_all(by_table(told("e", "La Canciller", "Mads Berg", day=28)))
    assert rows_of(folder, "SELECT report_count FROM actors WHERE wikidata_id = 'Q123'") == [(4,)]
    assert rebuilt(folder)
    capsys.readouterr()
    assert cli.main(["actors", "La Canciller", "--tables", folder]) == 0
    assert "Q123" in capsys.readouterr().out


def test_what_is_taken_out_of_the_file_is_taken_back(folder, tmp_path):
    before = content(folder)
    known(folder, tmp_path, (ANA, [BEA], "Q123"))
    known(folder, tmp_path, (ANA, [], "Q123"))
    assert sorted([ANA, BEA]) not in names(folder)
    known(folder, tmp_path)
    after = content(folder)
    assert {table: after[table] for table in DERIVED} == {table: before[table] for table in DERIVED}
    known(folder, tmp_path, (ANA, [BEA], "Q123"))
    assert sorted([ANA, BEA]) in names(folder)


def test_a_known_actor_stays_who_it_is_when_joined_and_two_known_ones_are_not_joined(folder, actors, tmp_path):
    known(folder, tmp_path, (BEA, [], "Q123"), ("Ana Maria Ruiz", [], None))
    actors("join", ANA, BEA)
    assert rows_of(folder, "SELECT name FROM actors WHERE wikidata_id = 'Q123'") == [(BEA,)]
    assert sorted([ANA, BEA]) in names(folder)
    assert "are two in" in actors("join", BEA, "Ana Maria Ruiz", code=2).err
