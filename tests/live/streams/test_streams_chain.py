"""The whole way: published, streamed, in the tables; the same rows whichever way, whatever is killed."""

import random
import signal
import time
from datetime import UTC, datetime

import pytest
from deployment import Deployment, articles, messages_of, publish, publish_samples, wait_for
from servers import emulator, running

from transforms.streams import Message, open_publisher
from transforms.streams.create import create_stream

FEW = 40  # articles: several bundles of what one test takes at a time


@pytest.fixture(params=["default", "prism"])
def way(request):
    """The flags of ``stream`` for the local way, and for another runner of Beam."""
    if request.param == "default":
        return []
    return ["--runner=PrismRunner", f"--prism_location={request.getfixturevalue('prism')}"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """So many articles, and the rows of one undisturbed batch over them."""
    folder = tmp_path_factory.mktemp("corpus")
    known = {}

    def get(count):
        if count not in known:
            raws = articles(folder, count)
            undisturbed = Deployment(folder / str(count))
            publish(undisturbed.stream, raws)
            undisturbed.run("batch")
            known[count] = raws, undisturbed.rows()
        return known[count]

    return get


def test_streamed_from_pubsub_the_sample_feeds_give_the_rows_of_the_batch(tmp_path, embedded, monkeypatch, way):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", embedded.host)
    address = f"pubsub://project-{abs(hash(str(tmp_path)))}/articles/meetwire"
    create_stream(address)
    streamed = Deployment(tmp_path / "streamed", address, embedded.host)
    batch = Deployment(tmp_path / "batch")
    count = publish_samples(address, tmp_path)
    assert publish_samples(batch.stream, tmp_path) == count >= 30
    batch.run("batch")
    said = streamed.run("stream", "--stop-when-idle", "3s", *way)
    assert messages_of(said) == count
    rows = streamed.rows()
    assert len(rows["meetings"]) > 20
    assert rows == batch.rows()


def test_repeated_and_out_of_order_messages_change_nothing(tmp_path, corpus):
    raws, rows = corpus(FEW)
    deployment = Deployment(tmp_path)
    shuffled = [*raws, *raws[::2], *raws[::-5]]
    random.Random(1).shuffle(shuffled)
    publish(deployment.stream, shuffled)
    deployment.run("stream", "--stop-when-idle", "1s", "--max-messages", "15")
    assert deployment.rows() == rows


@pytest.mark.parametrize(
    ("count", "kills"), [(FEW, 2), pytest.param(500, 25, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
def test_a_stream_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path, corpus, way, count, kills):
    raws, rows = corpus(count)
    deployment = Deployment(tmp_path)
    draw = random.Random(count)
    publish(deployment.stream, raws[: count // 2])
    there = [0]
    for number in range(kills):
        process = deployment.start("stream", "--max-messages", "10", "--gather", "1s", *way)
        if number == kills // 2:
            publish(deployment.stream, raws[count // 2 :])
        if way:  # says nothing while it runs
            time.sleep(2.0)
        else:
            wait_for(process, "reading")
        time.sleep(draw.random() * 2.5)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        there.append(deployment.count())
    deployment.run("stream", "--stop-when-idle", "2s", *way)
    assert deployment.rows() == rows
    assert there == sorted(there)


@pytest.mark.parametrize(
    ("count", "kills"), [(FEW, 2), pytest.param(800, 10, marks=[pytest.mark.soak, pytest.mark.timeout(900)])]
)
def test_a_stream_whose_emulator_is_killed_again_and_again_loses_and_doubles_nothing(
    tmp_path, monkeypatch, corpus, count, kills
):
    raws, rows = corpus(count)
    draw = random.Random(count)
    with running(emulator(tmp_path / "pubsub")) as server:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
        address = "pubsub://project-x/articles/meetwire"
        create_stream(address)
        deployment = Deployment(tmp_path / "stream", address, server.host)
        publish(address, raws[: count // 2])
        process = deployment.start("stream", "--max-messages", "10", "--gather", "1s")
        wait_for(process, "reading")
        server.keep_port()
        for number in range(kills):
            time.sleep(draw.random() * 3)
            server.kill()
            time.sleep(draw.random())
            server.start()
            if number == kills // 2:
                publish(address, raws[count // 2 :])
        deployment.wait_until(len(rows["articles"]), 900)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=250)
        assert process.returncode == 0
        assert deployment.rows() == rows


def test_sigterm_drains_and_ends_with_0(tmp_path, corpus, way):
    raws, rows = corpus(FEW)
    deployment = Deployment(tmp_path)
    publish(deployment.stream, raws)
    process = deployment.start("stream", "--max-messages", "10", *way)
    deployment.wait_until(1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=250)
    assert process.returncode == 0, said
    assert messages_of(said) >= 1
    deployment.run("stream", "--stop-when-idle", "1s", *way)
    assert deployment.rows() == rows


@pytest.mark.parametrize("kind", ["folder", pytest.param("pubsub", marks=pytest.mark.soak)])
def test_three_consumers_share_the_work_and_a_killed_ones_share_is_done(tmp_path, embedded, monkeypatch, corpus, kind):
    raws, rows = corpus(FEW)
    address = None
    if kind == "pubsub":
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", embedded.host)
        address = f"pubsub://project-{abs(hash(str(tmp_path)))}/articles/meetwire"
        create_stream(address)
    deployment = Deployment(tmp_path, address, embedded.host)
    consumers = [deployment.start("stream", "--max-messages", "5", "--gather", "1s") for _ in range(3)]
    for consumer in consumers:
        wait_for(consumer, "reading")
    publish(deployment.stream, raws)
    deployment.wait_until(10)
    consumers[0].send_signal(signal.SIGKILL)
    consumers[0].communicate()
    # What the killed one held comes again when its lease has run out: at once on a folder, after a minute on Pub/Sub.
    deployment.wait_until(len(rows["articles"]), 150)
    shares = []
    for consumer in consumers[1:]:
        consumer.send_signal(signal.SIGTERM)
        shares.append(messages_of(consumer.communicate(timeout=250)[1]))
    assert deployment.rows() == rows
    assert min(shares) >= 5


# Python runs this first in every process of the stream.
FAILS = """
import sys
if "resource_tracker" not in "".join(sys.orig_argv):
    from transforms.articles import transforms
    def fails(raw):
        raise ValueError("a fault that will be mended")
    transforms.clean = fails
"""
ENDS_ITS_PROCESS = """
import os, signal, sys
if "resource_tracker" not in "".join(sys.orig_argv):
    from transforms.articles import transforms
    clean = transforms.clean
    def ends_its_process(raw):
        if "poison" in raw.title:
            os.kill(os.getpid(), signal.SIGSEGV)
        return clean(raw)
    transforms.clean = ends_its_process
"""


@pytest.mark.parametrize(
    "command", [("stream", "--stop-when-idle", "1s", "--tries", "3"), ("batch",), ("batch", "--since", "1h")]
)
def test_an_article_that_ends_its_process_is_dead_lettered_while_the_rest_flows(tmp_path, command):
    deployment = Deployment(tmp_path)
    (tmp_path / "sitecustomize.py").write_text(ENDS_ITS_PROCESS)
    deployment.environment["PYTHONPATH"] = str(tmp_path)
    raws = articles(tmp_path, 30)
    raws[11] = raws[11]._replace(title="poison")
    publish(deployment.stream, raws)
    process = deployment.start(*command)
    _, said = process.communicate(timeout=250)
    assert process.returncode == 0, said
    assert deployment.count() == len({raw.article_id for raw in raws if raw.title != "poison"}) > 20
    (letter,) = deployment.rows()["dead_letters"]
    assert f"ended with {-signal.SIGSEGV}" in letter
    assert '"title":"poison"' in letter


def test_dead_letters_of_a_stream_are_whole_and_are_replayed(tmp_path, capsys):
    deployment = Deployment(tmp_path)
    publish(deployment.stream, articles(tmp_path, 3))
    open_publisher(deployment.stream).publish([Message(b"not JSON \xff", {"article_id": "x"}, "")])
    deployment.run("stream", "--stop-when-idle", "0.5s")
    assert (deployment.count(), deployment.count("dead_letters")) == (3, 1)
    capsys.readouterr()
    deployment.run("replay", "--list", "--json")
    listed = capsys.readouterr().out
    assert '"stage": "decode"' in listed
    assert "bm90IEpTT04g/w==" in listed
    for times in ("1", "2"):
        assert "0 went through, 1 failed again" in deployment.run("replay", code=1)
        (letter,) = deployment.rows()["dead_letters"]
        assert f"'failed_again', 'value': '{times}'" in letter
    assert "no dead letters" in deployment.run("replay", "--stage", "clean")
    assert "no dead letters" in deployment.run("replay", "--error", "something else")


def test_a_letter_whose_cause_is_mended_goes_through_and_is_marked(tmp_path, monkeypatch, corpus):
    deployment = Deployment(tmp_path)
    raws = articles(tmp_path, 3)
    publish(deployment.stream, raws)

    (tmp_path / "sitecustomize.py").write_text(FAILS)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        deployment.run("stream", "--stop-when-idle", "0.5s")
    assert (deployment.count(), deployment.count("dead_letters")) == (0, 3)
    assert "3 letters: 3 went through, 0 failed again" in deployment.run("replay", "--stage", "clean")
    assert (deployment.count(), deployment.count("dead_letters")) == (3, 3)
    assert all("replayed_at" in letter for letter in deployment.rows()["dead_letters"])
    assert "no dead letters" in deployment.run("replay")


def test_batch_reads_a_span_again_or_the_archive_and_changes_nothing(tmp_path, corpus):
    raws, rows = corpus(FEW)
    deployment = Deployment(tmp_path)
    publish(deployment.stream, raws)
    assert messages_of(deployment.run("batch")) == FEW
    assert messages_of(deployment.run("batch")) == 0
    assert messages_of(deployment.run("batch", "--since", "1h")) == FEW
    assert messages_of(deployment.run("batch", "--until", "2020-01-01")) == 0
    assert messages_of(deployment.run("batch", "--archive")) == len(rows["articles"])
    assert deployment.rows() == rows


def test_batch_on_prism_gives_the_same_rows(tmp_path, corpus, prism):
    raws, rows = corpus(FEW)
    deployment = Deployment(tmp_path)
    publish(deployment.stream, raws)
    deployment.run("batch", "--since", "1h", "--runner=PrismRunner", f"--prism_location={prism}")
    assert deployment.rows() == rows


def test_batch_leaves_what_comes_later_to_the_next(tmp_path, corpus):
    raws = articles(tmp_path, 6)
    deployment = Deployment(tmp_path)
    publish(deployment.stream, raws[:3])
    between = datetime.now(UTC).isoformat()
    publish(deployment.stream, raws[3:])
    assert messages_of(deployment.run("batch", "--until", between)) == 3
    assert messages_of(deployment.run("batch")) == 6


def test_batch_takes_a_pubsub_backlog(tmp_path, embedded, monkeypatch, corpus):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", embedded.host)
    address = f"pubsub://project-{abs(hash(str(tmp_path)))}/articles/meetwire"
    create_stream(address)
    raws, rows = corpus(FEW)
    deployment = Deployment(tmp_path, address, embedded.host)
    publish(address, raws)
    assert messages_of(deployment.run("batch")) == FEW
    assert messages_of(deployment.run("batch")) == 0
    assert deployment.rows() == rows


def test_batch_tells_a_scheduler_how_it_ended(tmp_path):
    deployment = Deployment(tmp_path)
    open_publisher(deployment.stream).publish([Message(b"x", {}, "")])
    deployment.run("batch", "--strict", code=1)
    deployment.run("batch", "--strict")
    deployment.run("batch", "--since", "1h", "--until", "2h", code=2)
    deployment.run("batch", "--since", "yesterday", code=2)
    deployment.stream = "pubsub://project-x/articles/meetwire"
    assert "no past to read again" in deployment.run("batch", "--since", "1h", code=2)
