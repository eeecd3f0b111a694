"""Google Pub/Sub as a stream, on google-cloud-pubsub; ``PUBSUB_EMULATOR_HOST`` is honoured.

Publishing goes through the client's batches (one a topic and ordering key), with bounded flow and bounded retries.
Reading is unary pull: the service's streaming pull would hand out more than is asked for, and hold it. A pull that the
service has answered is waited for, however slow the line: to give it up would leave its messages leased to nobody.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import google.cloud.pubsub_v1 as pubsub_v1
import grpc
from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud.pubsub_v1.publisher.exceptions import PublishToPausedOrderingKeyException
from google.cloud.pubsub_v1.types import BatchSettings, PublisherOptions
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from transforms.streams.message import Backlog, Message, MessageRefusedError, Received, StreamError, check, timestamp

LOG = logging.getLogger(__name__)
# How long a service that does not answer is tried before the stream counts as broken.
PATIENCE_SECONDS = 120.0
# A pull of so many messages at once, and of so many bytes by the size of those that came last: at 1 Mbit/s some 8 s.
PULL_MESSAGES = 100
PULL_BYTES = 1_000_000
# The first request assumes messages of this size.
FIRST_BYTES = 100_000
# A call is made so often, whatever it fails with.
CALLS = 3
# How long an answer may take to come through.
ANSWER_SECONDS = 120.0
# What a publisher has under way at once.
WINDOW_MESSAGES, WINDOW_BYTES = 1000, 64_000_000
# A request may hold 512 kB, and an acknowledgement id takes some 200 bytes.
ACKNOWLEDGE_IDS = 1000
# The client takes attributes as keyword arguments, beside these of its own.
RESERVED = frozenset(("topic", "data", "ordering_key", "retry", "timeout", "self"))
_TRANSIENT = (
    exceptions.Aborted,
    exceptions.Cancelled,
    exceptions.DeadlineExceeded,
    exceptions.InternalServerError,
    exceptions.ServiceUnavailable,
    exceptions.TooManyRequests,
    exceptions.Unknown,
)
_TRANSIENT_PUBLISH = (*_TRANSIENT, PublishToPausedOrderingKeyException)
_RETRY = Retry(if_exception_type(*_TRANSIENT), initial=0.1, maximum=5.0, multiplier=1.6, timeout=PATIENCE_SECONDS)


class PubSubPublisher:
    """The writing end: publishes to ``topic`` of ``project``.

    The client batches; what is under way is bounded here, and so are the retries: the client itself would retry a
    message with an ordering key without end, and block its caller meanwhile.
    """

    def __init__(self, project: str, topic: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._place = f"pubsub://{project}/{topic}"
        self._patience = patience_seconds
        self._client = connect(
            self._place,
            lambda: pubsub_v1.PublisherClient(
                BatchSettings(max_messages=500, max_bytes=4_000_000, max_latency=0.01),
                PublisherOptions(enable_message_ordering=True),
            ),
        )
        self._topic = self._client.topic_path(project, topic)

    def publish(self, messages: Sequence[Message]) -> list[str | Exception]:
        """Returns when the service has each message: its id, or why it was not taken, in the order given.

        A message that the service did not confirm in time may be there all the same: publishing it again is right.
        """
        results: list[str | Exception] = []
        for window in _windows(messages):
            results += self._publish(window)
        return results

    def close(self) -> None:
        """Sends what is in the client's batches, which is nothing after ``publish`` has returned."""
        self._client.stop()

    def _publish(self, messages: Sequence[Message]) -> list[str | Exception]:
        results: dict[int, str | Exception] = {}
        waiting = list(range(len(messages)))
        until, pause = time.monotonic() + self._patience, 0.1
        while waiting:
            timeout = min(30.0, max(1.0, until - time.monotonic()))
            futures = {index: self._begin(messages[index], timeout) for index in waiting}
            again = []
            for index, future in futures.items():
                try:
                    results[index] = future if isinstance(future, Exception) else str(future.result(timeout + 30))
                except Exception as error:
                    results[index] = fault(self._place, error)
                    if isinstance(error, _TRANSIENT_PUBLISH):
                        again.append(index)
            for key in {messages[index].ordering_key for index in futures if isinstance(results[index], Exception)}:
                with contextlib.suppress(RuntimeError):  # not every fault pauses its key
                    self._client.resume_publish(self._topic, key)
            if time.monotonic() + pause >= until:
                break
            waiting = again
            if waiting:
                time.sleep(pause)
                pause = min(pause * 1.6, 5.0)
        return [results[index] for index in range(len(messages))]

    def _begin(self, message: Message, timeout: float) -> Any:
        try:
            check(message)
            if reserved := RESERVED & message.attributes.keys():
                raise MessageRefusedError(f"attribute {min(reserved)!r}: a name that Google's client keeps for itself")
            return self._client.publish(
                self._topic, message.data, message.ordering_key, retry=None, timeout=timeout, **message.attributes
            )
        except ValueError as error:
            return error if isinstance(error, MessageRefusedError) else MessageRefusedError(str(error))


