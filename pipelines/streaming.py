"""Takes the stream through the chain into the tables, for ever.

A message is acknowledged only when what came of it is durable, so a kill at any moment loses nothing and doubles
nothing. Several of these on one subscription share the work. SIGTERM or Ctrl-C finishes the run under way, gives back
the rest and exits 0. A message that fails again and again becomes a dead letter with its payload; meetwire replay
takes those.

  meetwire stream                          for ever
  meetwire stream --stop-when-idle 30s     until nothing has come for 30 seconds
  meetwire stream --metrics-port 9100      with Prometheus metrics
  meetwire stream --runner=PrismRunner --prism_location=bin/prism
                                           on another runner of Beam; further --options go to it
"""

import argparse
import functools
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipelines.apart import Apart
from pipelines.chain import Fates, extracted_from_now, load_model, run_messages
from pipelines.consume import Consumer, Limits
from pipelines.metrics import Metrics
from pipelines.moments import duration_flag
from pipelines.on_runner import stream_on_runner, wants_runner
from pipelines.progress import Progress, say
from pipelines.settings import Settings, SettingsError
from transforms.streams import Received, Subscription, open_subscription
from transforms.streams.attempts import Attempts
from transforms.streams.bounded import BoundedSubscription
from transforms.tables.dead_letters import dead_letter
from transforms.tables.sinks import Tables

TAKES_BEAM_OPTIONS = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``stream``."""
    defaults = Limits()
    parser.add_argument(
        "--stop-when-idle", type=duration_flag, metavar="TIME", help="end when nothing came for so long"
    )
    parser.add_argument(
        "--max-messages", type=int, default=defaults.messages, metavar="N", help="messages a run (default: %(default)s)"
    )
    parser.add_argument(
        "--gather",
        type=duration_flag,
        default=defaults.seconds,
        metavar="TIME",
        help="wait so long for more messages once one is there: fewer, larger files (default: 2s)",
    )
    parser.add_argument(
        "--tries", type=int, default=defaults.tries, metavar="N", help="then a dead letter (default: %(default)s)"
    )
    parser.add_argument("--metrics-port", type=int, metavar="PORT", help="serve Prometheus metrics there")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Streams until told to stop; 0 then, 1 where the stream or the tables fail."""
    load_model(settings)
    try:
        limits = Limits(messages=arguments.max_messages, seconds=arguments.gather, tries=arguments.tries)
    except ValueError as error:
        raise SettingsError(f"--max-messages, --tries: {error}") from error
    if wants_runner(arguments.beam):
        fates = stream_on_runner(arguments.beam, settings, limits.messages, arguments.stop_when_idle)
        say(f"stream: {fates.summary()}")
        return 0
    subscription = open_subscription(settings.stream)
    metrics = Metrics(subscription.backlog, say, arguments.metrics_port)

    def done(messages: Sequence[Received], fates: Fates) -> None:
        metrics.done(messages, fates)
        say(f"stream: {fates.summary()}")

    consumer = _consumer(settings, subscription, limits, done)
    before = {number: signal.signal(number, lambda *_: consumer.stop()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with metrics:
            say(f"stream: reading {settings.stream}")
            fates = consumer.consume(arguments.stop_when_idle)
    finally:
        subscription.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    say(f"stream: in all {fates.summary()}")
    return 0


def drain(settings: Settings, doing: str, until: datetime | None = None) -> Fates:
    """Takes what is on the stream through the chain into the tables; returns when nothing is left that was published
    before ``until``. ``doing`` names the work where its progress is shown."""
    subscription = open_subscription(settings.stream)
    if until is not None:
        subscription = BoundedSubscription(subscription, until)
    idle = 0.0 if settings.stream.startswith("folder:") else 2.0
    backlog = subscription.backlog()
    consumer = _consumer(settings, subscription, Limits(seconds=0.0), lambda *_: None)
    try:
        with Progress(doing, "articles", backlog and backlog.messages, extracted_from_now(settings)):
            return consumer.consume(idle)
    finally:
        subscription.close()


def bury(settings: Settings, message: Received, error: Exception, now: datetime) -> None:
    """Makes ``message`` a durable dead letter of the stage ``stream``."""
    letter = dead_letter("stream", error, message.data, now, message.message_id, message.attributes)
    Tables(settings.tables).write("dead_letters", [letter])


def _consumer(settings: Settings, subscription: Subscription, limits: Limits, done: Callable[..., None]) -> Consumer:
    attempts = Attempts(Path(settings.state).with_suffix(".attempts.sqlite"), settings.stream)
    run = functools.partial(run_messages, settings=settings, streamed=True)
    return Consumer(
        subscription,
        run,
        Apart(run),
        lambda message, error: bury(settings, message, error, datetime.now(UTC)),
        attempts,
        limits,
        done,
    )
