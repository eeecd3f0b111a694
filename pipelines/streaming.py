"""Takes the stream through the chain into the tables, until it is stopped.

A message is acknowledged only when what came of it is durable, so a kill at any moment loses nothing and doubles
nothing. Several of these on one subscription share the work. SIGTERM or Ctrl-C finishes the run under way, gives back
the rest and exits 0 (1 where a table refused rows: these are dead letters now). A message that fails again and again
becomes a dead letter with its payload; meetwire replay takes those.

  meetwire stream                          until SIGTERM or Ctrl-C
  meetwire stream --stop-when-idle 30s     until nothing has come for 30 seconds
  meetwire stream --metrics-port 9100      with Prometheus metrics
  meetwire stream --runner=PrismRunner --prism_location=bin/prism
                                           on another runner of Beam; further --options go to it
"""

import argparse
import contextlib
import dataclasses
import functools
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.command_line.flags import add_metrics_port, duration_flag, number_flag
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running import capacity
from pipelines.running.own_process import Pool
from pipelines.running.settle import heed_actors_file, settle
from pipelines.running.stream_metrics import Metrics
from transforms.articles.article_message import decode_article
from transforms.streams import Received, Subscription, open_subscription
from transforms.streams.attempts import Attempts
from transforms.streams.bounded import BoundedSubscription
from transforms.streams.consumer import Consumer, Limits, consume_together
from transforms.streams.fates import Fates

# So many messages are worth the start of a further process, some three seconds.
LEAST_SHARE = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``stream``."""
    defaults = Limits()
    parser.add_argument(
        "--stop-when-idle", type=duration_flag, metavar="TIME", help="end when nothing came for so long"
    )
    parser.add_argument(
        "--max-messages",
        type=number_flag(1, 100_000),
        default=defaults.messages,
        metavar="N",
        help="messages a run (default: %(default)s)",
    )
    parser.add_argument(
        "--gather",
        type=duration_flag,
        default=defaults.seconds,
        metavar="TIME",
        help="wait so long for more messages once one is there: fewer, larger files (default: 2s)",
    )
    parser.add_argument(
        "--tries",
        type=number_flag(3, 1000),
        default=defaults.tries,
        metavar="N",
        help="then a dead letter (default: %(default)s)",
    )
    parser.add_argument(
        "--readers",
        type=number_flag(1, 10_000),
        metavar="N",
        help="readings at once, on another runner (default: on Flink four for each of --parallelism, else 1)",
    )
    add_metrics_port(parser)


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Streams until told to stop; 0 then, 1 where the stream or the tables fail, or a table refused rows."""
    if arguments.metrics_port is not None and arguments.beam:
        raise SettingsError("--metrics-port: another runner has metrics of its own; leave it out with --runner")
    try:
        limits = Limits(messages=arguments.max_messages, seconds=arguments.gather, tries=arguments.tries)
    except ValueError as error:
        raise SettingsError(f"--max-messages, --tries: {error}") from error
    if arguments.beam:
        from pipelines.running.on_runner import stream_on_runner

        fates = stream_on_runner(arguments.beam, settings, limits.messages, arguments.stop_when_idle, arguments.readers)
        say(f"stream: {fates.summary()}")
        return 1 if fates.refused else 0
    if arguments.readers is not None:
        raise SettingsError("--readers: goes with another --runner; here, start several of these")
    heed_actors_file(settings)
    subscription = open_subscription(settings.stream)

    def done(messages: Sequence[Received], fates: Fates) -> None:
        metrics.done(messages, fates)
        say(f"stream: {fates.summary()}")

    with (
        _consumers(settings, subscription, limits, done, streamed=True) as (consumers, pool),
        Metrics(subscription.backlog, say, pool.counts, arguments.metrics_port) as metrics,
    ):
        say(f"stream: reading {settings.stream}")
        fates = consume_together(consumers, arguments.stop_when_idle)
    if not any(one.stopping for one in consumers):
        settle(settings)
    say(f"stream: in all {fates.summary()}")
    return 1 if fates.refused else 0


def drain(settings: Settings, doing: str, until: datetime | None = None) -> Fates:
    """Takes what is on the stream through the chain into the tables; returns when nothing is left that was published
    before ``until``. ``doing`` names the work where its progress is shown."""
    subscription = open_subscription(settings.stream)
    if until is not None:
        subscription = BoundedSubscription(subscription, until)
    return take(settings, subscription, doing, idle_seconds=0.0 if settings.stream.startswith("folder:") else 5.0)


