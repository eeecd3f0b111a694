import itertools
from types import SimpleNamespace

import pytest
from google.cloud import pubsub_v1
from servers import Server, emulator, running

NAMES = itertools.count()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory):
    with running(emulator(tmp_path_factory.mktemp("pubsub"))) as server:
        yield server


@pytest.fixture(scope="session")
def fake(pstest):
    with running(Server("pstest", [str(pstest)])) as server:
        yield server


@pytest.fixture(params=["embedded", "fake"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def pubsub(server, monkeypatch):
    """Google's clients at the server, a project of its own, and ways to make what a test needs."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", server.host)
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    ordered = pubsub_v1.PublisherClient(
        publisher_options=pubsub_v1.types.PublisherOptions(enable_message_ordering=True)
    )
    project = f"project-{next(NAMES)}"

    def topic(name="topic", **more):
        return publisher.create_topic(request={"name": f"projects/{project}/topics/{name}", **more}).name

    def subscription(name="subscription", topic=f"projects/{project}/topics/topic", **more):
        path = f"projects/{project}/subscriptions/{name}"
        return subscriber.create_subscription(request={"name": path, "topic": topic, **more}).name

    def publish(topic, *texts, **attributes):
        futures = [publisher.publish(topic, text.encode(), **attributes) for text in texts]
        return [future.result(timeout=20) for future in futures]

    def pull(subscription, most=100, at_once=True):
        request = {"subscription": subscription, "max_messages": most, "return_immediately": at_once}
        return list(subscriber.pull(request=request, timeout=20).received_messages)

    def acknowledge(subscription, received):
        subscriber.acknowledge(request={"subscription": subscription, "ack_ids": [one.ack_id for one in received]})

    def deadline(subscription, received, seconds):
        ack_ids = [one.ack_id for one in received]
        request = {"subscription": subscription, "ack_ids": ack_ids, "ack_deadline_seconds": seconds}
        subscriber.modify_ack_deadline(request=request)

    yield SimpleNamespace(
        kind=server.kind,
        project=project,
        publisher=publisher,
        ordered=ordered,
        subscriber=subscriber,
        topic=topic,
        subscription=subscription,
        publish=publish,
        pull=pull,
        acknowledge=acknowledge,
        deadline=deadline,
    )
    publisher.stop()
    ordered.stop()
    subscriber.close()
