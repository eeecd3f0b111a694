"""Prometheus metrics of the feed readers, served on request (``publish --metrics-port PORT``)."""

from datetime import datetime

from transforms.feeds.polling import outbox
from transforms.feeds.polling.poll import Outcome
from transforms.feeds.polling.state import State


class FeedMetrics:
    """Counts polls, entries and messages. Without a port it counts nothing and costs nothing."""

    def __init__(self, state: State, port: int | None) -> None:
        self._on = port is not None
        if port is None:
            return
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

        registry = CollectorRegistry()
        self._polls = Counter("meetwire_feed_polls", "Polls of feeds", ["status"], registry=registry)
        self._errors = Counter("meetwire_feed_errors", "Polls that failed", ["error"], registry=registry)
        self._entries = Counter(
            "meetwire_feed_entries", "Entries of feeds, each under one fate", ["fate"], registry=registry
        )
        self._gaps = Counter(
            "meetwire_feed_gaps", "Documents that shared no entry with the one before", registry=registry
        )
        self._messages = Counter(
            "meetwire_outbox_messages", "Messages that left the outbox", ["fate"], registry=registry
        )
        self._waiting = Gauge("meetwire_outbox_waiting", "Messages in the outbox", registry=registry)
        self._waiting.set_function(lambda: self._depth)
        self._until_next = Histogram(
            "meetwire_feed_interval_seconds",
            "Time to the next poll",
            registry=registry,
            buckets=(60, 600, 1800, 3600, 7200, 21600, 86400),
        )
        self._state = state
        self._depth = outbox.waiting(state)
        self.port = start_http_server(port, addr="127.0.0.1", registry=registry)[0].server_port

    def polled(self, outcome: Outcome, now: datetime) -> None:
        """One poll is over."""
        if not self._on:
            return
        self._polls.labels(outcome.status).inc()
        if outcome.status == "error":
            self._errors.labels((outcome.error or "").partition(":")[0].partition(",")[0]).inc()
        self._entries.labels("published").inc(outcome.published)
        for reason, number in outcome.skipped.items():
            self._entries.labels(reason).inc(number)
        self._gaps.inc(outcome.gap)
        if outcome.next_poll_at is not None:
            self._until_next.observe(max(0.0, (outcome.next_poll_at - now).total_seconds()))

    def drained(self, drained: outbox.Drained) -> None:
        """One pass over the outbox is over."""
        if not self._on:
            return
        self._messages.labels("sent").inc(drained.sent)
        self._messages.labels("dead").inc(drained.dead)
        self._depth = outbox.waiting(self._state)
