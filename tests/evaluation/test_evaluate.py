"""``meetwire evaluate``: figures of gold sets, floors that hold, one clear line where they do not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import cli

ROOT = Path(__file__).parents[2]
OWN = [str(ROOT / "tests" / "evaluation" / f"{part}.jsonl") for part in ("dev", "test")]
MET = {
    "id": "m1",
    "title": "",
    "published": "2024-03-12T19:40:00+08:00",
    "kinds": ["easy"],
    "text": "French President Anne Morel met German Chancellor Karl Brandt in Berlin on Tuesday.",
    "meetings": [
        {
            "participants": [{"name": "Anne Morel"}, {"name": "Karl Brandt"}],
            "status": "held",
            "mode": "in_person",
            "date": {"start": "2024-03-12", "end": "2024-03-12"},
            "place": {"name": "Berlin"},
        }
    ],
}
QUIET = {**MET, "id": "m2", "text": "The mill met its targets, Anne Morel said.", "meetings": []}
HARD = {**MET, "id": "m3", "text": "Anne Morel slept.", "kinds": ["hopeless"]}
DATE = {
    "id": 1,
    "text": "on Monday",
    "sentence": "They met on Monday.",
    "anchor": "2023-04-17T18:30:00+09:00",
    "tense": "past",
    "start": "2023-04-17",
    "end": None,
}


@pytest.fixture
def files(tmp_path):
    def write(name, *records):
        path = tmp_path / name
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def evaluate(tmp_path, capsys):
    def run(*arguments):
        code = cli.main(["evaluate", "--floors", str(tmp_path / "floors.json"), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_projects_own_sets_hold_their_floors(capsys):
    code = cli.main(["evaluate", *OWN, "--floors", str(ROOT / "tests" / "evaluation" / "floors.json")])
    # A slow machine says before how far it is.
    assert (code, capsys.readouterr().err.splitlines()[-1]) == (0, "evaluate: 2 sets, 0 figures below the floor")


def test_a_right_meeting_scores_one_in_every_figure(evaluate, files):
    code, out, _ = evaluate(files("mine.jsonl", MET, QUIET), "--json")
    figures = json.loads(out)["mine"]
    assert code == 0
    assert [figures[name]["f1"] for name in ("meeting", "participant", "perfect")] == [1, 1, 1]
    assert [figures[name]["accuracy"] for name in ("date", "place", "status", "mode")] == [1, 1, 1, 1]
    assert figures["negatives"] == {"articles": 1, "alarms": 0}
    assert figures["kinds"]["easy"]["meeting"]["f1"] == 1


def test_the_tables_name_each_set_failure_and_kind(evaluate, files):
    _, out, err = evaluate(files("mine.jsonl", MET, HARD), "--kinds", "--calibration", "--show-errors")
    assert "mine" in out
    assert "hopeless" in out
    assert "without a failure: easy" in out
    assert "expected calibration error" in out
    assert "mine m3 missed" in err


def test_dates_are_scored_by_their_days(evaluate, files):
    _, out, _ = evaluate(files("days.jsonl", DATE, {**DATE, "id": 2, "start": "2023-04-18"}), "--json")
    assert (json.loads(out)["days"]["right"], json.loads(out)["days"]["of"]) == (1, 2)


def test_a_figure_below_its_floor_ends_with_1_and_is_named(evaluate, files, tmp_path):
    gold = files("mine.jsonl", MET, HARD)
    assert evaluate(gold, "--update-floors")[0] == 0
    floors = json.loads((tmp_path / "floors.json").read_text())
    assert evaluate(gold)[0] == 0
    floors["sets"]["mine"]["floors"]["meeting.r"] = 0.9
    (tmp_path / "floors.json").write_text(json.dumps(floors))
    code, _, err = evaluate(gold)
    assert code == 1
    assert err.splitlines()[0] == "meetwire evaluate: mine: meeting.r 0.5000 is below its floor 0.90"


def test_lowering_a_floor_is_refused_with_one_line(evaluate, files, tmp_path):
    evaluate(files("mine.jsonl", MET), "--update-floors")
    before = (tmp_path / "floors.json").read_text()
    worse = files("mine.jsonl", MET, HARD)
    code, _, err = evaluate(worse, "--update-floors")
    assert code == 1
    assert err.count("\n") == 1
    assert "--lower-floors" in err
    assert (tmp_path / "floors.json").read_text() == before
    assert evaluate(worse, "--update-floors", "--lower-floors")[0] == 0
    assert evaluate(worse)[0] == 0


def test_a_changed_set_is_not_compared_with_old_floors(evaluate, files):
    evaluate(files("mine.jsonl", MET), "--update-floors")
    code, _, err = evaluate(files("mine.jsonl", MET, QUIET))
    assert code == 1
    assert "not the set whose floors are pinned" in err


def test_lower_floors_alone_is_bad_usage(evaluate, files):
    code, _, err = evaluate(files("mine.jsonl", MET), "--lower-floors")
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize(("content", "fault"), [("{\n", "bad.jsonl:1: not JSON"), ("", "is empty")])
def test_a_set_that_cannot_be_read_ends_with_1_and_one_line(evaluate, tmp_path, content, fault):
    path = tmp_path / "bad.jsonl"
    path.write_text(content)
    code, out, err = evaluate(str(path))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert fault in err


def test_a_model_that_is_not_installed_ends_with_2_and_one_line(evaluate, files):
    code, _, err = evaluate(files("mine.jsonl", MET), "--model", "no_such_model")
    assert (code, err.count("\n")) == (2, 1)
    assert "no_such_model" in err


def test_without_a_set_it_says_what_to_do(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "evaluate"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        timeout=250,
    )
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "meetwire evaluate GOLD.jsonl" in answer.stderr
