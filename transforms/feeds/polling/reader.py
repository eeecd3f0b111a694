"""The loop of the feed readers: polls what is due, records it, brings the outbox to the stream."""

import asyncio
import contextlib
import heapq
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from aiohttp.abc import AbstractResolver

from transforms.clock import Clock
from transforms.feeds.document import Document
from transforms.feeds.fetching.fetch import Fetched, Fetcher, read_file
from transforms.feeds.fetching.isolate import Parser
from transforms.feeds.fetching.kept import Kept
from transforms.feeds.fetching.politeness import HostGate
from transforms.feeds.fetching.source import Limits, Shard, Source
from transforms.feeds.parsing.links import host_of, origin_of
from transforms.feeds.polling import decide, fulltext, outbox, poll, schedule
from transforms.feeds.polling.poll import Outcome, Poll
from transforms.feeds.polling.stability import settle_by_history
from transforms.feeds.polling.state import FeedState, State, StateError, format_time, parse_time
from transforms.streams.message import Publisher

LOG = logging.getLogger(__name__)
_LONGEST_SLEEP = 5.0
_STOP_WITHIN = 10.0


class Reader:
    """Reads feeds into a state file and drains its outbox. Use it as an async context."""

    def __init__(
        self,
        state: State,
        limits: Limits,
        now: Clock,
        *,
        kept: Kept | None = None,
        resolver: AbstractResolver | None = None,
        shortest: timedelta = schedule.SHORTEST,
    ) -> None:
        """``shortest`` is the interval that no feed goes below by itself; ``resolver`` stands in for DNS."""
        self.state = state
        self._limits = limits
        self._now = now
        self._kept = kept if limits.keep_days else None
        self._shortest = shortest
        self._fetcher = Fetcher(limits, resolver)
        self._parser = Parser(limits.parse_seconds)
        self._gate = HostGate(limits.host_connections, limits.host_spacing_seconds, limits.connections)
        self._robots = fulltext.Robots(self._polite_fetch, limits.user_agent)

    async def __aenter__(self) -> Self:
        await self._fetcher.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._parser.__aexit__(kind, error, trace)
        await self._fetcher.__aexit__(kind, error, trace)

    async def poll(self, source: Source) -> Outcome:
        """Asks one feed and records what came of it.

        A feed whose host asked for quiet is not asked and gives an outcome ``held``, which is not recorded. Whatever
        else one feed raises is that feed's error; the others go on.

        Raises:
            StateError: the state file itself cannot be used, which is no feed's fault.
        """
        now = self._now()
        text = ""
        try:
            feed = self.state.feed(source)
            try:
                return await self._ask(source, feed)
            except Exception as error:
                _raise_where_the_state_is_unusable(self.state, error)
                text = f"internal_error: {type(error).__name__}: {error}"
                LOG.debug("%s", source.url, exc_info=True)
            nothing = Fetched(feed.current_url, 0, {}, b"")
            return Poll(self.state, source, feed, nothing, now, self._shortest).failed(text)
        except Exception as error:  # what is remembered of the feed cannot be read, or not be replaced
            _raise_where_the_state_is_unusable(self.state, error)
            text = text or f"internal_error: {type(error).__name__}: {error}"
            return Outcome(source, "error", poll.line(text), next_poll_at=now + schedule.LONGEST_BACKOFF)

    async def _ask(self, source: Source, feed: FeedState) -> Outcome:
        if source.is_file:
            now = self._now()
            return await self._take(source, feed, read_file(source.url, self._limits.max_bytes), now)
        host = host_of(feed.current_url)
        async with self._gate.turn(host):
            now = self._now()
            held = self.state.hold(host)
            if held is not None and schedule.is_held(held, now):
                return Outcome(
                    source,
                    "held",
                    f"{host} asked for quiet until {format_time(held)}",
                    next_poll_at=held + schedule.jitter(held - now, source.url),
                )
            fetched = await self._fetcher.fetch(
                feed.current_url, poll.request_headers(source, feed, now), source.headers, origin_of(source.url)
            )
        return await self._take(source, feed, fetched, now)

    async def _take(self, source: Source, feed: FeedState, fetched: Fetched, now: datetime) -> Outcome:
        answer = Poll(self.state, source, feed, fetched, now, self._shortest)
        if fetched.error and not fetched.body:
            return answer.failed(fetched.error, fetched.detail)
        if fetched.status == 304:
            return answer.unchanged()
        if fetched.status != 200:
            withheld = f"its headers go to {origin_of(source.url)} only, and not to {origin_of(fetched.url)}"
            error = "gone" if fetched.status == 410 else f"http_{fetched.status}"
            return answer.failed(error, withheld if fetched.withheld else None)
        if feed.error is None and feed.body_sha == answer.body_sha:
            return answer.unchanged()
        document = await self._parse(source, feed, fetched, now)
        if document.error or (fetched.error and not document.entries):
            error = fetched.error or document.error or ""
            return self._same_file_fault(source, feed, error) or answer.failed(error, fetched.detail)
        document = settle_by_history(self.state, source.url, document)
        planned = decide.plan(self.state, source, document, now)
        if self._kept is not None and planned.published:
            self._kept.put(fetched.body)
        pages = await self._pages(source, planned, now) if source.full_text else {}
        return answer.read(document, planned, pages, kept=self._kept is not None)

    def _same_file_fault(self, source: Source, feed: FeedState, error: str) -> Outcome | None:
        """A file that is as broken as last time: said again, recorded once."""
        return Outcome(source, "error", error) if source.is_file and feed.error == error else None

    async def _parse(self, source: Source, feed: FeedState, fetched: Fetched, now: datetime) -> Document:
        return await self._parser.feed(
            fetched.body,
            fetched.url,
            now,
            fetched.status,
            {name: value for name, value in fetched.headers.items() if name == "content-type"},
            policy=feed.identity,
            zone=source.timezone or "",
            limit=self._limits.max_entries,
            detect=False,
        )

    async def _pages(self, source: Source, planned: decide.Plan, now: datetime) -> dict[int, tuple[str, str | None]]:
        texts: dict[int, tuple[str, str | None]] = {}
        for decision in planned.published:
            link, key = decision.entry.link, decision.entry.canonical_url
            if link and key:
                fresh = decision.fate == "revised"  # an edited article has an edited page
                said = await fulltext.text_of(
                    link, key, self.state, self._kept, self._parser, self._robots, self._polite_fetch, now, fresh
                )
                texts[decision.position] = said.text, said.sha
        return texts

    async def _polite_fetch(self, url: str) -> Fetched:
        async with self._gate.turn(host_of(url)):
            return await self._fetcher.fetch(url)


