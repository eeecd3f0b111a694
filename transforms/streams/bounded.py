"""A subscription that ends at a moment: what was published later stays for the next."""

from collections.abc import Sequence
from datetime import datetime

from transforms.streams.message import Backlog, Received, Subscription, timestamp


class BoundedSubscription:
    """``subscription`` without what was published at or after ``until``, which is given back when it is closed."""

    def __init__(self, subscription: Subscription, until: datetime) -> None:
        self._subscription, self._until = subscription, timestamp(until)
        self._later: list[str] = []

    def pull(self, max_messages: int, max_bytes: int, wait_seconds: float) -> list[Received]:
        """As the subscription does, without what came later."""
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
        """The subscription's, what came later included."""
        return self._subscription.backlog()

    def close(self) -> None:
        """Gives back what came later, and closes the subscription."""
        self._subscription.release(self._later)
        self._subscription.close()
