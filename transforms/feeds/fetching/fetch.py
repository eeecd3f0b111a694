"""Fetches one document over HTTP or from a file: within a time, a size and the open internet."""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver

from transforms.feeds.fetching.guard import BlockedAddressError, guarded_socket
from transforms.feeds.fetching.inflate import EncodingError, Inflater, TooLargeError
from transforms.feeds.fetching.source import Limits
from transforms.feeds.parsing.links import host_of, origin_of, without_user

_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_MOST_REDIRECTS = 8
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


class Fetched(NamedTuple):
    """What came back.

    Attributes:
        url: Where the document came from, after redirects.
        status: The HTTP status; 0 where no answer came.
        headers: The answer's headers, names in lower case.
        body: The inflated bytes; those that came before an early end, where there is an error too.
        error: What went wrong (``timeout``, ``cut_short``, ``blocked_address``, …); None where a whole answer came.
        detail: The same in words.
        moved_to: The address that permanent redirects alone lead to; None where there are none.
        withheld: The answer came from another origin than the one that the feed's own headers are for.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    error: str | None = None
    detail: str | None = None
    moved_to: str | None = None
    withheld: bool = False


class Fetcher:
    """An HTTP client for feeds and pages. Hosts that are allowed by name get connections of their own, so that no
    other name reaches their addresses."""

    def __init__(self, limits: Limits, resolver: AbstractResolver | None = None) -> None:
        self._limits = limits
        self._resolver = resolver
        self._open: aiohttp.ClientSession | None = None
        self._trusted: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._open = self._session(guarded=True)
        self._trusted = self._session(guarded=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._open, self._trusted):
            if session is not None:
                await session.close()

    def _session(self, guarded: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._limits.connections,
            resolver=self._resolver,
            socket_factory=guarded_socket if guarded else None,
            ttl_dns_cache=60,
        )
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=None),
            max_line_size=16384,
            max_field_size=65536,
            trust_env=False,
        )

    async def fetch(
        self, url: str, headers: Mapping[str, str] | None = None, own: Mapping[str, str] | None = None, origin: str = ""
    ) -> Fetched:
        """Fetches the document at ``url``; every failure is an answer with ``error``.

        Args:
            url: Its address.
            headers: Sent with every request.
            own: Headers that may be credentials: sent to ``origin`` only, wherever redirects lead.
            origin: Scheme, host and port that ``own`` is for, as ``origin_of`` gives it.
        """
        sent = {
            "User-Agent": self._limits.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
            **(headers or {}),
        }
        deadline = asyncio.get_running_loop().time() + self._limits.timeout_seconds
        try:
            return await self._follow(url, sent, own or {}, origin, deadline)
        except TimeoutError:
            return _failed(url, "timeout", f"no answer within {self._limits.timeout_seconds:g} s (fetch.timeout)")
        except TooLargeError as error:
            return _failed(url, "too_large", f"{error} (fetch.max_bytes)")
        except EncodingError as error:
            return _failed(url, "content_encoding", str(error))
        except (aiohttp.InvalidURL, UnicodeError) as error:
            return _failed(url, "bad_address", str(error))
        except aiohttp.ClientConnectorDNSError as error:
            return _failed(url, "no_such_host", f"the name {error.host} does not resolve")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError) as error:
            return _failed(url, "certificate", str(error))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            blocked = _blocked(error)
            if blocked is not None:
                return _failed(url, "blocked_address", str(blocked))
            return _failed(url, "no_connection", _reason(error))

    async def _follow(
        self, url: str, sent: Mapping[str, str], own: Mapping[str, str], origin: str, deadline: float
    ) -> Fetched:
        start = here = without_user(url)[0]
        permanent = True
        for _ in range(_MOST_REDIRECTS + 1):
            if urlsplit(here).scheme.lower() not in ("http", "https"):
                return _failed(here, "blocked_scheme", f"leads to {here[:200]}, which is not http or https")
            session = (
                self._trusted
                if host_of(here) in self._allowed() or urlsplit(here).hostname in self._allowed()
                else self._open
            )
            assert session is not None, "use 'async with Fetcher(...)'"
            at_home = origin_of(here) == origin
            headers = {**sent, **own} if at_home else sent
            async with asyncio.timeout_at(deadline):
                asked = await session.get(here, headers=headers, allow_redirects=False)
            async with asked as answer:
                received = {name.lower(): _text(value) for name, value in answer.headers.items()}
                location = received.get("location")
                if answer.status in _REDIRECTS and location:
                    permanent = permanent and answer.status in _PERMANENT
                    here = without_user(urljoin(here, location.strip()))[0]
                    continue
                body, error, detail = (b"", None, None) if answer.status == 304 else await self._read(answer, deadline)
                moved_to = here if permanent and here != start else None
                withheld = bool(own) and not at_home
                return Fetched(here, answer.status, received, body, error, detail, moved_to, withheld)
        return _failed(here, "too_many_redirects", f"more than {_MOST_REDIRECTS}")

    def _allowed(self) -> tuple[str, ...]:
        return self._limits.allow_hosts

    async def _read(self, answer: aiohttp.ClientResponse, deadline: float) -> tuple[bytes, str | None, str | None]:
        """The inflated body, and error and detail where it is not whole; what came before an early end is kept."""
        inflater = Inflater(answer.headers.get("Content-Encoding", ""), self._limits.max_bytes)
        length = answer.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit() and int(length[:20]) > self._limits.max_bytes:
            raise TooLargeError(f"{length[:20]} bytes announced, {self._limits.max_bytes} allowed")
        error = detail = None
        try:
            async with asyncio.timeout_at(deadline):
                async for piece in answer.content.iter_chunked(65536):
                    inflater.feed(piece)
        except TimeoutError:
            error, detail = "timeout", f"no whole answer within {self._limits.timeout_seconds:g} s (fetch.timeout)"
        except (aiohttp.ClientPayloadError, aiohttp.ClientOSError, ConnectionError):
            error, detail = "cut_short", "the connection was closed before the whole answer had come"
            # aiohttp raises before it hands out what it has already received, and offers no public way to it.
            inflater.feed(answer.content._read_nowait(-1))
        body, ended = inflater.finish()
        if not ended and error is None:
            error, detail = "cut_short", "the compressed body has no end"
        return body, error, detail


def read_file(url: str, limit: int) -> Fetched:
    """The file at ``url`` (a path or a ``file:`` address); only the settings may name one."""
    path = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else Path(url)
    place = path.absolute().as_uri()
    try:
        with path.open("rb") as file:
            body = file.read(limit + 1)
    except OSError as error:
        return _failed(place, "unreadable", f"{path}: {error.strerror or error}")
    if len(body) > limit:
        return _failed(place, "too_large", f"{path}: more than {limit} bytes")
    inflater = Inflater("", limit)
    try:
        inflater.feed(body)
        body, ended = inflater.finish()
    except (TooLargeError, EncodingError) as error:
        return _failed(
            place, "too_large" if isinstance(error, TooLargeError) else "content_encoding", f"{path}: {error}"
        )
    if not ended:
        return Fetched(place, 200, {}, body, "cut_short", "the compressed file has no end")
    return Fetched(place, 200, {}, body)


def _failed(url: str, error: str, detail: str) -> Fetched:
    return Fetched(url, 0, {}, b"", error, " ".join(detail.split())[:300])


def _text(value: str) -> str:
    """A header's value without bytes that are no text, which neither a database nor another request would take."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _blocked(error: BaseException | None) -> BlockedAddressError | None:
    """The refused address at the bottom of ``error``; None where there is none."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, BlockedAddressError):
            return error
        inner = getattr(error, "os_error", None)
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__
    return None


def _reason(error: Exception) -> str:
    """Why there was no connection, without what only aiohttp's authors need."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{error.host}:{error.port}: {error.os_error.strerror or error.os_error}"
    return f"{type(error).__name__}: {error}"
