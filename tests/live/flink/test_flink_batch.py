"""A batch on a Flink cluster gives the tables that a batch on this machine gives, with every worker at work."""

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
