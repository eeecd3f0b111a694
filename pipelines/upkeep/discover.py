"""Finds the feeds of a site: give its home page, any page, an OPML list or a feed itself.

Looks at what the page announces (link rel=alternate), at its links, at the usual addresses and in its news sitemaps,
within the limits of ``fetch`` in the settings. Each feed that answers is listed with title, last entry and language.
Feeds of comments are left out; name such a feed's own address to take it.

  meetwire discover https://news.example          lists its feeds
  meetwire discover https://news.example --add    and puts them into the settings file, whose comments stay
  meetwire discover feeds.opml --json             one feed a line, for machines

--add writes into --config, else into meetwire.yaml, which it makes where there is none.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from pipelines import init
from pipelines.command_line import terminal
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.add_feeds import with_feeds
from pipelines.configuration.feed_sources import feeds_of, limits
from pipelines.configuration.settings import OWN_FILE, Settings, SettingsError
from pipelines.configuration.settings_file import load
from transforms.feeds.document import Document
from transforms.feeds.fetching import site_feeds
from transforms.feeds.fetching.fetch import Fetched, Fetcher, read_file
from transforms.feeds.fetching.isolate import Parser
from transforms.feeds.fetching.politeness import HostGate
from transforms.feeds.fetching.site_feeds import Discovery, Found
from transforms.feeds.parsing.links import host_of
from transforms.feeds.polling.state import format_time
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The site, and what to do with its feeds."""
    parser.add_argument("url", metavar="URL", help="a home page, a page, an OPML list or a feed; or a file of these")
    parser.add_argument("--add", action="store_true", help="put the feeds into the settings file")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Lists the feeds; 1 where none was found."""
    url = _address(arguments.url)
    with Progress("discover", "addresses") as progress:
        result = asyncio.run(_discover(url, settings, progress))
    for failure in result.failures:
        say(f"{failure.url}: {failure.error}")
    console = terminal.console()
    for found in result.found:
        if arguments.json:
            terminal.print_json(_row(found))
        else:
            _print(console, found)
    say(_summary(arguments.url, result))
    if arguments.add and result.found:
        add([found.url for found in result.found], arguments.config)
    return 0 if result.found else 1


def _summary(asked: str, result: Discovery) -> str:
    """``discover: 3 feeds at https://a.example; left out: 1 comments, 2 http_404``."""
    said = f"discover: {counted(len(result.found), 'feed') if result.found else 'no feeds'} at {asked}"
    reasons = Counter(failure.error.split(":")[0] for failure in result.failures)
    left_out = ", ".join(f"{number} {reason}" for reason, number in sorted(reasons.items()))
    return f"{said}; left out: {left_out}" if left_out else said


def _address(text: str) -> str:
    """What the user wrote as an address: a file where there is one, else https."""
    if "://" in text or text.startswith("file:"):
        return text
    return str(Path(text)) if Path(text).exists() else f"https://{text}"


async def _discover(url: str, settings: Settings, progress: Progress) -> Discovery:
    bounds = limits(settings.fetch)
    gate = HostGate(bounds.host_connections, bounds.host_spacing_seconds, bounds.connections)
    async with Fetcher(bounds) as fetcher, Parser(bounds.parse_seconds) as parser:

        async def fetch(address: str) -> Fetched:
            progress.add()
            if "://" not in address or address.startswith("file:"):
                return read_file(address, bounds.max_bytes)
            async with gate.turn(host_of(address)):
                return await fetcher.fetch(address)

        async def parse(answer: Fetched) -> Document:
            kind = {name: value for name, value in answer.headers.items() if name == "content-type"}
            now = datetime.now(UTC)
            return await parser.feed(answer.body, answer.url, now, answer.status, kind, limit=bounds.max_entries)

        return await site_feeds.discover(url, fetch, parse)


def add(urls: Sequence[str], config: Path | None) -> None:
    """Puts ``urls`` that are not there yet into the settings file ``config``, else into ``meetwire.yaml``.

    Raises:
        SettingsError: the file cannot be read, added to or written; it is as it was then.
    """
    path = config or OWN_FILE
    if not path.exists():
        init.write(path, list(urls))
        say(f"discover: {path} written with {counted(len(urls), 'feed')}")
        return
    known = {source.url for source in feeds_of(load(path))}
    new = [url for url in urls if url not in known]
    if new:
        before = path.read_bytes().decode("utf-8")
        aside = path.with_name(f".{path.name}.part")
        try:
            aside.write_bytes(with_feeds(before, new).encode("utf-8"))
            wanted = [*load(path).feeds, *(feed for feed in load(aside).feeds if feed.url in new)]
            if list(load(aside).feeds) != wanted:
                raise ValueError("the feeds cannot be added without a change to the rest; add them by hand")
            aside.chmod(path.stat().st_mode & 0o777)
            aside.replace(path)
        except ValueError as error:
            raise SettingsError(f"{path}: {error}") from None
        finally:
            aside.unlink(missing_ok=True)
    say(f"discover: {counted(len(new), 'feed')} added to {path}, {len(urls) - len(new)} there already")


def _row(found: Found) -> dict[str, Any]:
    return {**found._asdict(), "last_entry": format_time(found.last_entry) if found.last_entry else None}


def _print(console: Any, found: Found) -> None:
    """Its address, whole, and what it holds in a line below."""
    last = terminal.shortest_time(_row(found)["last_entry"])
    told = [found.title, found.language, found.format, counted(found.entries, "entry", "entries")]
    told.append(f"last entry {last}" if last else "no entry has a date")
    print(terminal.plain(found.url))
    terminal.print_lines(console, Text(terminal.plain(" · ".join(filter(None, told)))), indent=4)
