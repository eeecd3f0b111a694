"""A stream on a Flink cluster loses nothing and doubles nothing, whatever of the cluster is killed; and it can be stopped."""

import os
import signal

import pytest
from deployment import Deployment, articles, publish

from transforms.streams import backlog

SLOW = pytest.mark.timeout(1200)  # many times what it takes on an idle machine


class Beside:
    """The same articles through a stream on Flink, and through a batch on this machine at the end."""

    def __init__(self, folder, count):
        self.raws = articles(folder, count)
        self.flink, self.here = Deployment(folder / "flink"), Deployment(folder / "here")
        publish(self.here.stream, self.raws)

    def assert_equal(self):
        self.here.run("batch")
        assert self.flink.rows() == self.here.rows()
        assert backlog(self.flink.stream).messages == 0  # nothing is held back


def ended(process):
    """What the command said, once it ended with 0."""
    _, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    return said


@SLOW
def test_a_killed_task_manager_and_a_killed_worker_lose_and_double_nothing(cluster, tmp_path):
    cluster.wait_for_slots(2)
    beside = Beside(tmp_path, 900)
    publish(beside.flink.stream, beside.raws)
    process = beside.flink.start("stream", "--max-messages=25", "--stop-when-idle=15s", *cluster.flags)
    beside.flink.wait_until(50, 400)
    cluster.kill("tm1")
    at_kill = beside.flink.count()
    cluster.start_task_manager("tm1")
    beside.flink.wait_until(at_kill + 100, 400)
    os.kill(cluster.workers()[0], signal.SIGKILL)
    at_second = beside.flink.count()
    said = ended(process)
    assert at_second < len({one.article_id for one in beside.raws}), "all was done before the worker was killed"
    assert "the job is stopped; savepoint: file:" in said
    assert cluster.running() == []
    beside.assert_equal()


@SLOW
def test_after_the_job_manager_was_killed_the_stream_is_started_again_and_equal(cluster, tmp_path):
    cluster.wait_for_slots(2)
    beside = Beside(tmp_path, 500)
    publish(beside.flink.stream, beside.raws)
    process = beside.flink.start("stream", "--max-messages=25", *cluster.flags)
    beside.flink.wait_until(50, 400)
    cluster.kill("job-manager")
    cluster.start_job_manager()
    _, said = process.communicate(timeout=900)
    assert process.returncode == 1
    assert "meetwire stream: PortableRunner: " in said.splitlines()[-1]
    cluster.wait_for_slots(2)
    ended(beside.flink.start("stream", "--stop-when-idle=10s", *cluster.flags))
    beside.assert_equal()


@SLOW
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_stops_the_job_with_a_savepoint_from_which_the_stream_goes_on(cluster, tmp_path, stop):
    cluster.wait_for_slots(2)
    beside = Beside(tmp_path, 300)
    publish(beside.flink.stream, beside.raws[:200])
    own_server = ["--runner=FlinkRunner", f"--flink_job_server_jar={cluster.job_server_jar}", *cluster.worker_flags]
    process = beside.flink.start("stream", "--max-messages=25", *own_server)
    beside.flink.wait_until(50, 400)
    process.send_signal(stop)
    said = ended(process)
    (savepoint,) = (line.rpartition("savepoint: ")[2] for line in said.splitlines() if "savepoint: " in line)
    assert " messages: " in said.splitlines()[-1]
    assert cluster.running() == []
    assert beside.flink.count() < 300
    publish(beside.flink.stream, beside.raws[200:])
    again = beside.flink.start("stream", f"--savepoint_path={savepoint}", "--stop-when-idle=10s", *cluster.flags)
    ended(again)
    assert cluster.ask(f"/jobs/{cluster.newest()}/checkpoints")["counts"]["restored"] == 1
    beside.assert_equal()
