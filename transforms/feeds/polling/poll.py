"""One poll of one feed, from what came back to what is remembered. Nothing here fetches."""

import functools
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from transforms.feeds.document import Document
from transforms.feeds.fetching.fetch import Fetched
from transforms.feeds.fetching.kept import sha
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
        next_poll_at: When to ask again; None for never.
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


class Poll:
    """One answer of one feed; each method records what it was, in one transaction, and gives the outcome.

    Args:
        state: The open state file.
        source: The feed.
        feed: What was remembered of it when it was asked.
        fetched: The answer.
        now: When it was asked, aware.
        shortest: The interval that no feed goes below by itself.
    """

    def __init__(
        self, state: State, source: Source, feed: FeedState, fetched: Fetched, now: datetime, shortest: timedelta
    ) -> None:
        self.state, self.source, self.feed, self.fetched, self.now = state, source, feed, fetched, now
        self._shortest = shortest

    @functools.cached_property
    def body_sha(self) -> str:
        """The SHA-256 of the answer's bytes, hexadecimal."""
        return sha(self.fetched.body)

    def unchanged(self) -> Outcome:
        """A 304, or a 200 with the bytes of last time."""
        feed, full = self.feed, self.fetched.status == 200
        feed = feed._replace(
            etag=self._validator("etag") or (None if full else feed.etag),
            last_modified=self._validator("last-modified") or (None if full else feed.last_modified),
            validated_at=format_time(self.now) if full else feed.validated_at,
            unchanged=0 if full else feed.unchanged + 1,
        )
        interval = schedule.adapt(self._interval(), 0, max(feed.entries, 1), False, self._shortest)
        with self.state.transaction():
            return self._save(self._succeeded(feed), Outcome(self.source, "unchanged"), interval, self._wish(None))

    def read(
        self, document: Document, planned: decide.Plan, pages: Mapping[int, tuple[str, str | None]], kept: bool
    ) -> Outcome:
        """A document that could be read: its validators, articles, revisions and messages.

        Args:
            document: What the answer says.
            planned: What is new of it.
            pages: Position of an entry -> the text of its page and the hash of the page's kept bytes.
            kept: Whether the bytes of documents with news are kept, under ``body_sha``.
        """
        published = planned.published
        cut = self._cut(document)
        fault = f"cut_short: {cut}; its whole entries were taken, and it is asked again in full" if cut else None
        skipped = planned.skipped | ({"over_limit": document.omitted} if document.omitted else {})
        outcome = Outcome(
            self.source,
            "ok",
            "; ".join(note for note in (fault, self._weaker(document)) if note) or None,
            len(document.entries) + document.omitted,
            len(published),
            sum(decision.fate == "revised" for decision in published),
            skipped,
            planned.gap,
        )
        # What was not taken whole must come again, so nothing may keep the server from sending it.
        feed = self._remembered(document, outcome, settled=cut is None and not planned.withheld)
        interval = schedule.adapt(self._interval(), len(published), len(document.entries), planned.gap, self._shortest)
        with self.state.transaction():
            fetch_id = self._keep(document) if kept and published else None
            ledger.record(self.state, self.source, document, planned, self.now, fetch_id, pages)
            return self._save(
                self._succeeded(feed)._replace(error=fault), outcome, interval, self._wish(document.feed.ttl_seconds)
            )

    def failed(self, error: str, detail: str | None = None) -> Outcome:
        """Anything else. Validators stay as they were; a host that asks for quiet gets it for all its feeds."""
        feed, source, now = self.feed, self.source, self.now
        text = line(f"{error}: {detail}" if detail and not detail.startswith(error) else error)
        interval = schedule.backoff(self._interval(), feed.errors + 1)
        until = None
        if (wait := self._quiet()) is not None:
            capped = " (capped)" if wait == schedule.LONGEST_HOLD else ""
            text += f", asks for {int(wait.total_seconds())} s of quiet{capped}"
            interval = self._interval()
            until = now + wait if wait else None
        gone = self.fetched.status == 410
        feed = feed._replace(
            errors=feed.errors + 1, error=text[:300], polls=feed.polls + 1, polled_at=format_time(now), gone=int(gone)
        )
        if feed.current_url != source.url and (gone or self.fetched.status == 404 or error == "no_such_host"):
            # The move was a mistake: back to the settings' address.
            feed, gone = feed._replace(current_url=source.url, gone=0), False
        with self.state.transaction():
            if until is not None:
                for host in {host_of(self.fetched.url), host_of(feed.current_url)} - {""}:
                    self.state.hold_host(host, until, text[:200], now + schedule.LONGEST_HOLD)
                interval = max(interval, until - now)
            return self._save(feed, Outcome(source, "error", text[:300]), interval, timedelta(), never=gone)

    def _quiet(self) -> timedelta | None:
        """For how long the host asks for quiet; None where it does not."""
        if self.fetched.status not in (429, 503):
            return None
        wait = schedule.retry_after(self.fetched.headers.get("retry-after"), self.now)
        return schedule.HOLD_WITHOUT_WISH if wait is None and self.fetched.status == 429 else wait

    def _cut(self, document: Document) -> str | None:
        """Why the answer is not the whole document; None where it is."""
        if self.fetched.error:
            return self.fetched.detail
        return None if document.whole else "the document ends before its root does"

    def _weaker(self, document: Document) -> str | None:
        """A line where the document's entries are told apart by something weaker than the feed's so far."""
        if document.identity == self.feed.identity:
            return None
        return f"identity: no {self.feed.identity} stays with its article; told apart by {document.identity}"

    def _remembered(self, document: Document, outcome: Outcome, settled: bool) -> FeedState:
        """The feed's state after ``document``; with its validators only where it is ``settled``."""
        feed, moment = self.feed, format_time(self.now)
        return feed._replace(
            title=document.feed.title or self.source.title,
            format=document.format,
            identity=document.identity,
            etag=self._validator("etag") if settled else None,
            last_modified=self._validator("last-modified") if settled else None,
            validated_at=moment if settled else None,
            unchanged=0,
            body_sha=self.body_sha if settled else None,
            new_at=moment if outcome.published else feed.new_at,
            gaps=feed.gaps + outcome.gap,
            entries=len(document.entries),
            undated=sum(entry.published is None and entry.updated is None for entry in document.entries),
            runaway=feed.runaway + outcome.skipped.get("runaway", 0),
        )

    def _keep(self, document: Document) -> str:
        """Notes the fetch whose bytes are kept; its id."""
        source, fetched, moment = self.source, self.fetched, format_time(self.now)
        fetch_id = derive_id(source.url, moment, self.body_sha)
        headers = {name: value for name, value in fetched.headers.items() if name in _KEPT_HEADERS}
        self.state.database.execute(
            "INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                fetch_id, source.url, fetched.url, moment, fetched.status, json.dumps(headers), self.body_sha,
                document.identity, source.timezone or "", source.language,
            ),
        )  # fmt: skip
        return fetch_id

    def _validator(self, name: str) -> str | None:
        """A header that can be sent back as it came; None where there is none, or one that no request may hold."""
        value = self.fetched.headers.get(name)
        return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None

    def _wish(self, ttl_seconds: int | None) -> timedelta:
        """How long the server would like not to be asked."""
        return schedule.wish(self.fetched.headers.get("cache-control"), ttl_seconds)

    def _interval(self) -> timedelta:
        """The interval that the feed has reached so far."""
        seconds = self.feed.interval_seconds
        return max(timedelta(seconds=seconds) if seconds else schedule.FIRST, self._shortest)

    def _succeeded(self, feed: FeedState) -> FeedState:
        moment = format_time(self.now)
        return self._moved(feed)._replace(
            errors=0, error=None, polls=feed.polls + 1, polled_at=moment, succeeded_at=moment, gone=0
        )

    def _moved(self, feed: FeedState) -> FeedState:
        """Follows a permanent redirect for good once it has said the same for a week."""
        now, moved_to = self.now, self.fetched.moved_to
        if moved_to is None:
            return feed._replace(moved_to=None, moved_since=None)
        if moved_to != feed.moved_to:
            return feed._replace(moved_to=moved_to, moved_since=format_time(now))
        since = parse_time(feed.moved_since)
        if since is None or since > now:
            return feed._replace(moved_since=format_time(now))
        if now - since < schedule.MOVE_AFTER:
            return feed
        return feed._replace(current_url=moved_to, moved_to=None, moved_since=None)

    def _save(
        self, feed: FeedState, outcome: Outcome, interval: timedelta, wish: timedelta, never: bool = False
    ) -> Outcome:
        """Writes the feed's state with its next poll, and its row of ``feed_health``; within a transaction."""
        every, is_error = self.source.every_seconds, outcome.status == "error"
        planned = timedelta(seconds=every) if every else max(interval, wish)
        if is_error:
            planned = max(planned, interval)
        next_poll_at = None
        if not never:
            exact = every and not is_error
            jitter = timedelta() if exact else schedule.jitter(planned, self.source.url, str(feed.polls))
            next_poll_at = self.now + planned + jitter
        self.state.save_feed(
            feed._replace(
                # An error changes nothing about how often the feed has news.
                interval_seconds=(feed.interval_seconds or None) if is_error else interval.total_seconds() or None,
                next_poll_at=format_time(next_poll_at),
            )
        )
        outcome = outcome._replace(next_poll_at=next_poll_at)
        if not (self.source.is_file and outcome.status == "unchanged"):  # a file that is as it was: nothing happened
            self.state.queue_rows("feed_health", [health(outcome, self.now)])
        return outcome


def line(text: str) -> str:
    """``text`` as one line that any database and terminal takes."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split())


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
