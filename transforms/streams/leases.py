"""Extends the leases of deliveries while they are being processed."""

import logging
import threading
import time
from collections.abc import Iterable

from transforms.streams.message import Subscription

HOLD_SECONDS = 60.0
# What is in hand for longer is given up: a runner tells of a bundle's success, never of its failure.
LONGEST_SECONDS = 1800.0


class LeaseKeeper:
    """A context manager with a thread that extends the leases of the deliveries in process.

    A lease that cannot be extended is logged: the message may then be given to another too, which costs work and
    changes nothing.
    """

    def __init__(self, subscription: Subscription, every_seconds: float = HOLD_SECONDS / 4) -> None:
        self._subscription, self._every = subscription, every_seconds
        self._held: dict[str, float] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)

    def __enter__(self) -> "LeaseKeeper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def hold(self, ack_ids: Iterable[str]) -> None:
        """Starts to extend these leases, the first time at once."""
        taken = list(ack_ids)
        with self._lock:
            self._held.update(dict.fromkeys(taken, time.monotonic() + LONGEST_SECONDS))
        self._extend(taken)

    def let_go(self, ack_ids: Iterable[str]) -> None:
        """Stops extending these leases."""
        with self._lock:
            for ack_id in ack_ids:
                self._held.pop(ack_id, None)

    def _keep(self) -> None:
        while not self._ended.wait(self._every):
            now = time.monotonic()
            with self._lock:
                self._held = {ack_id: until for ack_id, until in self._held.items() if until > now}
                held = list(self._held)
            self._extend(held)

    def _extend(self, ack_ids: list[str]) -> None:
        try:
            if ack_ids:
                self._subscription.extend(ack_ids, HOLD_SECONDS)
        except Exception as error:
            logging.getLogger(__name__).warning("cannot extend %d leases: %s", len(ack_ids), error)
