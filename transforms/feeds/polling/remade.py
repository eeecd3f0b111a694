"""The messages of kept fetches, made again: the same bytes, parsed by the same rules, are the same messages."""

import json
from collections.abc import Callable, Iterator, Set
from datetime import datetime
from typing import Any, NamedTuple

from transforms.articles import article_message
from transforms.feeds.document import Document
from transforms.feeds.fetching.kept import Kept, sha
from transforms.feeds.fetching.source import Source
from transforms.feeds.parsing import article_page
from transforms.feeds.parsing.parse import parse_document
from transforms.feeds.polling import decide, ledger, poll
from transforms.feeds.polling.state import State

Complain = Callable[[str], None]


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


def remade(
    state: State,
    store: Kept,
    max_entries: int,
    complain: Complain,
    since: str | None = None,
    until: str | None = None,
    only: Set[str] | None = None,
) -> Iterator[Again]:
    """Every revision of the kept fetches, in the order in which they were fetched.

    Args:
        state: What the feed readers remember.
        store: The kept bytes.
        max_entries: Entries of one document that are read.
        complain: Is told a line for each fetch and revision that cannot be made again.
        since: Only fetches from this time on, as the state writes times.
        until: Only fetches before this time.
        only: Only fetches of these feeds.
    """
    fetches = state.database.execute(
        "SELECT * FROM fetches WHERE fetched_at >= ? AND fetched_at < ? ORDER BY fetched_at, feed_url",
        (since or "", until or "9"),
    ).fetchall()
    for fetch in fetches:
        if only is not None and fetch["feed_url"] not in only:
            continue
        document = _attempt(complain, fetch, _parse, store, fetch, max_entries)
        revisions = state.database.execute(
            "SELECT * FROM revisions WHERE fetch_id = ? ORDER BY position", (fetch["fetch_id"],)
        )
        for row in revisions.fetchall():
            data = (document and _attempt(complain, fetch, _message, state, store, document, fetch, row)) or b""
            fate = "lost" if not data else "same" if sha(data) == row["message_sha"] else "different"
            yield Again(fate, row["revision_id"], row["article_id"], data)


def _attempt(complain: Complain, fetch: Any, make: Callable[..., Any], *arguments: Any) -> Any:
    """What ``make`` gives; None where it raises, which is said and costs this fetch alone."""
    try:
        return make(*arguments)
    except Exception as error:
        complain(poll.line(f"{fetch['feed_url']} of {fetch['fetched_at']}: {type(error).__name__}: {error}"))
        return None


def _parse(store: Kept, fetch: Any, max_entries: int) -> Document | None:
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
        limit=max_entries,
        detect=False,
    )


def _message(state: State, store: Kept, document: Document, fetch: Any, row: Any) -> bytes:
    if row["position"] >= len(document.entries):
        return b""
    title = state.feed(Source(fetch["feed_url"])).title
    source = Source(fetch["feed_url"], language=fetch["language"], title=title)
    entry = document.entries[row["position"]]
    decision = decide.Decision("again", row["position"], entry, row["article_id"], row["revision"], row["revision_id"])
    text = None if row["page_sha"] is None else _page(state, store, row["page_sha"])
    raw = ledger.raw_article(source, document, decision, datetime.fromisoformat(fetch["fetched_at"]), text)
    return article_message.encode(ledger.fit(raw))


def _page(state: State, store: Kept, name: str) -> str:
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
