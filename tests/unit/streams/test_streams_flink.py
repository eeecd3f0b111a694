"""A job on Flink is found and stopped by the cluster's REST interface, and what fails there is one line."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipelines.running.flink import FlinkError, FlinkJob, Stopping

MAX = "9223372036854775807"


class Flink(BaseHTTPRequestHandler):
    """Answers as Flink 1.19 does; ``self.server.told`` holds what is asked for next, path -> answers in their order."""

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.asked.append((self.command, self.path, self.rfile.read(length).decode()))
        answers = self.server.told[self.path]
        code, body = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    do_GET = do_POST = do_PATCH = answer  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def flink():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flink)
    server.asked, server.told = [], {}
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.address = f"127.0.0.1:{server.server_port}"
    jobs = [job("old", 5), job("other", -1, "else"), job("j1", -1)]
    server.told["/jobs/overview"] = [(200, {"jobs": jobs})]
    server.told["/jobs/j1/stop"] = [(202, {"request-id": "r1"})]
    server.told["/jobs/j1?mode=cancel"] = [(202, {})]
    yield server
    server.shutdown()
    server.server_close()


def job(jid, end, name="mine"):
    return {"jid": jid, "name": name, "end-time": end}


def savepoint(**operation):
    return 200, {"status": {"id": "COMPLETED"}, "operation": operation}


BUSY = (200, {"status": {"id": "IN_PROGRESS"}})
NOT_ALL = {
    "failure-cause": {"stack-trace": "a.B: x\n\tat c\nCaused by: d.E: Not all required tasks are running\n\tat f"}
}
NO_DIR = {"errors": ["a.B: Config key [state.savepoints.dir] is not set.\n\tat c"]}


def test_a_stop_finds_the_job_that_has_not_ended_and_gives_the_savepoint(flink):
    flink.told["/jobs/j1/savepoints/r1"] = [BUSY, savepoint(location="file:/s/1")]
    assert FlinkJob(flink.address, "mine").stop(10) == "file:/s/1"
    assert ("POST", "/jobs/j1/stop", '{"drain": false}') in flink.asked


def test_a_stop_waits_for_a_job_that_is_about_to_start_and_for_all_of_it_to_run(flink):
    flink.told["/jobs/overview"].insert(0, (200, {"jobs": []}))
    flink.told["/jobs/j1/savepoints/r1"] = [savepoint(**NOT_ALL), savepoint(location="file:/s/1")]
    assert FlinkJob(f"http://{flink.address}/", "mine").stop(20) == "file:/s/1"


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"/jobs/j1/savepoints/r1": [savepoint(**NOT_ALL)]}, "d.E: Not all required tasks are running"),
        ({"/jobs/j1/savepoints/r1": [BUSY]}, "its savepoint takes too long"),
        ({"/jobs/j1/stop": [(400, NO_DIR)]}, "Config key [state.savepoints.dir] is not set."),
        ({"/jobs/j1/stop": [(500, "not what Flink says")]}, "not what Flink says"),
        ({"/jobs/overview": [(200, {"jobs": [job("a", -1), job("b", -1)]})]}, "2 jobs named mine are running"),
        ({"/jobs/overview": [(200, {"jobs": []})]}, "0 jobs named mine are running"),
    ],
)
def test_what_never_stops_is_one_line(flink, told, fault):
    flink.told |= told
    with pytest.raises(FlinkError) as raised:
        FlinkJob(flink.address, "mine").stop(0.5)
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_cluster_that_is_not_there_is_one_line():
    with pytest.raises(FlinkError, match=r"http://127\.0\.0\.1:1: .*refused"):
        FlinkJob("127.0.0.1:1", "mine").cancel()


@pytest.mark.parametrize(
    ("watermarks", "ended"),
    [((MAX, MAX), True), ((MAX, "1795738309777"), False), ((MAX, None), False), (("-9223372036854775808", MAX), False)],
)
def test_the_readings_have_ended_when_every_task_gives_on_the_last_watermark(flink, watermarks, ended):
    tell_watermarks(flink, watermarks)
    assert FlinkJob(flink.address, "mine").ended() is ended


def tell_watermarks(flink, watermarks):
    """As many vertices, whose tasks have given on these, None for one that has given on nothing yet."""
    flink.told["/jobs/j1"] = [(200, {"vertices": [{"id": f"v{number}"} for number in range(len(watermarks))]})]
    for number, watermark in enumerate(watermarks):
        metrics = f"/jobs/j1/vertices/v{number}/subtasks/metrics"
        name = "a,b.currentOutputWatermark"
        names = [{"id": "numRecordsIn"}] + ([{"id": name}] if watermark else [])
        flink.told[metrics] = [(200, names)]
        flink.told[f"{metrics}?get=a%2Cb.currentOutputWatermark&agg=min"] = [(200, [{"id": name, "min": watermark}])]


@pytest.mark.parametrize(
    ("attempts", "restored", "fault"),
    [((0, 0), 0, False), ((0, 2), 0, True), ((1, 0), 1, False), ((0, 0), 1, False)],
)
def test_readings_that_end_since_flink_began_the_job_anew_are_a_fault(flink, attempts, restored, fault):
    tell_watermarks(flink, [MAX, MAX])
    flink.told["/jobs/j1/vertices/v0"] = [(200, {"subtasks": [{"attempt": attempt} for attempt in attempts]})]
    flink.told["/jobs/j1/checkpoints"] = [(200, {"counts": {"restored": restored}})]
    flink.told["/jobs/j1/savepoints/r1"] = [savepoint(location="file:/s/1")]
    with Stopping(FlinkJob(flink.address, "mine"), 5) as stopping:
        stop = ("PATCH", "/jobs/j1?mode=cancel", "") if fault else ("GET", "/jobs/j1/savepoints/r1", "")
        wait_until(lambda: stop in flink.asked)
    assert stopping.cancelled is fault
    assert (stopping.fault is not None) is fault
    assert ("POST" in {method for method, _, _ in flink.asked}) is not fault


def wait_until(there):
    until = time.monotonic() + 20
    while not there() and time.monotonic() < until:
        time.sleep(0.02)
    assert there()


def test_where_no_savepoint_can_be_made_the_job_is_cancelled_and_the_reason_said(flink, capsys):
    flink.told["/jobs/j1/stop"] = [(400, NO_DIR)]
    with Stopping(FlinkJob(flink.address, "mine"), 5) as stopping:
        stopping.ask()
        wait_until(lambda: ("PATCH", "/jobs/j1?mode=cancel", "") in flink.asked)
    assert stopping.cancelled
    assert "cancelled without a savepoint" in capsys.readouterr().err


def test_a_batch_is_cancelled_at_once(flink):
    with Stopping(FlinkJob(flink.address, "mine"), None) as stopping:
        stopping.ask()
        wait_until(lambda: ("PATCH", "/jobs/j1?mode=cancel", "") in flink.asked)
    assert stopping.cancelled
    assert all(path != "/jobs/j1/stop" for _, path, _ in flink.asked)


def test_a_job_that_ends_by_itself_is_let_alone(flink):
    with contextlib.closing(flink.socket), Stopping(FlinkJob(flink.address, "mine"), 5) as stopping:
        pass
    assert not stopping.cancelled
    assert flink.asked == []
