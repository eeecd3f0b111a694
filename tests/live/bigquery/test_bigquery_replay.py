"""A deployment whose tables are in BigQuery alone: its dead letters and archive are read from there."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from fault_proxy import Answer, error
from holding import query
from making import article, by_table, extract

from pipelines import cli
from transforms.articles.article_message import encode
from transforms.rows import Attribute, RawArticle
from transforms.tables.dead_letters import dead_letter
from transforms.tables.sinks import Tables

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def places(target, tmp_path, monkeypatch):
    """The flags of two deployments that hold the same letters: in BigQuery alone, and in Delta tables alone."""
    monkeypatch.chdir(tmp_path)
    letters = [letter(n) for n in range(6)]
    solved = [Attribute("replayed_at", "2026-11-26T12:00:00Z"), Attribute("source", "w")]
    letters[5] = letters[5]._replace(attributes=solved)
    for place in (target, "delta"):
        Tables([place], lambda: NOW).write("dead_letters", letters)
    return [["--tables", target], ["--tables", "delta"]]


def letter(n):
    stage, error, payload = [
        ("decode", ValueError("not JSON"), b"\xff\x00"),
        ("decode", ValueError("it's \\no 'JSON'"), "{"),
        ("clean", MemoryError("Out of memory"), '{"a": 1}'),
        ("meetings", RuntimeError("50% of the text is “odd” \\ 100"), "x"),
        ("stream", TimeoutError("did not end"), "y"),
        ("decode", ValueError("solved"), "z"),
    ][n]
    return dead_letter(stage, error, payload, NOW - timedelta(days=800 * n), f"m{n}", {"source": "w"})


ASKED = {
    "": [4, 3, 2, 1, 0],
    "--all": [5, 4, 3, 2, 1, 0],
    "--stage decode": [1, 0],
    "--stage decode --all": [5, 1, 0],
    "--error|IT'S \\NO 'json'": [1],
    "--error|50%": [3],
    "--error|\\ 100": [3],
    "--error|memoryerror: out": [2],
    "--error|nothing": [],
    "--since 2024-01-01": [1, 0],
    "--since 2020-01-01 --until 2023-01-01": [3, 2],
}


@pytest.mark.parametrize(("flags", "wanted"), ASKED.items(), ids=ASKED)
def test_letters_are_found_as_in_delta_tables(places, capsys, flags, wanted):
    given = flags.split("|") if "|" in flags else flags.split()
    shown = []
    for place in places:
        capsys.readouterr()
        assert cli.main(["replay", "--list", "--json", *place, *given]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert [json.loads(line)["element_id"] for line in shown[0].splitlines()] == [f"m{n}" for n in wanted]


def message(name):
    text = "Foreign Minister Ana Ruiz met her Danish counterpart, Lars Holm, in Oslo on Sunday."
    clean = article(name, title="Talks", text=text)._asdict()
    return encode(RawArticle(**{field: clean.get(field) for field in RawArticle._fields}))


def test_what_goes_through_now_is_in_the_tables_and_its_letter_is_marked(target, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    old = [dead_letter("decode", ValueError("?"), message(name), NOW - timedelta(days=3000), name) for name in "ab"]
    bad = dead_letter("decode", ValueError("not JSON"), "no JSON", NOW, "c")
    Tables([target], lambda: NOW).write("dead_letters", [*old, bad])
    flags = ["replay", "--tables", target]
    assert cli.main(flags) == 1
    assert "3 letters: 2 went through, 1 failed again" in capsys.readouterr().err
    assert query(target, "SELECT article_id FROM articles_latest ORDER BY 1") == [["a"], ["b"]]
    assert query(target, "SELECT status FROM meeting_reports_latest") == [["held"], ["held"]]
    marks = query(target, "SELECT element_id, attributes FROM dead_letters_latest ORDER BY 1")
    assert [(name, [one["key"] for one in attributes]) for name, attributes in marks] == [
        ("a", ["replayed_at"]),
        ("b", ["replayed_at"]),
        ("c", ["failed_again"]),
    ]
    assert cli.main(flags) == 1
    assert "1 letter: 0 went through, 1 failed again" in capsys.readouterr().err
    assert query(target, "SELECT COUNT(*) FROM dead_letters_latest") == [[3]]


def test_the_archive_is_read_from_bigquery(target, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Tables([target], lambda: NOW).write_all(by_table(extract("a"), extract("a", 2), extract("b"), extract("c")))
    assert query(target, "SELECT COUNT(*) FROM meeting_reports_latest") == [[3]]
    assert cli.main(["batch", "--archive", "--tables", target]) == 0
    assert "3 messages: 3 articles" in capsys.readouterr().err
    assert query(target, "SELECT revision_id FROM articles_latest ORDER BY 1") == [["a.2"], ["b.1"], ["c.1"]]
    (extractor,) = query(target, "SELECT COUNT(*) FROM meeting_reports_latest WHERE extractor = 'test/1'")
    assert extractor == [0]


FAULTS = {
    "Access Denied": error(403, "accessDenied", "Access Denied: Table dead_letters"),
    "not allowed in the free tier": error(403, "billingNotEnabled", "Streaming insert is not allowed in the free tier"),
    "credentials": error(401, "authError", "Invalid Credentials"),
    "rate limits": error(403, "rateLimitExceeded", "Exceeded rate limits"),
    "try again": error(503, "backendError", "try again"),
    "onnection": Answer(drop=True),
    "Dataset": error(404, "notFound", "Not found: Dataset"),
    "a long story a long story": error(418, "teapot", "a\nlong\nstory " * 200),
}
COMMANDS = {
    "replay": ["replay", "--list"],
    "query": ["query", "SELECT 1 FROM articles_latest"],
    "archive": ["batch", "--archive"],
    "compact": ["compact"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("told", FAULTS)
def test_a_failure_is_one_line_and_never_a_traceback(target, proxy, tmp_path, monkeypatch, capsys, command, told):
    monkeypatch.chdir(tmp_path)
    proxy.fault(lambda request: FAULTS[told])
    code = cli.main([*command, "--tables", target.replace("deadline=5", "deadline=1")])
    out, err = capsys.readouterr()
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert line.startswith(f"meetwire {command[0]}: bigquery://")
    assert told in line
    assert len(line) < 800
