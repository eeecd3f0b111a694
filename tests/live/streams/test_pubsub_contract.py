"""What Pub/Sub promises its clients, asked of the embedded one and of Google's own fake alike.

``LACKING`` names what a server is known not to do; such a test must then fail, so that the table stays true.
"""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1

# Feature (a test's name) -> why the server does not have it. docs/streams.md shows this as a table.
LACKING = {
    "pstest": {
        "a_retry_policy_delays_redelivery": "keeps the policy and does not follow it",
        "seek_to_a_time_replays_what_was_acknowledged": "its server crashes",
        "nine_megabytes_in_one_message": "refuses requests over 4 MB",
        "an_empty_message_is_refused": "takes it",
        "names_are_checked": "takes any name",
        "pull_waits_for_a_message": "answers at once, empty",
        "a_dead_letter_says_where_it_comes_from": "forwards the bare message",
    },
    "emulator": {},
}


@pytest.fixture(autouse=True)
def known(request, pubsub):
    name = request.node.originalname.removeprefix("test_")
    reason = LACKING[pubsub.kind].get(name)
    if reason is not None and name.startswith("seek"):
        pytest.skip(f"{pubsub.kind}: {reason}")
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=f"{pubsub.kind}: {reason}", strict=True))


def texts(received):
    return [one.message.data.decode() for one in received]


def eventually(condition, seconds=15.0):
    """The first true value of ``condition``, or its last one after so long."""
    until = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < until:
        time.sleep(0.05)
    return value


def test_topics_are_made_found_listed_and_removed(pubsub):
    path = pubsub.topic()
    pubsub.topic("another")
    assert pubsub.publisher.get_topic(request={"topic": path}).name == path
    listed = [one.name for one in pubsub.publisher.list_topics(request={"project": f"projects/{pubsub.project}"})]
    assert sorted(listed) == [path.replace("/topic", "/another", 2).replace("/anothers", "/topics"), path]
    with pytest.raises(exceptions.AlreadyExists):
        pubsub.topic()
    pubsub.publisher.delete_topic(request={"topic": path})
    with pytest.raises(exceptions.NotFound):
        pubsub.publisher.get_topic(request={"topic": path})


