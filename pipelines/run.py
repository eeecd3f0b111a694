"""The main job: read the feeds once, publish what is new, extract, write the tables, print who met whom.

Every step is durable before the next begins, so a run that is killed at any moment and started again neither loses nor
doubles anything; a second run over the same feeds adds no row. What could not be read is named on stderr and kept in
the tables ``feed_health`` and ``dead_letters``.

  meetwire run                                 the feeds of configs/local.yaml
  meetwire run --feed https://news.example/rss your own feed, again and again for more
  meetwire run --json                          one meeting a line, for machines
"""

import argparse
import shlex
from datetime import UTC, datetime
from pathlib import Path

from pipelines.command_line import terminal
from pipelines.command_line.flags import MIN_CONFIDENCE, add_min_confidence
from pipelines.command_line.progress import say
from pipelines.configuration import ownership
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.own_process import in_own_process
from pipelines.running.publish_summary import PublishSummary
from pipelines.streaming import drain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flag of ``run``."""
    add_min_confidence(
        parser, f"print only meetings with at least this confidence, 0 to 1 (default: {MIN_CONFIDENCE}; with --json: 0)"
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs the main job.

    Returns:
        0, also where a feed could not be read; 1 where none could, where messages still wait for the stream, or where a
        table refused rows.
    """
    if not settings.feeds:
        raise SettingsError("no feeds: name them in the settings file or with --feed")
    if not Path(settings.state).exists() and (mixed := ownership.fault()):
        say(f"run: {mixed}")
    # Reading and extracting each have a process that ends with them, so that their memory never adds up.
    published = in_own_process(read_feeds, settings)
    say(f"read: {published.summary()}")
    fates = drain(settings, "extract")
    say(f"extract: {fates.summary()}")
    from pipelines.views.meetings import newest_meetings, print_meetings

    here = any(not target.startswith("bigquery://") for target in settings.tables)
    if here and arguments.json:
        for meeting in newest_meetings(settings, arguments.min_confidence or 0.0):
            terminal.print_json(meeting)
    elif here:
        least = MIN_CONFIDENCE if arguments.min_confidence is None else arguments.min_confidence
        print_meetings(settings, least, sources=False)
    say("\n".join(f"tables: {target}" for target in settings.tables))
    if here:
        flags = same_tables(arguments)
        say(f"their sentences and links: meetwire meetings{flags}")
        say(f"on a page: meetwire serve{flags}")
        say(f'anything else: meetwire query{flags} "SELECT status, count(*) AS meetings FROM meetings GROUP BY status"')
    if published.all_failed:
        say("run: no feed could be read")
    return 1 if published.waiting or published.all_failed or fates.refused else 0


def read_feeds(settings: Settings) -> PublishSummary:
    """Reads every feed once and publishes what is new; OSError where state, stream or tables cannot be used."""
    from pipelines.publish import publish_once

    return publish_once(settings, lambda: datetime.now(UTC), say)


def same_tables(arguments: argparse.Namespace) -> str:
    """The flags that make another command read the tables of this run: ``" --config FILE"``; ``""`` without any."""
    flags = ["--config", str(arguments.config)] if arguments.config else []
    for target in arguments.tables or ():
        flags += ["--tables", target]
    return "".join(f" {shlex.quote(flag)}" for flag in flags)
