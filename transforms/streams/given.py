"""A subscription over messages that are already in memory, so that a span of them goes through the same chain as a stream."""

from collections import deque
from collections.abc import Iterable, Sequence

from transforms.streams.message import Backlog, Received


class GivenSubscription:
    """Gives ``messages`` once each; what is released is given again. Acknowledging moves nothing."""

    def __init__(self, messages: Iterable[Received]) -> None:
        self._messages = iter(messages)
        self._again: deque[Received] = deque()
        self._held: dict[str, Received] = {}

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """The next ones, at once."""
        taken: list[Received] = []
        room = max_bytes
        while len(taken) < max_messages and (room > 0 or not taken):
            one = self._again.popleft() if self._again else next(self._messages, None)
            if one is None:
                break
            taken.append(one)
            room -= len(one.data)
        self._held |= {one.ack_id: one for one in taken}
        return taken

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """These are done."""
        for ack_id in ack_ids:
            self._held.pop(ack_id, None)

    def extend(self, ack_ids: Sequence[str], seconds: float) -> None:
        """Nobody else is given them."""

    def release(self, ack_ids: Sequence[str]) -> None:
        """These are given again."""
        self._again += [self._held.pop(ack_id) for ack_id in ack_ids if ack_id in self._held]

    def backlog(self) -> Backlog | None:
        """Null: it is not known how many there are."""
        return None

    def close(self) -> None:
        """Holds nothing."""
