"""A run that is killed with -9 at any step and started again loses nothing and writes nothing twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("prefix", "stride"),
    [
        ("", 5),
        pytest.param("", 1, marks=pytest.mark.soak),
        pytest.param("jsonl:", 1, marks=pytest.mark.soak),
    ],
    ids=["parquet", "parquet-every-step", "jsonl-every-step"],
)
def test_killed_at_any_step_and_started_again_gives_the_tables_of_a_run_that_was_not(tmp_path, prefix, stride):
    ran = subprocess.run(
        [sys.executable, HERE / "killed_at_every_step.py", tmp_path, prefix, str(stride)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parents[2]}"},
    )
    whole, *killed = json.loads(ran.stdout)
    assert len(killed) > 60 // stride
    counted = [len(whole["then"][table]) for table in ("articles", "entities", "meeting_reports", "dead_letters")]
    assert counted == [2, 3, 3, 1]
    assert [_without_times(one["again"]) for one in killed] == [_without_times(whole["again"])] * len(killed)
    assert {one["left"] for one in killed} == {0}
    # A reader between kill and restart sees whole commits.
    states = {
        tuple(len(one["then"].get(table, [])) for table in ("articles", "entities", "meeting_reports"))
        for one in killed
    }
    assert states == {(0, 0, 0), (2, 2, 2), (2, 3, 3)}


def _without_times(content):
    """The content without the time at which a dead letter was made, which a re-run may keep or set anew."""
    return {**content, "dead_letters": [row[:8] + row[9:] for row in content["dead_letters"]]}
