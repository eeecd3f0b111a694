"""What travels between the emulator and its clients: acknowledgement ids, pages, masks, raw protobufs."""

from collections.abc import Sequence
from typing import Any, TypeVar

from google.pubsub_v1 import types

from pipelines.pubsub_emulator.message_store import Delivery
from pipelines.pubsub_emulator.rules import invalid

T = TypeVar("T")


def received(delivery: Delivery, counted: bool) -> Any:
    """A delivery as a ReceivedMessage, with its number of attempts where they are ``counted``."""
    message = pb(types.ReceivedMessage)(ack_id=f"{delivery.message}-{delivery.attempts}")
    message.message.MergeFromString(delivery.body)
    message.message.message_id = str(delivery.message)
    message.message.publish_time.FromMicroseconds(delivery.published)
    if counted:
        message.delivery_attempt = delivery.attempts
    return message


def parse_ack_id(ack_id: str) -> tuple[int, int]:
    """The message and the attempt that an acknowledgement id stands for."""
    message, _, attempt = ack_id.partition("-")
    if not (message.isdigit() and attempt.isdigit()):
        raise invalid(f"Invalid acknowledgement id {ack_id!r}.")
    return int(message), int(attempt)


def backoff(subscription: Any, attempt: int) -> int:
    """How long a released message waits, in microseconds: the retry policy's exponential pause."""
    if not subscription.HasField("retry_policy"):
        return 0
    policy = subscription.retry_policy
    low, high = policy.minimum_backoff.ToMicroseconds(), policy.maximum_backoff.ToMicroseconds()
    return int(min(high, low * 2 ** min(attempt - 1, 30)))


def merge(definition: Any, given: Any, paths: Sequence[str], changeable: Sequence[str]) -> None:
    """Takes the fields ``paths`` of ``given`` over into ``definition``."""
    if not paths:
        raise invalid("The update_mask must name at least one field.")
    for path in paths:
        if path not in changeable:
            raise invalid(f"Invalid update_mask: {path} cannot be changed.")
        definition.ClearField(path)
        only = type(given)()
        only.CopyFrom(given)
        for field, _ in given.ListFields():
            if field.name != path:
                only.ClearField(field.name)
        definition.MergeFrom(only)


def page(items: Sequence[T], request: Any) -> tuple[list[T], str]:
    """The page that a list request asks for, and the token of the next one."""
    begin = int(request.page_token or 0) if (request.page_token or "0").isdigit() else 0
    end = begin + (request.page_size or 1000)
    return list(items[begin:end]), str(end) if end < len(items) else ""


def pb(wrapper: Any) -> Any:
    """The raw protobuf class behind one of the client's types."""
    return wrapper.pb()
