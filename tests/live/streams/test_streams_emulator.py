"""The embedded Pub/Sub keeps what it was given over kills, and forgets what is past its time."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1
from google.pubsub_v1 import types
from servers import Server, emulator, running

from pipelines.pubsub_emulator.engine import Engine
from pipelines.pubsub_emulator.message_filters import FilterError, parse_filter
from pipelines.pubsub_emulator.server import Emulator
from pipelines.pubsub_emulator.service import Service

TOPIC, SUBSCRIPTION = "projects/project-x/topics/topic", "projects/project-x/subscriptions/subscription"
PUBLISHER = """
import sys
from google.cloud import pubsub_v1
client = pubsub_v1.PublisherClient()
for index in range(10**6):
    futures = [client.publish(sys.argv[1], f"{sys.argv[2]}-{index}-{part}".encode()) for part in range(20)]
    [future.result(timeout=5) for future in futures]
    print(index, flush=True)
"""


def clients(server: Server, monkeypatch) -> tuple[pubsub_v1.PublisherClient, pubsub_v1.SubscriberClient]:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
    return pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()


def test_a_killed_emulator_gives_exactly_what_was_not_acknowledged(tmp_path, monkeypatch):
    with running(emulator(tmp_path)) as server:
        publisher, subscriber = clients(server, monkeypatch)
        publisher.create_topic(request={"name": TOPIC})
        subscriber.create_subscription(request={"name": SUBSCRIPTION, "topic": TOPIC})
        for future in [publisher.publish(TOPIC, f"{index}".encode()) for index in range(100)]:
            future.result(timeout=20)
        got = subscriber.pull(request={"subscription": SUBSCRIPTION, "max_messages": 40}).received_messages
        subscriber.acknowledge(request={"subscription": SUBSCRIPTION, "ack_ids": [one.ack_id for one in got]})
        server.kill()
        server.start()
        _, subscriber = clients(server, monkeypatch)
        left = []
        while more := subscriber.pull(
            request={"subscription": SUBSCRIPTION, "max_messages": 100, "return_immediately": True}
        ).received_messages:
            left += more
        acknowledged = {one.message.data for one in got}
        assert {one.message.data for one in left} == {b"%d" % index for index in range(100)} - acknowledged
        assert len(left) == 60


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.soak)])
def test_what_a_killed_emulator_confirmed_is_there(tmp_path, monkeypatch, kills):
    draw = random.Random(5)
    confirmed: set[bytes] = set()
    with running(emulator(tmp_path)) as server:
        publisher, subscriber = clients(server, monkeypatch)
        publisher.create_topic(request={"name": TOPIC})
        subscriber.create_subscription(request={"name": SUBSCRIPTION, "topic": TOPIC})
        for round_ in range(kills):
            monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
            process = subprocess.Popen(
                [sys.executable, "-c", PUBLISHER, TOPIC, f"r{round_}"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            first = process.stdout.readline()
            time.sleep(draw.random())
            server.kill()
            process.kill()
            for line in [first, *process.communicate()[0].splitlines()]:
                confirmed |= {b"r%d-%d-%d" % (round_, int(line), part) for part in range(20)}
            server.start()
        _, subscriber = clients(server, monkeypatch)
        seen: list[bytes] = []
        while more := subscriber.pull(
            request={"subscription": SUBSCRIPTION, "max_messages": 1000, "return_immediately": True}
        ).received_messages:
            seen += [one.message.data for one in more]
            subscriber.acknowledge(request={"subscription": SUBSCRIPTION, "ack_ids": [one.ack_id for one in more]})
        assert len(confirmed) >= 20 * kills
        assert confirmed <= set(seen)
        assert len(seen) == len(set(seen))


def test_sigterm_ends_it_with_0_though_a_stream_is_open(tmp_path, monkeypatch):
    server = emulator(tmp_path)
    publisher, subscriber = clients(server, monkeypatch)
    publisher.create_topic(request={"name": TOPIC})
    subscriber.create_subscription(request={"name": SUBSCRIPTION, "topic": TOPIC})
    future = subscriber.subscribe(SUBSCRIPTION, callback=lambda message: message.ack())
    publisher.publish(TOPIC, b"x").result(timeout=20)
    assert server.stop() == 0
    future.cancel()


def run_emulator(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pipelines.cli", "emulator", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=250)


def test_a_second_emulator_on_the_same_folder_or_port_is_one_line(tmp_path):
    with running(emulator(tmp_path / "a")) as server:
        same_folder = run_emulator("--port", "0", "--data", str(tmp_path / "a"))
        port = server.host.rpartition(":")[2]
        same_port = run_emulator("--port", port, "--data", str(tmp_path / "b"))
    assert same_folder.returncode == same_port.returncode == 1
    assert "does another emulator use it?" in same_folder.stderr
    assert "choose another --port" in same_port.stderr
    assert len(same_folder.stderr.splitlines()) == 1


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def service(tmp_path):
    engine, clock = Engine(tmp_path / "pubsub.sqlite"), Clock()
    service = Service(engine, clock)
    service.clock = clock
    yield service
    engine.close()


def make(service: Service, topic: dict | None = None, **subscription) -> None:
    service.create_topic(types.Topic.pb()(name=TOPIC, **(topic or {})))
    service.create_subscription(types.Subscription.pb()(name=SUBSCRIPTION, topic=TOPIC, **subscription))


def publish(service: Service, *texts: str) -> None:
    messages = [types.PubsubMessage.pb()(data=text.encode()) for text in texts]
    service.publish(types.PublishRequest.pb()(topic=TOPIC, messages=messages))


def pull(service: Service) -> list:
    request = types.PullRequest.pb()(subscription=SUBSCRIPTION, max_messages=100, return_immediately=True)
    return list(service.pull(request, lambda: True, None).received_messages)


def texts(received) -> list[str]:
    return [one.message.data.decode() for one in received]


def acknowledge(service: Service, received) -> None:
    ids = [one.ack_id for one in received]
    service.acknowledge(types.AcknowledgeRequest.pb()(subscription=SUBSCRIPTION, ack_ids=ids))


def test_what_nobody_acknowledged_is_forgotten_after_the_retention(service):
    make(service, message_retention_duration={"seconds": 3600})
    publish(service, "old")
    service.clock.now += 3000
    publish(service, "new")
    service.clock.now += 1000
    service.clean()
    assert texts(pull(service)) == ["new"]


@pytest.mark.parametrize(
    "kept", [{"topic": {"message_retention_duration": {"seconds": 3600}}}, {"retain_acked_messages": True}]
)
def test_seek_brings_back_what_is_kept_and_no_more(service, kept):
    make(service, **kept)
    publish(service, "old")
    service.clock.now += 1000
    publish(service, "new")
    acknowledge(service, pull(service))
    service.clean()
    request = types.SeekRequest.pb()(subscription=SUBSCRIPTION)
    request.time.FromSeconds(int(service.clock.now) - 500)
    service.seek(request)
    assert texts(pull(service)) == ["new"]


def test_acknowledged_messages_leave_nothing_behind(service):
    make(service)
    publish(service, *(str(index) for index in range(50)))
    acknowledge(service, pull(service))
    service.clock.now += 1
    service.clean()
    assert service._engine.run(lambda: service._store.message_topics()) == []


def test_an_operation_that_fails_leaves_its_neighbours_in_one_commit_alone(tmp_path):
    engine = Engine(tmp_path / "db.sqlite")
    engine.run(lambda: engine.database.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
    outcomes: dict[int, object] = {}

    def insert(number: int) -> None:
        def operation() -> None:
            engine.database.execute("INSERT INTO t VALUES (?)", (number,))
            if number % 3 == 0:
                raise ValueError(number)

        try:
            engine.run(operation)
            outcomes[number] = True
        except ValueError:
            outcomes[number] = False

    threads = [threading.Thread(target=insert, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = engine.run(lambda: [n for (n,) in engine.database.execute("SELECT n FROM t ORDER BY n")])
    engine.close()
    assert kept == [number for number in range(60) if number % 3] == [n for n in sorted(outcomes) if outcomes[n]]


@pytest.mark.parametrize(
    "text", ["attributes", "attributes.a", 'attributes.a = "x" extra', "(attributes:a", 'x.a = "b"', "attributes.a = b"]
)
def test_a_filter_that_cannot_be_read_names_the_place(text):
    with pytest.raises(FilterError, match="filter"):
        parse_filter(text)


@pytest.mark.parametrize(
    ("method", "request_", "feature"),
    [
        ("create_subscription", {"push_config": {"push_endpoint": "https://x.example"}}, "push_config"),
        ("create_subscription", {"enable_exactly_once_delivery": True}, "enable_exactly_once_delivery"),
        ("create_subscription", {"bigquery_config": {"table": "a.b.c"}}, "bigquery_config"),
    ],
)
def test_what_it_lacks_answers_unimplemented(tmp_path, monkeypatch, method, request_, feature):
    server = Emulator(Path(tmp_path), 0)
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"localhost:{server.port}")
    try:
        pubsub_v1.PublisherClient().create_topic(request={"name": TOPIC})
        subscriber = pubsub_v1.SubscriberClient()
        with pytest.raises(exceptions.MethodNotImplemented, match=f"the embedded Pub/Sub has no {feature}"):
            getattr(subscriber, method)(request={"name": SUBSCRIPTION, "topic": TOPIC, **request_})
    finally:
        server.stop()
