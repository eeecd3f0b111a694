"""Streaming pull: one client's open stream, with its flow control."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from google.pubsub_v1 import types

from pipelines.pubsub_emulator.rules import ServiceError, invalid
from pipelines.pubsub_emulator.service import ANSWER_BYTES, Service

LOG = logging.getLogger(__name__)
# The service sets no limit where the client sets none; the emulator keeps to what a laptop holds.
MESSAGES, BYTES = 1000, 100_000_000
ANSWER_MESSAGES = 500


class Outstanding:
    """What a stream has given and not seen settled: by message, its size and when its lease runs out."""

    def __init__(self, messages: int, size: int) -> None:
        self.messages = messages if messages > 0 else MESSAGES
        self.bytes = size if size > 0 else BYTES
        self._held: dict[str, tuple[int, float]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def room(self, now: float) -> tuple[int, int]:
        """Returns how many more messages and bytes may be delivered; messages whose lease has expired are not counted."""
        with self._lock:
            if len(self._held) >= self.messages or self._size >= self.bytes:
                for ack_id in [one for one, (_, expires) in self._held.items() if expires <= now]:
                    self._size -= self._held.pop(ack_id)[0]
            return self.messages - len(self._held), self.bytes - self._size

    def add(self, ack_id: str, size: int, expires: float) -> None:
        """A message was given."""
        with self._lock:
            self._held[ack_id] = (size, expires)
            self._size += size

    def settle(self, ack_id: str) -> None:
        """A message was acknowledged or released."""
        with self._lock:
            self._size -= self._held.pop(ack_id, (0, 0.0))[0]

    def extend(self, ack_id: str, expires: float) -> None:
        """A message's lease was changed."""
        with self._lock:
            if ack_id in self._held:
                self._held[ack_id] = (self._held[ack_id][0], expires)


class Streams:
    """All open streams; acknowledgements come on any stream, or beside them."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.time) -> None:
        self._service, self._clock = service, clock
        self._open: dict[str, set[Outstanding]] = {}
        self._lock = threading.Lock()

    def acknowledge(self, request: Any) -> None:
        """Ends deliveries, for the streams too."""
        self._service.acknowledge(request)
        self._each(request.subscription, request.ack_ids, lambda stream, ack_id: stream.settle(ack_id))

    def modify_ack_deadline(self, request: Any) -> None:
        """Changes deadlines, for the streams too."""
        self._service.modify_ack_deadline(request)
        expires = self._clock() + request.ack_deadline_seconds
        settle = request.ack_deadline_seconds == 0
        self._each(
            request.subscription,
            request.ack_ids,
            lambda stream, ack_id: stream.settle(ack_id) if settle else stream.extend(ack_id, expires),
        )

    def _each(self, name: str, ack_ids: Any, change: Callable[[Outstanding, str], None]) -> None:
        with self._lock:
            streams = list(self._open.get(name, ()))
        for stream in streams:
            for ack_id in ack_ids:
                change(stream, ack_id)
        if streams:
            self._service.wake()

    def pull(self, requests: Iterator[Any], active: Callable[[], bool], ended: threading.Event) -> Iterator[Any]:
        """Answers a client's stream for as long as it is open."""
        first = next(requests, None)
        if first is None or not first.subscription:
            raise invalid("The first request of a stream must name its subscription.")
        name, deadline = first.subscription, first.stream_ack_deadline_seconds or 10
        if not 10 <= deadline <= 600:
            raise invalid(f"Invalid stream ack deadline given ({deadline}): 10 to 600 seconds.")
        definition = self._service.get_subscription(types.GetSubscriptionRequest.pb()(subscription=name))
        outstanding = Outstanding(first.max_outstanding_messages, first.max_outstanding_bytes)
        state = _State(deadline)
        with self._lock:
            self._open.setdefault(name, set()).add(outstanding)
        reader = threading.Thread(target=self._read, args=(name, first, requests, state), daemon=True)
        reader.start()
        try:
            while active() and not state.closed and not ended.is_set():
                version = self._service.version()
                messages, size = outstanding.room(self._clock())
                received: list[Any] = []
                due: int | None = None
                if messages > 0 and size > 0:
                    room = min(size, ANSWER_BYTES)
                    received, due = self._service.take(name, min(messages, ANSWER_MESSAGES), room, state.deadline)
                if not received:
                    self._service.wait(version, due, self._clock() + 0.25)
                    continue
                if not active():
                    self._service.give_back(name, received)
                    return
                expires = self._clock() + state.deadline
                for one in received:
                    outstanding.add(one.ack_id, one.message.ByteSize(), expires)
                answer = types.StreamingPullResponse.pb()(received_messages=received)
                answer.subscription_properties.message_ordering_enabled = definition.enable_message_ordering
                yield answer
        finally:
            with self._lock:
                self._open[name].discard(outstanding)

    def _read(self, name: str, first: Any, requests: Iterator[Any], state: "_State") -> None:
        """Takes what the client sends: acknowledgements, deadlines, a new stream deadline."""
        try:
            self._settle(name, first)
            for request in requests:
                if request.stream_ack_deadline_seconds:
                    state.deadline = request.stream_ack_deadline_seconds
                self._settle(name, request)
        except ServiceError as error:
            LOG.warning("streaming pull of %s: %s", name, error.text)
        except Exception as error:  # gRPC raises its bare Exception where the client has gone
            LOG.debug("streaming pull of %s ended: %r", name, error)
        state.closed = True
        self._service.wake()

    def _settle(self, name: str, request: Any) -> None:
        if request.ack_ids:
            self.acknowledge(types.AcknowledgeRequest.pb()(subscription=name, ack_ids=request.ack_ids))
        for ack_id, seconds in zip(request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=True):
            self.modify_ack_deadline(
                types.ModifyAckDeadlineRequest.pb()(subscription=name, ack_ids=[ack_id], ack_deadline_seconds=seconds)
            )


class _State:
    """What a client's later requests change."""

    def __init__(self, deadline: int) -> None:
        self.deadline = deadline
        self.closed = False
