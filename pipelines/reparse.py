"""Gives the messages of kept fetches again: the same bytes, parsed by the same rules, are the same messages.

  meetwire reparse --check           parse everything that is kept and compare with what was published
  meetwire reparse > messages.jsonl  the messages themselves
  meetwire reparse --publish         bring them to the stream again (with their revision_ids: nothing is doubled)

Fetched bytes are kept beside the state file for ``fetch.keep_days``. A message that comes out otherwise, since the
rules of this version are others, is counted as different; its ids stay the same.
"""

import argparse
import contextlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.command_line.flags import check_span, moment_flag
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.settings import Settings, SettingsError
from transforms.articles import article_message
from transforms.feeds.document import Document
from transforms.feeds.fetching import kept as kept_bytes
from transforms.feeds.fetching.source import Source
from transforms.feeds.parsing import article_page
from transforms.feeds.parsing.parse import parse_document
from transforms.feeds.polling import decide, ledger, poll
from transforms.feeds.polling.state import State, format_time
from transforms.streams.connect import open_publisher
from transforms.streams.message import Message
from transforms.wording import counted


class Again(NamedTuple):
    """One revision, made again.

    Attributes:
        fate: same, different or lost (its bytes are not kept any more, or hold it no longer).
        revision_id: The revision.
        article_id: Its article.
        data: The message; ``b""`` where it is lost.
    """

    fate: str
    revision_id: str
    article_id: str
    data: bytes


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
            for again in messages(state, settings, since, until, only):
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


def messages(
    state: State, settings: Settings, since: str | None = None, until: str | None = None, only: set[str] | None = None
) -> Iterator[Again]:
    """Every revision of the kept fetches, in the order in which they were fetched."""
    store = kept_bytes.beside(Path(settings.state))
    fetches = state.database.execute(
        "SELECT * FROM fetches WHERE fetched_at >= ? AND fetched_at < ? ORDER BY fetched_at, feed_url",
        (since or "", until or "9"),
    ).fetchall()
    for fetch in fetches:
        if only is not None and fetch["feed_url"] not in only:
            continue
        document = _attempt(fetch, _parse, store, fetch, settings)
        revisions = state.database.execute(
            "SELECT * FROM revisions WHERE fetch_id = ? ORDER BY position", (fetch["fetch_id"],)
        )
        for row in revisions.fetchall():
            data = (document and _attempt(fetch, _message, state, store, document, fetch, row)) or b""
            fate = "lost" if not data else "same" if kept_bytes.sha(data) == row["message_sha"] else "different"
            yield Again(fate, row["revision_id"], row["article_id"], data)


def _attempt(fetch: Any, make: Callable[..., Any], *arguments: Any) -> Any:
    """What ``make`` gives; None where it raises, which is said and costs this fetch alone."""
    try:
        return make(*arguments)
    except Exception as error:
        say(poll.line(f"{fetch['feed_url']} of {fetch['fetched_at']}: {type(error).__name__}: {error}"))
        return None


def _parse(store: kept_bytes.Kept, fetch: Any, settings: Settings) -> Document | None:
    body = store.get(fetch["body_sha"])
    if body is None:
        return None
    return parse_document(
        body,
        fetch["url"],
        datetime.fromisoformat(fetch["fetched_at"]),
        fetch["status"],
        json.loads(fetch["headers"]),
        policy=fetch["identity"],
        zone=fetch["timezone"],
        limit=settings.fetch.max_entries,
        detect=False,
    )


def _message(state: State, store: kept_bytes.Kept, document: Document, fetch: Any, row: Any) -> bytes:
    if row["position"] >= len(document.entries):
        return b""
    title = state.feed(Source(fetch["feed_url"])).title
    source = Source(fetch["feed_url"], language=fetch["language"], title=title)
    entry = document.entries[row["position"]]
    decision = decide.Decision("again", row["position"], entry, row["article_id"], row["revision"], row["revision_id"])
    text = None if row["page_sha"] is None else _page(state, store, row["page_sha"])
    raw = ledger.raw_article(source, document, decision, datetime.fromisoformat(fetch["fetched_at"]), text)
    return article_message.encode(ledger.fit(raw))


def _page(state: State, store: kept_bytes.Kept, name: str) -> str:
    """The text of a kept page; ``""`` where there was none."""
    kept = (
        state.database.execute("SELECT * FROM pages WHERE body_sha = ? LIMIT 1", (name,)).fetchone() if name else None
    )
    body = store.get(name) if kept else None
    if kept is None or body is None:
        return ""
    return article_page.extract(
        body, kept["final_url"], datetime.fromisoformat(kept["fetched_at"]), json.loads(kept["headers"])
    ).text
