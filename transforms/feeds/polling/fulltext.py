"""The text of an article's own page: under robots.txt, once, and kept."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from protego import Protego

from transforms.feeds.fetching.fetch import Fetched
from transforms.feeds.fetching.isolate import Parser
from transforms.feeds.fetching.kept import Kept
from transforms.feeds.polling.state import State, format_time

_ROBOTS_AGE = timedelta(hours=24)
_ROBOTS_SIZE = 500_000

Fetch = Callable[[str], Awaitable[Fetched]]


class PageText(NamedTuple):
    """What came of a page: its text (``""`` where there is none) and the name of its bytes."""

    text: str
    sha: str


class Robots:
    """What each host allows, asked once a day. No answer allows nothing; no such file allows everything."""

    def __init__(self, fetch: Fetch, user_agent: str) -> None:
        self._fetch = fetch
        self._agent = user_agent
        self._rules: dict[str, tuple[datetime, Protego | None]] = {}

    async def allow(self, url: str, now: datetime) -> bool:
        """True where the host's robots.txt lets this reader fetch ``url``."""
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}"
        asked = self._rules.get(place)
        if asked is None or not timedelta() <= now - asked[0] <= _ROBOTS_AGE:
            asked = now, await self._ask(place)
            self._rules[place] = asked
        rules = asked[1]
        return rules is not None and bool(rules.can_fetch(url, self._agent))

    async def _ask(self, place: str) -> Protego | None:
        answer = await self._fetch(f"{place}/robots.txt")
        if answer.error or answer.status >= 500 or answer.status == 429:
            return None
        body = answer.body[:_ROBOTS_SIZE].decode("utf-8", "replace") if answer.status < 300 else ""
        return Protego.parse(body)


async def text_of(
    url: str,
    key: str,
    state: State,
    kept: Kept | None,
    parser: Parser,
    robots: Robots,
    fetch: Fetch,
    now: datetime,
    fresh: bool = False,
) -> PageText:
    """The text of the page at ``url``; fetched once for each ``key`` (the canonical link) unless it is to be ``fresh``.

    A page that is forbidden or cannot be read gives ``""``; the reason is kept in the state.
    """
    query = "SELECT final_url, fetched_at, headers, body_sha FROM pages WHERE url = ? ORDER BY fetched_at DESC LIMIT 1"
    row = None if fresh else state.database.execute(query, (key,)).fetchone()
    body = kept.get(row["body_sha"]) if row and row["body_sha"] and kept is not None else None
    if row is not None and body is not None:
        fetched_at = datetime.fromisoformat(row["fetched_at"])
        page = await parser.page(body, row["final_url"], fetched_at, json.loads(row["headers"]))
        return PageText(page.text, row["body_sha"])
    if not await robots.allow(url, now):
        _note(state, key, now, url, {}, None, "robots.txt forbids it")
        return PageText("", "")
    answer = await fetch(url)
    if answer.error or answer.status != 200:
        _note(state, key, now, answer.url, {}, None, answer.detail or f"http_{answer.status}")
        return PageText("", "")
    headers = {name: value for name, value in answer.headers.items() if name == "content-type"}
    page = await parser.page(answer.body, answer.url, now, headers)
    name = kept.put(answer.body) if kept is not None else ""
    _note(state, key, now, answer.url, headers, name or None, None if page.text else "no article found")
    return PageText(page.text, name)


def _note(
    state: State, key: str, now: datetime, url: str, headers: dict[str, str], body_sha: str | None, error: str | None
) -> None:
    state.database.execute(
        "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?)",
        (key, format_time(now), url, json.dumps(headers), body_sha, error),
    )
