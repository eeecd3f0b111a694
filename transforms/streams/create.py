"""Makes what a stream needs: a topic and a subscription with a dead-letter topic, ordering and retention."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import google.cloud.pubsub_v1 as pubsub_v1
from google.api_core import exceptions

from transforms.streams.connect import FolderAddress, parse_address
from transforms.streams.message import StreamError
from transforms.streams.pubsub import check_topic, connect, connect_subscriber, fault

RETENTION_SECONDS = 7 * 24 * 3600
ACKNOWLEDGE_SECONDS = 60
# The most that Pub/Sub allows: meetwire writes its own dead letters, with the reason, long before.
DELIVERY_ATTEMPTS = 100


def create_stream(stream: str) -> list[str]:
    """Makes what ``stream`` needs and is not there; one line for each thing, ``made …`` or ``found …``.

    For Pub/Sub: the topic, ``TOPIC-dead`` with a subscription of that name that keeps what Pub/Sub itself gives up,
    and the subscription. Nothing that is there is changed. For a folder: the folder.
    """
    address = parse_address(stream)
    if isinstance(address, FolderAddress):
        return [_make_folder(address.path)]
    publisher = connect(stream, pubsub_v1.PublisherClient)
    subscriber = connect_subscriber(stream)
    retention = {"seconds": RETENTION_SECONDS}

    def topic(name: str) -> str:
        path = publisher.topic_path(address.project, name)
        return _make(stream, path, publisher.create_topic, {"name": path, "message_retention_duration": retention})

    def subscription(name: str, of_topic: str, **more: Any) -> str:
        path = subscriber.subscription_path(address.project, name)
        request = {
            "name": path,
            "topic": publisher.topic_path(address.project, of_topic),
            "ack_deadline_seconds": ACKNOWLEDGE_SECONDS,
            "message_retention_duration": retention,
            "expiration_policy": {},
            **more,
        }
        line = _make(stream, path, subscriber.create_subscription, request)
        check_topic(stream, _call(stream, subscriber.get_subscription, {"subscription": path}), of_topic)
        return line

    dead = f"{address.topic}-dead"
    lines = [topic(address.topic), topic(dead), subscription(dead, dead)]
    if address.subscription is not None:
        policy = {
            "dead_letter_topic": publisher.topic_path(address.project, dead),
            "max_delivery_attempts": DELIVERY_ATTEMPTS,
        }
        lines.append(
            subscription(address.subscription, address.topic, enable_message_ordering=True, dead_letter_policy=policy)
        )
    return lines


def _make_folder(path: Path) -> str:
    if path.is_dir():
        return f"found {path}"
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise StreamError(str(path), f"cannot make the stream's folder: {error.strerror}") from error
    return f"made {path}"


def _make(stream: str, path: str, create: Callable[..., Any], request: dict[str, Any]) -> str:
    try:
        _call(stream, create, request)
    except exceptions.AlreadyExists:
        return f"found {path}"
    return f"made {path}"


def _call(stream: str, method: Callable[..., Any], request: dict[str, Any]) -> Any:
    """What the service answers; its fault in one line, but for what is there already."""
    try:
        return method(request=request)
    except exceptions.AlreadyExists:
        raise
    except Exception as error:
        raise fault(stream, error) from error
