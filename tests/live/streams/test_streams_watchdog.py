"""A message that hangs is found and set aside, an orderly stop ends in time, and no process outlives its parent."""

import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

import pyarrow
import pytest
from deployment import Deployment, articles, publish, wait_for
from servers import emulator, running

from pipelines.configuration.settings import Settings
from pipelines.running.own_process import Apart, HungError, StoppedError
from transforms.streams import Received
from transforms.streams.create import create_stream
from transforms.streams.fates import Fates


def run(messages):
    """Does what its first message says; run in a process apart."""
    does = {
        "spins": lambda: any(iter(int, 1)),
        "backtracks": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
        "sleeps": lambda: time.sleep(1000),
        "waits for itself": lambda: [lock.acquire() for lock in [threading.Lock()] * 2],
        "stops its process": lambda: os.kill(os.getpid(), signal.SIGSTOP),
        "takes three seconds": lambda: time.sleep(3),
        "ends": lambda: os._exit(3),
        "makes a table": lambda: pyarrow.table({"a": ["x", None]}) and ("pandas" in sys.modules and os._exit(4)),
        "tells its pages": lambda: Path(messages[0].message_id).write_text(Path("/proc/self/status").read_text()),
        "says who it is": lambda: Path(messages[0].message_id).write_text(str(os.getpid())),
    }
    does[messages[0].data.decode().strip()]()
    return Fates(messages=len(messages), extracted=len(messages))


def message(text, size=0):
    return Received("a", text.encode().ljust(size), {}, "m", "", 1)


@pytest.fixture(scope="module")
def apart():
    with Apart(run, Settings(), hangs_seconds=1.0) as worker:
        yield worker


@pytest.mark.parametrize("how", ["spins", "backtracks", "sleeps", "waits for itself", "stops its process"])
def test_whatever_hangs_is_ended_in_time_and_the_next_run_goes_on(apart, how):
    begun = time.monotonic()
    with pytest.raises(HungError, match="did not end within 1 seconds"):
        apart([message(how)])
    assert time.monotonic() - begun < 60
    with pytest.raises(HungError):
        apart([message("takes three seconds")])
    # 8 kB have four seconds more.
    assert apart([message("takes three seconds", 8_000)]).extracted == 1


def test_the_end_of_its_process_is_no_hanging(apart):
    with pytest.raises(RuntimeError, match="ended with 3") as caught:
        apart([message("ends")])
    assert not isinstance(caught.value, HungError)


def test_a_worker_does_without_pandas(apart):
    assert apart([message("makes a table")]).extracted == 1


@pytest.mark.skipif(sys.platform != "linux", reason="pages are of one size elsewhere")
def test_a_worker_takes_no_huge_pages(apart, tmp_path):
    apart([message("tells its pages")._replace(message_id=str(tmp_path / "status"))])
    assert "THP_enabled:\t0" in (tmp_path / "status").read_text()


