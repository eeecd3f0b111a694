"""Where BigQuery is away, or does not let us, a batch says so in single lines, and the messages wait for the next one."""

import json
import subprocess
import sys

import pytest
from fault_proxy import Answer, error
from holding import query

from transforms.tables.sinks import open_sink

FAULTS = {
    "Access Denied": error(403, "accessDenied", "Access Denied: Table articles"),
    "onnection": Answer(drop=True),
}


@pytest.mark.parametrize("told", FAULTS)
def test_a_batch_ends_with_single_lines_and_the_next_one_takes_what_waited(target, proxy, tmp_path, told):
    item = {"id": "1", "title": "Talks", "date_published": "2015-03-09T08:00:00Z"}
    item["content_text"] = "Foreign Minister Ana Ruiz met her Danish counterpart, Lars Holm, in Oslo on Sunday."
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Gazette", "items": [item]}
    (tmp_path / "feed.json").write_text(json.dumps(feed))

    def meetwire(*command):
        flags = ["--state", "s.sqlite", "--stream", "folder:stream", "--tables", target.replace("=5", "=1")]
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", *command, *flags],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=200,
        )
        return done.returncode, done.stderr

    assert open_sink(target).client
    assert meetwire("publish", "--feed", "feed.json")[0] == 0
    proxy.fault(lambda request: FAULTS[told])
    code, said = meetwire("batch")
    assert code == 1
    assert "Traceback" not in said
    *before, last = said.splitlines()
    assert last.startswith(f"meetwire batch: {target[11:].partition('?')[0].replace('/', '.')}")
    assert told in last
    assert all(line.startswith(("meetwire: ", "batch: ")) for line in before), said
    proxy.rules.clear()
    assert meetwire("batch")[0] == 0
    assert query(target, "SELECT status FROM meeting_reports_latest") == [["held"]]
