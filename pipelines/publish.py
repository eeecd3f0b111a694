"""Reads the feeds and publishes one message for each new revision of each article to the stream.

  meetwire publish                        every feed once (``--once``), for a scheduler; ``--due``: only what is due
  meetwire publish --every 10m            until stopped; a feed is read as often as it changes, never more than this
  meetwire publish --every 10m --shard 0/4    one of four processes that share the feeds by host

What was read and what of it is still to be published lie in one SQLite file (``--state``), written in one transaction,
so a crash at any moment loses nothing; the stream may then get a message twice, with the same revision_id. SIGTERM and
Ctrl-C let what is under way finish.
"""

import argparse
import asyncio
import json
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.command_line.flags import add_metrics_port, duration_flag
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.feed_sources import feeds_of, limits
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.publish_summary import PublishSummary, Tally, Tell
from transforms.clock import Clock, utc_now
from transforms.feeds.fetching import kept as kept_bytes
from transforms.feeds.fetching.source import Shard, Source
from transforms.feeds.polling import outbox, schedule
from transforms.feeds.polling.poll import Outcome
from transforms.feeds.polling.reader import Agenda, Reader, read_for_ever, read_once
from transforms.feeds.polling.state import State
from transforms.plain import from_plain
from transforms.rows import TABLES
from transforms.streams.connect import open_publisher
from transforms.wording import counted

# A round of polling is over when no feed was read for a pass of the loop, or after so many seconds at the latest.
ROUND_SECONDS = 30.0


def publish_once(
    settings: Settings,
    now: Clock,
    tell: Tell,
    *,
    due: bool = False,
    shard: Shard | None = None,
    resolver: Any = None,
) -> PublishSummary:
    """Reads every feed once and brings what is new to the stream.

    Args:
        settings: Feeds, state, stream and tables.
        now: The clock.
        tell: Is told one line for each feed that could not be read.
        due: Read only the feeds whose time has come.
        shard: Read only the feeds of these hosts.
        resolver: Stands in for DNS (tests).

    Raises:
        OSError: the state, the stream or the tables cannot be used. Nothing is lost: the next pass goes on.
    """
    chosen = _of_shard(feeds_of(settings), shard)
    publisher = open_publisher(settings.stream)
    try:
        with State(settings.state, shard) as state:
            if due:
                chosen = Agenda(state, chosen, now()).due(now())
            else:
                gone = {feed.feed_url for feed in state.feeds() if feed.gone}
                chosen = [source for source in chosen if source.url not in gone]
            with Progress("read", "feeds", len(chosen)) as progress:
                tally = Tally(tell, progress)
                drained = asyncio.run(_once(settings, state, chosen, publisher, now, tally, shard, resolver))
            _tidy(settings, state, now())
            write_rows(settings, state)
            return tally.summary(drained, outbox.waiting(state))
    finally:
        publisher.close()


async def _once(
    settings: Settings,
    state: State,
    chosen: list[Source],
    publisher: Any,
    now: Clock,
    tally: Tally,
    shard: Shard | None,
    resolver: Any,
) -> outbox.Drained:
    async with _reader(settings, state, now, resolver) as reader:
        return await read_once(reader, chosen, publisher, now, tally.add, shard)


def _reader(
    settings: Settings, state: State, now: Clock, resolver: Any = None, shortest: timedelta = schedule.SHORTEST
) -> Reader:
    return Reader(
        state,
        limits(settings.fetch),
        now,
        kept=kept_bytes.beside(Path(settings.state)),
        resolver=resolver,
        shortest=shortest,
    )


def _of_shard(found: list[Source], shard: Shard | None) -> list[Source]:
    return [source for source in found if shard is None or shard.holds(source.host)]


def _tidy(settings: Settings, state: State, now: datetime) -> None:
    """Forgets fetched bytes that are older than the settings keep them."""
    if settings.fetch.keep_days:
        state.forget_fetches(now - timedelta(days=settings.fetch.keep_days))
        kept_bytes.beside(Path(settings.state)).prune(now - timedelta(days=settings.fetch.keep_days))


