"""A real HTTP server on loopback that plays any number of hosts, and a deployment that reads from it."""

import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiohttp.abc import AbstractResolver
from deltalake import DeltaTable

from pipelines.configuration.settings import FeedSettings, FetchSettings, Settings
from pipelines.publish import publish_once
from transforms.articles import article_message
from transforms.streams.connect import read_range

HOSTS = (
    "gazette.example",
    "agg.example",
    "other.example",
    "third.example",
    "fourth.example",
    "evil.example",
    "evil2.example",
    "evil3.example",
)


@dataclass
class Request:
    host: str
    path: str
    headers: dict


@dataclass
class Site:
    """What is answered, by host and path, and what was asked."""

    port: int = 0
    answers: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)

    def url(self, host, path="/feed.xml"):
        return f"http://{host}:{self.port}{path}"

    def put(self, host, path, body=b"", status=200, **headers):
        """The answer to come for ``host`` and ``path``: bytes, or a function of the handler."""
        body = body if callable(body) or isinstance(body, bytes) else body.encode()
        self.answers[host, path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def asked(self, host):
        return [request for request in self.requests if request.host == host]


@contextmanager
def serve():
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            host = self.headers["Host"].partition(":")[0]
            site.requests.append(Request(host, self.path, dict(self.headers)))
            status, headers, body = site.answers.get((host, self.path), (404, {}, b"nothing here"))
            if callable(body):
                body(self)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request, client_address):
            pass  # clients that hang up are what is tested

    server = Server(("127.0.0.1", 0), Handler)
    site.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


class Names(AbstractResolver):
    """Every name lies on loopback, but for those that are told otherwise."""

    def __init__(self, **others):
        self.others = {name.replace("_", "."): address for name, address in others.items()}

    async def resolve(self, host, port=0, family=socket.AF_INET):
        address = self.others.get(host, "127.0.0.1")
        return [{"hostname": host, "host": address, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    async def close(self):
        pass


class Deployment:
    """Settings in a folder, a clock that the test sets, and what has reached the stream."""

    def __init__(self, folder, feeds, *, allow=HOSTS, resolver=None, tables=False, **fetch):
        """``tables`` is for those who read them: they take five times as long as a poll."""
        options = {"allow_hosts": allow, "host_spacing": 0.0, **fetch}
        self.settings = Settings(
            feeds=tuple(feed if isinstance(feed, FeedSettings) else FeedSettings(url=feed) for feed in feeds),
            fetch=FetchSettings(**options),
            state=str(folder / "state.sqlite"),
            stream=f"folder:{folder / 'stream'}",
            tables=(str(folder / "tables"),) if tables else (),
        )
        self.resolver = resolver or Names()
        self.said = []
        self.clock: Callable[[], datetime] = lambda: datetime(2026, 3, 9, 9, tzinfo=UTC)

    def poll(self, at, feeds=None, **options):
        """One pass at the moment ``at``."""
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        settings = self.settings
        if feeds is not None:
            settings = replace(settings, feeds=tuple(FeedSettings(url=feed) for feed in feeds))
        return publish_once(settings, lambda: moment, self.said.append, resolver=self.resolver, **options)

    def messages(self):
        """Every article on the stream, in its order."""
        return [article_message.decode(received.data) for received in read_range(self.settings.stream)]

    def table(self, name):
        """The rows of one table."""
        return DeltaTable(f"{self.settings.tables[0]}/{name}").to_pyarrow_table().to_pylist()
