"""One host, one queue: so many requests at once, so much time between them, and none while it asks for quiet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HostGate:
    """Lets requests through, host by host, in the order in which they came."""

    def __init__(self, at_once: int, spacing_seconds: float, connections: int) -> None:
        """``at_once`` and ``spacing_seconds`` hold for each host, ``connections`` for all together."""
        self._at_once = at_once
        self._spacing = spacing_seconds
        self._slots = asyncio.Semaphore(connections)
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}
        self._next: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Waits for the host's turn; the request is made inside."""
        self._users[host] = self._users.get(host, 0) + 1
        semaphore = self._hosts.setdefault(host, asyncio.Semaphore(self._at_once))
        try:
            async with semaphore:
                await self._space(host)
                async with self._slots:
                    yield
        finally:
            self._users[host] -= 1
            if not self._users[host]:
                del self._users[host], self._hosts[host]

    async def _space(self, host: str) -> None:
        clock = asyncio.get_running_loop().time
        while (wait := self._next.get(host, 0.0) - clock()) > 0:
            await asyncio.sleep(wait)
        self._next[host] = clock() + self._spacing
        if len(self._next) > 20000:
            now = clock()
            self._next = {name: at for name, at in self._next.items() if at > now}
