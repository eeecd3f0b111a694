"""Answers that are as they were: 304 for who has them, and the newest ones from memory until the tables change."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

# Answers that are kept, and the bytes of one that is.
KEPT, LARGEST = 200, 128 * 1024
# Answers that depend on more than the tables.
LIVE = ("/healthz", "/metrics", "/pipeline", "/api/version", "/api/health")


class Cached:
    """ASGI middleware. ``state`` names the state of the tables: equal addresses then have equal answers."""

    def __init__(self, app: Any, state: Callable[[], str]) -> None:
        self._app, self._state = app, state
        self._kept: OrderedDict[str, tuple[list[Any], bytes]] = OrderedDict()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers from memory, or lets the app answer and keeps it."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = scope | {"method": "GET"}  # the server sends the head alone
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] in LIVE:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        place = f"{self._state()} {headers.get('host')} {scope['path']}?{scope['query_string'].decode('latin-1')}"
        tag = f'"{hashlib.sha256(place.encode()).hexdigest()[:24]}"'
        if tag in (given.strip().removeprefix("W/") for given in headers.get("if-none-match", "").split(",")):
            await Response(status_code=304, headers={"etag": tag})(scope, receive, send)
            return
        if tag in self._kept:
            self._kept.move_to_end(tag)
            head, body = self._kept[tag]
            await send({"type": "http.response.start", "status": 200, "headers": list(head)})
            await send({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, _Keeping(self._kept, tag, send))


class _Keeping:
    """Sends an answer on, and keeps it where it is a whole one."""

    def __init__(self, kept: OrderedDict[str, tuple[list[Any], bytes]], tag: str, send: Any) -> None:
        self._kept, self._tag, self._send = kept, tag, send
        self._head: list[Any] | None = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(scope=message)
            headers.setdefault("etag", self._tag)
            headers.setdefault("cache-control", "private, no-cache")
            self._head = list(message["headers"])
        elif message["type"] == "http.response.body" and self._head is not None:
            if not message.get("more_body") and len(message["body"]) <= LARGEST:
                self._kept[self._tag] = self._head, message["body"]
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._head = None
        await self._send(message)
