"""What became of each message is counted from what was written, and said in the summary, the metrics and the exit code."""

import re
import signal
import socket
import threading
import time
import urllib.request

import pytest
from deployment import ROOT, Deployment, articles, publish, wait_for

SAMPLE = ROOT / "configs" / "sample-feeds" / "wire.xml"
# What a table refuses of an article that every stage before it takes.
REFUSED = {
    "no date": {"published": "yesterday"},
    "a year of five figures": {"published": "99999-01-01"},
    "a month too many": {"published": "2026-13-01T00:00:00Z"},
    "no offset": {"published": "2026-03-01T00:00:00"},
    "beyond the last year": {"published": "9999-12-31T23:59:59-14:00"},
    "before the first year": {"published": "0000-01-01T00:00:00Z"},
    "a row too long": {"categories": ["x" * 5_100_000]},
    "no time of fetching": {"fetched_at": "just now"},
}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def metric(port, name):
    """The sum of a metric's samples, as Prometheus would read it."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", answer.read().decode(), re.MULTILINE)
    return sum(map(float, found)) if found else None


@pytest.mark.parametrize("command", [("batch",), ("batch", "--since", "1h"), ("stream", "--stop-when-idle", "1s")])
def test_rows_that_a_table_refuses_are_in_summary_and_exit_code(tmp_path, command):
    deployment = Deployment(tmp_path)
    raws = articles(tmp_path, 20)
    odd = [raw._replace(**change) for raw, change in zip(raws, REFUSED.values(), strict=False)]
    publish(deployment.stream, [*odd, *raws[len(odd) :]])
    (*_, said) = re.findall(r"^.*messages?: .*$", deployment.run(*command, code=1), re.MULTILINE)
    kept, refused = len(raws) - len(odd), deployment.count("dead_letters")
    by_table = dict(map(reversed, re.findall(r"(\d+) of (\w+)", said)))
    stages = sum(int(count) for count in re.findall(r"(\d+) at \w+", said))
    assert f"20 messages: {kept} articles with" in said
    assert deployment.count() == kept
    assert int(by_table["articles"]) + stages == len(odd)
    assert sum(map(int, by_table.values())) + stages == refused


def test_run_fails_where_a_table_refused_rows(tmp_path):
    deployment = Deployment(tmp_path)
    publish(deployment.stream, [articles(tmp_path, 1)[0]._replace(published="yesterday")])
    said = deployment.run("run", "--feed", str(SAMPLE), code=1)
    assert "rows that a table refused: 1 of articles" in said
    deployment.run("run", "--feed", str(SAMPLE))


def test_metrics_move_during_a_run_and_end_with_what_was_written(tmp_path):
    deployment, port = Deployment(tmp_path), free_port()
    raws = list({raw.article_id: raw for raw in articles(tmp_path, 150)}.values())[:120]
    raws[7] = raws[7]._replace(published="yesterday")
    process = deployment.start("stream", "--metrics-port", str(port), "--max-messages", "120")
    wait_for(process, "reading")
    threading.Thread(target=process.stderr.read, daemon=True).start()
    publish(deployment.stream, raws)
    read = set()
    until = time.monotonic() + 120
    while not metric(port, "meetwire_articles_total") and time.monotonic() < until:
        read.add(metric(port, "meetwire_articles_read"))
        assert metric(port, "meetwire_backlog_messages") in (0, 120)
        time.sleep(0.2)
    assert len(read) > 3, "it moves before the run is over"
    assert metric(port, "meetwire_articles_total") == 119
    assert metric(port, "meetwire_refused_rows_total") > 1
    assert metric(port, "meetwire_reports_total") == deployment.count("meeting_reports")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=250) == 1
