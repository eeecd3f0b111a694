"""The commits: which files make up the tables.

A commit is one file of JSON lines under ``_meetwire/commits``, written when every file that it names is durable. A
reader that goes by the commits sees all of a commit or nothing of it; files that no commit names (a run was killed
before its commit) are not there for it. Commits are named by their time and never change, so their names sort by age:
where a row is in two commits, the later one has it.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from transforms.tables.folders import Folder
from transforms.tables.layout import COMMITS

# Sorts before every other; holds nothing, so that there is always a file to read.
FIRST = "00000000T000000000000Z-0.jsonl"
_STAMP = "%Y%m%dT%H%M%S%fZ"


class StagedFile(NamedTuple):
    """A durable file of a table, or what a commit says of one.

    Attributes:
        table: Its table.
        path: Relative to the tables' folder.
        rows: How many rows it holds.
        commit: The commit that holds it; empty before there is one.
        removed: True where the commit takes it out of the tables.
    """

    table: str
    path: str
    rows: int
    commit: str = ""
    removed: bool = False


def begin(folder: Folder) -> None:
    """Makes ``folder`` one that holds tables, if only empty ones."""
    if FIRST not in folder.names(COMMITS)[:1]:
        folder.write(f"{COMMITS}/{FIRST}", b"")


def commit(folder: Folder, files: Iterable[StagedFile], now: datetime) -> str:
    """Makes ``files`` part of the tables and gives the commit's name; '' where there are none.

    A repeat of the newest commit is that commit. ``now`` (aware) is moved behind the newest commit where need be.
    """
    listed = sorted(set(files), key=lambda file: file.path)
    if not listed:
        return ""
    begin(folder)
    newest = folder.names(COMMITS)[-1]
    if newest != FIRST and listed == sorted(
        (file._replace(commit="") for file in _read(folder, newest)), key=lambda file: file.path
    ):
        return newest.removesuffix(".jsonl")
    time = max(now.astimezone(UTC), time_of(newest) + timedelta(microseconds=1))
    digest = hashlib.sha256("\n".join(f"{file.path} {file.removed}" for file in listed).encode()).hexdigest()[:12]
    name = f"{time.strftime(_STAMP)}-{digest}"
    lines = (json.dumps((file if file.commit else file._replace(commit=name))._asdict()) for file in listed)
    folder.write(f"{COMMITS}/{name}.jsonl", "".join(f"{line}\n" for line in lines).encode())
    return name


def time_of(name: str) -> datetime:
    """When a commit was made, by its name."""
    if name == FIRST:
        return datetime.min.replace(tzinfo=UTC)
    return datetime.strptime(name.partition("-")[0], _STAMP).replace(tzinfo=UTC)


def _read(folder: Folder, name: str) -> list[StagedFile]:
    lines = folder.read(f"{COMMITS}/{name}").decode().splitlines()
    return [StagedFile(**json.loads(line)) for line in lines]


def last(folder: Folder) -> dict[str, StagedFile]:
    """Path -> the newest record of it, whether it is in the tables or was taken out."""
    found: dict[str, StagedFile] = {}
    for name in folder.names(COMMITS):
        for file in _read(folder, name):
            if file.path not in found or file.commit >= found[file.path].commit:
                found[file.path] = file
    return found


def live(folder: Folder) -> list[StagedFile]:
    """The files that the tables are made of now, by path, each with the newest commit that holds it."""
    return sorted((file for file in last(folder).values() if not file.removed), key=lambda file: file.path)
