"""Shows how each feed is doing: when it last answered, when it last had news, what is wrong, when it is next read.

  meetwire feeds                     the feeds of the settings, those with errors first
  meetwire feeds --opml              the same feeds as OPML 2.0, for other readers
  meetwire feeds --retry URL         read a feed again that was given up (410) or is waiting after errors
  meetwire feeds --identity URL=guid how its entries are told apart: guid, link, hash or text (it degrades by itself)

Every poll is a row of the table ``feed_health``: meetwire query "SELECT * FROM feed_health WHERE status = 'error'".
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.text import Text

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.feed_sources import feeds_of
from pipelines.configuration.settings import Settings, SettingsError
from transforms.feeds.fetching import opml
from transforms.feeds.fetching.source import Source
from transforms.feeds.identity.article_keys import POLICIES
from transforms.feeds.parsing.links import host_of, without_user
from transforms.feeds.polling import outbox, schedule
from transforms.feeds.polling.state import FeedState, State, format_time, parse_time
from transforms.wording import counted

# Why a feed's entries go by less than their guids.
_WEAKER = {
    "link": " (its guids do not stay with their articles)",
    "hash": " (neither guids nor links stay with their articles)",
    "text": " (guids, links and dates change with each poll)",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``feeds``."""
    parser.add_argument("--opml", action="store_true", help="print the feeds as OPML")
    parser.add_argument(
        "--retry", action="append", default=[], metavar="URL", help="read this feed again at the next pass"
    )
    parser.add_argument(
        "--identity", action="append", default=[], metavar="URL=POLICY", help="set guid, link, hash or text"
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the feeds; 1 where one of them has an error."""
    if arguments.opml and arguments.json:
        raise SettingsError("--opml or --json, not both")
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
            terminal.print_json(row)
    else:
        _print(rows)
    say(_summary(rows, waiting))
    return 1 if any(row["error"] for row in rows) else 0


def health(source: Source, state: State, now: datetime) -> dict[str, Any]:
    """One feed's health, as ``--json`` prints it.

    ``next_news_by`` is when something new is due, were it to go on as before: twice its own interval.
    """
    feed = state.feed(source)
    held = state.hold(host_of(feed.current_url)) if not source.is_file else None
    held = held if held is not None and schedule.is_held(held, now) else None
    interval = source.every_seconds or feed.interval_seconds
    next_news_by = None
    if feed.new_at and interval:
        next_news_by = format_time((parse_time(feed.new_at) or now) + timedelta(seconds=2 * interval))
    return {
        "feed_url": source.url,
        "status": _status(feed, held is not None),
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
        "held_until": format_time(held),
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
    url = without_user(url)[0]
    if url not in by_url:
        raise SettingsError(f"{flag} {url!r}: the settings name no such feed")
    return by_url[url]


def _print(rows: list[dict[str, Any]]) -> None:
    """Three lines a feed on stdout: how it is and its name, its address, and when it was and will be read."""
    console = terminal.console()
    for row in rows:
        title = terminal.plain(row["title"] or row["feed_url"])
        terminal.print_lines(console, Text(title, style="bold"), f"{row['status']:6}  ", 8)
        if row["title"]:
            terminal.print_lines(console, Text(terminal.plain(row["feed_url"])), indent=8)
        if row["error"]:
            terminal.print_lines(console, Text(terminal.plain(row["error"])), indent=8)
        terminal.print_lines(console, Text(" · ".join(_times(row)), style="dim"), indent=8)


def _times(row: dict[str, Any]) -> Iterator[str]:
    """What is known of a feed's readings, in words."""
    read, new = terminal.shortest_time(row["succeeded_at"]), terminal.shortest_time(row["new_at"])
    following = terminal.shortest_time(row["held_until"] or row["next_poll_at"])
    yield f"last read {read}" if read else "never read"
    if new:
        yield f"last news {new}"
    if row["status"] == "gone":
        yield "given up (--retry asks again)"
    elif following:
        yield f"next {following}"
    if row["interval_seconds"]:
        yield f"every {_interval(row['interval_seconds'])}"
    yield f"told apart by {row['identity']}" + _WEAKER.get(row["identity"], "")
    if row["moved_to"]:
        yield f"moved to {terminal.plain(row['moved_to'])}"
    if row["gaps"]:
        yield counted(row["gaps"], "gap")
    if row["undated_share"]:
        yield f"{row['undated_share']:.0%} without a date"


def _interval(seconds: float) -> str:
    return f"{seconds / 3600:g}h" if seconds >= 3600 else f"{seconds / 60:.0f}m" if seconds >= 60 else f"{seconds:g}s"


def _summary(rows: list[dict[str, Any]], waiting: int) -> str:
    failing = sum(bool(row["error"]) for row in rows)
    said = counted(len(rows), "feed") + (f", {failing} with an error" if failing else "")
    return said + (f"; {counted(waiting, 'message')} in the outbox, not yet on the stream" if waiting else "")
