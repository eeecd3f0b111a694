"""A deployment in a folder of its own: its streams, its tables, and ``meetwire`` run as its users run it."""

import contextlib
import dataclasses
import io
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import cli
from pipelines.configuration import settings_file
from pipelines.publish import publish_once
from transforms.articles import article_message
from transforms.rows import RawArticle, derive_id
from transforms.streams import Message, open_publisher, read_range
from transforms.tables.queries.database import connect

ROOT = Path(__file__).parents[3]
TABLES = ("articles", "entities", "meeting_reports", "meetings", "dead_letters")
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


class Deployment:
    """``stream`` is an address; tables lie in ``folder/tables``."""

    def __init__(self, folder: Path, stream: str | None = None, host: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.tables = folder, folder / "tables"
        self.stream = stream or f"folder:{folder / 'stream'}"
        self.environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if host:
            self.environment["PUBSUB_EMULATOR_HOST"] = host

    def start(self, command: str, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", command, *self._flags(), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command: str, *arguments: str, code: int = 0) -> str:
        """What the command said on stderr; it must end with ``code``. Runs in this process: the model is loaded once."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
            patch.chdir(ROOT)
            if "PUBSUB_EMULATOR_HOST" in self.environment:
                patch.setenv("PUBSUB_EMULATOR_HOST", self.environment["PUBSUB_EMULATOR_HOST"])
            try:
                ended = cli.main([command, *self._flags(), *arguments])
            except SystemExit as end:
                ended = end.code
        assert ended == code, said.getvalue()
        return said.getvalue()

    def _flags(self) -> list[str]:
        return ["--state", str(self.folder / "state.sqlite"), "--stream", self.stream, "--tables", str(self.tables)]

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table, as sorted text; empty before the first commit."""
        try:
            connection = connect(str(self.tables))
        except FileNotFoundError:
            return {table: [] for table in TABLES}
        with connection:
            return {
                table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}").fetchall())) for table in TABLES
            }

    def count(self, table: str = "articles") -> int:
        try:
            with connect(str(self.tables)) as connection:
                return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except FileNotFoundError:
            return 0

    def wait_until(self, articles: int, seconds: float = 60) -> None:
        """Waits until so many articles are in the tables, or so long."""
        until = time.monotonic() + seconds
        while self.count() < articles and time.monotonic() < until:
            time.sleep(0.3)


def publish_samples(stream: str, folder: Path) -> int:
    """Reads the sample feeds into ``stream`` at a fixed time; how many articles."""
    settings = settings_file.load(ROOT / "configs" / "local.yaml")
    replaced = dataclasses.replace(
        settings,
        state=str(folder / f"publish-{derive_id(stream)}.sqlite"),
        stream=stream,
        tables=(str(folder / "publish-tables"),),
    )
    return publish_once(replaced, lambda: NOW, lambda line: None).published


def articles(folder: Path, count: int) -> list[RawArticle]:
    """``count`` different articles made from the sample feeds."""
    source = f"folder:{folder / 'samples'}"
    if not (folder / "samples").exists():
        publish_samples(source, folder)
    samples = [article_message.decode(one.data) for one in read_range(source)]
    return [_variant(samples[index % len(samples)], index // len(samples)) for index in range(count)]


def _variant(raw: RawArticle, number: int) -> RawArticle:
    if number == 0:
        return raw
    return raw._replace(
        article_id=derive_id(raw.article_id, str(number)),
        revision_id=derive_id(raw.revision_id, str(number)),
        id=f"{raw.id}-{number}",
        text=f"{raw.text}\n\nThis is variant {number}.",
    )


def publish(stream: str, raws: Sequence[RawArticle]) -> None:
    """Puts ``raws`` on ``stream``, durably."""
    publisher = open_publisher(stream)
    results = publisher.publish(
        [Message(article_message.encode(raw), {"revision_id": raw.revision_id}, "") for raw in raws]
    )
    publisher.close()
    assert all(isinstance(result, str) for result in results), results


def wait_for(process: subprocess.Popen, text: str, seconds: float = 60) -> str:
    """What the process says on stderr, up to a line that holds ``text``."""
    said = ""
    until = time.monotonic() + seconds
    while text not in said:
        assert time.monotonic() < until, said
        if select.select([process.stderr], [], [], 0.2)[0]:
            line = process.stderr.readline()
            assert line, f"ended: {said}"
            said += line
    return said


def messages_of(said: str) -> int:
    """How many messages a ``stream`` says that it took, in its last line."""
    (*_, last) = re.finditer(r"([\d,]+) messages?: ", said)
    return int(last[1].replace(",", ""))