def _windows(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """``messages`` in parts of bounded number and size: what is under way at once."""
    window: list[Message] = []
    size = 0
    for message in messages:
        if window and (len(window) >= WINDOW_MESSAGES or size + len(message.data) > WINDOW_BYTES):
            yield window
            window, size = [], 0
        window.append(message)
        size += len(message.data)
    if window:
        yield window


class PubSubSubscription:
    """The reading end: ``subscription`` of ``project``, which must be there and hang on ``topic``."""

    def __init__(self, project: str, topic: str, subscription: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._place = f"pubsub://{project}/{topic}/{subscription}"
        self._client = connect_subscriber(self._place)
        self._path = self._client.subscription_path(project, subscription)
        self._retry = _RETRY.with_timeout(patience_seconds)
        self._mean_bytes = FIRST_BYTES
        self._in_hand: dict[str, tuple[str, int]] = {}
        check_topic(self._place, self._call(self._client.get_subscription), topic)

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """What is there; looks again for up to ``wait_seconds`` until the first message comes. Empty only where the
        service answered that nothing is there; StreamError where it did not answer.

        The service knows no limit of bytes, so requests are sized by what the last messages took, and the last one
        may go beyond ``max_bytes``.
        """
        taken: list[Received] = []
        room, until, pause = max_bytes, time.monotonic() + wait_seconds, 0.05
        while len(taken) < max_messages and room > 0:
            most = max(1, min(PULL_MESSAGES, max_messages - len(taken), min(PULL_BYTES, room) // self._mean_bytes))
            more = self._pull(most)
            if more:
                size = sum(len(one.data) for one in more)
                self._mean_bytes = max(1, size // len(more))
                taken, room = taken + more, room - size
                self._in_hand |= {one.ack_id: (one.published_at, len(one.data)) for one in more}
            elif taken or (left := until - time.monotonic()) <= 0:
                break
            else:
                time.sleep(min(pause, left))
                pause = min(pause * 1.5, 0.5)
        return taken

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """What came of these deliveries is durable. Those that have expired, where the subscription delivers exactly
        once, come again and change nothing."""
        self._settle(self._client.acknowledge, ack_ids)
        self._let_go(ack_ids)

    def extend(self, ack_ids: Sequence[str], seconds: float) -> None:
        """Holds these deliveries ``seconds`` longer, from now; the service allows 600."""
        deadline = max(0, min(600, round(seconds)))
        self._settle(self._client.modify_ack_deadline, ack_ids, ack_deadline_seconds=deadline)

    def release(self, ack_ids: Sequence[str]) -> None:
        """Gives these deliveries back."""
        self.extend(ack_ids, 0)
        self._let_go(ack_ids)

    def backlog(self) -> Backlog:
        """What is in hand here: at least so much is still to be done, and the oldest of it is, as a rule, the oldest of
        all. How much waits beside is told by Cloud Monitoring alone (``subscription/num_undelivered_messages``)."""
        held = list(self._in_hand.values())
        return Backlog(len(held), sum(size for _, size in held), min(held)[0] if held else None)

    def _let_go(self, ack_ids: Sequence[str]) -> None:
        for ack_id in ack_ids:
            self._in_hand.pop(ack_id, None)

    def close(self) -> None:
        """Closes the connection. What was not acknowledged or released comes again when its deadline has passed."""
        self._client.close()

    def _pull(self, most: int) -> list[Received]:
        # The service then answers at once, so that an answer which is long in coming is a slow line, not an empty one.
        request = {"max_messages": most, "return_immediately": True}
        response = self._call(self._client.pull, ANSWER_SECONDS, **request)
        return [
            Received(
                one.ack_id,
                one.message.data,
                dict(one.message.attributes),
                one.message.message_id,
                timestamp(one.message.publish_time),
                one.delivery_attempt,
            )
            for one in response.received_messages
        ]

    def _settle(self, method: Callable[..., Any], ack_ids: Sequence[str], **request: Any) -> None:
        """Calls ``method`` for all ``ack_ids``; those that are refused are parted from the others and logged."""
        parts = list(_parts(ack_ids))
        while parts:
            part = parts.pop()
            try:
                self._call(method, ack_ids=part, **request)
            except (MessageRefusedError, StreamError) as error:
                if not isinstance(error.__cause__, exceptions.InvalidArgument | exceptions.FailedPrecondition):
                    raise
                if len(part) > 1:
                    parts += [part[: len(part) // 2], part[len(part) // 2 :]]
                else:
                    LOG.info("a message comes again: %s", error)

    def _call(self, method: Callable[..., Any], timeout: float = 30.0, **request: Any) -> Any:
        """What the service answers; a call that fails for whatever reason is made again before it counts."""
        last: Exception = TimeoutError("not asked")
        for _ in range(CALLS):
            try:
                return method(request={"subscription": self._path, **request}, retry=self._retry, timeout=timeout)
            except Exception as error:
                last = error
                if isinstance(error, exceptions.InvalidArgument | exceptions.RetryError | ValueError):
                    break
            time.sleep(0.2)
        raise fault(self._place, last) from last


def connect_subscriber(place: str) -> pubsub_v1.SubscriberClient:
    """Google's subscriber client; against an emulator with the size limits that it has against the service."""
    host = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not host:
        return connect(place, pubsub_v1.SubscriberClient)
    channel = grpc.insecure_channel(host, [("grpc.max_receive_message_length", -1)])
    return pubsub_v1.SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def connect(place: str, make: Callable[[], Any]) -> Any:
    """A client; StreamError, with the ways out, where there are no credentials."""
    try:
        return make()
    except (GoogleAuthError, ValueError) as error:
        raise StreamError(
            place,
            f"{' '.join(str(error).split())} (log in with 'gcloud auth application-default login', "
            "or set PUBSUB_EMULATOR_HOST to a running 'meetwire emulator')",
        ) from error


def check_topic(place: str, subscription: Any, topic: str) -> None:
    """StreamError where ``subscription`` hangs on another topic, in whichever project: nothing would ever come."""
    name = subscription.topic.rpartition("/")[2]
    if name not in (topic, "_deleted-topic_"):
        raise StreamError(place, f"the subscription hangs on the topic {name}, not on {topic}: name another")


def fault(place: str, error: Exception) -> Exception:
    """``error`` in one line, with the way out where there is one; a refused message stays one."""
    text = " ".join(str(getattr(error, "message", "") or error).split())
    if isinstance(error, exceptions.NotFound):
        return StreamError(place, f"{text} (make it with 'meetwire doctor --create')")
    if isinstance(error, exceptions.InvalidArgument | ValueError):
        return MessageRefusedError(f"{place}: {text}")
    if isinstance(error, exceptions.RetryError):
        return StreamError(place, f"does not answer: {' '.join(str(error.cause or error).split())}")
    return StreamError(place, text)


def _parts(ack_ids: Sequence[str]) -> Iterator[list[str]]:
    for begin in range(0, len(ack_ids), ACKNOWLEDGE_IDS):
        yield list(ack_ids[begin : begin + ACKNOWLEDGE_IDS])
