"""The loop behind ``stream``: pull what is there, take it through the chain, make it durable, acknowledge, go on.

Whatever fails is tried again in smaller company: a bundle that raised, hung or ended its process is retried in tens,
then each message alone, so that the one that cannot be processed is found; after a number of tries it is a dead letter
with its whole payload, and the rest flows. What an orderly stop or a kill interrupts has not failed. Where a place fails
(full, damaged, away), even for the dead letter, or one message after the other has to be given up, no message is at
fault: the loop ends with that error, and acknowledges nothing further.
"""

import contextlib
import dataclasses
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

from transforms.errors import MeetwireError
from transforms.streams.attempts import Attempts, Tries
from transforms.streams.fates import Fates
from transforms.streams.leases import LeaseKeeper
from transforms.streams.message import Received, StreamError, Subscription

Run = Callable[[Sequence[Received]], Fates]
LOG = logging.getLogger(__name__)
# How many messages share a run when they have been begun before so many times.
COMPANY = {0: None, 1: 10}
# So many times as often as a message may fail, it may be begun: the end of a whole container is never seen.
UNSEEN = 10
# So many messages given up in a row, with none that went well between: it is the chain that fails, not they.
SYSTEMIC = 10


class StoppedError(MeetwireError):
    """A run that was ended, or never begun, because the whole is to stop: no message's fault."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """What is taken at once, and when a message is given up.

    Attributes:
        messages: At most so many messages a run.
        bytes: At most so many bytes of them (one larger message is taken alone).
        seconds: Waits so long for more messages once one is there: each run makes its own files in the tables.
        tries: A message that failed so often is a dead letter; at least 3: in a run, among ten, and alone.
        pause_seconds: Waits so long after a failure, times the number of tries.
    """

    messages: int = 200
    bytes: int = 16_000_000
    seconds: float = 2.0
    tries: int = 5
    pause_seconds: float = 0.2

    def __post_init__(self) -> None:
        if self.messages < 1 or self.tries < 3:
            raise ValueError("a run takes at least 1 message, and a message at least 3 tries")


class Consumer:
    """Takes a subscription's messages through ``run``; the only place where they are acknowledged.

    Args:
        subscription: Where the messages come from.
        run: Takes messages through the chain; returns when what came of them is durable, raises where it failed,
            OSError where a place that it needs did, and StoppedError where it was interrupted.
        bury: Makes a message that cannot be processed a durable dead letter.
        attempts: The memory of what was begun and not finished.
        limits: What is taken at once.
        done: Told of each run's messages and fates.
        clock, sleep: Seconds that only go forward, and waiting.
    """

    def __init__(
        self,
        subscription: Subscription,
        run: Run,
        bury: Callable[[Received, Exception], None],
        attempts: Attempts,
        limits: Limits,
        done: Callable[[Sequence[Received], Fates], None] = lambda messages, fates: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._subscription, self._run, self._bury = subscription, run, bury
        self._attempts, self._limits, self._done = attempts, limits, done
        self._clock, self._sleep = clock, sleep
        self._given_up = self._out_of_place = 0
        self.stopping = False
        self.total = Fates()

    def stop(self) -> None:
        """Ends the loop after the run that is under way. May be called from a signal handler."""
        self.stopping = True

    def consume(self, idle_seconds: float | None) -> Fates:
        """Goes on until ``stop`` is called, or nothing has come for ``idle_seconds``. Returns what became of all."""
        with LeaseKeeper(self._subscription) as leases:
            idle_since = self._clock()
            while not self.stopping:
                received = self._gather(leases, 0.5 if idle_seconds is None else min(0.5, idle_seconds))
                if received:
                    self._work(received, leases)
                    idle_since = self._clock()
                elif idle_seconds is not None and self._clock() - idle_since >= idle_seconds:
                    break
        return self.total

    def _gather(self, leases: LeaseKeeper, wait_seconds: float) -> list[Received]:
        """What is there, and what comes within ``limits.seconds`` of the first message."""
        limits = self._limits
        received: list[Received] = []
        size = 0
        wait, until = wait_seconds, None
        while len(received) < limits.messages and (not received or size < limits.bytes) and not self.stopping:
            more = self._subscription.pull(limits.messages - len(received), max(1, limits.bytes - size), wait)
            leases.hold(one.ack_id for one in more)
            received += more
            size += sum(len(one.data) for one in more)
            now = self._clock()
            until = now + limits.seconds if until is None else until
            wait = min(until - now, 0.5)
            if not received or wait <= 0:
                break
        return received

    def _work(self, received: list[Received], leases: LeaseKeeper) -> None:
        """Takes ``received`` through to the end; what a stop leaves over is given back."""
        waiting = received
        tries = {one.ack_id: self._attempts.of(one.message_id) for one in received}
        try:
            while waiting and not self.stopping:
                # What was never begun goes first: what fails must not keep it.
                least = min(tries[one.ack_id] for one in waiting)
                group = [one for one in waiting if tries[one.ack_id] == least][: COMPANY.get(least.begun, 1)]
                if self._try(group, least):
                    taken = {one.ack_id for one in group}
                    waiting = [one for one in waiting if one.ack_id not in taken]
                    self._subscription.acknowledge(list(taken))
                    leases.let_go(taken)
                    self._attempts.finish([one.message_id for one in group])
                else:
                    tries |= {one.ack_id: self._attempts.of(one.message_id) for one in group}
        except Exception:  # a place failed: no message is to blame
            with contextlib.suppress(StreamError):  # the attempts may lie in the same place
                self._attempts.finish([one.message_id for one in waiting])
            raise
        finally:
            if waiting:
                left = [one.ack_id for one in waiting]
                leases.let_go(left)
                self._subscription.release(left)

    def _try(self, group: list[Received], tries: Tries) -> bool:
        """True where ``group`` is durable now, as rows or as a dead letter."""
        if tries.begun >= self._limits.tries * UNSEEN:
            self._give_up(group[0], RuntimeError(f"begun {tries.begun} times and never finished"))
            return True
        ids = [one.message_id for one in group]
        self._attempts.begin(ids)
        try:
            fates = self._run(group)
            if not fates.complete:
                raise RuntimeError(f"{fates.messages} messages went in, and not all came out: {fates}")
        except StoppedError:
            self._attempts.undo(ids)
            self.stop()
            return False
        except OSError as error:
            self._attempts.undo(ids)
            self._out_of_place += 1
            if self._out_of_place >= self._limits.tries:
                raise
            LOG.warning("cannot go on (try %d): %s", self._out_of_place, _line(error))
            self._sleep(self._limits.pause_seconds * self._out_of_place)
            return False
        except Exception as error:
            failed = tries.failed + 1
            LOG.warning("%d messages failed (try %d): %s", len(group), failed, _line(error))
            if failed < self._limits.tries:
                self._attempts.fail(ids)
                self._sleep(self._limits.pause_seconds * failed)
                return False
            self._give_up(group[0], error)
            return True
        self._given_up = self._out_of_place = 0
        self._count(group, fates)
        return True

    def _give_up(self, message: Received, error: Exception) -> None:
        self._given_up += 1
        if self._given_up > SYSTEMIC:
            fault = f"{SYSTEMIC} messages in a row failed, so this one is kept on the stream: {_line(error)}"
            raise StreamError(f"message {message.message_id}", fault)
        LOG.warning("message %s is a dead letter now: %s", message.message_id, _line(error))
        self._bury(message, error)
        fates = Fates(messages=1)
        fates.dead_letters["stream"] += 1
        self._count([message], fates)

    def _count(self, group: Sequence[Received], fates: Fates) -> None:
        self.total.add(fates)
        self._done(group, fates)


def _line(error: Exception) -> str:
    """The error in one line of bearable length."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def consume_together(consumers: Sequence[Consumer], idle_seconds: float | None) -> Fates:
    """Has ``consumers`` of one subscription consume at the same time; what became of all.

    Where one of them fails or is stopped, all are stopped after the runs under way.

    Raises:
        OSError: what the first that failed raised.
    """
    with ThreadPoolExecutor(len(consumers), thread_name_prefix="consumer") as threads:
        running = [threads.submit(one.consume, idle_seconds) for one in consumers]
        pending = set(running)
        while pending:  # Python heeds a signal that comes just before a wait only at its end
            ended, pending = wait(pending, timeout=1.0, return_when=FIRST_COMPLETED)
            if any(done.exception() for done in ended) or any(one.stopping for one in consumers):
                for one in consumers:
                    one.stop()
    total = Fates()
    for done in running:
        total.add(done.result())
    return total
