"""The whole way: published, streamed, in the tables; the same rows whichever way, whatever is killed."""

import random
import signal
import time

import pytest
from deployment import Deployment, articles, messages_of, publish, publish_samples, wait_for
from servers import build_prism

from transforms.streams import Message, open_publisher
from transforms.streams.create import create_stream


def runner_flags(way: str) -> list[str]:
    if way == "default":
        return []
    program = build_prism()
    if program is None:
        pytest.skip("no Go toolchain to build Prism with")
    return ["--runner=PrismRunner", f"--prism_location={program}"]


@pytest.fixture(params=["default", "prism"])
def way(request):
    return runner_flags(request.param)


@pytest.fixture
def expected(tmp_path):
    """Publishes articles to a stream of its own and gives the rows of one undisturbed batch over them."""

    def run(raws):
        undisturbed = Deployment(tmp_path / "undisturbed")
        publish(undisturbed.stream, raws)
        undisturbed.run("batch")
        return undisturbed.rows()

    return run


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


def test_repeated_and_out_of_order_messages_change_nothing(tmp_path, expected):
    raws = articles(tmp_path, 40)
    deployment = Deployment(tmp_path / "streamed")
    shuffled = [*raws, *raws[::2], *raws[::-1]]
    random.Random(1).shuffle(shuffled)
    publish(deployment.stream, shuffled)
    deployment.run("stream", "--stop-when-idle", "1s", "--max-messages", "30")
    assert deployment.rows() == expected(raws)


@pytest.mark.parametrize(
    ("count", "kills"), [(150, 2), pytest.param(2000, 50, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_a_stream_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path, expected, way, count, kills):
    raws = articles(tmp_path, count)
    rows = expected(raws)
    deployment = Deployment(tmp_path / "streamed")
    draw = random.Random(count)
    publish(deployment.stream, raws[: count // 2])
    killed_at = []
    for number in range(kills):
        process = deployment.start("stream", "--max-messages", "20", "--gather", "1s", *way)
        if number == kills // 2:
            publish(deployment.stream, raws[count // 2 :])
        # Prism says nothing: it is ready about when the default way is.
        time.sleep((2.0 if way else 0.0) + draw.random() * 2.5)
        if not way:
            wait_for(process, "reading")
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed_at.append(deployment.count())
    deployment.run("stream", "--stop-when-idle", "3s", *way, seconds=1500)
    assert deployment.rows() == rows
    assert killed_at == sorted(killed_at)


def test_sigterm_drains_and_ends_with_0(tmp_path, way):
    raws = articles(tmp_path, 120)
    deployment = Deployment(tmp_path / "streamed")
    publish(deployment.stream, raws)
    process = deployment.start("stream", "--max-messages", "20", *way)
    deployment.wait_until(1)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert messages_of(said) == deployment.count() > 0
    said = deployment.run("stream", "--stop-when-idle", "2s", *way)
    assert deployment.count() == 120


@pytest.mark.parametrize("kind", ["folder", "pubsub"])
def test_three_consumers_share_the_work_and_a_killed_ones_share_is_done(
    tmp_path, embedded, monkeypatch, expected, kind
):
    raws = articles(tmp_path, 240)
    address = None
    if kind == "pubsub":
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", embedded.host)
        address = f"pubsub://project-{abs(hash(str(tmp_path)))}/articles/meetwire"
        create_stream(address)
    deployment = Deployment(tmp_path / "streamed", address, embedded.host)
    flags = ["--max-messages", "10", "--gather", "1s"]
    consumers = [deployment.start("stream", *flags) for _ in range(3)]
    for consumer in consumers:
        wait_for(consumer, "reading")
    publish(deployment.stream, raws)
    deployment.wait_until(40)
    consumers[0].send_signal(signal.SIGKILL)
    consumers[0].communicate()
    # What the killed one held comes again when its lease has run out: at once on a folder, after a minute on Pub/Sub.
    deployment.wait_until(240, 150)
    shares = []
    for consumer in consumers[1:]:
        consumer.send_signal(signal.SIGTERM)
        shares.append(messages_of(consumer.communicate(timeout=60)[1]))
    assert deployment.rows() == expected(raws)
    assert min(shares) >= 20


def test_dead_letters_of_a_stream_are_whole_and_are_replayed(tmp_path):
    raws = articles(tmp_path, 3)
    deployment = Deployment(tmp_path / "streamed")
    publish(deployment.stream, raws)
    open_publisher(deployment.stream).publish([Message(b"not JSON \xff", {"article_id": "x"}, "")])
    deployment.run("stream", "--stop-when-idle", "1s")
    assert (deployment.count(), deployment.count("dead_letters")) == (3, 1)
    listed = deployment.start("replay", "--list", "--json")
    out, _ = listed.communicate(timeout=60)
    assert '"stage": "decode"' in out
    assert "bm90IEpTT04g/w==" in out
    for times in ("1", "2"):
        said = deployment.run("replay", code=1)
        assert "0 went through, 1 failed again" in said
        (letter,) = deployment.rows()["dead_letters"]
        assert f"'failed_again', 'value': '{times}'" in letter
    assert "no letters" in deployment.run("replay", "--stage", "clean")
    assert "no letters" in deployment.run("replay", "--error", "something else")


def test_batch_reads_a_span_again_or_the_archive_and_changes_nothing(tmp_path):
    raws = articles(tmp_path, 30)
    deployment = Deployment(tmp_path / "batch")
    publish(deployment.stream, raws)
    assert messages_of(deployment.run("batch")) == 30
    rows = deployment.rows()
    assert messages_of(deployment.run("batch")) == 0
    assert messages_of(deployment.run("batch", "--since", "1h")) == 30
    assert messages_of(deployment.run("batch", "--until", "2020-01-01")) == 0
    assert messages_of(deployment.run("batch", "--archive")) == 30
    assert deployment.rows() == rows


def test_batch_tells_a_scheduler_how_it_ended(tmp_path, monkeypatch):
    deployment = Deployment(tmp_path / "batch")
    open_publisher(deployment.stream).publish([Message(b"x", {}, "")])
    deployment.run("batch", "--strict", code=1)
    deployment.run("batch", "--strict")
    deployment.run("batch", "--since", "1h", "--until", "2h", code=2)
    assert "is not a time" in deployment.run("batch", "--since", "yesterday", code=2)
    monkeypatch.setitem(deployment.environment, "PUBSUB_EMULATOR_HOST", "localhost:1")
    deployment.stream = "pubsub://project-x/articles/meetwire"
    assert "no past to read again" in deployment.run("batch", "--since", "1h", code=2)
