"""``meetings``, ``feeds`` and ``query`` are read with ease on any terminal, any locale, and in a pipe."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from making import article
from odd_names import LINK, PARTIES
from terminals import in_pipe, lines_of, on_terminal, request, widest

from pipelines import cli
from transforms.tables.sinks import Tables

ROOT = Path(__file__).parents[3]
MEETINGS = ["meetings"]
QUERY = ["query", "SELECT * FROM meetings"]
SHAPES = [
    MEETINGS,
    ["meetings", "--json"],
    QUERY,
    ["query", "--json", "SELECT * FROM meetings"],
    ["query", "--csv", "SELECT * FROM meetings"],
    ["export"],
    ["export", "--format", "jsonl", "--nested"],
]


@pytest.fixture(scope="module")
def seen(tables):
    """Commands over the tables, on one terminal."""
    return lambda *asked: on_terminal(*(request(*words, "--tables", tables, **how) for words, how in asked))


@pytest.fixture(scope="module")
def piped(tables):
    """Commands over the tables, in a pipe."""
    return lambda *asked, **how: in_pipe(*(request(*words, "--tables", tables) for words in asked), **how)


@pytest.mark.parametrize("command", [MEETINGS, QUERY, ["query", "SELECT title, text FROM articles"]])
def test_no_line_is_wider_than_the_terminal_and_no_word_of_a_name_is_lost(seen, command):
    widths = [50, 80, 200]
    for columns, answer in zip(widths, seen(*((command, {"columns": columns}) for columns in widths)), strict=True):
        assert answer.code == 0
        assert widest(answer.text) <= columns
        if command == MEETINGS:
            shown = "".join("".join(lines_of(answer.text)).split())
            for name in ("Delegate Number 0", "Delegate Number 39", "محمد بن سلمان", "王毅", "[bold]Ann[/bold]", LINK):
                assert "".join(name.split()) in shown, (name, columns)


def test_the_width_is_the_terminal_s_unless_columns_says_another(seen):
    unknown, narrowed = seen((MEETINGS, {"columns": 0}), (MEETINGS, {"columns": 200, "COLUMNS": "50"}))
    assert 60 < widest(unknown.text) <= 80
    assert widest(narrowed.text) <= 50


def test_columns_that_are_no_number_count_for_nothing(seen):
    values = ["0", "-3", "wide", ""]
    answers = seen(*((MEETINGS, {"columns": 120, "COLUMNS": value}) for value in values))
    assert [80 < widest(answer.text) <= 120 for answer in answers] == [True] * len(values)


def test_no_color_leaves_out_every_escape_sequence(seen):
    bright = seen((MEETINGS, {}), (QUERY, {}))
    plain = seen((MEETINGS, {"NO_COLOR": "1"}), (QUERY, {"NO_COLOR": "1"}))
    assert ["\x1b" in answer.text for answer in (*bright, *plain)] == [True, True, False, False]


@pytest.mark.parametrize(
    "environment", [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_any_locale_will_do(piped, environment):
    for command, answer in zip(SHAPES, piped(*SHAPES, **environment), strict=True):
        assert answer.code == 0, answer.error
        assert "Malaga" in answer.text or "Málaga" in answer.text or "M\\u00e1laga" in answer.text, command
        if "--json" in command or "jsonl" in command:
            lines = answer.text.splitlines()
            rows = json.loads(answer.text) if command[0] == "query" else [json.loads(line) for line in lines]
            assert any(row["participants"][0]["name"] == "王毅" for row in rows), command


def test_on_a_terminal_that_shows_ascii_alone_accents_are_left_out(piped):
    (answer,) = piped(MEETINGS, PYTHONIOENCODING="ascii")
    assert "Ann Lee (ES), Bo Kim (KR)" in answer.text
    assert '"The plain parties met in Malaga' in answer.text


def test_in_a_pipe_links_are_whole_and_cells_are_not_cut(piped):
    links = ["query", "SELECT link, text FROM articles ORDER BY article_id"]
    shown, *queried = [*piped(MEETINGS, links), *piped(links, COLUMNS="40")]
    assert f"    {LINK}\n" in shown.text
    for answer in queried:
        assert answer.text.count(LINK) == len(PARTIES)
        assert "…" not in answer.text
        assert len(answer.text.splitlines()) == 1 + len(PARTIES) + 1


def test_a_long_cell_is_cut_on_a_terminal_and_says_so(seen):
    (answer,) = seen((["query", "SELECT repeat('word ', 500) AS long"], {}))
    assert len(lines_of(answer.text)) < 8
    assert "…" in answer.text


def test_many_columns_become_a_list_a_row(seen):
    (answer,) = seen((["query", "SELECT * FROM meetings LIMIT 2"], {}))
    lines = lines_of(answer.text)
    assert [line for line in lines if line.startswith("row ")] == ["row 1", "row 2"]
    assert any(line.startswith("status") and line.split() == ["status", "held"] for line in lines)


def test_what_is_hardly_to_be_believed_is_hidden_and_counted(tables, capsys):
    cli.main(["meetings", "--tables", tables])
    out, err = capsys.readouterr()
    assert "Nobody Much" not in out
    assert "6 meetings in 7 articles\n1 hidden below confidence 0.5 (--min-confidence 0)\n" in err
    cli.main(["meetings", "--min-confidence", "0", "--tables", tables])
    out, err = capsys.readouterr()
    assert "Nobody Much" in out
    assert err == "7 meetings in 7 articles\n"


def test_json_has_every_meeting_unless_a_confidence_is_asked_for(tables, capsys):
    cli.main(["meetings", "--json", "--tables", tables])
    every = capsys.readouterr().out.splitlines()
    cli.main(["meetings", "--json", "--min-confidence", "0.5", "--tables", tables])
    assert (len(every), len(capsys.readouterr().out.splitlines())) == (7, 6)
    for source in (source for line in every for source in json.loads(line)["sources"]):
        assert source["title"]
        assert source["sentences"]
    assert any(json.loads(line)["sources"][0]["link"] == LINK for line in every)


CONFIDENCE_COMMANDS = [["meetings"], ["run"], ["extract", os.devnull], ["export"], ["evaluate"]]


@pytest.mark.parametrize("value", ["2", "-1", "high", "nan", "0,5", ""])
@pytest.mark.parametrize("command", CONFIDENCE_COMMANDS, ids=lambda words: words[0])
def test_a_confidence_that_is_none_is_refused_alike_everywhere(command, value, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([*command, f"--min-confidence={value}"])
    assert stopped.value.code == 2
    assert "is not a confidence from 0 to 1" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["meetings", "participants", "dyads", "sources"])
def test_exports_hold_the_meetings_of_the_confidence_asked_for(tables, capsys, what):
    def exported(*flags):
        cli.main(["export", what, "--format", "jsonl", "--tables", tables, *flags])
        return [json.loads(line)["meeting_id"] for line in capsys.readouterr().out.splitlines()]

    cli.main(["meetings", "--json", "--tables", tables])
    sure = {m["meeting_id"]: m["confidence"] for m in map(json.loads, capsys.readouterr().out.splitlines())}
    for least in (0.0, 0.5, 1.0):
        found = exported("--min-confidence", str(least))
        assert found == [meeting for meeting in exported() if sure[meeting] >= least]


TWO = {
    "id": "two",
    "published": "2024-05-16T12:00:00Z",
    "text": "President Ana Ruiz met Prime Minister Lars Lund in Oslo on Monday. She plans to meet a trade union leader.",
}


def test_extract_and_evaluate_heed_the_confidence_asked_for(tmp_path, capsys):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({**TWO, "meetings": []}) + "\n")
    cli.main(["extract", str(gold)])
    every = [json.loads(line)["confidence"] for line in capsys.readouterr().out.splitlines()]
    assert len(set(every)) == 2
    for least in (min(every), max(every), 1.0):
        flag = f"--min-confidence={least}"
        cli.main(["extract", str(gold), flag])
        assert [json.loads(x)["confidence"] for x in capsys.readouterr().out.splitlines()] == [
            c for c in every if c >= least
        ]
        cli.main(["extract", str(gold), flag, "--explain"])
        assert capsys.readouterr().out.count("  confidence ") == sum(c >= least for c in every)
        cli.main(["evaluate", str(gold), flag, "--json"])
        assert json.loads(capsys.readouterr().out)["gold"]["meeting"]["predicted"] == sum(c >= least for c in every)


def test_floors_are_not_pinned_to_some_meetings_only(capsys):
    assert cli.main(["evaluate", "--update-floors", "--min-confidence", "0.9"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        *(("--limit", value) for value in ("-1", "0", "few", "1.5")),
    ],
)
def test_a_flag_that_makes_no_sense_is_named(tables, capsys, flag, value):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["meetings", f"{flag}={value}", "--tables", tables])
    assert stopped.value.code == 2
    assert flag in capsys.readouterr().err


def test_nothing_found_is_said(tmp_path, tables, capsys):
    Tables([str(tmp_path / "t")]).write_all({"articles": [article("quiet")], "entities": [], "meeting_reports": []})
    assert cli.main(["meetings", "--tables", str(tmp_path / "t")]) == 0
    assert capsys.readouterr() == ("", "no meetings in 1 article\n")
    cli.main(["meetings", "--min-confidence", "1", "--tables", tables])
    assert capsys.readouterr().err.startswith("no meetings in 7 articles\n7 hidden")


@pytest.mark.parametrize(
    ("limit", "said"), [("1", "6 meetings in 7 articles, the newest 1 shown"), ("9", "6 meetings in 7 articles\n")]
)
def test_a_limit_is_said(tables, capsys, limit, said):
    cli.main(["meetings", "--limit", limit, "--tables", tables])
    assert capsys.readouterr().err.startswith(said)


def test_a_range_over_two_years_names_both(tables):
    from pipelines.views.meetings import when_text

    assert when_text({"start": "2026-12-30", "end": "2027-01-02", "precision": "day"}) == "2026-12-30–2027-01-02"
    assert when_text({"start": "2026-10-19", "end": "2026-10-25", "precision": "week"}) == "2026-10-19–10-25"
    assert when_text(None) == "no date"


FEED = "<rss version='2.0'><channel><title>{}</title><item><guid>1</guid><title>x</title></item></channel></rss>"


def test_feeds_fit_any_terminal_and_their_times_name_year_and_zone(tmp_path):
    good, bad = tmp_path / ("a-long-name-" * 8 + "good.xml"), tmp_path / "bad.xml"
    good.write_text(FEED.format("外交部新闻" * 12), encoding="utf-8")
    bad.write_text("<html>no feed", encoding="utf-8")
    flags = [f"--feed={good}", f"--feed={bad}", f"--state={tmp_path}/s", f"--stream=folder:{tmp_path}/st"]
    flags += [f"--tables={tmp_path}/t"]
    assert cli.main(["publish", *flags]) in (0, 1)
    widths = [60, 80, 200]
    answers = on_terminal(*(request("feeds", *flags, columns=columns) for columns in widths))
    for columns, answer in zip(widths, answers, strict=True):
        assert answer.code == 1
        assert widest(answer.text) <= columns
        shown = " ".join(" ".join(lines_of(answer.text)).split())
        assert "2 feeds, 1 with an error" in shown
        assert shown.count("UTC") >= 3
        assert "not_a_feed" in shown
        assert "".join(str(good).split("/")[-1]) in "".join("".join(lines_of(answer.text)).split())


WRITES = """
import json, os, sys
from pipelines import cli
for words in json.loads(sys.argv[1]):
    for full in (False, True):
        reading, writing = os.pipe()
        os.close(reading)
        stdout = os.open("/dev/full", os.O_WRONLY) if full else writing
        sys.stdout = os.fdopen(stdout, "w")
        print(json.dumps([words, full, cli.main(words)]), file=sys.stderr)
"""


def test_a_reader_that_has_seen_enough_is_no_failure_and_a_full_disk_is_one_line(tables):
    asked = [[*words, "--tables", tables] for words in SHAPES]
    program = [sys.executable, "-c", WRITES, json.dumps(asked)]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=250)
    said = done.stderr.splitlines()
    ended = [json.loads(line) for line in said if line.startswith("[[")]
    assert ended == [[words, full, 1 if full else 0] for words in asked for full in (False, True)]
    complaints = [line for line in said if "No space left" in line or "Traceback" in line or "Error" in line]
    assert complaints == [f"meetwire {words[0]}: No space left on device" for words in asked]
