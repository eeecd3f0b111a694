"""A subscription that ends at a moment; messages published later stay for the next reader."""

from collections.abc import Sequence
from datetime import datetime

from transforms.streams.message import Backlog, Received, Subscription, timestamp


class BoundedSubscription:
    """``subscription`` without the messages published at or after ``until``, which are released on ``close``."""

    def __init__(self, subscription: Subscription, until: datetime) -> None:
        self._subscription, self._until = subscription, timestamp(until)
        self._later: list[str] = []

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """Pulls from the subscription, and keeps back the messages that were published later."""
        received = self._subscription.pull(max_messages, max_bytes, wait_seconds)
        self._later += [one.ack_id for one in received if one.published_at >= self._until]
        return [one for one in received if one.published_at < self._until]

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """As the subscription does."""
        self._subscription.acknowledge(ack_ids)

    def extend(self, ack_ids: Sequence[str], seconds: float) -> None:
        """As the subscription does."""
        self._subscription.extend(ack_ids, seconds)

    def release(self, ack_ids: Sequence[str]) -> None:
        """As the subscription does."""
        self._subscription.release(ack_ids)

    def backlog(self) -> Backlog | None:
        """Returns the backlog of the subscription, including later messages."""
        return self._subscription.backlog()

    def close(self) -> None:
        """Releases the later messages and closes the subscription."""
        self._subscription.release(self._later)
        self._subscription.close()
