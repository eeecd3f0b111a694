"""A batch on a Flink cluster gives the tables that a batch on this machine gives, with every worker at work."""

import os
import signal

import pytest
from deployment import Deployment, articles, publish


@pytest.mark.timeout(1200)  # many times what it takes on an idle machine
def test_a_batch_of_2000_articles_is_equal_to_a_local_one_with_both_task_managers_at_work(cluster, tmp_path, capsys):
    raws = articles(tmp_path, 2000)
    here, there = Deployment(tmp_path / "here"), Deployment(tmp_path / "there")
    publish(here.stream, raws)
    publish(there.stream, raws)
    process = there.start("batch", *cluster.flags)
    here.run("batch")
    _, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    job = cluster.newest()
    taken = cluster.taken(job, "Find entities and meetings")
    seconds = cluster.ask(f"/jobs/{job}")["duration"] / 1000
    with capsys.disabled():
        print(f"\n2,000 articles on Flink in {seconds:.0f} s; parts of the stream by TaskManager: {taken}")
    assert "2,000 messages: 2,000 articles" in said
    assert there.rows() == here.rows()
    assert set(taken) == {"tm1", "tm2"}
    assert min(taken.values()) >= sum(taken.values()) / 3


@pytest.mark.timeout(1200)
def test_a_batch_whose_task_manager_and_worker_are_killed_is_equal_to_a_local_one(cluster, tmp_path):
    raws = articles(tmp_path, 600)
    here, there = Deployment(tmp_path / "here"), Deployment(tmp_path / "there")
    publish(here.stream, raws)
    publish(there.stream, raws)
    cluster.wait_for_slots(2)
    process = there.start("batch", *cluster.flags)
    there.wait_until(30, 400)
    cluster.kill("tm1")
    cluster.start_task_manager("tm1")
    there.wait_until(there.count() + 100, 400)
    os.kill(cluster.workers()[0], signal.SIGKILL)
    at_second = there.count()
    here.run("batch")
    _, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    assert at_second < len({raw.article_id for raw in raws}), "all was done before the worker was killed"
    assert there.rows() == here.rows()
