"""What every answer and request goes through: the Host it asks for, the token, and headers that keep pages harmless."""

import hmac
import ipaddress
import socket
from collections.abc import Collection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

COOKIE = "meetwire_token"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}


def own_hosts(further: Collection[str] = ()) -> frozenset[str]:
    """Names under which this machine may be asked for, beside its addresses."""
    return frozenset(name.lower() for name in {"localhost", socket.gethostname(), *further})


class Protect:
    """ASGI middleware. A request for another Host than ours is refused, since a page elsewhere could have made it.

    Args:
        app: What is protected.
        hosts: Names that may be asked for; addresses in figures always may.
        token: If given, every request must carry it, by ``Authorization: Bearer``, or once by ``?token=``, which sets a cookie.
    """

    def __init__(self, app: Any, hosts: Collection[str], token: str | None = None) -> None:
        self._app, self._hosts, self._token = app, hosts, token

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers itself what is refused, and passes on the rest."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (self._refusal(scope) or self._app)(scope, receive, send_with_headers)

    def _refusal(self, scope: Any) -> Any:
        headers = Headers(scope=scope)
        if not self._ours(headers.get("host", "")):
            return PlainTextResponse("This is not the host that you asked for.", 421)
        if self._token is None or self._knows(headers):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if any(name == "token" and self._equals(value) for name, value in query):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            # One slash: two would lead to another host.
            path = "/" + scope["path"].lstrip("/\\")
            answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
            answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
            return answer
        return PlainTextResponse("A token is needed: open the address that meetwire serve printed.", 401)

    def _ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self._hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _knows(self, headers: Headers) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._equals(given):
            return True
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return cookie is not None and self._equals(cookie.value)

    def _equals(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), (self._token or "").encode())