def write_rows(settings: Settings, state: State) -> int:
    """Brings waiting rows of ``feed_health`` and ``dead_letters`` into the tables; how many.

    Raises:
        OSError: the tables cannot be written; the rows stay in the state.
    """
    waiting = state.database.execute(
        "SELECT sequence, table_name, row FROM rows_for_tables ORDER BY sequence"
    ).fetchall()
    if not waiting:
        return 0
    from transforms.tables.sinks import Tables

    rows: dict[str, list[Any]] = {}
    for _, table, text in waiting:
        rows.setdefault(table, []).append(from_plain(TABLES[table], json.loads(text)))
    Tables(settings.tables).write_all(rows)
    state.database.execute("DELETE FROM rows_for_tables WHERE sequence <= ?", (waiting[-1][0],))
    return len(waiting)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``publish``."""
    parser.add_argument(
        "--every",
        type=duration_flag,
        metavar="TIME",
        help="go on until stopped, reading a feed at the most this often (10m)",
    )
    parser.add_argument("--once", action="store_true", help="read every feed once; the default without --every")
    parser.add_argument("--due", action="store_true", help="with --once: only the feeds whose time has come")
    parser.add_argument("--shard", metavar="I/N", help="read only this share of the hosts, counted from 0 (0/4 to 3/4)")
    add_metrics_port(parser)


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Publishes; 0 also where single feeds failed, 1 where all did or the stream did not take everything."""
    shard = parse_shard(arguments.shard) if arguments.shard else None
    if arguments.every and (arguments.once or arguments.due):
        raise SettingsError("--every goes on until stopped; leave out --once and --due")
    if arguments.metrics_port is not None and not arguments.every:
        raise SettingsError("--metrics-port serves while publish goes on; give --every too")
    if not settings.feeds:
        raise SettingsError("no feeds: name them in the settings file or with --feed")
    if arguments.every:
        every = timedelta(seconds=arguments.every)
        summary = publish_for_ever(settings, utc_now, say, every, shard, arguments.metrics_port)
    else:
        summary = publish_once(settings, utc_now, say, due=arguments.due, shard=shard)
    if arguments.json:
        print(json.dumps({**summary._asdict(), "polls": dict(summary.polls), "skipped": dict(summary.skipped)}))
    say(f"publish: {'in all ' if arguments.every else ''}{summary.summary()}")
    if summary.all_failed:
        say("publish: no feed could be read")
    return 1 if summary.waiting or summary.all_failed else 0


def publish_for_ever(
    settings: Settings,
    now: Clock,
    tell: Tell,
    every: timedelta,
    shard: Shard | None = None,
    metrics_port: int | None = None,
    resolver: Any = None,
) -> PublishSummary:
    """Reads each feed when it is due until SIGTERM or SIGINT; then lets what is under way finish.

    ``tell`` is told one line for each round of feeds, and for each feed that could not be read.
    """
    chosen = _of_shard(feeds_of(settings), shard)
    tally = Tally(tell)
    publisher = open_publisher(settings.stream)
    try:
        with State(settings.state, shard) as state:
            drained = asyncio.run(
                _for_ever(settings, state, chosen, publisher, now, tally, every, shard, metrics_port, resolver)
            )
            write_rows(settings, state)
            return tally.summary(drained, outbox.waiting(state))
    finally:
        publisher.close()


async def _for_ever(
    settings: Settings, state: State, chosen: list[Source], publisher: Any, now: Clock, tally: Tally, every: timedelta,
    shard: Shard | None, metrics_port: int | None, resolver: Any,
) -> outbox.Drained:  # fmt: skip
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    from pipelines.running.feed_metrics import FeedMetrics

    metrics = FeedMetrics(state, metrics_port)
    tally.say(f"publish: {counted(len(chosen), 'feed')}, each read when it is due, until SIGTERM or Ctrl-C")
    total = outbox.Drained()
    tidied = written = now()
    a_round = _Round(tally.say)

    def report(outcome: Outcome) -> None:
        tally.add(outcome)
        a_round.add(outcome)
        metrics.polled(outcome, now())

    def idle(drained: outbox.Drained) -> None:
        nonlocal total, tidied, written
        total = total.plus(drained)
        metrics.drained(drained)
        moment = now()
        a_round.close_when_quiet(lambda: outbox.waiting(state))
        if abs(moment - written) > timedelta(minutes=1):
            written = moment
            try:
                write_rows(settings, state)
            except OSError as error:
                tally.say(f"tables: {error}; rows wait in the state")
        if abs(moment - tidied) > timedelta(hours=1):
            tidied = moment
            _tidy(settings, state, moment)

    async with _reader(settings, state, now, resolver, shortest=every) as reader:
        await read_for_ever(reader, chosen, publisher, now, report, stop, shard, idle)
    return total


class _Round:
    """The feeds that were read since the last line; says that line when no more come."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._clock = tell, time.monotonic
        self._begin()

    def _begin(self) -> None:
        self._tally, self._seen, self._begun = Tally(lambda line: None), 0, self._clock()

    def add(self, outcome: Outcome) -> None:
        """Takes one feed into the round."""
        self._tally.add(outcome)

    def close_when_quiet(self, waiting: Callable[[], int]) -> None:
        """To be called after each pass of the loop; ``waiting`` says how many messages wait in the outbox."""
        polled = self._tally.polls.total()
        if polled and (polled == self._seen or self._clock() - self._begun > ROUND_SECONDS):
            self._tell(f"publish: {self._tally.summary(outbox.Drained(), waiting()).summary()}")
            self._begin()
        elif not polled:
            self._begun = self._clock()
        else:
            self._seen = polled


def parse_shard(text: str) -> Shard:
    """``0/4`` as a shard; SettingsError for anything else."""
    index, slash, count = text.partition("/")
    if not (
        slash
        and index.isascii()
        and index.isdigit()
        and count.isascii()
        and count.isdigit()
        and int(index) < int(count)
    ):
        raise SettingsError(f"--shard {text!r} is not a share such as 0/4")
    return Shard(int(index), int(count))
