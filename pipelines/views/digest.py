"""Tells what is new in the tables as text for a mail: held, newly planned, called off or denied, told again or changed.

New is a meeting of which an article since then tells for the first time. Each has the sentence, headline and link that say
so; what is less likely right than --min-confidence is left out.

  meetwire digest --since 1d > new.md          Markdown of the last day
  meetwire digest --since 2026-10-01 --html    HTML since then
"""

import argparse
from datetime import UTC, datetime, timedelta

from pipelines.command_line import terminal
from pipelines.command_line.flags import MIN_CONFIDENCE, add_min_confidence, moment_flag
from pipelines.configuration.settings import Settings
from pipelines.views.meetings import newest_meetings
from transforms.streams.message import timestamp


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Since when, in which form."""
    parser.add_argument(
        "--since", type=moment_flag, metavar="TIME", help="articles published then or later (default: 1d)"
    )
    parser.add_argument("--html", action="store_true", help="HTML instead of Markdown")
    add_min_confidence(parser, f"(default: {MIN_CONFIDENCE})", MIN_CONFIDENCE)


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the digest; 0, also where nothing is new."""
    from transforms.page.mail import html, markdown, sorted_out

    since = timestamp(arguments.since or datetime.now(UTC) - timedelta(days=1))
    meetings = newest_meetings(settings, arguments.min_confidence)
    news = sorted_out((m for m in meetings if (m["last_reported"] or "") >= since), since)
    terminal.takes_every_letter()
    print(html(news) if arguments.html else markdown(news))
    return 0
