"""Shows how each feed is doing: when it last answered, when it last had news, what is wrong, when it is next read.

  meetwire feeds                     the feeds of the settings, those with errors first
  meetwire feeds --opml              the same feeds as OPML 2.0, for other readers
  meetwire feeds --retry URL         read a feed again that was given up (410) or is waiting after errors
  meetwire feeds --identity URL=guid how its entries are told apart: guid, link or hash (it degrades by itself)

Every poll is a row of the table ``feed_health``: meetwire query "SELECT * FROM feed_health WHERE status = 'error'".
"""

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.publish import feeds_of
from pipelines.settings import Settings, SettingsError
from transforms.feeds import opml, outbox
from transforms.feeds.identity import POLICIES
from transforms.feeds.links import host_of
from transforms.feeds.source import Source
from transforms.feeds.state import FeedState, State, format_time, parse_time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``feeds``."""
    parser.add_argument("--opml", action="store_true", help="print the feeds as OPML")
    parser.add_argument(
        "--retry", action="append", default=[], metavar="URL", help="read this feed again at the next pass"
    )
    parser.add_argument("--identity", action="append", default=[], metavar="URL=POLICY", help="set guid, link or hash")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the feeds; 1 where one of them has an error."""
    found = feeds_of(settings)
    if arguments.opml:
        print(opml.write(found), end="")
        return 0
    with State(settings.state, exclusive=False) as state:
        _change(state, found, arguments)
        rows = [health(source, state, datetime.now(UTC)) for source in found]
        waiting = outbox.waiting(state)
    rows.sort(key=lambda row: (row["error"] is None, row["feed_url"]))
    if arguments.json:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))
    else:
        _print(rows)
    if waiting:
        print(f"{waiting} messages wait in the outbox", file=sys.stderr)
    return 1 if any(row["error"] for row in rows) else 0


def health(source: Source, state: State, now: datetime) -> dict[str, Any]:
    """One feed's health, as ``--json`` prints it.

    ``next_news_by`` is when something new is due, were it to go on as before: twice its own interval.
    """
    feed = state.feed(source)
    held = state.hold(host_of(feed.current_url)) if not source.is_file else None
    interval = source.every_seconds or feed.interval_seconds
    next_news_by = None
    if feed.new_at and interval:
        next_news_by = format_time((parse_time(feed.new_at) or now) + timedelta(seconds=2 * interval))
    return {
        "feed_url": source.url,
        "status": _status(feed, held is not None and held > now),
        "title": feed.title,
        "format": feed.format,
        "succeeded_at": feed.succeeded_at,
        "new_at": feed.new_at,
        "next_news_by": next_news_by,
        "next_poll_at": feed.next_poll_at,
        "interval_seconds": interval,
        "identity": feed.identity,
        "polls": feed.polls,
        "errors": feed.errors,
        "error": feed.error,
        "gaps": feed.gaps,
        "entries": feed.entries,
        "undated_share": round(feed.undated / feed.entries, 3) if feed.entries else None,
        "runaway": feed.runaway,
        "moved_to": feed.moved_to or (feed.current_url if feed.current_url != source.url else None),
        "held_until": format_time(held) if held and held > now else None,
    }


def _status(feed: FeedState, held: bool) -> str:
    if feed.gone:
        return "gone"
    if held:
        return "held"
    return "error" if feed.error else "ok" if feed.polls else "new"


def _change(state: State, found: list[Source], arguments: argparse.Namespace) -> None:
    """Does what ``--retry`` and ``--identity`` ask for.

    Raises:
        SettingsError: the settings name no such feed, or there is no such policy.
    """
    by_url = {source.url: source for source in found}
    for url in arguments.retry:
        feed = state.feed(_named(by_url, url, "--retry"))
        state.save_feed(
            feed._replace(gone=0, errors=0, next_poll_at=None, etag=None, last_modified=None, body_sha=None)
        )
    for choice in arguments.identity:
        url, _, policy = choice.rpartition("=")
        if policy not in POLICIES:
            raise SettingsError(f"--identity {choice!r}: give URL=POLICY with one of {', '.join(POLICIES)}")
        state.save_feed(state.feed(_named(by_url, url, "--identity"))._replace(identity=policy, body_sha=None))


def _named(by_url: dict[str, Source], url: str, flag: str) -> Source:
    if url not in by_url:
        raise SettingsError(f"{flag} {url!r}: the settings name no such feed")
    return by_url[url]


def _print(rows: list[dict[str, Any]]) -> None:
    """A table on stdout, as wide as the terminal, 150 columns where there is none."""
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 150, highlight=False, emoji=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in ("status", "feed", "last success", "last new", "next", "every", "identity", "gaps", "undated", "error"):
        numeric = name in ("gaps", "undated", "every")
        table.add_column(
            name, justify="right" if numeric else "left", overflow="fold", no_wrap=name in ("status", "identity")
        )
    for row in rows:
        following = "never" if row["status"] == "gone" else _short(row["held_until"] or row["next_poll_at"])
        undated = f"{row['undated_share']:.0%}" if row["undated_share"] else ""
        cells = [row["status"], row["feed_url"], _short(row["succeeded_at"]), _short(row["new_at"]), following]
        cells += [
            _interval(row["interval_seconds"]),
            row["identity"],
            str(row["gaps"] or ""),
            undated,
            row["error"] or "",
        ]
        table.add_row(*map(escape, cells))
    console.print(table)


def _short(moment: str | None) -> str:
    return moment[5:16].replace("T", " ") if moment else ""


def _interval(seconds: float | None) -> str:
    if not seconds:
        return ""
    return f"{seconds / 3600:.1f}h" if seconds >= 3600 else f"{seconds / 60:.0f}m"
