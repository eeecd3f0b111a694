"""Pub/Sub as a stream: published when it is durable, given until it is acknowledged, refused by name."""

import threading
import time

import pytest
from servers import emulator, running

from transforms.streams import Message, MessageRefusedError, StreamError, open_publisher, open_subscription, read_range
from transforms.streams.create import create_stream
from transforms.streams.message import MAX_MESSAGE_BYTES
from transforms.streams.pubsub import PubSubPublisher, PubSubSubscription


@pytest.fixture
def stream(pubsub):
    address = f"pubsub://{pubsub.project}/articles/meetwire"
    create_stream(address)
    return address


def message(text, key=""):
    return Message(text.encode(), {"article_id": text[:20], "schema": "1"}, key)


def texts(received):
    return [one.data.decode() for one in received]


def test_what_is_published_is_given_until_it_is_acknowledged(stream):
    publisher, subscription = open_publisher(stream), open_subscription(stream)
    ids = publisher.publish([message(f"m{index}", f"key{index % 3}") for index in range(250)])
    publisher.close()
    assert all(isinstance(one, str) for one in ids)
    got = subscription.pull(1, 10**7, 5)
    subscription.release([got[0].ack_id])
    got = []
    while more := subscription.pull(1000, 10**7, 1):
        subscription.acknowledge([one.ack_id for one in more])
        got += more
    assert sorted(texts(got)) == sorted(f"m{index}" for index in range(250))
    assert {one.message_id for one in got} == set(ids)
    assert got[0].attributes["schema"] == "1"
    assert got[0].published_at.endswith("Z")
    subscription.close()


def test_an_extended_lease_is_kept_and_a_released_one_is_not(stream):
    open_publisher(stream).publish([message("one")])
    subscription = open_subscription(stream)
    got = subscription.pull(1, 10**7, 5)
    subscription.extend([one.ack_id for one in got], 30)
    assert subscription.pull(1, 10**7, 0) == []
    subscription.release([one.ack_id for one in got])
    assert texts(subscription.pull(1, 10**7, 5)) == ["one"]


def test_its_backlog_is_what_is_in_hand_with_the_age_of_the_oldest(stream):
    open_publisher(stream).publish([message(text) for text in ("one", "two", "three")])
    subscription = open_subscription(stream)
    assert subscription.backlog() == (0, 0, None)
    got = sorted(subscription.pull(3, 10**7, 5), key=lambda one: one.published_at)
    while len(got) < 3:
        got += subscription.pull(3, 10**7, 1)
    assert subscription.backlog() == (3, 11, min(one.published_at for one in got))
    subscription.acknowledge([got[0].ack_id])
    subscription.release([got[1].ack_id])
    assert subscription.backlog() == (1, len(got[2].data), got[2].published_at)
    subscription.acknowledge([got[2].ack_id])
    assert subscription.backlog() == (0, 0, None)


def test_pull_ends_when_its_time_is_over(stream):
    begin = time.monotonic()
    assert open_subscription(stream).pull(1, 10**7, 1) == []
    assert time.monotonic() - begin < 10


def test_bytes_bound_what_is_taken(stream):
    open_publisher(stream).publish([message("x" * 20_000 + str(index)) for index in range(300)])
    got = open_subscription(stream).pull(300, 100_000, 5)
    assert 5 <= len(got) <= 105


def test_what_is_too_large_is_refused_and_its_neighbours_are_kept(stream):
    large = Message(b"x" * (MAX_MESSAGE_BYTES + 1), {}, "k")
    odd = Message(b"x", {"topic": "t"}, "")
    results = open_publisher(stream).publish([message("a", "k"), large, odd, message("b", "k")])
    assert [type(one) for one in results] == [str, MessageRefusedError, MessageRefusedError, str]
    subscription = open_subscription(stream)
    first = subscription.pull(1, 10**7, 5)
    subscription.acknowledge([one.ack_id for one in first])
    assert texts(first + subscription.pull(1, 10**7, 5)) == ["a", "b"]


def test_streams_are_made_once_with_a_dead_letter_topic_ordering_and_retention(pubsub):
    address = f"pubsub://{pubsub.project}/articles/meetwire"
    first, second = create_stream(address), create_stream(address)
    assert [line.split()[0] for line in first] == ["made"] * 4
    assert [line.split()[0] for line in second] == ["found"] * 4
    path = f"projects/{pubsub.project}/subscriptions/meetwire"
    made = pubsub.subscriber.get_subscription(request={"subscription": path})
    assert made.enable_message_ordering
    assert made.dead_letter_policy.dead_letter_topic == f"projects/{pubsub.project}/topics/articles-dead"
    assert made.message_retention_duration.total_seconds() == 7 * 24 * 3600
    assert made.ack_deadline_seconds == 60


def test_a_missing_topic_or_subscription_says_how_to_make_it(pubsub):
    (error,) = PubSubPublisher(pubsub.project, "none", patience_seconds=10).publish([message("x", "key")])
    assert isinstance(error, StreamError)
    assert "meetwire doctor --create" in str(error)
    with pytest.raises(StreamError, match="meetwire doctor --create"):
        PubSubSubscription(pubsub.project, "topic", "none")


def test_a_subscription_of_another_topic_is_refused_as_nothing_would_ever_come(pubsub):
    create_stream(f"pubsub://{pubsub.project}/articles/meetwire")
    for use in (create_stream, open_subscription):
        with pytest.raises(StreamError, match="hangs on the topic articles, not on letters"):
            use(f"pubsub://{pubsub.project}/letters/meetwire")


def test_pubsub_has_no_past_to_read(stream):
    with pytest.raises(StreamError, match="no past"):
        read_range(stream)


def test_a_server_that_is_not_there_is_one_line(monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "localhost:1")
    (error,) = PubSubPublisher("project-x", "topic", patience_seconds=1).publish([message("x", "key")])
    assert isinstance(error, StreamError)
    with pytest.raises(StreamError, match="does not answer"):
        PubSubSubscription("project-x", "topic", "subscription", patience_seconds=1)


def test_a_server_that_is_killed_and_comes_back_is_waited_for(tmp_path, monkeypatch):
    with running(emulator(tmp_path)) as server:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
        address = "pubsub://project-x/articles/meetwire"
        create_stream(address)
        publisher, subscription = open_publisher(address), open_subscription(address)
        publisher.publish([message("before")])
        server.kill()
        server.keep_port()
        restart = threading.Timer(1.0, server.start)
        restart.start()
        assert isinstance(publisher.publish([message("after", "key")])[0], str)
        restart.join()
        got = []
        while len(got) < 2:
            got += subscription.pull(10, 10**7, 5)
        assert sorted(texts(got)) == ["after", "before"]
