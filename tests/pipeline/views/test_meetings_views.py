"""``meetings``, ``feeds`` and ``query`` are read with ease on any terminal, any locale, and in a pipe."""

import json
import os
import subprocess
import sys

import pytest
from odd_names import LINK, PARTIES
from terminals import lines_of, on_terminal, widest

from pipelines import cli
from transforms.tables.sinks import Tables

WIDTHS = [50, 60, 80, 120, 200]


def piped(*arguments, text=True, **environment):
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "PYTHONIOENCODING")}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        capture_output=True,
        text=text,
        env={**kept, **environment},
        timeout=60,
    )


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize(
    "command", [["meetings"], ["query", "SELECT * FROM meetings"], ["query", "SELECT title, text FROM articles"]]
)
def test_no_line_is_wider_than_the_terminal_and_no_word_of_a_name_is_lost(tables, command, columns):
    code, text = on_terminal([*command, "--tables", tables], columns)
    assert code == 0
    assert widest(text) <= columns
    if command == ["meetings"]:
        seen = "".join("".join(lines_of(text)).split())
        for name in ("Delegate Number 0", "Delegate Number 39", "محمد بن سلمان", "王毅", "[bold]Ann[/bold]", LINK):
            assert "".join(name.split()) in seen, name


def test_a_terminal_without_a_known_size_is_taken_for_80_columns(tables):
    assert 60 < widest(on_terminal(["meetings", "--tables", tables], 0)[1]) <= 80


def test_columns_sets_the_width(tables):
    assert widest(on_terminal(["meetings", "--tables", tables], 200, COLUMNS="50")[1]) <= 50


@pytest.mark.parametrize("columns", ["0", "-3", "wide", ""])
def test_columns_that_are_no_number_count_for_nothing(tables, columns):
    assert 80 < widest(on_terminal(["meetings", "--tables", tables], 120, COLUMNS=columns)[1]) <= 120


@pytest.mark.parametrize("command", [["meetings"], ["query", "SELECT * FROM meetings"]])
def test_no_color_leaves_out_every_escape_sequence(tables, command):
    assert "\x1b" in on_terminal([*command, "--tables", tables], 100)[1]
    assert "\x1b" not in on_terminal([*command, "--tables", tables], 100, NO_COLOR="1")[1]


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
@pytest.mark.parametrize(
    "command",
    [
        ["meetings"],
        ["meetings", "--json"],
        ["query", "SELECT * FROM meetings"],
        ["query", "--json", "SELECT * FROM meetings"],
        ["query", "--csv", "SELECT * FROM meetings"],
        ["export"],
        ["export", "--format", "jsonl", "--nested"],
    ],
)
def test_any_locale_will_do(tables, environment, command):
    answer = piped(*command, "--tables", tables, text=False, **environment)
    assert answer.returncode == 0, answer.stderr
    text = answer.stdout.decode("utf-8")
    assert "Malaga" in text or "Málaga" in text or "M\\u00e1laga" in text
    if "--json" in command or "jsonl" in command:
        found = json.loads(text) if command[0] == "query" else [json.loads(line) for line in text.splitlines()]
        assert any(row["participants"][0]["name"] == "王毅" for row in found)


def test_on_a_terminal_that_shows_ascii_alone_accents_are_left_out(tables):
    text = piped("meetings", "--tables", tables, PYTHONIOENCODING="ascii").stdout
    assert "Ann Lee (ES), Bo Kim (KR)" in text
    assert '"The plain parties met in Malaga' in text


def test_in_a_pipe_links_are_whole_and_cells_are_not_cut(tables):
    assert f"    {LINK}\n" in piped("meetings", "--tables", tables).stdout
    for environment in ({}, {"COLUMNS": "40"}):
        answer = piped(
            "query", "SELECT link, text FROM articles ORDER BY article_id", "--tables", tables, **environment
        )
        assert answer.stdout.count(LINK) == len(PARTIES)
        assert "…" not in answer.stdout
        assert len(answer.stdout.splitlines()) == 1 + len(PARTIES) + 1


def test_a_long_cell_is_cut_on_a_terminal_and_says_so(tables):
    text = on_terminal(["query", "SELECT repeat('word ', 500) AS long", "--tables", tables], 80)[1]
    assert len(lines_of(text)) < 8
    assert "…" in text


