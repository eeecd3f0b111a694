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

        self.started = []

    def start(self, *arguments):
        self.started.append(self.flink.start("stream", *arguments))
        return self.started[-1]

    def assert_equal(self):
        self.here.run("batch")
        assert self.flink.rows() == self.here.rows()
        assert backlog(self.flink.stream).messages == 0  # nothing is held back


@pytest.fixture
def beside(tmp_path, cluster):
    """Makes a ``Beside``; when a test fails its jobs are cancelled, so that the next one finds the cluster free."""
    made = []

    def make(count):
        cluster.wait_for_slots(2)
        made.append(Beside(tmp_path, count))
        return made[-1]

    yield make
    for process in made[0].started if made else ():
        process.kill()
        process.communicate()
    cluster.cancel_all()


def ended(process):
    """What the command said, once it ended with 0."""
    _, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    return said


@SLOW
def test_a_killed_task_manager_and_a_killed_worker_lose_and_double_nothing(cluster, beside):
    told = beside(900)
    publish(told.flink.stream, told.raws)
    process = told.start("--max-messages=25", "--stop-when-idle=15s", *cluster.flags)
    told.flink.wait_until(50, 400)
    cluster.wait_for_checkpoint()
    cluster.kill("tm1")
    at_kill = told.flink.count()
    cluster.start_task_manager("tm1")
    told.flink.wait_until(at_kill + 100, 400)
    os.kill(cluster.workers()[0], signal.SIGKILL)
    at_second = told.flink.count()
    said = ended(process)
    assert at_second < len({one.article_id for one in told.raws}), "all was done before the worker was killed"
    assert cluster.ask(f"/jobs/{cluster.newest()}/checkpoints")["counts"]["restored"] >= 2
    assert "the job is stopped; savepoint: file:" in said
    assert cluster.running() == []
    told.assert_equal()


@SLOW
def test_a_task_manager_killed_before_the_first_checkpoint_loses_nothing_in_silence(cluster, beside):
    told = beside(300)
    publish(told.flink.stream, told.raws)
    later = "--checkpointing_interval=90000"
    process = told.start("--max-messages=25", "--stop-when-idle=15s", *cluster.flags, later)
    told.flink.wait_until(30, 400)
    cluster.kill("tm1")
    assert not cluster.ask(f"/jobs/{cluster.newest()}/checkpoints")["counts"]["completed"], "one came before the kill"
    cluster.start_task_manager("tm1")
    _, said = process.communicate(timeout=900)
    assert cluster.running() == []
    if process.returncode:  # Flink started the job without its readings: it must be told, and helped by another start
        assert process.returncode == 1, said
        assert "before the job's first checkpoint" in said.splitlines()[-1]
        cluster.wait_for_slots(2)
        ended(told.start("--stop-when-idle=10s", *cluster.flags))
    told.assert_equal()


@SLOW
def test_after_the_job_manager_was_killed_the_stream_is_started_again_and_equal(cluster, beside):
    told = beside(500)
    publish(told.flink.stream, told.raws)
    process = told.start("--max-messages=25", *cluster.flags)
    told.flink.wait_until(50, 400)
    cluster.kill("job-manager")
    cluster.start_job_manager()
    _, said = process.communicate(timeout=900)
    assert process.returncode == 1
    assert "meetwire stream: PortableRunner: " in said.splitlines()[-1]
    cluster.wait_for_slots(2)
    ended(told.start("--stop-when-idle=10s", *cluster.flags))
    told.assert_equal()


@SLOW
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_signal_stops_the_job_with_a_savepoint_from_which_the_stream_goes_on(cluster, beside, stop):
    told = beside(300)
    publish(told.flink.stream, told.raws[:200])
    own_server = ["--runner=FlinkRunner", f"--flink_job_server_jar={cluster.job_server_jar}", *cluster.worker_flags]
    process = told.start("--max-messages=25", *own_server)
    told.flink.wait_until(50, 400)
    process.send_signal(stop)
    said = ended(process)
    (savepoint,) = (line.rpartition("savepoint: ")[2] for line in said.splitlines() if "savepoint: " in line)
    assert " messages: " in said.splitlines()[-1]
    assert cluster.running() == []
    assert told.flink.count() < 300
    publish(told.flink.stream, told.raws[200:])
    again = told.start(f"--savepoint_path={savepoint}", "--stop-when-idle=10s", *cluster.flags)
    ended(again)
    assert cluster.ask(f"/jobs/{cluster.newest()}/checkpoints")["counts"]["restored"] == 1
    told.assert_equal()
