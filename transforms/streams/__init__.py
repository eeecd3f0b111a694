"""Both ends of the stream: an embedded folder, or Google Pub/Sub. Plain Python; Beam only in ``read``."""

from transforms.streams.connect import backlog, open_publisher, open_subscription, read_range
from transforms.streams.message import (
    Backlog,
    Message,
    MessageRefusedError,
    Publisher,
    Received,
    StreamError,
    Subscription,
)

__all__ = [
    "Backlog",
    "Message",
    "MessageRefusedError",
    "Publisher",
    "Received",
    "StreamError",
    "Subscription",
    "backlog",
    "open_publisher",
    "open_subscription",
    "read_range",
]