def test_many_columns_become_a_list_a_row(tables):
    lines = lines_of(on_terminal(["query", "SELECT * FROM meetings LIMIT 2", "--tables", tables], 80)[1])
    assert [line for line in lines if line.startswith("row ")] == ["row 1", "row 2"]
    assert any(line.startswith("status") and line.split() == ["status", "held"] for line in lines)


def test_what_is_hardly_to_be_believed_is_hidden_and_counted(tables):
    answer = piped("meetings", "--tables", tables)
    assert "Nobody Much" not in answer.stdout
    assert "6 meetings in 7 articles\n1 hidden below confidence 0.5 (--min-confidence 0)\n" in answer.stderr
    shown = piped("meetings", "--min-confidence", "0", "--tables", tables)
    assert "Nobody Much" in shown.stdout
    assert shown.stderr == "7 meetings in 7 articles\n"


def test_json_has_every_meeting_unless_a_confidence_is_asked_for(tables):
    every = piped("meetings", "--json", "--tables", tables).stdout.splitlines()
    likely = piped("meetings", "--json", "--min-confidence", "0.5", "--tables", tables).stdout.splitlines()
    assert (len(every), len(likely)) == (7, 6)
    for source in (source for line in every for source in json.loads(line)["sources"]):
        assert source["title"]
        assert source["sentences"]
    assert any(json.loads(line)["sources"][0]["link"] == LINK for line in every)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--min-confidence", value) for value in ("2", "-1", "high", "nan")),
        *(("--limit", value) for value in ("-1", "0", "few", "1.5")),
    ],
)
def test_a_flag_that_makes_no_sense_is_named(tables, capsys, flag, value):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["meetings", f"{flag}={value}", "--tables", tables])
    assert stopped.value.code == 2
    assert flag in capsys.readouterr().err


def test_nothing_found_is_said(tmp_path, tables, capsys):
    Tables([str(tmp_path / "t")]).write_all({"articles": [], "entities": [], "meeting_reports": []})
    assert cli.main(["meetings", "--tables", str(tmp_path / "t")]) == 0
    assert capsys.readouterr() == ("", "no meetings in 0 articles\n")
    cli.main(["meetings", "--min-confidence", "1", "--tables", tables])
    assert capsys.readouterr().err.startswith("no meetings in 7 articles\n7 hidden")


@pytest.mark.parametrize(
    ("limit", "said"), [("1", "6 meetings in 7 articles, the newest 1 shown"), ("9", "6 meetings in 7 articles\n")]
)
def test_a_limit_is_said(tables, capsys, limit, said):
    cli.main(["meetings", "--limit", limit, "--tables", tables])
    assert capsys.readouterr().err.startswith(said)


def test_a_range_over_two_years_names_both(tables):
    from pipelines.meetings import _when

    assert _when({"start": "2026-12-30", "end": "2027-01-02", "precision": "day"}) == "2026-12-30–2027-01-02"
    assert _when({"start": "2026-10-19", "end": "2026-10-25", "precision": "week"}) == "2026-10-19–10-25"
    assert _when(None) == "no date"


FEED = "<rss version='2.0'><channel><title>{}</title><item><guid>1</guid><title>x</title></item></channel></rss>"


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_feeds_fit_any_terminal_and_their_times_name_year_and_zone(tmp_path, columns):
    good, bad = tmp_path / ("a-long-name-" * 8 + "good.xml"), tmp_path / "bad.xml"
    good.write_text(FEED.format("外交部新闻" * 12), encoding="utf-8")
    bad.write_text("<html>no feed", encoding="utf-8")
    flags = [f"--feed={good}", f"--feed={bad}", f"--state={tmp_path}/s", f"--stream=folder:{tmp_path}/st"]
    flags += [f"--tables={tmp_path}/t"]
    assert cli.main(["publish", *flags]) in (0, 1)
    code, text = on_terminal(["feeds", *flags], columns)
    assert code == 1
    assert widest(text) <= columns
    seen = " ".join(" ".join(lines_of(text)).split())
    assert "2 feeds, 1 with an error" in seen
    assert seen.count("UTC") >= 3
    assert "not_a_feed" in seen
    assert "".join(str(good).split("/")[-1]) in "".join("".join(lines_of(text)).split())
