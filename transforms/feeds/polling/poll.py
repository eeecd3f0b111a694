"""One poll of one feed, from what came back to what is remembered. Nothing here fetches."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from transforms.feeds.document import Document
from transforms.feeds.fetching.fetch import Fetched
from transforms.feeds.fetching.kept import Kept
from transforms.feeds.fetching.source import Source
from transforms.feeds.parsing.links import host_of
from transforms.feeds.polling import decide, ledger, schedule
from transforms.feeds.polling.state import FeedState, State, format_time, parse_time
from transforms.rows import FeedHealth, Skipped, derive_id

# Headers that parsing or scheduling reads; no others are kept.
_LONGEST_VALIDATOR = 1024
_KEPT_HEADERS = ("content-type", "etag", "last-modified", "cache-control", "retry-after", "location")


class Outcome(NamedTuple):
    """What came of a poll; ``fetched == published + sum(skipped.values())``.

    Attributes:
        source: The feed.
        status: ok, unchanged or error.
        error: One line, where it is an error.
        fetched: Entries of the document, those beyond the limit counted.
        published: Revisions for the stream.
        revised: Those of them that are not the first.
        skipped: Reason -> entries.
        gap: Entries were probably missed.
        next_poll_at: When to ask again; null for never.
    """

    source: Source
    status: str
    error: str | None = None
    fetched: int = 0
    published: int = 0
    revised: int = 0
    skipped: Mapping[str, int] = {}
    gap: bool = False
    next_poll_at: datetime | None = None


def request_headers(source: Source, feed: FeedState, now: datetime) -> dict[str, str]:
    """What is asked with beside the source's own headers: its user agent, and validators where they may be believed."""
    headers = {}
    if source.user_agent:
        headers["User-Agent"] = source.user_agent
    if schedule.with_validators(parse_time(feed.validated_at), feed.unchanged, now):
        if feed.etag:
            headers["If-None-Match"] = feed.etag
        if feed.last_modified and not schedule.is_future(feed.last_modified, now):
            headers["If-Modified-Since"] = feed.last_modified
    return headers


def note_unchanged(
    state: State, source: Source, feed: FeedState, fetched: Fetched, now: datetime, shortest: timedelta
) -> Outcome:
    """A 304, or a 200 with the bytes of last time."""
    full = fetched.status == 200
    feed = feed._replace(
        etag=_validator(fetched, "etag") or (None if full else feed.etag),
        last_modified=_validator(fetched, "last-modified") or (None if full else feed.last_modified),
        validated_at=format_time(now) if full else feed.validated_at,
        unchanged=0 if full else feed.unchanged + 1,
    )
    feed = _moved(feed, source, fetched, now)
    interval = schedule.adapt(_interval(feed, shortest), 0, max(feed.entries, 1), False, shortest)
    outcome = Outcome(source, "unchanged")
    return _commit(
        state,
        source,
        _succeeded(feed, now),
        outcome,
        interval,
        schedule.wish(fetched.headers.get("cache-control"), None),
        now,
    )


def note_document(
    state: State,
    source: Source,
    feed: FeedState,
    fetched: Fetched,
    document: Document,
    planned: decide.Plan,
    body_sha: str,
    kept: Kept | None,
    page_texts: Mapping[int, tuple[str, str | None]],
    now: datetime,
    shortest: timedelta,
) -> Outcome:
    """A document that could be read: validators, articles, revisions and messages in one transaction."""
    published = planned.published
    skipped = dict(planned.skipped)
    cut = fetched.detail if fetched.error else None if document.whole else "the document ends before its root does"
    # What was not taken whole must come again, so nothing may keep the server from sending it.
    settled = cut is None and not planned.withheld
    if document.omitted:
        skipped["over_limit"] = document.omitted
    fault = f"cut_short: {cut}; its whole entries were taken, and it is asked again in full" if cut else None
    weaker = None
    if document.identity != feed.identity:
        weaker = f"identity: no {feed.identity} stays with its article; told apart by {document.identity}"
    fetch_id = derive_id(source.url, format_time(now), body_sha) if kept is not None and published else None
    feed = feed._replace(
        title=document.feed.title or source.title,
        format=document.format,
        identity=document.identity,
        etag=_validator(fetched, "etag") if settled else None,
        last_modified=_validator(fetched, "last-modified") if settled else None,
        validated_at=format_time(now) if settled else None,
        unchanged=0,
        body_sha=body_sha if settled else None,
        new_at=format_time(now) if published else feed.new_at,
        gaps=feed.gaps + planned.gap,
        entries=len(document.entries),
        undated=sum(entry.published is None and entry.updated is None for entry in document.entries),
        runaway=feed.runaway + skipped.get("runaway", 0),
    )
    feed = _moved(feed, source, fetched, now)
    interval = schedule.adapt(_interval(feed, shortest), len(published), len(document.entries), planned.gap, shortest)
    outcome = Outcome(
        source,
        "ok",
        "; ".join(note for note in (fault, weaker) if note) or None,
        len(document.entries) + document.omitted,
        len(published),
        sum(decision.fate == "revised" for decision in published),
        skipped,
        planned.gap,
    )
    with state.transaction() as database:
        if fetch_id is not None:
            headers = {name: value for name, value in fetched.headers.items() if name in _KEPT_HEADERS}
            database.execute(
                "INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    fetch_id, source.url, fetched.url, format_time(now), fetched.status, json.dumps(headers), body_sha,
                    document.identity, source.timezone or "", source.language,
                ),
            )  # fmt: skip
        ledger.record(state, source, document, planned, now, fetch_id, page_texts)
        wish = schedule.wish(fetched.headers.get("cache-control"), document.feed.ttl_seconds)
        return _save(state, source, _succeeded(feed, now)._replace(error=fault), outcome, interval, wish, now)


