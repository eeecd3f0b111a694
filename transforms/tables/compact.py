"""Rewrites many small files as few, while others read and write.

Readers keep reading: what is taken out of the tables stays where it is for a while, so that a query that has begun
finds it. Writers keep writing: what they commit meanwhile is newer and stays newer, since every row that is moved
keeps the commit that it came with. Killed at any moment, it leaves files that no commit names; the next one goes on.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa

from transforms.tables import commits, database, stored
from transforms.tables.commits import StagedFile
from transforms.tables.encode import COMMIT
from transforms.tables.folders import Folder, open_folder
from transforms.tables.layout import COMMITS, EXTRACTED, LAYOUTS, file_name

# Files at least so long are left as they are; new ones are at most four times as long in memory.
LARGE_BYTES = 64_000_000
# How long readers may need what is no longer in the tables.
GRACE = timedelta(minutes=10)
# How long a writer may take from its first file to its commit.
WRITING = timedelta(days=1)


class Compacted(NamedTuple):
    """What a compaction did.

    Attributes:
        before: Files of the tables before it.
        after: Files of the tables after it.
        rows: Rows that it moved.
        dropped: Rows that it left out: older copies, and what older extractions said.
        deleted: Files that earlier compactions or killed runs had left, and that are gone now.
    """

    before: int
    after: int
    rows: int
    dropped: int
    deleted: int


def compact(target: str, now: datetime, grace: timedelta = GRACE) -> Compacted:
    """Compacts the tables of ``target``, a ``tables`` setting that names files; ``now`` is aware.

    Every partition with several small files gets one file, and all commits become one. Files and commits that are out
    of the tables for longer than ``grace`` are deleted. Run one at a time.
    """
    folder = open_folder(target.removeprefix("jsonl:"))
    names = folder.names(COMMITS)
    held = commits.live(folder)
    newest = _newest_extractions(folder, held)
    new: list[StagedFile] = []
    old: dict[str, StagedFile] = {}
    rows = dropped = 0
    for files in _worth_it(folder, held):
        try:
            written, left_out = _rewrite(folder, files, newest)
        except stored.OldFileError:
            continue  # rows without what rows must have today stay as they are
        new += written
        old.update((file.path, file) for file in files)
        rows, dropped = rows + sum(file.rows for file in written), dropped + left_out
    if new or len(names) > 2:
        with folder.lock(alone=True):
            # Whatever was committed since, again or anew, stays.
            now_live = commits.live(folder)
            stays = [file for file in now_live if file != old.get(file.path)]
            gone = [file._replace(commit="", removed=True) for file in now_live if file == old.get(file.path)]
            folded = [
                StagedFile("commits", f"{COMMITS}/{name}", 0, "", True) for name in names if name != commits.FIRST
            ]
            commits.commit(folder, [*stays, *new, *gone, *folded], now)
    deleted = _clean(folder, now, grace)
    if folder.local:
        database.refresh(folder.root)
    return Compacted(len(held), len(held) - len(old) + len(new), rows, dropped, deleted)


def _worth_it(folder: Folder, held: list[StagedFile]) -> Iterator[list[StagedFile]]:
    """The small files of each partition that has several."""
    sizes = {path: size for table in LAYOUTS for path, size, _ in folder.walk(table)}
    partitions: dict[str, list[StagedFile]] = defaultdict(list)
    for file in held:
        if sizes.get(file.path, LARGE_BYTES) < LARGE_BYTES:
            partitions[file.path.rpartition("/")[0]].append(file)
    yield from (files for files in partitions.values() if len(files) > 1)


def _suffix(file: StagedFile) -> str:
    return file.path.rpartition(".")[2]


def _read(folder: Folder, file: StagedFile, *columns: str) -> pa.Table:
    """The file as an Arrow table, with the commit of each row."""
    return stored.read(file.table, folder.read(file.path), _suffix(file), file.commit, columns)


def _newest_extractions(folder: Folder, held: list[StagedFile]) -> dict[str, str]:
    """Revision -> the newest commit that extracted it."""
    newest: dict[str, str] = {}
    for file in held:
        if file.table in EXTRACTED:
            found = _read(folder, file, "revision_id")
            for revision, commit in zip(found["revision_id"].to_pylist(), found[COMMIT].to_pylist(), strict=True):
                if commit > newest.get(revision, ""):
                    newest[revision] = commit
    return newest


def _rewrite(folder: Folder, files: list[StagedFile], newest: dict[str, str]) -> tuple[list[StagedFile], int]:
    """Writes the rows of ``files`` that still count into new files; these, and how many rows do not count."""
    table, suffix = files[0].table, _suffix(files[0])
    whole = pa.concat_tables([_read(folder, file) for file in files])
    keys = list(zip(*(whole[name].to_pylist() for name in LAYOUTS[table].keys), strict=True))
    of = whole[COMMIT].to_pylist()
    if table in EXTRACTED and table != "articles":
        current = [
            commit >= newest[revision] for revision, commit in zip(whole["revision_id"].to_pylist(), of, strict=True)
        ]
    else:
        current = [True] * len(keys)
    last: dict[tuple[str, ...], int] = {}
    for place, name in enumerate(keys):
        if current[place] and (name not in last or of[place] > of[last[name]]):
            last[name] = place
    places = [last[name] for name in sorted(last)]
    new = []
    step = max(1, len(places) // (1 + whole.nbytes // (4 * LARGE_BYTES)) + 1)
    for start in range(0, len(places), step):
        part = places[start : start + step]
        named = file_name(
            table, [json.dumps({"key": keys[place], "commit": of[place]}, default=str) for place in part], suffix
        )
        path = f"{files[0].path.rpartition('/')[0]}/{named}"
        folder.keep(path, stored.write(table, whole.take(part), suffix))
        new.append(StagedFile(table, path, len(part)))
    return new, len(keys) - len(places)


def _clean(folder: Folder, now: datetime, grace: timedelta) -> int:
    """Deletes what no reader and no writer can need any more; how many files."""
    deleted = 0
    with folder.lock(alone=True):
        last = commits.last(folder)
        for table in (*LAYOUTS, COMMITS):
            for path, _, changed in folder.walk(table):
                record = last.get(path)
                if record is None:
                    # A killed run's, or a writer's that has yet to commit; commits name themselves only when folded.
                    done = table != COMMITS and now.timestamp() - changed > WRITING.total_seconds()
                else:
                    taken_out = commits.time_of(record.commit)
                    untouched = changed < taken_out.timestamp() or now.timestamp() - changed > WRITING.total_seconds()
                    done = record.removed and untouched and now - taken_out >= grace
                if done:
                    folder.delete(path)
                    deleted += 1
    return deleted
