"""Proxies on loopback that stand between a client and a Pub/Sub server: a slow line, and one that fails calls."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc


@contextlib.contextmanager
def slow_line(host: str, bytes_per_second: int) -> Iterator[str]:
    """``host`` behind a line that carries so many bytes a second to the client; gives the line's own host."""
    place, _, port = host.rpartition(":")
    listener = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, sink: socket.socket, pace: float) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(16_384):
                time.sleep(len(data) * pace)
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection((place, int(port)))
                for source, sink, pace in ((client, server, 0.0), (server, client, 1 / bytes_per_second)):
                    threading.Thread(target=carry, args=(source, sink, pace), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()


class _Forward(grpc.GenericRpcHandler):
    def __init__(self, channel: grpc.Channel, failing: Callable[[str], tuple[grpc.StatusCode, bool] | None]) -> None:
        self._channel, self._failing = channel, failing

    def service(self, details):
        def handle(request: bytes, context: grpc.ServicerContext) -> bytes:
            failed = self._failing(details.method.rpartition("/")[2])
            if failed and not failed[1]:
                context.abort(failed[0], "the proxy fails this call")
            try:
                answer = self._channel.unary_unary(details.method)(request, timeout=context.time_remaining())
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
            if failed:
                context.abort(failed[0], "the proxy loses this answer")
            return answer

        return grpc.unary_unary_rpc_method_handler(handle)


@contextlib.contextmanager
def failing_calls(host: str, failing: Callable[[str], tuple[grpc.StatusCode, bool] | None]) -> Iterator[str]:
    """``host`` behind a proxy that fails a call where ``failing(its name)`` gives a code, and whether the server does
    the call all the same; gives the proxy's own host."""
    with grpc.insecure_channel(host) as channel:
        server = grpc.server(ThreadPoolExecutor(16), handlers=[_Forward(channel, failing)])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()