def take(
    settings: Settings,
    subscription: Subscription,
    doing: str,
    whole_chain: bool = True,
    idle_seconds: float = 0.0,
) -> Fates:
    """Takes what ``subscription`` gives through the chain, as a stream would, until nothing comes, and closes it.

    Uses as many processes as the settings say. Without ``whole_chain`` the messages are articles that are clean already.
    """
    heed_actors_file(settings)
    backlog = subscription.backlog()
    count, at_once, limits = capacity.workers(settings.workers), 1, Limits(seconds=0.0)
    if backlog:
        count = at_once = min(count, max(1, -(-backlog.messages // LEAST_SHARE)))
        limits = dataclasses.replace(limits, messages=share(backlog.messages, count, limits.messages))
    with (
        _consumers(settings, subscription, limits, whole_chain=whole_chain, count=count, at_once=at_once) as (
            consumers,
            pool,
        ),
        Progress(doing, "articles", backlog and backlog.messages, pool.counts),
    ):
        fates = consume_together(consumers, idle_seconds)
    if any(one.stopping for one in consumers):
        raise KeyboardInterrupt
    settle(settings)
    return fates


def share(backlog: int, count: int, most: int) -> int:
    """How many of ``backlog`` messages a run takes, ``most`` at most, so that each of ``count`` processes has as many runs."""
    turns = -(-backlog // (most * count))
    return min(most, max(LEAST_SHARE, -(-backlog // max(1, turns * count))))


def bury(settings: Settings, stage: str, message: Received, error: Exception) -> None:
    """Makes ``message`` a durable dead letter of ``stage``."""
    from transforms.tables.dead_letters import dead_letter
    from transforms.tables.sinks import Tables

    letter = dead_letter(stage, error, message.data, datetime.now(UTC), message.message_id, message.attributes)
    Tables(settings.tables).write("dead_letters", [letter])


def run_messages(messages: Sequence[Received], settings: Settings, streamed: bool = False) -> Fates:
    """Takes messages through the whole chain. Beam is loaded only where this is called: in a worker."""
    from pipelines import chain

    return chain.run_messages(messages, settings, streamed)


def run_article_messages(messages: Sequence[Received], settings: Settings) -> Fates:
    """Takes messages that are articles, clean already, through the rest of the chain."""
    from pipelines.chain import run_articles

    return run_articles([decode_article(one.data) for one in messages], settings)


@contextlib.contextmanager
def _consumers(
    settings: Settings,
    subscription: Subscription,
    limits: Limits,
    done: Callable[..., None] = lambda *_: None,
    whole_chain: bool = True,
    streamed: bool = False,
    count: int = 1,
    at_once: int = 1,
) -> Iterator[tuple[Sequence[Consumer], Pool]]:
    """``count`` loops over ``subscription`` with as many workers, ``at_once`` of which start now, stopped by SIGTERM and Ctrl-C within ``stop_within``.

    Its last fifth is for giving back what is not done; where the stream does not even answer to that, the process ends
    all the same, and the messages come again when their leases have run out.
    """
    run = (
        functools.partial(run_messages, settings=settings, streamed=streamed)
        if whole_chain
        else functools.partial(run_article_messages, settings=settings)
    )
    attempts = Attempts(Path(settings.state).with_suffix(".attempts.sqlite"), settings.stream)
    pool = Pool(run, settings, count, at_once)
    to_bury = functools.partial(bury, settings, "stream" if whole_chain else "meetings")
    consumers = [Consumer(subscription, pool, to_bury, attempts, limits, done) for _ in range(count)]
    try:
        with _stopped_by_signals(consumers, pool, settings.stop_within.total_seconds()), pool:
            yield consumers, pool
    finally:
        subscription.close()
        attempts.close()


@contextlib.contextmanager
def _stopped_by_signals(consumers: Sequence[Consumer], pool: Pool, bound: float) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the consumers; ``bound`` seconds later at the latest this process."""

    def stop(*_: object) -> None:
        if not ending:
            last = threading.Timer(bound, os._exit, (1,))
            last.daemon = True
            last.start()
            ending.append(last)
        for one in consumers:
            one.stop()
        pool.stop(bound * 0.8)

    ending: list[threading.Timer] = []
    here = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT) if here}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for last in ending:
            last.cancel()
