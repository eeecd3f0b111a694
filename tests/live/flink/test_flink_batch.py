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
@pytest.mark.parametrize("killed", ["TaskManager", "worker"])
def test_a_batch_of_which_something_is_killed_is_equal_to_a_local_one(cluster, tmp_path, killed):
    raws = articles(tmp_path, 600)
    here, there = Deployment(tmp_path / "here"), Deployment(tmp_path / "there")
    publish(here.stream, raws)
    publish(there.stream, raws)
    cluster.wait_for_slots(2)
    process = there.start("batch", *cluster.flags)
    there.wait_until(1, 400)
    if killed == "TaskManager":
        cluster.kill("tm1")
    else:
        os.kill(cluster.workers()[0], signal.SIGKILL)
    at_kill = there.count()
    if killed == "TaskManager":
        cluster.start_task_manager("tm1")
    here.run("batch")
    _, said = process.communicate(timeout=900)
    assert process.returncode == 0, said
    assert 0 < at_kill < len({raw.article_id for raw in raws}), "nothing was under way at the kill"
    assert there.rows() == here.rows()


@pytest.mark.timeout(1200)
def test_one_task_manager_gives_the_tables_of_two(cluster, tmp_path, capsys):
    raws = articles(tmp_path, 1000)
    rows, seconds = [], []
    for count in (1, 2):
        there = Deployment(tmp_path / str(count))
        publish(there.stream, raws)
        cluster.wait_for_slots(2)
        process = there.start("batch", *cluster.flags, f"--parallelism={count}")
        _, said = process.communicate(timeout=900)
        assert process.returncode == 0, said
        job = cluster.newest()
        assert len(cluster.taken(job, "Find entities and meetings")) == count
        seconds.append(cluster.ask(f"/jobs/{job}")["duration"] / 1000)
        rows.append(there.rows())
    with capsys.disabled():
        print(f"\n1,000 articles: {seconds[0]:.0f} s on one TaskManager, {seconds[1]:.0f} s on two")
    assert rows[0] == rows[1]
