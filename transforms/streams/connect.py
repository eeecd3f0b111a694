"""Opens a stream by its address: ``folder:PATH`` or ``pubsub://PROJECT/TOPIC/SUBSCRIPTION``.

A folder's subscription is called ``meetwire`` where the address does not name one (``folder:PATH#NAME``). Google's
client is imported only where an address asks for it.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from transforms.streams import folder
from transforms.streams.message import Backlog, Publisher, Received, StreamError, Subscription

DEFAULT_SUBSCRIPTION = "meetwire"


class FolderAddress(NamedTuple):
    """``folder:PATH#SUBSCRIPTION``."""

    path: Path
    subscription: str


class PubSubAddress(NamedTuple):
    """``pubsub://PROJECT/TOPIC/SUBSCRIPTION``; a publisher does without the subscription."""

    project: str
    topic: str
    subscription: str | None


def parse_address(stream: str) -> FolderAddress | PubSubAddress:
    """What a stream's address says. StreamError, naming the forms there are, for any other text."""
    if stream.startswith("folder:") and stream != "folder:":
        path, _, name = stream[len("folder:") :].partition("#")
        if path and "/" not in name and not name.startswith("."):
            return FolderAddress(Path(path), name or DEFAULT_SUBSCRIPTION)
    if stream.startswith("pubsub://"):
        parts = stream[len("pubsub://") :].split("/")
        if len(parts) in (2, 3) and all(parts):
            return PubSubAddress(parts[0], parts[1], parts[2] if len(parts) == 3 else None)
    raise StreamError(stream, "not a stream (folder:PATH, folder:PATH#NAME or pubsub://PROJECT/TOPIC/SUBSCRIPTION)")


def open_publisher(stream: str) -> Publisher:
    """Opens ``stream`` for publishing."""
    address = parse_address(stream)
    if isinstance(address, FolderAddress):
        return folder.FolderPublisher(address.path)
    from transforms.streams.pubsub import PubSubPublisher

    return PubSubPublisher(address.project, address.topic)


def open_subscription(stream: str) -> Subscription:
    """Opens the subscription of ``stream``.

    Raises:
        StreamError: There is none; the text says how to create it.
    """
    address = parse_address(stream)
    if isinstance(address, FolderAddress):
        return folder.FolderSubscription(address.path, address.subscription)
    if address.subscription is None:
        raise StreamError(stream, "names no subscription to read from (pubsub://PROJECT/TOPIC/SUBSCRIPTION)")
    from transforms.streams.pubsub import PubSubSubscription

    return PubSubSubscription(address.project, address.topic, address.subscription)


def read_range(stream: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[Received]:
    """What was published at or after ``since`` and before ``until``, to the stream's end as it is now; moves no
    position. Only a folder keeps its past: StreamError for Pub/Sub, whose backlog is read by acknowledging it."""
    return folder.read_range(_folder(stream), since, until)


def cut_range(stream: str, since: datetime | None) -> list[tuple[int, int]]:
    """What ``read_range`` would read, in parts that ``read_part`` reads; StreamError as it."""
    return folder.cut_range(_folder(stream), since)


def read_part(stream: str, first: int, end: int, since: datetime | None, until: datetime | None) -> Iterator[Received]:
    """What ``read_range`` would read, of the part ``(first, end)`` alone; StreamError as it."""
    return folder.read_part(_folder(stream), first, end, since, until)


def _folder(stream: str) -> Path:
    address = parse_address(stream)
    if isinstance(address, FolderAddress):
        return address.path
    raise StreamError(stream, "Pub/Sub has no past to read again; take its backlog, or read the articles table")


def backlog(stream: str) -> Backlog | None:
    """Returns the backlog of the stream's subscription, or None where the stream does not report it."""
    subscription = open_subscription(stream)
    try:
        return subscription.backlog()
    finally:
        subscription.close()
