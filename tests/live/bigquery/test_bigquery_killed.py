"""A run that is killed with -9 at any request and started again loses nothing and shows nothing twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from holding import content

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("method", "stride"),
    [
        ("batch", 9),
        ("stream", 9),
        pytest.param("batch", 1, marks=pytest.mark.soak),
        pytest.param("stream", 1, marks=pytest.mark.soak),
    ],
    ids=["batch", "stream", "batch-every-request", "stream-every-request"],
)
def test_killed_and_started_again_gives_the_tables_of_a_run_that_was_not(target, emulator, method, stride):
    name = target.replace("?", "_{}?").replace("deadline=5", "deadline=20")
    ran = subprocess.run(
        [sys.executable, HERE / "killed_at_every_request.py", name, method, str(stride)],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
        env={
            **os.environ,
            "BIGQUERY_EMULATOR_HOST": emulator,
            "PYTHONPATH": f"{HERE.parents[1] / 'unit/tables'}:{HERE.parents[2]}",
        },
    )
    whole, *killed = [_without_times(content(one)) for one in json.loads(ran.stdout)]
    assert len(killed) > 10 // stride
    assert [len(whole[table]) for table in ("articles", "entities", "meeting_reports", "dead_letters")] == [3, 3, 3, 3]
    assert killed == [whole] * len(killed)


def _without_times(held):
    """The content without the time at which a dead letter was made."""
    return {**held, "dead_letters": [row[:8] + row[9:] for row in held["dead_letters"]]}