def note_failure(
    state: State,
    source: Source,
    feed: FeedState,
    fetched: Fetched,
    error: str,
    detail: str | None,
    now: datetime,
    shortest: timedelta,
) -> Outcome:
    """Anything else. Validators stay as they were; a host that asks for quiet gets it for all its feeds."""
    errors = feed.errors + 1
    interval = schedule.backoff(_interval(feed, shortest), errors)
    text = line(f"{error}: {detail}" if detail and not detail.startswith(error) else error)
    until = None
    if fetched.status in (429, 503):
        wait = schedule.retry_after(fetched.headers.get("retry-after"), now)
        if wait is None and fetched.status == 429:
            wait = schedule.HOLD_WITHOUT_WISH
        if wait is not None:
            text += f", asks for {int(wait.total_seconds())} s of quiet" + (
                " (capped)" if wait == schedule.LONGEST_HOLD else ""
            )
            interval = _interval(feed, shortest)
            until = now + wait if wait else None
    gone = fetched.status == 410
    feed = feed._replace(
        errors=errors, error=text[:300], polls=feed.polls + 1, polled_at=format_time(now), gone=int(gone)
    )
    if feed.current_url != source.url and (gone or fetched.status == 404 or error == "no_such_host"):
        feed = feed._replace(current_url=source.url, gone=0)  # the move was a mistake: back to the settings' address
        gone = False
    outcome = Outcome(source, "error", text[:300])
    with state.transaction():
        if until is not None:
            for host in {host_of(fetched.url), host_of(feed.current_url)} - {""}:
                state.hold_host(host, until, text[:200], now + schedule.LONGEST_HOLD)
            interval = max(interval, until - now)
        return _save(state, source, feed, outcome, interval, timedelta(), now, never=gone)


def line(text: str) -> str:
    """``text`` as one line that any database and terminal takes."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split())


def _validator(fetched: Fetched, name: str) -> str | None:
    """A header that can be sent back as it came; None where there is none, or one that no request may hold."""
    value = fetched.headers.get(name)
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None


def _interval(feed: FeedState, shortest: timedelta) -> timedelta:
    """The interval that the feed has reached so far."""
    return (
        max(timedelta(seconds=feed.interval_seconds), shortest)
        if feed.interval_seconds
        else max(schedule.FIRST, shortest)
    )


def _succeeded(feed: FeedState, now: datetime) -> FeedState:
    moment = format_time(now)
    return feed._replace(errors=0, error=None, polls=feed.polls + 1, polled_at=moment, succeeded_at=moment, gone=0)


def _moved(feed: FeedState, source: Source, fetched: Fetched, now: datetime) -> FeedState:
    """Follows a permanent redirect for good once it has said the same for a week."""
    if fetched.moved_to is None:
        return feed._replace(moved_to=None, moved_since=None)
    if fetched.moved_to != feed.moved_to:
        return feed._replace(moved_to=fetched.moved_to, moved_since=format_time(now))
    since = parse_time(feed.moved_since)
    if since is None or since > now:
        return feed._replace(moved_since=format_time(now))
    if now - since < schedule.MOVE_AFTER:
        return feed
    return feed._replace(current_url=fetched.moved_to, moved_to=None, moved_since=None)


def _commit(
    state: State, source: Source, feed: FeedState, outcome: Outcome, interval: timedelta, wish: timedelta, now: datetime
) -> Outcome:
    with state.transaction():
        return _save(state, source, feed, outcome, interval, wish, now)


def _save(
    state: State,
    source: Source,
    feed: FeedState,
    outcome: Outcome,
    interval: timedelta,
    wish: timedelta,
    now: datetime,
    never: bool = False,
) -> Outcome:
    """The feed's state, its next poll and its row of ``feed_health``."""
    planned = timedelta(seconds=source.every_seconds) if source.every_seconds else max(interval, wish)
    planned = max(planned, interval) if outcome.status == "error" else planned
    next_poll_at = None if never else now + planned + schedule.jitter(planned, source.url, str(feed.polls))
    if source.every_seconds and outcome.status != "error":
        next_poll_at = now + planned
    stored = (
        interval
        if outcome.status != "error"
        else timedelta(seconds=feed.interval_seconds)
        if feed.interval_seconds
        else None
    )
    feed = feed._replace(
        interval_seconds=stored.total_seconds() if stored else None,
        next_poll_at=format_time(next_poll_at),
    )
    state.save_feed(feed)
    outcome = outcome._replace(next_poll_at=next_poll_at)
    if not (source.is_file and outcome.status == "unchanged"):  # a file that is as it was is nothing that happened
        state.queue_rows("feed_health", [health(outcome, now)])
    return outcome


def health(outcome: Outcome, now: datetime) -> FeedHealth:
    """The poll as a row."""
    return FeedHealth(
        feed_url=outcome.source.url,
        polled_at=format_time(now),
        status=outcome.status,
        error=outcome.error,
        fetched=outcome.fetched,
        published=outcome.published,
        skipped=[Skipped(reason, count) for reason, count in sorted(outcome.skipped.items())],
        next_poll_at=format_time(outcome.next_poll_at),
        gap=outcome.gap,
    )