def _raise_where_the_state_is_unusable(state: State, error: Exception) -> None:
    """Raises a StateError for a full disk, a locked or a damaged file; what one feed's data do is no such thing."""
    if isinstance(error, StateError):
        raise error
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        raise StateError(f"{state.path}: {error}") from error


async def read_once(
    reader: Reader,
    sources: Iterable[Source],
    publisher: Publisher,
    now: Clock,
    report: Callable[[Outcome], None],
    shard: Shard | None = None,
) -> outbox.Drained:
    """Polls each source once, whatever its interval, and drains the outbox meanwhile and at the end."""
    drained = await outbox.drain(reader.state, publisher, now, shard)  # what a crash may have left goes first
    tasks = [asyncio.create_task(reader.poll(source)) for source in sources]
    try:
        for task in asyncio.as_completed(tasks):
            outcome = await task
            report(outcome)
            if outcome.published:
                drained = drained.plus(await outbox.drain(reader.state, publisher, now, shard))
    finally:
        for pending in tasks:
            pending.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return drained.plus(await outbox.drain(reader.state, publisher, now, shard))


class Agenda:
    """Which feed is due when."""

    def __init__(self, state: State, sources: Sequence[Source], now: datetime) -> None:
        self._state = state
        self._sources = {source.url: source for source in sources}
        self._now = now
        self._heap: list[tuple[str, str]] = []
        self._fill(self._sources, now)

    def _fill(self, urls: Iterable[str], now: datetime) -> None:
        """Notes when each of ``urls`` is due, by what is remembered of it."""
        known: Mapping[str, FeedState] = {feed.feed_url: feed for feed in self._state.feeds()}
        self._heap = []
        for url in urls:
            feed, every = known.get(url), self._sources[url].every_seconds
            if feed is None or not feed.gone:
                interval = None if every is None else timedelta(seconds=every)
                due = feed and schedule.due_at(parse_time(feed.next_poll_at), parse_time(feed.polled_at), interval, now)
                self._heap.append((format_time(due) if due else "", url))
        heapq.heapify(self._heap)

    def due(self, now: datetime) -> list[Source]:
        """Takes out every source whose time has come."""
        if now < self._now - schedule.CLOCK_ERROR:  # the clock was put back: what was noted by it is not believed
            self._fill([url for _, url in self._heap], now)
        self._now = now
        taken = []
        while self._heap and self._heap[0][0] <= format_time(now):
            taken.append(self._sources[heapq.heappop(self._heap)[1]])
        return taken

    def put(self, source: Source, at: datetime | None) -> None:
        """Notes when ``source`` is due again; None for a feed that is gone."""
        if at is not None:
            every = timedelta(seconds=source.every_seconds) if source.every_seconds else timedelta()
            # A poll that was under way when the clock was put back has noted a time that is too far ahead.
            latest = self._now + max(every, schedule.LONGEST_WAIT) + schedule.CLOCK_ERROR
            heapq.heappush(self._heap, (format_time(at if at <= latest else self._now), source.url))

    def next_at(self) -> datetime | None:
        """When the next source is due; None where none will ever be."""
        return (parse_time(self._heap[0][0] or "1970-01-01T00:00:00Z")) if self._heap else None


async def read_for_ever(
    reader: Reader,
    sources: Sequence[Source],
    publisher: Publisher,
    now: Clock,
    report: Callable[[Outcome], None],
    stop: asyncio.Event,
    shard: Shard | None = None,
    idle: Callable[[outbox.Drained], None] = lambda drained: None,
) -> None:
    """Polls each source when it is due until ``stop`` is set; then lets what is under way finish.

    ``idle`` is called after each pass over the outbox.
    """
    agenda = Agenda(reader.state, sources, now())
    running: set[asyncio.Task[Outcome]] = set()
    stopping: asyncio.Task[Any] = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            for source in agenda.due(now()):
                running.add(asyncio.create_task(reader.poll(source)))
            ahead = agenda.next_at()
            wait = min(_LONGEST_SLEEP, max(0.05, (ahead - now()).total_seconds())) if ahead else _LONGEST_SLEEP
            await asyncio.wait({*running, stopping}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in running if task.done()]:
                running.discard(task)
                _finish(task, agenda, report)
            idle(await outbox.drain(reader.state, publisher, now, shard))
        if running:
            done, late = await asyncio.wait(running, timeout=_STOP_WITHIN)
            for task in done:
                _finish(task, agenda, report)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        idle(await outbox.drain(reader.state, publisher, now, shard))
    finally:
        stopping.cancel()
        for task in running:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)


def _finish(task: "asyncio.Task[Outcome]", agenda: Agenda, report: Callable[[Outcome], None]) -> None:
    outcome = task.result()
    agenda.put(outcome.source, outcome.next_poll_at)
    report(outcome)
