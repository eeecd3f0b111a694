"""Gives the messages of kept fetches again: the same bytes, parsed by the same rules, are the same messages.

  meetwire reparse --check           parse everything that is kept and compare with what was published
  meetwire reparse > messages.jsonl  the messages themselves
  meetwire reparse --publish         bring them to the stream again (with their revision_ids: nothing is doubled)

Fetched bytes are kept beside the state file for ``fetch.keep_days``. A message that comes out otherwise, since the
rules of this version are others, is counted as different; its ids stay the same.
"""

import argparse
import contextlib
import sys
from collections import Counter
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from pipelines.command_line.flags import check_span, moment_flag
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.settings import Settings, SettingsError
from transforms.articles import article_message
from transforms.feeds.fetching import kept as kept_bytes
from transforms.feeds.polling.remade import remade
from transforms.feeds.polling.state import State, format_time
from transforms.streams.connect import open_publisher
from transforms.streams.message import Message
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``reparse``."""
    parser.add_argument("--since", type=moment_flag, metavar="TIME", help="only fetches from this time on (or 6h)")
    parser.add_argument("--until", type=moment_flag, metavar="TIME", help="only fetches before this time")
    parser.add_argument("--check", action="store_true", help="compare only; print no message")
    parser.add_argument("--publish", action="store_true", help="bring the messages to the stream again")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints or publishes the messages; 1 where one is lost or, with ``--check``, different."""
    check_span(arguments.since, arguments.until)
    if arguments.check and arguments.publish:
        raise SettingsError("--check compares only; leave out --publish")
    since, until = (moment and format_time(moment) for moment in (arguments.since, arguments.until))
    only = {feed.url for feed in settings.feeds if feed.url} if arguments.feed else None
    fates: Counter[str] = Counter()
    publisher = open_publisher(settings.stream) if arguments.publish else None
    try:
        with State(settings.state, exclusive=False) as state, _progress(arguments, state) as progress:
            for again in remade(
                state, kept_bytes.beside(Path(settings.state)), settings.fetch.max_entries, say, since, until, only
            ):
                progress.add()
                fates[again.fate] += 1
                if again.fate != "lost" and publisher is not None:
                    attributes = {
                        "schema": str(article_message.SCHEMA),
                        "article_id": again.article_id,
                        "revision_id": again.revision_id,
                    }
                    (result,) = publisher.publish([Message(again.data, attributes, again.article_id)])
                    if isinstance(result, Exception):
                        raise result
                elif again.fate != "lost" and not arguments.check:
                    print(again.data.decode("utf-8"))
    finally:
        if publisher is not None:
            publisher.close()
    fated = ", ".join(f"{fates[fate]} {fate}" for fate in ("same", "different", "lost"))
    say(f"reparse: {counted(fates.total(), 'message')} again: {fated}")
    return 1 if fates["lost"] or (arguments.check and fates["different"]) else 0


def _progress(arguments: argparse.Namespace, state: State) -> AbstractContextManager[Any]:
    """How far it is; nothing where the messages themselves go to the terminal."""
    if sys.stdout.isatty() and not (arguments.check or arguments.publish):
        return contextlib.nullcontext(Progress("reparse", "messages"))
    everything = not (arguments.since or arguments.until or arguments.feed)
    (kept,) = state.database.execute(
        "SELECT count(*) FROM revisions WHERE fetch_id IN (SELECT fetch_id FROM fetches)"
    ).fetchone()
    return Progress("reparse", "messages", kept if everything else None)
