"""Takes a bounded part of the stream through the chain into the tables, for a scheduler, and ends.

Without flags: what waits on the stream now, acknowledged when it is durable; what comes meanwhile is left to the next
run. With --since or --until: a span of a folder stream's past once more, whatever was acknowledged. With --archive: the
articles that the tables hold, read anew, for instance with a better model. Running it twice changes nothing.

Exit codes: 0 everything went through (also when there was nothing to do); 1 it failed, and the next run takes up what
is left, or a table refused rows, which are dead letters now; 2 the settings or flags are wrong, and so will be the next
run. With --strict also 1 where an article became a dead letter.

  meetwire batch                                  what waits
  meetwire batch --since 6h                       the last six hours once more
  meetwire batch --since 2023-04-17 --until 2023-04-18
  meetwire batch --archive --model en_core_web_trf
"""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime

from pipelines.command_line.flags import check_span, moment_flag
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.streaming import drain, take
from transforms.articles.article_message import encode_article
from transforms.rows import Article
from transforms.streams import Received, read_range
from transforms.streams.fates import Fates
from transforms.streams.given import GivenSubscription
from transforms.tables.archive import archived_articles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``batch``."""
    parser.add_argument(
        "--since", type=moment_flag, metavar="TIME", help="published then or later (or 6h: 6 hours ago)"
    )
    parser.add_argument("--until", type=moment_flag, metavar="TIME", help="published before then")
    parser.add_argument("--archive", action="store_true", help="read the articles in the tables, by when they came")
    parser.add_argument("--strict", action="store_true", help="exit 1 where an article became a dead letter")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Runs the batch; see the module for its exit codes."""
    check_span(arguments.since, arguments.until)
    now = datetime.now(UTC)
    span = arguments.since or arguments.until
    if arguments.beam:
        from pipelines.running.on_runner import batch_on_runner

        if arguments.archive:
            raise SettingsError("--archive runs here, without --runner")
        fates = batch_on_runner(arguments.beam, settings, arguments.since, arguments.until or now)
    elif arguments.archive:
        fates = take_articles(settings, archived_articles(settings.tables, arguments.since, arguments.until), "batch")
    elif span and settings.stream.startswith("folder:"):
        messages = read_range(settings.stream, arguments.since, arguments.until)
        fates = take(settings, GivenSubscription(messages), "batch")
    elif arguments.since:
        raise SettingsError(f"--since: {settings.stream} has no past to read again (--until and --archive work)")
    else:
        fates = drain(settings, "batch", until=arguments.until or now)
    say(f"batch: {fates.summary()}")
    return 1 if fates.refused or (arguments.strict and fates.dead_letters.total()) else 0


def take_articles(settings: Settings, articles: Iterable[Article], doing: str) -> Fates:
    """Takes ``articles`` that are clean already through the rest of the chain, and shows the progress as ``doing``."""
    messages = (
        Received(one.revision_id, encode_article(one), {}, one.revision_id, one.fetched_at or "", 1) for one in articles
    )
    return take(settings, GivenSubscription(messages), doing, whole_chain=False)
