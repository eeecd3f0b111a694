"""The server: pages, the API and downloads over the read model, which a thread keeps current with the tables."""

import contextlib
import functools
import logging
import os
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from datetime import datetime
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, StreamingResponse

from transforms.browse.model import Model
from transforms.page import downloads, operation, pages
from transforms.page.render import Addresses, page
from transforms.page.server import api
from transforms.page.server.asked import At, Chosen, Connection
from transforms.page.server.cached import Cached
from transforms.page.server.protect import Protect

log = logging.getLogger(__name__)
TO = Addresses()
REFRESH_SECONDS = 1.0
_NONE = {"articles": 0, "meetings": 0, "actors": 0}
_TITLES = {404: "There is no such page", 422: "That address cannot be read", 503: "That took too long"}
_ADVICE = {
    404: "The meeting or person may have been merged into another, or the address is cut short.",
    422: "One of the values in it is not what it should be.",
    503: "Ask for less: a filter, a shorter period, a longer word.",
}


class Server:
    """The ASGI app over the tables of ``target``.

    Args:
        target: A folder or bucket of Delta tables.
        hosts: Names that may be asked for.
        now: The clock, in UTC.
        token: If given, every request must carry it.
        backlog: How many messages wait in the stream; None where that is not known.
        quality: What the last evaluation found.
    """

    def __init__(
        self,
        target: str,
        hosts: Collection[str],
        now: Callable[[], datetime],
        token: str | None = None,
        backlog: Callable[[], int | None] = lambda: None,
        quality: operation.Quality = MappingProxyType({}),
    ) -> None:
        self.model = Model(target)
        self.fault: str | None = None
        self._ended = threading.Event()
        self.now, self.quality = now, quality
        self._started = f"{os.getpid()} {now().isoformat()}"
        self.app = _app(self, backlog)
        self.asgi = Protect(Cached(self.app, self._state), hosts, token)

    def _state(self) -> str:
        return f"{self._started} {self.model.version} {self.now().date()}"

    @contextlib.contextmanager
    def keeping_current(self) -> Any:
        """While this lasts the read model follows the tables."""
        thread = threading.Thread(target=self._follow, name="refresh", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()
            self.model.__exit__()

    def _follow(self) -> None:
        while True:
            began = time.monotonic()
            try:
                self.model.refresh(self._ended.is_set)
                self.fault = None
            except FileNotFoundError:
                self.fault = "no tables yet"
            except Exception as error:  # whatever it is, what was read stays
                if self.fault is None:
                    log.warning("page: the tables cannot be read: %s", error)
                self.fault = type(error).__name__
            # At most a fifth of the time goes into reading, however large the tables are.
            if self._ended.wait(max(REFRESH_SECONDS, 4 * (time.monotonic() - began))):
                return


def _app(server: Server, backlog: Callable[[], int | None]) -> FastAPI:
    app = FastAPI(
        title="meetwire", version="1", description="Who met whom, from the tables.", docs_url=None, redoc_url=None,
        openapi_url="/openapi.json",
    )  # fmt: skip
    app.state.model = server.model
    app.include_router(api.router)
    _add_pages(app, server)
    _add_operation(app, server, backlog)
    app.mount("/assets", StaticFiles(directory=str(files("transforms.page") / "assets")))

    def shown(request: Request, status: int) -> Response:
        title = _TITLES.get(status, "That did not work")
        text = _ADVICE.get(status, "")
        return HTMLResponse(page("message.html", TO, here="", totals=_NONE, title=title, text=text), status)

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: StarletteHTTPException) -> Response:
        if request.url.path.startswith("/api"):
            return await http_exception_handler(request, error)
        return shown(request, error.status_code)

    @app.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        if request.url.path.startswith("/api"):
            return await request_validation_exception_handler(request, error)
        return shown(request, 422)

    @app.exception_handler(sqlite3.OperationalError)
    async def too_long(request: Request, error: sqlite3.OperationalError) -> Response:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise error
        return shown(request, 503)

    return app


