"""The emulator's gRPC server: the service's calls by name, and UNIMPLEMENTED, with what is lacking, for the others."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

from pipelines.pubsub_emulator.engine import Engine
from pipelines.pubsub_emulator.rules import ServiceError, lacking
from pipelines.pubsub_emulator.service import Service
from pipelines.pubsub_emulator.streaming_pull import Streams

# Each open stream and each waiting pull takes a thread.
THREADS = 128
CLEAN_SECONDS = 60.0
_CALLS = {
    "Publisher": {
        "CreateTopic": types.Topic,
        "GetTopic": types.GetTopicRequest,
        "UpdateTopic": types.UpdateTopicRequest,
        "ListTopics": types.ListTopicsRequest,
        "ListTopicSubscriptions": types.ListTopicSubscriptionsRequest,
        "DeleteTopic": types.DeleteTopicRequest,
        "Publish": types.PublishRequest,
    },
    "Subscriber": {
        "CreateSubscription": types.Subscription,
        "GetSubscription": types.GetSubscriptionRequest,
        "UpdateSubscription": types.UpdateSubscriptionRequest,
        "ListSubscriptions": types.ListSubscriptionsRequest,
        "DeleteSubscription": types.DeleteSubscriptionRequest,
        "Acknowledge": types.AcknowledgeRequest,
        "ModifyAckDeadline": types.ModifyAckDeadlineRequest,
        "Seek": types.SeekRequest,
    },
}


class Emulator:
    """A running server. ``port`` is the one that it got, where 0 was asked for.

    Args:
        folder: Where it keeps everything (``pubsub.sqlite``); a second server on it is refused.
        port: Where it listens, on this machine only.
        clock: Seconds since 1970.
    """

    def __init__(self, folder: Path, port: int = 8085, clock: Callable[[], float] = time.time) -> None:
        self._engine = Engine(folder / "pubsub.sqlite")
        self._ended = threading.Event()
        service = Service(self._engine, clock)
        streams = Streams(service, clock)
        self._server = grpc.server(
            ThreadPoolExecutor(THREADS, "call"),
            handlers=[_Handler(service, streams, self._ended)],
            options=[
                ("grpc.max_receive_message_length", 20_000_000),
                ("grpc.max_send_message_length", -1),
                ("grpc.so_reuseport", 0),
            ],
        )
        try:
            self.port = self._server.add_insecure_port(f"localhost:{port}")
            self._server.start()
        except RuntimeError as error:
            self._engine.close()
            raise OSError(0, "another process listens there (choose another --port)", f"localhost:{port}") from error
        threading.Thread(target=self._clean, args=(service,), name="clean", daemon=True).start()

    def stop(self) -> None:
        """Ends the open streams, finishes the calls under way and closes the database."""
        self._ended.set()
        self._server.stop(grace=2.0).wait()
        self._engine.close()

    def _clean(self, service: Service) -> None:
        while not self._ended.wait(CLEAN_SECONDS):
            service.clean()


class _Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, service: Service, streams: Streams, ended: threading.Event) -> None:
        self._methods: dict[str, Any] = {}
        for kind, calls in _CALLS.items():
            for name, request in calls.items():
                target = streams if hasattr(streams, _snake(name)) else service
                self._add(kind, name, request, _answer(getattr(target, _snake(name))))
        self._add("Subscriber", "Pull", types.PullRequest, _pull(service))
        self._methods["/google.pubsub.v1.Subscriber/StreamingPull"] = grpc.stream_stream_rpc_method_handler(
            _streaming_pull(streams, ended),
            types.StreamingPullRequest.pb().FromString,
            lambda answer: answer.SerializeToString(),
        )

    def _add(self, kind: str, name: str, request: Any, call: Callable[[Any, Any], Any]) -> None:
        self._methods[f"/google.pubsub.v1.{kind}/{name}"] = grpc.unary_unary_rpc_method_handler(
            call, request.pb().FromString, lambda answer: answer.SerializeToString()
        )

    def service(self, details: Any) -> Any:
        """The handler of a call; one that answers UNIMPLEMENTED for what the emulator lacks."""
        if details.method in self._methods:
            return self._methods[details.method]

        def refuse(request: bytes, context: Any) -> None:
            error = lacking(details.method.rpartition("/")[2])
            context.abort(error.code, error.text)

        return grpc.unary_unary_rpc_method_handler(refuse)


def _answer(call: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    def handle(request: Any, context: Any) -> Any:
        try:
            result = call(request)
        except ServiceError as error:
            context.abort(error.code, error.text)
        except sqlite3.Error as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"the emulator cannot write: {error}")
        return Empty() if result is None else result

    return handle


def _pull(service: Service) -> Callable[[Any, Any], Any]:
    def handle(request: Any, context: Any) -> Any:
        return _answer(lambda given: service.pull(given, context.is_active, context.time_remaining()))(request, context)

    return handle


def _streaming_pull(streams: Streams, ended: threading.Event) -> Callable[[Any, Any], Iterator[Any]]:
    def handle(requests: Any, context: Any) -> Iterator[Any]:
        try:
            yield from streams.pull(requests, context.is_active, ended)
        except ServiceError as error:
            context.abort(error.code, error.text)
        if ended.is_set():
            context.abort(grpc.StatusCode.UNAVAILABLE, "the emulator is stopping")

    return handle


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
