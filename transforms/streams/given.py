"""A subscription over messages that are already in memory, so that a span of them goes through the same chain as a stream."""

import threading
from collections import deque
from collections.abc import Iterable, Sequence

from transforms.streams.message import Backlog, Received


class GivenSubscription:
    """Delivers each of ``messages`` once, and a released one again. Acknowledging has no effect elsewhere. Several threads may
    use it."""

    def __init__(self, messages: Iterable[Received]) -> None:
        self._messages = iter(messages)
        self._again: deque[Received] = deque()
        self._held: dict[str, Received] = {}
        self._lock = threading.Lock()

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """Returns the next messages without waiting."""
        taken: list[Received] = []
        room = max_bytes
        with self._lock:
            while len(taken) < max_messages and (room > 0 or not taken):
                one = self._again.popleft() if self._again else next(self._messages, None)
                if one is None:
                    break
                taken.append(one)
                room -= len(one.data)
            self._held |= {one.ack_id: one for one in taken}
        return taken

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Marks these deliveries as done."""
        with self._lock:
            for ack_id in ack_ids:
                self._held.pop(ack_id, None)

    def extend(self, ack_ids: Sequence[str], seconds: float) -> None:
        """Does nothing: no other process can receive these messages."""

    def release(self, ack_ids: Sequence[str]) -> None:
        """Puts these deliveries back, to be delivered again."""
        with self._lock:
            self._again += [self._held.pop(ack_id) for ack_id in ack_ids if ack_id in self._held]

    def backlog(self) -> Backlog | None:
        """Returns None: the number of messages is not known."""
        return None

    def close(self) -> None:
        """Does nothing: there is nothing to release."""
