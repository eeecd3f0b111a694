"""A proxy between a client and an emulator that answers as the real service does on its bad days.

``proxy.fault(rule)`` puts a rule in front: it is shown each request and either gives None (not mine), or an ``Answer``.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Request(NamedTuple):
    method: str
    path: str
    body: bytes

    @property
    def inserts(self) -> list[dict[str, Any]]:
        """The rows of an insertAll request; empty for any other."""
        return json.loads(self.body)["rows"] if self.path.split("?")[0].endswith("/insertAll") else []


class Answer(NamedTuple):
    """What the proxy does: a status with a body, or a dropped connection; after passing the request on, or without."""

    status: int = 0
    body: dict[str, Any] | None = None
    passed: Request | None = None
    drop: bool = False
    wait: float = 0.0
    change: Callable[[dict[str, Any]], dict[str, Any]] | None = None


Rule = Callable[[Request], Answer | None]


def error(status: int, reason: str, message: str = "as told by the test") -> Answer:
    errors = [{"reason": reason, "message": message, "domain": "global"}]
    return Answer(status, {"error": {"code": status, "message": message, "errors": errors}})


class FaultProxy:
    """Serves on a free port of this machine; counts and keeps what it was asked."""

    def __init__(self, upstream: str) -> None:
        proxy = self
        self.upstream = urlsplit(upstream)
        self.rules: list[Rule] = []
        self.requests: list[Request] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.serve(self, Request(self.command, self.path, body))

            def log_message(self, *arguments: Any) -> None:
                pass

        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            setattr(Handler, f"do_{method}", Handler.handle_any)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fault(self, rule: Rule, times: int = 10**9) -> None:
        """Puts ``rule`` in front of the others, for so many answers."""
        left = [times]

        def limited(request: Request) -> Answer | None:
            answer = rule(request) if left[0] else None
            left[0] -= answer is not None
            return answer

        self.rules.insert(0, limited)

    def serve(self, handler: BaseHTTPRequestHandler, request: Request) -> None:
        self.requests.append(request)
        answer = next((found for rule in self.rules if (found := rule(request))), Answer(passed=request))
        time.sleep(answer.wait)
        status, headers, body = answer.status, [("Content-Type", "application/json")], b""
        if answer.passed:
            status, headers, body = self.forward(handler, answer.passed)
        if answer.body is not None:
            body = json.dumps(answer.body).encode()
        if answer.change:
            body = json.dumps(answer.change(json.loads(body))).encode()
        if answer.drop:
            handler.close_connection = True
            handler.connection.close()
            return
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def forward(self, handler: BaseHTTPRequestHandler, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.upstream.hostname or "", self.upstream.port, timeout=60)
        skipped = {"content-length", "transfer-encoding", "connection", "host", "accept-encoding"}
        sent = {name: value for name, value in handler.headers.items() if name.lower() not in skipped}
        connection.request(request.method, request.path, request.body, {**sent, "Host": self.upstream.netloc})
        answer = connection.getresponse()
        body = answer.read()
        headers = [
            (name, value.replace(f"{self.upstream.scheme}://{self.upstream.netloc}", self.url))
            for name, value in answer.getheaders()
            if name.lower() not in skipped
        ]
        connection.close()
        return answer.status, headers, body

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
