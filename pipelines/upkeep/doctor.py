"""Checks everything that a run needs, without running: settings, feeds, state, model, stream, tables and schemas.

Each line says what was checked, whether it is well, and where it is not, the way out. All checks run at once, each with a
time-out, so that an answer is there within seconds whatever does not answer. Nothing is written, fetched or acknowledged; with --create, the topic, subscription and dead-letter topic of a Pub/Sub stream are made where they lack.
"""

import argparse
import contextlib
import dataclasses
import errno
import functools
import json
import os
import shutil
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.configuration import ownership
from pipelines.configuration.settings import Settings, SettingsError
from transforms.feeds.polling.state import SCHEMA_VERSION

SECONDS = 10.0  # for each check
MODEL_SECONDS = 60.0  # it is read from the disk, however busy the machine
CREATE_SECONDS = 60.0
LEAST_FREE = 100 * 2**20  # bytes


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes:
        what: What was checked.
        well: True where a run can go on.
        detail: What was found, with the way out where it is not well.
    """

    what: str
    well: bool
    detail: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``doctor``."""
    parser.add_argument("--create", action="store_true", help="make the Pub/Sub topic and subscription where they lack")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints every finding; 1 where one of them is not well."""
    findings = []
    for finding in examine(settings, arguments.create):
        findings.append(finding)
        if arguments.json:
            print(json.dumps(dataclasses.asdict(finding), ensure_ascii=False))
        else:
            print(f"{'ok  ' if finding.well else 'FAIL'}  {finding.what}: {finding.detail}", flush=True)
    failed = sum(not finding.well for finding in findings)
    print(f"{len(findings)} checks, {failed} failed", file=sys.stderr)
    return 1 if failed else 0


def examine(settings: Settings, create: bool = False) -> Iterator[Finding]:
    """Every finding, in the order that the data flows. The checks run at once; one that takes too long has failed."""
    address = settings.stream.removeprefix("folder:").partition("#")[0]
    folders = [settings.state, *([address] if settings.stream.startswith("folder:") else [])]
    folders += [target for target in settings.tables if "://" not in target]
    checks = [
        _Check("packages", _packages),
        _Check("state", lambda: _state(Path(settings.state))),
        _Check("stream", lambda: _stream(settings.stream, create), CREATE_SECONDS if create else SECONDS),
        *(_Check("tables", functools.partial(_tables, target)) for target in settings.tables),
        _Check("disk", lambda: _disk(folders)),
        _Check("model", lambda: _model(settings.language.model), MODEL_SECONDS),
        *([_Check("reader", _reader, MODEL_SECONDS)] if settings.language.reader else []),
    ]
    yield from _feeds(settings)
    for check in checks:
        yield check.finding()


class _Check:
    """A check that runs in a thread of its own from now on, which ends with the process where it never ends."""

    def __init__(self, what: str, check: Callable[[], str], seconds: float = SECONDS) -> None:
        self._what, self._check, self._seconds = what, check, seconds
        self._until = time.monotonic() + seconds
        self._finding: Finding | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def finding(self) -> Finding:
        """What was found, at the latest when its time is over."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        return self._finding or Finding(self._what, False, f"no answer within {self._seconds:.0f} seconds")

    def _run(self) -> None:
        try:
            self._finding = Finding(self._what, True, self._check())
        except Exception as error:  # whatever a library raises, the check has failed and says so
            place = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
            fault = error.strerror if isinstance(error, OSError) and error.strerror else error
            self._finding = Finding(self._what, False, " ".join(f"{place}{fault}".split()))


def _packages() -> str:
    if found := ownership.fault():
        raise RuntimeError(found)
    return f"{', '.join(ownership.NAMES)} are meetwire's alone"


def _feeds(settings: Settings) -> Iterator[Finding]:
    from pipelines.configuration.feed_sources import feeds_of

    if not settings.feeds:
        yield Finding("feeds", False, "none; name some under 'feeds', or give --feed URL_OR_FILE")
        return
    try:
        feeds = feeds_of(settings)
    except (SettingsError, OSError, ValueError) as error:
        yield Finding("feeds", False, str(error))
        return
    files = [feed.url for feed in feeds if feed.is_file]
    yield Finding("feeds", True, f"{len(feeds)}: {len(files)} files, {len(feeds) - len(files)} addresses")
    for file in files:
        path = Path(unquote(urlsplit(file).path)) if file.startswith("file:") else Path(file)
        if not path.is_file() or not os.access(path, os.R_OK):
            yield Finding("feed", False, f"{file}: not a file that can be read")


def _state(path: Path) -> str:
    if not path.exists():
        return f"{path}: {_can_be_made(path.parent)}"
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version > SCHEMA_VERSION:
        raise ValueError(f"{path}: a newer meetwire wrote it (version {version}, not {SCHEMA_VERSION})")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "may not be written", str(path))
    return f"{path}: {path.stat().st_size:,} bytes"


def _disk(places: Sequence[str]) -> str:
    """The least space that is free where a run writes; OSError where it is next to none."""
    free = {}
    for place in map(Path, places):
        there = place.absolute()
        while not there.exists():
            there = there.parent
        free[str(place)] = shutil.disk_usage(there).free
    least = min(free.values())
    if least < LEAST_FREE:
        raise OSError(
            errno.ENOSPC,
            f"only {least / 2**20:,.0f} MB free; make room for {LEAST_FREE >> 20} MB",
            min(free, key=free.__getitem__),
        )
    return f"{least / 2**30:,.1f} GB free"


def _can_be_made(folder: Path) -> str:
    """Says that ``folder`` is there or can be made; PermissionError or NotADirectoryError where it can't."""
    there = folder
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        raise NotADirectoryError(20, "is a file where a folder is needed", str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(13, "cannot be written to", str(there))
    return "will be made" if there != folder or not any(folder.iterdir()) else "is there"


def _stream(stream: str, create: bool) -> str:
    from transforms.streams import connect

    if not stream.startswith("folder:"):
        _emulator("PUBSUB_EMULATOR_HOST")
    if create:
        from transforms.streams.create import create_stream

        return f"{stream}: {'; '.join(create_stream(stream))}"
    address = connect.parse_address(stream)
    if isinstance(address, connect.FolderAddress) and not address.path.exists():
        return f"{stream}: {_can_be_made(address.path)}"
    waiting = connect.backlog(stream)
    return f"{stream}: " + (f"{waiting.messages} messages wait" if waiting else "answers")


def _model(name: str) -> str:
    from transforms.language.pipeline import load

    meta = load(name).meta
    return f"{name} {meta['version']} ({meta['lang']})"


def _reader() -> str:
    from transforms.reader.network import WEIGHTS, network

    network()
    return f"weights in {WEIGHTS}"


def _tables(target: str) -> str:
    from transforms.tables.plan import plan

    if target.startswith("bigquery://"):
        _emulator("BIGQUERY_EMULATOR_HOST")
    return f"{target}: {'; '.join(plan(target))}"


def _emulator(variable: str) -> None:
    """ConnectionError where the environment names an emulator that does not listen."""
    named = os.environ.get(variable)
    if not named:
        return
    try:
        parts = urlsplit(named if "://" in named else f"//{named}")
        socket.create_connection((parts.hostname or "localhost", parts.port or 80), timeout=SECONDS / 2).close()
    except (OSError, ValueError) as error:
        raise ConnectionError(f"{variable}={named}: {error}; start the emulator, or unset {variable}") from None
