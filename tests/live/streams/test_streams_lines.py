"""Pub/Sub over lines that are slow and calls that fail: nothing is lost, and what times out is not empty."""

import grpc
import pytest
from google.cloud import pubsub_v1
from proxies import failing_calls, slow_line

from transforms.streams import Message, StreamError, open_publisher
from transforms.streams.create import create_stream
from transforms.streams.pubsub import PubSubSubscription

EMBEDDED = pytest.mark.parametrize("server", ["embedded"], indirect=True)
CODES = [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK]


def prepared(pubsub, count, size):
    """A subscription with few attempts and ``count`` messages of ``size`` bytes: its address in parts."""
    address = f"pubsub://{pubsub.project}/articles/meetwire"
    create_stream(address)
    publisher = open_publisher(address)
    results = publisher.publish([Message(b"%06d" % index + b"x" * (size - 6), {}, "") for index in range(count)])
    assert all(isinstance(one, str) for one in results)
    publisher.close()
    return pubsub.project, "articles", "meetwire"


def drained(subscription):
    """What the subscription gives until it is empty, each delivery acknowledged."""
    got = []
    while more := subscription.pull(500, 16_000_000, 1.0):
        subscription.acknowledge([one.ack_id for one in more])
        got += [one.data[:6] for one in more]
    subscription.close()
    return got


@pytest.mark.parametrize("rate", [1_000_000, 1_250_000, 400_000])
def test_over_a_slow_line_every_message_comes_once_before_the_stream_is_empty(pubsub, server, monkeypatch, rate):
    place = prepared(pubsub, 100, 45_000)
    with slow_line(server.host, rate) as host:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
        got = drained(PubSubSubscription(*place))
    assert sorted(got) == [b"%06d" % index for index in range(100)]


@EMBEDDED
@pytest.mark.parametrize("done", [False, True], ids=["not done", "done and its answer lost"])
@pytest.mark.parametrize("call", ["GetSubscription", "Acknowledge", "ModifyAckDeadline", "Pull"])
@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_any_single_call_may_fail_and_nothing_is_lost(pubsub, server, monkeypatch, code, call, done):
    if code is grpc.StatusCode.INVALID_ARGUMENT and call in ("GetSubscription", "Pull"):
        pytest.skip("a request that can never work is not made again")
    place = prepared(pubsub, 5, 100)
    left = [call]

    def once(name):
        return (code, done) if name in left and not left.remove(name) else None

    with failing_calls(server.host, once) as host:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
        subscription = PubSubSubscription(*place)
        first = subscription.pull(5, 10**6, 2.0)
        subscription.release([one.ack_id for one in first])
        got = drained(subscription)
    lost_answer = {b"%06d" % index for index in range(5)} if call == "Pull" and done else set()
    assert set(got) | lost_answer == {b"%06d" % index for index in range(5)}
    assert left == []


@EMBEDDED
def test_an_acknowledgement_that_has_expired_spares_the_others(pubsub, server, monkeypatch):
    place = prepared(pubsub, 8, 100)
    subscription = PubSubSubscription(*place)
    got = subscription.pull(8, 10**6, 2.0)
    subscription.acknowledge([*(one.ack_id for one in got[:4]), "expired", *(one.ack_id for one in got[4:7])])
    subscription.release([got[7].ack_id])
    assert drained(subscription) == [b"000007"]


@EMBEDDED
def test_a_line_that_answers_nothing_is_an_error_and_not_an_empty_stream(pubsub, server, monkeypatch):
    place = prepared(pubsub, 5, 100)
    with failing_calls(
        server.host, lambda name: (grpc.StatusCode.DEADLINE_EXCEEDED, False) if name == "Pull" else None
    ) as host:
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
        subscription = PubSubSubscription(*place, patience_seconds=1.0)
        with pytest.raises(StreamError, match="does not answer"):
            subscription.pull(5, 10**6, 1.0)


@EMBEDDED
@pytest.mark.parametrize("request_", [{}, {"snapshot": "projects/p-1/snapshots/s"}], ids=["no target", "snapshot"])
def test_a_seek_without_a_time_is_refused_by_the_emulator_and_acknowledges_nothing(
    pubsub, server, monkeypatch, request_
):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
    prepared(pubsub, 3, 100)
    path = f"projects/{pubsub.project}/subscriptions/meetwire"
    with pubsub_v1.SubscriberClient() as client, pytest.raises(Exception, match=r"target|snapshots"):
        client.seek(request={"subscription": path, **request_}, timeout=10)
    assert len(drained(PubSubSubscription(pubsub.project, "articles", "meetwire"))) == 3


@EMBEDDED
def test_a_detached_subscription_is_refused_by_the_emulator(pubsub, server, monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
    topic = pubsub.topic()
    with pytest.raises(Exception, match="detached"):
        pubsub.subscription(topic=topic, detached=True)