def test_after_so_many_messages_another_process_goes_on_and_the_counts_with_it(apart, tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.running.own_process.RENEWED_AFTER", 2)
    who = []
    for number in range(5):
        path = tmp_path / str(number)
        apart([message("says who it is")._replace(message_id=str(path))])
        who.append(path.read_text())
    assert len(set(who)) >= 2
    assert who[-1] not in who[:2]
    assert max(who.count(one) for one in who) == 2


def test_a_stop_ends_what_is_under_way_when_its_time_is_over():
    with Apart(run, Settings(), hangs_seconds=60.0) as worker:
        threading.Timer(0.5, worker.stop, (1.0,)).start()
        begun = time.monotonic()
        with pytest.raises(StoppedError):
            worker([message("backtracks")])
        assert 1.0 < time.monotonic() - begun < 10
        with pytest.raises(StoppedError):
            worker([message("spins")])


# What a busy machine needs beside to end a process.
BUSY = 8.0
# Python runs this first in every process of the stream.
HANGS = """
import re, sys
if "resource_tracker" not in "".join(sys.orig_argv):
    from pipelines.running.own_process import Apart
    Apart.__init__.__defaults__ = ({seconds},)
    from transforms.articles import transforms
    clean = transforms.clean
    def hangs(raw):
        if "pathological" in raw.title:
            re.match(r"(a+)+$", "a" * 60 + "b")
        return clean(raw)
    transforms.clean = hangs
"""


def hanging(folder, seconds, stream=None, host=None):
    """A deployment with 8 articles of which one hangs, and a bound for its stops."""
    deployment = Deployment(folder, stream, host)
    (folder / "sitecustomize.py").write_text(HANGS.format(seconds=seconds))
    (folder / "stops.yaml").write_text("stop_within: 6s\n")
    deployment.environment["PYTHONPATH"] = str(folder)
    raws = articles(folder, 8)
    raws[5] = raws[5]._replace(title="pathological")
    publish(deployment.stream, raws)
    return deployment, raws


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_message_that_hangs_is_a_dead_letter_with_its_payload_while_the_rest_flows(tmp_path):
    deployment, raws = hanging(tmp_path, 20.0)
    process = deployment.start("stream", "--stop-when-idle", "1s", "--tries", "3")
    _, said = process.communicate(timeout=500)
    assert process.returncode == 0, said
    assert deployment.count() == len({raw.article_id for raw in raws if raw.title != "pathological"})
    (letter,) = deployment.rows()["dead_letters"]
    assert "HungError" in letter
    assert "did not end within" in letter
    assert '"title":"pathological"' in letter


def stopped(process):
    """The seconds that a process took to end after SIGTERM, and what it said."""
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=250)
    return time.monotonic() - begun, said


def test_stops_end_within_their_bound_and_are_no_messages_fault(tmp_path):
    deployment, raws = hanging(tmp_path, 600.0)
    for _ in range(3):
        process = deployment.start("stream", "--tries", "3", "--config", str(tmp_path / "stops.yaml"))
        wait_for(process, "reading")
        time.sleep(4)
        seconds, said = stopped(process)
        assert seconds < 6 + BUSY, said
        assert process.returncode == 0, said
    (tmp_path / "sitecustomize.py").unlink()
    deployment.run("batch")
    assert deployment.count() == len({raw.article_id for raw in raws})
    assert deployment.count("dead_letters") == 0


def test_a_stop_ends_within_its_bound_though_the_stream_does_not_answer_any_more(tmp_path, monkeypatch):
    with running(emulator(tmp_path / "pubsub")) as server:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
        address = "pubsub://project-x/articles/meetwire"
        create_stream(address)
        deployment, _ = hanging(tmp_path, 600.0, address, server.host)
        process = deployment.start("stream", "--config", str(tmp_path / "stops.yaml"))
        wait_for(process, "reading")
        time.sleep(4)
        server.process.send_signal(signal.SIGSTOP)
        seconds, said = stopped(process)
        server.kill()
        assert seconds < 6 + BUSY, said


def family(pid):
    """The processes that ``pid`` has started, and theirs."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return set()
    return set(children).union(*map(family, children))


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("moment", ["at once", "as it starts", "as it loads", "at its work"])
def test_no_process_outlives_the_one_that_started_it(tmp_path, moment):
    deployment, _ = hanging(tmp_path, 600.0)
    process = deployment.start("stream")
    until = time.monotonic() + 60
    while not family(process.pid) and time.monotonic() < until:
        time.sleep(0.01)
    if moment == "at its work":
        wait_for(process, "reading")
    time.sleep({"at once": 0.0, "as it starts": 0.3, "as it loads": 2.0, "at its work": 3.0}[moment])
    left = family(process.pid)
    assert left
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    process.stdout.close()
    until = time.monotonic() + 20
    while any(map(alive, left)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [pid for pid in left if alive(pid)]
