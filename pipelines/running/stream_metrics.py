"""What a stream says about itself: a log line each minute, and Prometheus metrics where asked for."""

import math
import resource
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from transforms.streams.fates import Fates
from transforms.streams.message import Backlog, Received

LATENCY_SECONDS = (0.5, 1, 2, 3, 5, 8, 10, 15, 30, 60, 300, 1800)
# The latencies that percentiles are taken of: the newest so many messages.
KEPT = 10_000


class Metrics:
    """Counts what a consumer does. A context manager, for the thread that logs.

    Args:
        backlog: What the subscription still has to do; None where it does not say.
        say: Takes the log lines.
        counts: ``articles`` and ``reports`` read so far, those included that are not in the tables yet.
        port: Prometheus metrics are served there.
        every_seconds: Between two log lines.
        now: The time, aware.
    """

    def __init__(
        self,
        backlog: Callable[[], Backlog | None],
        say: Callable[[str], None],
        counts: Callable[[], Mapping[str, int]],
        port: int | None = None,
        every_seconds: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._backlog, self._say, self._port, self._every, self._now = backlog, say, port, every_seconds, now
        self._counts = counts
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._log, name="metrics", daemon=True)
        self._latencies: deque[float] = deque(maxlen=KEPT)
        self._since = (time.monotonic(), dict(counts()))
        self._total = Fates()
        self.registry = CollectorRegistry()
        self._articles = Counter("meetwire_articles", "Articles that reached the tables", registry=self.registry)
        self._reports = Counter("meetwire_reports", "Meeting reports that reached the tables", registry=self.registry)
        self._dead = Counter(
            "meetwire_dead_letters", "What a stage could not process", ["stage"], registry=self.registry
        )
        self._refused = Counter("meetwire_refused_rows", "Rows that a table refused", ["table"], registry=self.registry)
        self._latency = Histogram(
            "meetwire_latency_seconds",
            "From publishing to a durable row",
            buckets=LATENCY_SECONDS,
            registry=self.registry,
        )
        for name, what, value in (
            ("meetwire_backlog_messages", "Messages not yet acknowledged", self._backlog_messages),
            ("meetwire_oldest_unacknowledged_seconds", "Age of the oldest of them", self._oldest_seconds),
            (
                "meetwire_articles_read",
                "Articles read so far, in the tables or on the way",
                lambda: self._read("articles"),
            ),
            ("meetwire_reports_read", "Meeting reports in them", lambda: self._read("reports")),
        ):
            Gauge(name, what, registry=self.registry).set_function(value)

    def __enter__(self) -> "Metrics":
        if self._port is not None:
            prometheus_client.start_http_server(self._port, registry=self.registry)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def done(self, messages: Sequence[Received], fates: Fates) -> None:
        """Counts one run: its messages are durable now."""
        now = self._now()
        waited = [
            max(0.0, (now - datetime.fromisoformat(message.published_at)).total_seconds())
            for message in messages
            if message.published_at
        ]
        with self._lock:
            self._latencies.extend(waited)
            self._total.add(fates)
        self._articles.inc(fates.extracted)
        self._reports.inc(fates.reports)
        for stage, count in fates.dead_letters.items():
            self._dead.labels(stage).inc(count)
        for table, count in fates.refused.items():
            self._refused.labels(table).inc(count)
        for seconds in waited:
            self._latency.observe(seconds)

    def line(self) -> str:
        """What happened since the last line, in one line."""
        moment, now = time.monotonic(), dict(self._counts())
        with self._lock:
            (before, old), waited = self._since, sorted(self._latencies)
            self._since = (moment, now)
            dead = self._total.dead_letters.total() + self._total.refused.total()
        articles, reports = (max(0, now.get(name, 0) - old.get(name, 0)) for name in ("articles", "reports"))
        seconds = max(moment - before, 1e-9)
        parts = [f"stream: {articles / seconds:.1f} articles/s", f"{reports / seconds:.1f} reports/s"]
        if waited:
            parts.append(f"latency p50 {percentile(waited, 0.5):.1f} s p95 {percentile(waited, 0.95):.1f} s")
        backlog = self._backlog()
        if backlog is not None:
            parts.append(f"backlog {backlog.messages:,} (oldest {self._age(backlog):.0f} s)")
        parts.append(f"dead letters {dead}")
        # Linux gives kilobytes: https://man7.org/linux/man-pages/man2/getrusage.2.html
        parts.append(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        return ", ".join(parts)

    def _log(self) -> None:
        while not self._ended.wait(self._every):
            self._say(self.line())

    def _age(self, backlog: Backlog) -> float:
        if backlog.oldest is None:
            return 0.0
        return max(0.0, (self._now() - datetime.fromisoformat(backlog.oldest)).total_seconds())

    def _read(self, name: str) -> float:
        return self._counts().get(name, 0)

    def _backlog_messages(self) -> float:
        backlog = self._backlog()
        return float("nan") if backlog is None else backlog.messages

    def _oldest_seconds(self) -> float:
        backlog = self._backlog()
        return float("nan") if backlog is None else self._age(backlog)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that ``share`` of the ``ordered`` values do not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
