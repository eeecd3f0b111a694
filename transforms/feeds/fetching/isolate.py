"""Parses documents in a process of their own, within a CPU time that a hostile one cannot pass."""

import asyncio
import contextlib
import os
import pickle
import sys
from types import TracebackType
from typing import Any, Self

from transforms.feeds.document import Document, refused
from transforms.feeds.fetching.parser_process import HEADER
from transforms.feeds.parsing.article_page import Page

# C code does not see the CPU timer; after this much more the process is killed.
_PATIENCE = 4.0
_STREAM_LIMIT = 1 << 20


class Parser:
    """A parser process, started when first needed and again when it had to be killed."""

    def __init__(self, seconds: float) -> None:
        """``seconds``: CPU time for one document."""
        self._seconds = seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def feed(self, *arguments: Any, **options: Any) -> Document:
        """``parse.parse_document`` over there; a document that is too costly comes back refused."""
        answer = await self._ask("feed", arguments, options)
        return answer if isinstance(answer, Document) else refused(answer)

    async def page(self, *arguments: Any, **options: Any) -> Page:
        """``article_page.extract`` over there; a page that is too costly comes back blank."""
        answer = await self._ask("page", arguments, options)
        return answer if isinstance(answer, Page) else Page()

    async def _ask(self, kind: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        request = pickle.dumps((kind, self._seconds, arguments, options), pickle.HIGHEST_PROTOCOL)
        async with self._turn:
            try:
                process = await self._started()
                assert process.stdin is not None and process.stdout is not None
                async with asyncio.timeout(self._seconds * _PATIENCE + 10):
                    process.stdin.write(HEADER.pack(len(request)))
                    process.stdin.write(request)
                    await process.stdin.drain()
                    size = HEADER.unpack(await process.stdout.readexactly(HEADER.size))[0]
                    return pickle.loads(await process.stdout.readexactly(size))
            except TimeoutError:
                await self._stop()
                return "parse_time"
            except (asyncio.IncompleteReadError, ConnectionError):
                await self._stop()
                return "parse_crash"

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "transforms.feeds.fetching.parser_process",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_STREAM_LIMIT,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,
            )
        return self._process

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
