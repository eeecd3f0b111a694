"""What travels on a stream, and what its two ends can do, whichever stream it is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from transforms.errors import MeetwireError

# Google Pub/Sub's limits (bytes of UTF-8), kept by every stream, so that a deployment can move from one to another.
MAX_MESSAGE_BYTES = 10_000_000
MAX_ATTRIBUTES = 100
MAX_KEY_BYTES = 256
MAX_VALUE_BYTES = 1024


class StreamError(MeetwireError, OSError):
    """A stream that cannot be used: its place and, in one line, the fault and the way out."""

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(0, fault, place)
        self.place = place
        self.fault = fault

    def __str__(self) -> str:
        return f"{self.place}: {self.fault}"

    def __reduce__(self) -> tuple[type["StreamError"], tuple[str, str]]:
        return type(self), (self.place, self.fault)


class MessageRefusedError(MeetwireError, ValueError):
    """A message that no stream takes: too large, or with attributes beyond the limits. Trying again is no use."""


class Message(NamedTuple):
    """What a publisher hands over.

    Attributes:
        data: The payload.
        attributes: What is to be known about it without decoding it.
        ordering_key: Messages of one key reach a consumer in the order of publishing, where the stream can do so.
    """

    data: bytes
    attributes: dict[str, str]
    ordering_key: str


class Received(NamedTuple):
    """A delivered message, leased until it is acknowledged, released or the lease expires.

    Attributes:
        ack_id: Names this delivery to ``acknowledge``, ``extend`` and ``release``.
        data: The payload.
        attributes: The publisher's attributes.
        message_id: Names the message in its stream, over all deliveries.
        published_at: When the stream took it, RFC 3339 in UTC.
        delivery_attempt: 1 for the first delivery; 0 where the stream does not count.
    """

    ack_id: str
    data: bytes
    attributes: dict[str, str]
    message_id: str
    published_at: str
    delivery_attempt: int


class Backlog(NamedTuple):
    """The messages of a subscription that are not yet acknowledged.

    Attributes:
        messages: How many.
        bytes: How large, as stored.
        oldest: When the oldest of them was published, RFC 3339; None where there is none.
    """

    messages: int
    bytes: int
    oldest: str | None


class Publisher(Protocol):
    """The writing end of a stream. One object may be used from several threads."""

    def publish(self, messages: Sequence[Message]) -> list[str | Exception]:
        """Publishes messages and returns once each is durable or refused.

        Returns:
            For each message, in the order given, its id or the error that refused it.
        """
        ...

    def close(self) -> None:
        """Releases the connections of the publisher."""
        ...


class Subscription(Protocol):
    """The reading end of a stream: named, shared by all who open it, and kept over restarts.

    Every message is delivered until one delivery is acknowledged. One object may be used from several threads.
    """

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """Returns the messages that are waiting, or waits up to ``wait_seconds`` for the first one.

        Args:
            max_messages: The most messages to return.
            max_bytes: The most bytes of payload in all; one message is returned even if it is larger.
            wait_seconds: How long to wait if no message is there.
        """
        ...

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Acknowledges these deliveries, whose rows are durable: they are not redelivered."""
        ...

    def extend(self, ack_ids: Sequence[str], seconds: float) -> None:
        """Extends the leases of these deliveries to ``seconds`` from now."""
        ...

    def release(self, ack_ids: Sequence[str]) -> None:
        """Releases these deliveries, which are redelivered at once."""
        ...

    def backlog(self) -> Backlog | None:
        """Returns the backlog, or None where the stream does not report it."""
        ...

    def close(self) -> None:
        """Releases every delivery that was not acknowledged, and the connections of the subscription."""
        ...


def check(message: Message) -> None:
    """Raises ``MessageRefusedError``, naming the limit, for a message that a stream would not take."""
    if len(message.attributes) > MAX_ATTRIBUTES:
        raise MessageRefusedError(f"{len(message.attributes)} attributes, and a message may have {MAX_ATTRIBUTES}")
    size = len(message.data) - len("ordering key")
    for key, value in (*message.attributes.items(), ("ordering key", message.ordering_key)):
        try:
            key_bytes, value_bytes = len(key.encode()), len(value.encode())
        except UnicodeEncodeError as error:
            raise MessageRefusedError(f"attribute {key!r}: not text that UTF-8 can carry: {error.reason}") from None
        if key_bytes > MAX_KEY_BYTES or value_bytes > MAX_VALUE_BYTES:
            raise MessageRefusedError(
                f"attribute {key[:40]!r} of {key_bytes}+{value_bytes} bytes: a key may have {MAX_KEY_BYTES}, "
                f"a value {MAX_VALUE_BYTES}"
            )
        size += key_bytes + value_bytes
    if size > MAX_MESSAGE_BYTES:
        raise MessageRefusedError(f"{size:,} bytes, and a message may have {MAX_MESSAGE_BYTES:,}")


def timestamp(moment: datetime) -> str:
    """``moment`` as RFC 3339 in UTC with microseconds: sorts as text as it does in time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
