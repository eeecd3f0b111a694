"""Reads tables of the first format: Parquet or JSON line files, with a log of commits of their own beside them.

A folder of that format has ``_meetwire/commits/*.jsonl``; each line of these names a file of a table that the commit
added or took out. Rows carry the commit that they came with in the column ``_commit`` where compaction moved them.
"""

import errno
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from transforms.tables.conform import from_dict, rfc3339
from transforms.tables.layout import LAYOUTS, OWN

COMMITS = f"{OWN}/commits"
_COMMIT = "_commit"


def is_first_format(folder: Path) -> bool:
    """True where ``folder`` holds tables of the first format."""
    return (folder / COMMITS).is_dir()


def refuse(folder: Path) -> None:
    """OSError, with the way out, where ``folder`` holds tables of the first format."""
    if is_first_format(folder):
        fault = f"holds tables of the first format; meetwire migrate {folder} --tables OTHER takes them over"
        raise OSError(errno.EEXIST, fault, str(folder))


def generations(folder: Path) -> Iterator[tuple[str, dict[str, list[Any]]]]:
    """(commit, table -> its rows) in the order of the commits, so that what was written later comes later.

    Args:
        folder: Tables of the first format.

    Raises:
        OSError: a file that a commit names cannot be read.
    """
    files = _live(folder)
    of_commit: dict[str, set[tuple[str, str]]] = {}
    for table, path, own in files:
        for commit in _commits_in(folder / path, own):
            of_commit.setdefault(commit, set()).add((table, path))
    owns = {path: own for _, path, own in files}
    for commit in sorted(of_commit):
        rows: dict[str, list[Any]] = {}
        for table, path in sorted(of_commit[commit]):
            found = _rows(folder / path, owns[path])
            rows.setdefault(table, []).extend(
                from_dict(LAYOUTS[table].row, row) for row in found if row[_COMMIT] == commit
            )
        yield commit, rows


def _live(folder: Path) -> list[tuple[str, str, str]]:
    """(table, path, commit) of the files that the tables are made of."""
    newest: dict[str, dict[str, Any]] = {}
    for log in sorted((folder / COMMITS).glob("*.jsonl")):
        for line in log.read_bytes().splitlines():
            said = json.loads(line)
            if said["path"] not in newest or said["commit"] >= newest[said["path"]]["commit"]:
                newest[said["path"]] = said
    return sorted((said["table"], path, said["commit"]) for path, said in newest.items() if not said.get("removed"))


def _commits_in(path: Path, own: str) -> set[str]:
    if path.suffix == ".parquet" and _COMMIT in pq.read_schema(path).names:
        return {commit or own for commit in pq.read_table(path, columns=[_COMMIT])[_COMMIT].to_pylist()}
    return {row[_COMMIT] for row in _rows(path, own)} if path.suffix == ".jsonl" else {own}


def _rows(path: Path, own: str) -> Iterator[dict[str, Any]]:
    """The rows of a file as plain values, each with its commit."""
    if path.suffix == ".jsonl":
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                row = json.loads(line)
                yield {**row, _COMMIT: row.get(_COMMIT) or own}
        return
    for batch in pq.ParquetFile(path).iter_batches(batch_size=2000):
        for row in batch.to_pylist():
            yield {**_plain(row), _COMMIT: row.get(_COMMIT) or own}


def _plain(value: Any) -> Any:
    """``value`` with its times as the rows write them."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return rfc3339(value)
    return value.isoformat() if isinstance(value, date) else value