def test_subscriptions_are_made_found_listed_changed_and_removed(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    found = pubsub.subscriber.get_subscription(request={"subscription": path})
    assert (found.topic, found.ack_deadline_seconds) == (topic, 10)
    with pytest.raises(exceptions.AlreadyExists):
        pubsub.subscription()
    project = f"projects/{pubsub.project}"
    assert [one.name for one in pubsub.subscriber.list_subscriptions(request={"project": project})] == [path]
    assert list(pubsub.publisher.list_topic_subscriptions(request={"topic": topic})) == [path]
    changed = pubsub.subscriber.update_subscription(
        request={
            "subscription": {"name": path, "ack_deadline_seconds": 77},
            "update_mask": {"paths": ["ack_deadline_seconds"]},
        }
    )
    assert changed.ack_deadline_seconds == 77
    pubsub.subscriber.delete_subscription(request={"subscription": path})
    with pytest.raises(exceptions.NotFound):
        pubsub.subscriber.get_subscription(request={"subscription": path})


def test_what_is_not_there_is_not_found(pubsub):
    topic, subscription = f"projects/{pubsub.project}/topics/none", f"projects/{pubsub.project}/subscriptions/none"
    with pytest.raises(exceptions.NotFound):
        pubsub.publisher.publish(topic, b"x").result(timeout=20)
    with pytest.raises(exceptions.NotFound):
        pubsub.pull(subscription)
    with pytest.raises(exceptions.NotFound):
        pubsub.subscription(topic=topic)


def test_a_message_is_pulled_whole_and_acknowledged_once_for_all(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    (identity,) = pubsub.publish(topic, "日本", article_id="a1", empty="")
    (got,) = pubsub.pull(path)
    assert got.message.data.decode() == "日本"
    assert dict(got.message.attributes) == {"article_id": "a1", "empty": ""}
    assert got.message.message_id == identity
    assert abs(got.message.publish_time - datetime.now(UTC)) < timedelta(minutes=1)
    pubsub.acknowledge(path, [got])
    assert pubsub.pull(path) == []


def test_each_subscription_gets_each_message_published_since_it_was_made(pubsub):
    topic = pubsub.topic()
    pubsub.publish(topic, "before")
    first, second = pubsub.subscription("first"), pubsub.subscription("second")
    pubsub.publish(topic, "after")
    assert texts(pubsub.pull(first)) == texts(pubsub.pull(second)) == ["after"]


def test_a_released_message_comes_again_at_once(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, "one")
    got = pubsub.pull(path)
    pubsub.deadline(path, got, 0)
    assert texts(eventually(lambda: pubsub.pull(path))) == ["one"]


def test_a_message_comes_again_after_its_deadline_and_not_before_a_longer_one(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, "short", "long")
    got = {one.message.data.decode(): one for one in pubsub.pull(path)}
    pubsub.deadline(path, [got["short"]], 2)
    pubsub.deadline(path, [got["long"]], 60)
    assert pubsub.pull(path) == []
    assert texts(eventually(lambda: pubsub.pull(path))) == ["short"]


def test_a_stale_acknowledgement_ends_nothing(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, "one")
    first = pubsub.pull(path)
    pubsub.deadline(path, first, 0)
    second = eventually(lambda: pubsub.pull(path))
    pubsub.acknowledge(path, first)
    pubsub.deadline(path, second, 0)
    assert texts(eventually(lambda: pubsub.pull(path), 3)) == ["one"]


def test_pull_waits_for_a_message(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    timer = threading.Timer(0.5, pubsub.publish, (topic, "late"))
    timer.start()
    assert texts(pubsub.pull(path, at_once=False)) == ["late"]
    timer.join()


def test_pull_gives_no_more_than_asked_for(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, *"abcde")
    assert len(pubsub.pull(path, 2)) == 2
    assert len(pubsub.pull(path)) == 3


def test_streaming_pull_delivers_and_the_client_keeps_its_leases(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    seen, held = [], threading.Event()

    def receive(message):
        seen.append(message.data.decode())
        if message.data == b"slow":
            held.wait(12)
        message.ack()

    future = pubsub.subscriber.subscribe(path, callback=receive)
    pubsub.publish(topic, "slow", *(f"m{index}" for index in range(50)))
    assert eventually(lambda: len(seen) >= 51)
    time.sleep(11)  # the subscription's deadline is 10 seconds
    held.set()
    future.cancel()
    future.result(timeout=20)
    assert sorted(seen) == sorted(["slow", *(f"m{index}" for index in range(50))])
    assert pubsub.pull(path) == []


def test_streaming_pull_keeps_to_the_clients_flow_control(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, *(f"m{index}" for index in range(20)))
    seen, go_on = [], threading.Event()

    def receive(message):
        seen.append(message.data.decode())
        go_on.wait(20)
        message.ack()

    future = pubsub.subscriber.subscribe(
        path, callback=receive, flow_control=pubsub_v1.types.FlowControl(max_messages=5)
    )
    assert eventually(lambda: len(seen) >= 5)
    time.sleep(0.5)
    assert len(seen) == 5
    go_on.set()
    assert eventually(lambda: len(set(seen)) == 20)
    future.cancel()
    future.result(timeout=20)


def test_a_nack_in_streaming_pull_brings_the_message_again(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    seen = []

    def receive(message):
        seen.append(message.data)
        message.ack() if len(seen) > 2 else message.nack()

    future = pubsub.subscriber.subscribe(path, callback=receive)
    pubsub.publish(topic, "again")
    assert eventually(lambda: len(seen) == 3)
    future.cancel()
    future.result(timeout=20)


def test_messages_of_one_ordering_key_come_in_the_order_of_publishing(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription(enable_message_ordering=True)
    futures = [
        pubsub.ordered.publish(topic, f"{index}".encode(), ordering_key=f"key{index % 4}") for index in range(100)
    ]
    for future in futures:
        future.result(timeout=20)
    seen, lock = {f"key{key}": [] for key in range(4)}, threading.Lock()

    def receive(message):
        with lock:
            seen[message.ordering_key].append(int(message.data))
        message.ack()

    future = pubsub.subscriber.subscribe(path, callback=receive)
    assert eventually(lambda: sum(map(len, seen.values())) >= 100)
    future.cancel()
    future.result(timeout=20)
    assert seen == {f"key{key}": list(range(key, 100, 4)) for key in range(4)}


def test_a_released_message_is_not_overtaken_by_its_key(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription(enable_message_ordering=True)
    for text in ("1", "2"):
        pubsub.ordered.publish(topic, text.encode(), ordering_key="k").result(timeout=20)
    first = pubsub.pull(path, 1)
    assert texts(first) == ["1"]
    pubsub.deadline(path, first, 0)
    assert texts(eventually(lambda: pubsub.pull(path, 1))) == ["1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('attributes.kind = "news"', ["a", "b"]),
        ('attributes.kind != "news"', ["c", "d"]),
        ("attributes:lang", ["b", "c"]),
        ('hasPrefix(attributes.kind, "op")', ["c"]),
        ('attributes.kind = "news" AND NOT attributes:lang', ["a"]),
        ('(attributes.kind = "opinion" OR attributes.lang = "ja") AND attributes:lang', ["b", "c"]),
    ],
)
def test_a_filter_chooses_by_attributes(pubsub, text, expected):
    topic = pubsub.topic()
    path = pubsub.subscription(filter=text)
    pubsub.publish(topic, "a", kind="news")
    pubsub.publish(topic, "b", kind="news", lang="ja")
    pubsub.publish(topic, "c", kind="opinion", lang="en")
    pubsub.publish(topic, "d")
    assert sorted(texts(eventually(lambda: pubsub.pull(path)))) == expected


def test_a_filter_that_cannot_be_read_is_refused(pubsub):
    pubsub.topic()
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.subscription(filter="attributes.kind = ")


def test_after_its_attempts_a_message_goes_to_the_dead_letter_topic(pubsub):
    topic, dead = pubsub.topic(), pubsub.topic("dead")
    graves = pubsub.subscription("graves", topic=dead)
    path = pubsub.subscription(dead_letter_policy={"dead_letter_topic": dead, "max_delivery_attempts": 5})
    pubsub.publish(topic, "poison", article_id="a1")
    attempts = []
    for _ in range(5):
        (got,) = eventually(lambda: pubsub.pull(path))
        attempts.append(got.delivery_attempt)
        pubsub.deadline(path, [got], 0)
    assert attempts == [1, 2, 3, 4, 5]
    assert pubsub.pull(path) == []
    (grave,) = eventually(lambda: pubsub.pull(graves))
    assert grave.message.data == b"poison"
    assert grave.message.attributes["article_id"] == "a1"


def test_a_dead_letter_says_where_it_comes_from(pubsub):
    topic, dead = pubsub.topic(), pubsub.topic("dead")
    graves = pubsub.subscription("graves", topic=dead)
    path = pubsub.subscription(dead_letter_policy={"dead_letter_topic": dead, "max_delivery_attempts": 5})
    pubsub.publish(topic, "poison")
    for _ in range(5):
        pubsub.deadline(path, eventually(lambda: pubsub.pull(path)), 0)
    pubsub.pull(path)
    (grave,) = eventually(lambda: pubsub.pull(graves))
    assert grave.message.attributes["CloudPubSubDeadLetterSourceSubscription"] == "subscription"
    assert grave.message.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "5"


def test_a_retry_policy_delays_redelivery(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription(retry_policy={"minimum_backoff": {"seconds": 2}, "maximum_backoff": {"seconds": 600}})
    pubsub.publish(topic, "one")
    pubsub.deadline(path, pubsub.pull(path), 0)
    assert eventually(lambda: pubsub.pull(path), 1) == []
    assert texts(eventually(lambda: pubsub.pull(path))) == ["one"]


def test_seek_to_a_time_replays_what_was_acknowledged(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription(retain_acked_messages=True)
    pubsub.publish(topic, "old")
    time.sleep(0.1)
    moment = datetime.now(UTC)
    time.sleep(0.1)
    pubsub.publish(topic, "new", "newer")
    pubsub.acknowledge(path, pubsub.pull(path))
    pubsub.subscriber.seek(request={"subscription": path, "time": moment})
    assert sorted(texts(eventually(lambda: pubsub.pull(path)))) == ["new", "newer"]


def test_seek_to_now_empties_the_backlog(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, "old")
    time.sleep(0.1)
    pubsub.subscriber.seek(request={"subscription": path, "time": datetime.now(UTC)})
    assert pubsub.pull(path) == []


def test_a_deleted_topic_leaves_its_subscription_its_messages(pubsub):
    topic = pubsub.topic()
    path = pubsub.subscription()
    pubsub.publish(topic, "one")
    pubsub.publisher.delete_topic(request={"topic": topic})
    assert pubsub.subscriber.get_subscription(request={"subscription": path}).topic == "_deleted-topic_"
    assert texts(pubsub.pull(path)) == ["one"]


def test_nine_megabytes_in_one_message(pubsub):
    topic = pubsub.topic()
    pubsub.subscription()
    future = pubsub.publisher.publish(topic, b"x" * 9_000_000, retry=None, timeout=10)
    assert future.result(timeout=20)


def test_an_empty_message_is_refused(pubsub):
    topic = pubsub.topic()
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.publisher.publish(topic, b"").result(timeout=20)


def test_names_are_checked(pubsub):
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.topic("1")


def test_what_cannot_be_changed_is_refused(pubsub):
    pubsub.topic()
    path = pubsub.subscription()
    with pytest.raises(exceptions.InvalidArgument):
        pubsub.subscriber.update_subscription(
            request={
                "subscription": {"name": path, "enable_message_ordering": True},
                "update_mask": {"paths": ["enable_message_ordering"]},
            }
        )


def test_snapshots_are_not_there_and_say_so(pubsub):
    pubsub.topic()
    path = pubsub.subscription()
    name = f"projects/{pubsub.project}/snapshots/s1"
    with pytest.raises(exceptions.MethodNotImplemented):
        pubsub.subscriber.create_snapshot(request={"name": name, "subscription": path})
