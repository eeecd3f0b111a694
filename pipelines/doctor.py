"""Checks everything that a run needs, without running: settings, feeds, state, model, stream, tables and schemas.

Each line says what was checked, whether it is well, and where it is not, the way out. Nothing is written, fetched or
acknowledged; with --create, the topic, subscription and dead-letter topic of a Pub/Sub stream are made where they lack.
"""

import argparse
import dataclasses
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pipelines.settings import Settings, SettingsError


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
    findings = list(examine(settings, arguments.create))
    for finding in findings:
        if arguments.json:
            print(json.dumps(dataclasses.asdict(finding), ensure_ascii=False))
        else:
            print(f"{'ok  ' if finding.well else 'FAIL'}  {finding.what}: {finding.detail}")
    failed = sum(not finding.well for finding in findings)
    print(f"{len(findings)} checks, {failed} failed", file=sys.stderr)
    return 1 if failed else 0


def examine(settings: Settings, create: bool = False) -> Iterator[Finding]:
    """Every finding, in the order that the data flows."""
    yield from _feeds(settings)
    yield _checked("state", lambda: _state(Path(settings.state)))
    yield _checked("stream", lambda: _stream(settings.stream, create))
    yield _checked("model", lambda: _model(settings.language.model))
    if settings.language.reader:
        yield _checked("reader", _reader)
    for target in settings.tables:
        yield _checked("tables", lambda target=target: _tables(target))  # type: ignore[misc]


def _checked(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, check())
    except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
        place = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        fault = error.strerror if isinstance(error, OSError) and error.strerror else error
        return Finding(what, False, " ".join(f"{place}{fault}".split()))


def _feeds(settings: Settings) -> Iterator[Finding]:
    from pipelines.publish import feeds_of

    if not settings.feeds:
        yield Finding("feeds", False, "none; name some under 'feeds', or give --feed URL_OR_FILE")
        return
    try:
        feeds = feeds_of(settings)
    except (SettingsError, OSError, ValueError) as error:
        yield Finding("feeds", False, str(error))
        return
    files = [feed.url for feed in feeds if feed.url and "://" not in feed.url]
    yield Finding("feeds", True, f"{len(feeds)}: {len(files)} files, {len(feeds) - len(files)} addresses")
    for file in files:
        if not os.access(file, os.R_OK):
            yield Finding("feed", False, f"{file}: not a file that can be read")


def _state(path: Path) -> str:
    if not path.exists():
        return f"{path}: {_can_be_made(path.parent)}"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return f"{path}: {path.stat().st_size:,} bytes"


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

    return f"{target}: {'; '.join(plan(target))}"
