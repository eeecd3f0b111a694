"""Thousands of feeds on loopback, with think times and four 304s in five: memory, polls a minute, lateness of polls.

    python benchmarks/feeds_load.py [--feeds 10000] [--hosts 2000] [--every 120] [--minutes 6]

The server is a process of its own. Lateness is from the moment a feed was due to the moment its request was made, and
counts from the second round on, since in the first everything is due at once.
"""

import argparse
import asyncio
import os
import random
import resource
import socket
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver

from transforms.feeds.fetching.source import Limits, Source
from transforms.feeds.polling import outbox
from transforms.feeds.polling.reader import Reader, read_for_ever
from transforms.feeds.polling.state import State
from transforms.streams.connect import open_publisher

ITEM = (
    "<item><title>Story {n} of feed {feed}</title><guid isPermaLink='false'>{feed}-{n}</guid><link>https://news.example/{feed}/{n}</link>"
    "<pubDate>Mon, 09 Mar 2026 09:15:00 GMT</pubDate><description>The delegations of feed {feed} met for the {n}th time and agreed to "
    "meet again, a spokesman said. They spoke about ferries, bridges and the price of salt for two hours.</description></item>"
)


async def serve(port):
    """Each feed has twenty items; one request in five finds a new one."""
    chance = random.Random(1)
    newest = defaultdict(lambda: 20)

    async def answer(request):
        feed = request.match_info["feed"]
        await asyncio.sleep(min(2.0, chance.lognormvariate(-2.2, 0.9)))  # half within 110 ms, one in fifty over 700 ms
        if "If-None-Match" in request.headers:
            if chance.random() < 0.8:
                return web.Response(status=304)
            newest[feed] += 1
        last = newest[feed]
        items = "".join(ITEM.format(n=n, feed=feed) for n in range(last, last - 20, -1))
        body = f"<rss version='2.0'><channel><title>Feed {feed}</title>{items}</channel></rss>"
        return web.Response(text=body, content_type="application/rss+xml", headers={"ETag": f'"{feed}-{last}"'})

    app = web.Application()
    app.router.add_get("/{feed}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    await asyncio.Event().wait()


class Loopback(AbstractResolver):
    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


class Watch:
    """What is printed once a minute."""

    def __init__(self, reader):
        self.due, self.lateness, self.polls, self.unchanged, self.errors, self.sent = {}, [], 0, 0, 0, 0
        self.began, self.cpu, self.minute = time.monotonic(), time.process_time(), 0
        fetch = reader._fetcher.fetch

        async def timed(url, headers=None):
            if url in self.due:
                self.lateness.append((datetime.now(UTC) - self.due[url]).total_seconds())
            return await fetch(url, headers)

        reader._fetcher.fetch = timed

    def polled(self, outcome):
        self.polls += 1
        self.unchanged += outcome.status == "unchanged"
        self.errors += outcome.status == "error"
        self.due[outcome.source.url] = outcome.next_poll_at

    def idle(self, drained):
        self.sent += drained.sent
        minute = int((time.monotonic() - self.began) // 60)
        if minute > self.minute:
            self.minute = minute
            self.line()

    def line(self):
        late = sorted(self.lateness) or [0.0]
        cpu, self_cpu = time.process_time(), self.cpu
        rss = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
        print(
            f"{self.minute:6}{self.polls:8}{self.unchanged / max(1, self.polls):8.0%}{self.errors:8}{self.sent:10}"
            f"{late[len(late) // 2]:10.2f}{late[int(len(late) * 0.95)]:10.2f}{late[-1]:10.2f}{rss:9.0f}{(cpu - self_cpu) / 60:7.0%}",
            flush=True,
        )
        self.lateness, self.polls, self.unchanged, self.errors, self.sent, self.cpu = [], 0, 0, 0, 0, cpu


async def read(arguments, port):
    folder = Path(tempfile.mkdtemp(prefix="meetwire-load-"))
    hosts = [f"host{number}.example" for number in range(arguments.hosts)]
    sources = [
        Source(f"http://{hosts[n % len(hosts)]}:{port}/{n}", every_seconds=arguments.every)
        for n in range(arguments.feeds)
    ]
    limits = Limits(allow_hosts=tuple(hosts), host_spacing_seconds=0.2, connections=128, keep_days=0)
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(arguments.minutes * 60 + 2, stop.set)
    now = lambda: datetime.now(UTC)  # noqa: E731  (a clock is a value here)
    with State(folder / "state.sqlite") as state:
        async with Reader(
            state, limits, now, resolver=Loopback(), shortest=timedelta(seconds=arguments.every)
        ) as reader:
            watch = Watch(reader)
            print("minute   polls  304s  errors  messages  late p50  late p95  late max  RSS MB    CPU")
            await read_for_ever(
                reader,
                sources,
                open_publisher(f"folder:{folder / 'stream'}"),
                now,
                watch.polled,
                stop,
                None,
                watch.idle,
            )
            print(
                f"outbox: {outbox.waiting(state)} waiting; state file {(folder / 'state.sqlite').stat().st_size / 1e6:.0f} MB"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=2_000)
    parser.add_argument("--every", type=float, default=120.0, help="seconds between two polls of a feed")
    parser.add_argument("--minutes", type=float, default=6.0)
    arguments = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = os.fork()
    if not server:
        asyncio.run(serve(port))
        sys.exit(0)
    try:
        time.sleep(1)
        asyncio.run(read(arguments, port))
    finally:
        os.kill(server, 9)
        os.waitpid(server, 0)


if __name__ == "__main__":
    main()
