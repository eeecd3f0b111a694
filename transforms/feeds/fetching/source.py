"""A feed as the settings name it, and the limits that every fetch keeps."""

import dataclasses
import hashlib
from collections.abc import Mapping
from importlib import metadata
from typing import NamedTuple

from transforms.feeds.parsing.links import host_of

USER_AGENT = f"meetwire/{metadata.version('meetwire')} (news feed reader)"


class Source(NamedTuple):
    """One feed to read.

    Attributes:
        url: http(s) address, ``file:`` address or path, as the settings give it; never changes, whatever moves.
        every_seconds: Fixed interval; None lets the interval follow the feed.
        full_text: Fetch each article's page too.
        language: Language where the text does not tell.
        timezone: IANA zone of dates that name none.
        user_agent: Sent instead of meetwire's own.
        headers: Further request headers.
        title: A name, where an OPML file gives one.
    """

    url: str
    every_seconds: float | None = None
    full_text: bool = False
    language: str | None = None
    timezone: str | None = None
    user_agent: str | None = None
    headers: Mapping[str, str] = {}
    title: str | None = None

    @property
    def is_file(self) -> bool:
        """True for a file on this machine."""
        return self.url.startswith("file:") or "://" not in self.url

    @property
    def host(self) -> str:
        """The host that is asked, ``""`` for a file."""
        return "" if self.is_file else host_of(self.url)


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a fetch may cost and where it may go.

    Attributes:
        user_agent: What the reader says it is.
        allow_hosts: Hosts (``name`` or ``name:port``) that may lie on private addresses.
        timeout_seconds: For one fetch with all its redirects.
        max_bytes: Inflated bytes of one document.
        connections: Fetches at once.
        host_connections: Fetches at once from one host.
        host_spacing_seconds: Time between two requests to one host.
        max_entries: Entries of one document.
        parse_seconds: CPU time for one document.
        keep_days: How long fetched bytes are kept; 0 keeps none.
    """

    user_agent: str = USER_AGENT
    allow_hosts: tuple[str, ...] = ()
    timeout_seconds: float = 30.0
    max_bytes: int = 16 * 1024 * 1024
    connections: int = 64
    host_connections: int = 1
    host_spacing_seconds: float = 1.0
    max_entries: int = 5000
    parse_seconds: float = 5.0
    keep_days: float = 7.0


@dataclasses.dataclass(frozen=True)
class Shard:
    """One of several processes that share the feeds between them by host.

    Attributes:
        index: From 0.
        count: How many there are.
    """

    index: int = 0
    count: int = 1

    def holds(self, host: str) -> bool:
        """True where ``host`` is this process's; all feeds of a host are in one shard, so its limits hold."""
        return int.from_bytes(hashlib.sha256(host.encode()).digest()[:8]) % self.count == self.index
