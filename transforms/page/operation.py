"""Pages of days and of the pipeline's own health, and its figures for Prometheus."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from transforms.browse import overview
from transforms.browse.connection import Reader
from transforms.browse.filters import Filter
from transforms.page.render import Addresses, page

Row = dict[str, Any]
SHOWN_A_DAY = 4
# Gold set -> figure -> what it was at least in the last evaluation, 0 to 1.
Quality = Mapping[str, Mapping[str, float]]


def month_of(text: str) -> date | None:
    """The first day of ``2026-10``; None for what is no month."""
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None


def newest_month(reader: Reader, today: date) -> date:
    """This month, or the last before it that has meetings, or the first that has any."""
    held = [name for name, _ in overview.months(reader)]
    past = [name for name in held if name <= today.isoformat()[:7]]
    return month_of((past or held or [today.isoformat()[:7]])[-1 if past else 0]) or today.replace(day=1)


def month(reader: Reader, to: Addresses, first: date) -> str:
    """A month's days with the surest meetings of each."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    counts = overview.day_counts(reader, first, last)
    shown = overview.days(reader, first, last, SHOWN_A_DAY)
    # Days of the months beside it are left empty: those after the last month that dates can have are no dates.
    cells = [
        _cell(first.replace(day=day), shown, counts) if month == first.month else {"inside": False}
        for _, month, day in calendar.Calendar().itermonthdays3(first.year, first.month)
    ]
    months = overview.months(reader)
    before, after = _beside(first, [name for name, _ in months])
    return page(
        "calendar.html", to, here="calendar", totals=overview.totals(reader), title=f"{first:%B %Y}",
        weeks=[cells[at : at + 7] for at in range(0, len(cells), 7)], any=bool(counts), months=months,
        before=before, after=after,
    )  # fmt: skip


def _cell(day: date, shown: dict[str, list[Row]], counts: dict[str, int]) -> Row:
    name = day.isoformat()
    some = shown.get(name, [])
    query = Filter(since=day, until=day + timedelta(days=1) if day < date.max else None).query()
    return {
        "number": day.day,
        "inside": True,
        "meetings": some,
        "more": counts.get(name, 0) - len(some),
        "query": query,
    }


def _beside(first: date, months: list[str]) -> tuple[str | None, str | None]:
    """The nearest months with meetings before and after."""
    now = first.isoformat()[:7]
    return max((m for m in months if m < now), default=None), min((m for m in months if m > now), default=None)


def shown_feed(url: str) -> str:
    """A feed's address as a page may show it: without user, query or a folder of this machine."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return f"{parts.hostname or ''}{parts.path}"
    return url.replace("\\", "/").rstrip("/").rpartition("/")[2] or url


def _spark(counts: list[int]) -> Markup:
    """A line of what the last polls published, oldest first."""
    most = max(counts, default=0) or 1
    points = " ".join(f"{i * 4},{20 - 18 * count / most:.1f}" for i, count in enumerate(counts))
    width = max(4, (len(counts) - 1) * 4)
    label = f"published by the last {len(counts)} polls, at most {most}" if counts else "no polls"
    return Markup(
        '<svg class="spark" viewBox="0 0 {0} 22" preserveAspectRatio="none" role="img" aria-label="{1}">'
        '<polyline fill="none" stroke="currentColor" points="{2}"/></svg>'
    ).format(width, label, points if len(counts) > 1 else f"{points} 4,{points.partition(',')[2]}" if counts else "")


def pipeline(reader: Reader, to: Addresses, backlog: int | None, quality: Quality) -> str:
    """How feeds and stages are doing; ``backlog`` is how many messages wait in the stream."""
    feeds = overview.feeds(reader)
    for feed in feeds:
        feed["shown"] = shown_feed(feed["feed_url"])
        feed["spark"] = _spark(list(reversed(feed["recent"])))
        feed["error"] = (feed["error"] or "").replace(feed["feed_url"], feed["shown"])
    hours = overview.arrivals(reader)
    delays = sorted(hour["delay_seconds"] for hour in hours if hour["delay_seconds"] is not None)
    return page(
        "pipeline.html", to, here="pipeline", totals=overview.totals(reader), feeds=feeds,
        failing=sum(feed["status"] == "error" for feed in feeds), letters=overview.letters(reader),
        stages=overview.stages(reader), delay=_span(delays[len(delays) // 2]) if delays else "",
        arrivals=[(f"{hour['hour'][5:13].replace('T', ' ')} h", hour["articles"]) for hour in hours],
        backlog=backlog, quality=quality,
    )  # fmt: skip


def _span(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"


def prometheus(reader: Reader, backlog: int | None) -> bytes:
    """What the tables hold, in Prometheus's text format."""
    registry = CollectorRegistry()
    totals = overview.totals(reader)
    for name, what in (("articles", "Articles"), ("reports", "Meeting reports"), ("meetings", "Meetings")):
        Gauge(f"meetwire_tables_{name}", f"{what} in the tables", registry=registry).set(totals[name])
    letters = Gauge("meetwire_tables_dead_letters", "Open dead letters", ["stage"], registry=registry)
    for stage in overview.stages(reader):
        letters.labels(stage["stage"]).set(stage["letters"])
    feeds = overview.feeds(reader)
    up = Gauge("meetwire_tables_feed_up", "Whether the last poll of a feed went well", ["feed"], registry=registry)
    for feed in feeds:
        up.labels(shown_feed(feed["feed_url"])).set(feed["status"] != "error")
    if backlog is not None:
        Gauge("meetwire_tables_backlog", "Messages waiting in the stream", registry=registry).set(backlog)
    return bytes(generate_latest(registry))
