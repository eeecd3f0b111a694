"""``meetwire query``: SQL over the tables as a table, JSON or CSV; it only reads, and says what is wrong."""

import csv
import io
import json

import pytest
from making import by_table, extract, health, ticking

from pipelines import cli
from transforms import rows
from transforms.tables.sinks import Tables


@pytest.fixture
def tables(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Tables(["tables"], ticking()).write_all(
        by_table(extract("a"), extract("b", published=None, title="\x1b[31mred\u202e"))
    )
    return "tables"


@pytest.fixture
def query(tables, capsys):
    def run(*arguments):
        code = cli.main(["query", "--tables", tables, *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_a_table_for_people(query):
    code, out, err = query("select status, count(*) as reports from meeting_reports group by 1")
    assert (code, err) == (0, "(1 row)\n")
    assert [line.split() for line in out.splitlines()] == [["status", "reports"], ["held", "2"]]


def test_json_for_machines_is_what_the_tables_hold(query):
    code, out, _ = query(
        "--json", "select participants, date, published, place from meeting_reports order by article_id"
    )
    assert code == 0
    found = json.loads(out)
    assert [row["published"] for row in found] == ["2023-04-17T03:00:00Z", None]
    assert found[0]["date"]["start"] == "2023-04-17"
    assert found[0]["participants"][0] == {
        "entity_id": None,
        "name": "Ann Lee",
        "kind": "person",
        "title": "minister",
        "country": "ES",
        "role": None,
        "actor_id": rows.derive_id("actor", "ann lee"),
    }
    assert json.loads(query("--json", "select 1 where false")[1]) == []


def test_csv_has_nested_values_as_json(query):
    _, out, _ = query(
        "--csv", "select article_id, title, authors, true as yes, null as nothing from articles order by 1"
    )
    assert list(csv.reader(io.StringIO(out)))[:2] == [
        ["article_id", "title", "authors", "yes", "nothing"],
        ["a", "Ministers met", '["A. Writer"]', "true", ""],
    ]


def test_a_hostile_title_cannot_drive_the_terminal(query):
    _, out, _ = query("select title from articles")
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_two_columns_of_one_name_are_both_shown(query):
    assert json.loads(query("--json", "select 1 as x, 2 as x")[1]) == [{"x": 1, "x_1": 2}]


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("selec 1", "Parser Error"),
        ("select nix from articles", 'Referenced column "nix" not found'),
        ("select * from nix", "Table with name nix does not exist"),
        ("drop view articles", "give one SELECT, not DROP"),
        ("copy articles to 'x.csv'", "give one SELECT, not COPY"),
        ("explain analyze copy articles to 'x.csv'", "give one SELECT, not COPY"),
        ("explain (analyze, format json) copy articles to 'x.csv'", "give one SELECT, not COPY"),
        ("select 1; select 2", "give one SELECT, not SELECT and SELECT"),
        ("", "give one SELECT, not nothing"),
        ("select * from read_text('/etc/hostname')", "file system operations are disabled"),
        ("select * from 'https://news.example/x.csv'", "disabled"),
    ],
)
def test_a_fault_is_one_line_and_exit_code_2(query, tmp_path, sql, fault):
    code, out, err = query(sql)
    assert (code, out) == (2, "")
    assert err.startswith("meetwire query: ")
    assert fault in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tables"]


def test_no_tables_yet_is_said_in_one_line(capsys, tmp_path):
    assert cli.main(["query", "--tables", f"{tmp_path}/nix", "select 1"]) == 1
    assert capsys.readouterr().err == f"meetwire query: {tmp_path}/nix: no tables here yet (meetwire run makes them)\n"


def test_a_run_may_write_while_a_query_reads(tables):
    from transforms.tables.queries.ask import ask

    with ask(tables, "select * from articles") as answer:
        Tables([tables]).write("feed_health", [health()])
        assert len(list(answer.rows)) == 2


def test_a_read_only_folder_is_enough(tables, query, tmp_path):
    for path in [tmp_path / "tables", *(tmp_path / "tables").rglob("*")]:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        assert query("select 1 as x")[0] == 0
    finally:
        for path in [tmp_path / "tables", *(tmp_path / "tables").rglob("*")]:
            path.chmod(0o700)


def test_help_names_the_tables(capsys):
    with pytest.raises(SystemExit):
        cli.main(["query", "--help"])
    out = capsys.readouterr().out
    assert all(table in out for table in rows.TABLES)


def test_a_pivot_reads_too(query):
    assert query("pivot meeting_reports on status using count(*) group by article_id order by article_id")[0] == 0