def _html(text: str | None) -> Response:
    if text is None:
        raise HTTPException(404)
    return HTMLResponse(text)


def _add_pages(app: FastAPI, server: Server) -> None:
    get: Any = functools.partial(app.get, include_in_schema=False)

    @get("/")
    def meetings(reader: Connection, chosen: Chosen, older: At = None, newer: At = None) -> Response:
        return _html(pages.meetings(reader, TO, chosen, older, newer, server.model.pending))

    @get("/meetings/{meeting_id}")
    def meeting(reader: Connection, meeting_id: str) -> Response:
        return _html(pages.meeting(reader, TO, meeting_id))

    @get("/actors")
    def actors(reader: Connection, q: Annotated[str, Query(max_length=200)] = "", after: At = None) -> Response:
        return _html(pages.actors(reader, TO, q.strip(), api.actor_after(after)))

    @get("/actors/{actor_id}")
    def actor(reader: Connection, actor_id: str) -> Response:
        return _html(pages.actor(reader, TO, actor_id))

    @get("/pairs/{one}/{other}")
    def pair(reader: Connection, one: str, other: str) -> Response:
        return _html(pages.pair(reader, TO, one, other))

    @get("/map")
    def map_(reader: Connection) -> Response:
        return _html(pages.map_of(reader, TO))

    @get("/map/{year}")
    def map_of_year(reader: Connection, year: str) -> Response:
        return _html(pages.map_of(reader, TO, year) if re.fullmatch("[0-9]{4}", year) else None)

    @get("/graph")
    def graph(reader: Connection) -> Response:
        return _html(pages.graph(reader, TO))

    @get("/meetings.{form}")
    def download(request: Request, form: api.Format, chosen: Chosen) -> Response:
        return _download(server.model, str(request.base_url), form, chosen)

    @get("/atom.xml")
    def atom(request: Request, reader: Connection, chosen: Chosen) -> Response:
        found = list(downloads.loaded(downloads.bodies(reader, chosen, downloads.IN_FEED)))
        made = downloads.as_atom(found, str(request.base_url), chosen.query(), f"{server.now():%Y-%m-%dT00:00:00Z}")
        return Response(made, media_type=downloads.TYPES["atom"])


def _download(model: Model, base: str, kind: str, chosen: Any) -> Response:
    def texts() -> Any:
        with model.reader() as reader:
            yield from downloads.bodies(reader, chosen)

    headers = {"content-disposition": f'attachment; filename="meetings.{kind}"'}
    if kind == "jsonl":
        return StreamingResponse((f"{text}\n" for text in texts()), headers=headers, media_type=downloads.TYPES[kind])
    rows = downloads.loaded(texts())
    if kind == "csv":
        return StreamingResponse(downloads.as_csv(rows), headers=headers, media_type=downloads.TYPES[kind])
    made = downloads.as_parquet(rows) if kind == "parquet" else downloads.as_calendar(rows, base)
    return Response(made, headers=headers, media_type=downloads.TYPES[kind])


def _add_operation(app: FastAPI, server: Server, backlog: Callable[[], int | None]) -> None:
    get: Any = functools.partial(app.get, include_in_schema=False)

    @get("/calendar")
    def newest_month(reader: Connection) -> Response:
        return RedirectResponse(
            TO(f"calendar/{operation.newest_month(reader, server.now().date()).isoformat()[:7]}"), 302
        )

    @get("/calendar/{name}")
    def month(reader: Connection, name: str) -> Response:
        first = operation.month_of(name)
        return _html(operation.month(reader, TO, first) if first else None)

    @get("/pipeline")
    def pipeline(reader: Connection) -> Response:
        return _html(operation.pipeline(reader, TO, backlog(), server.quality))

    @get("/metrics")
    def metrics(reader: Connection) -> Response:
        return Response(operation.prometheus(reader, backlog()), media_type="text/plain; version=0.0.4; charset=utf-8")

    @get("/healthz")
    async def healthz() -> Response:
        fault = await run_in_threadpool(lambda: server.fault)
        return PlainTextResponse(fault or "ok", 503 if fault else 200)
