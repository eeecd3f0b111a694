"""Rewrites many small files of the tables as few, and deletes what no reader can need any more.

What is taken out of a table stays on disk for the retention, so that queries and open databases that began before end
well. Both go by Delta's own commits: writers and readers go on meanwhile, and columns of a newer version are kept.
"""

import contextlib
import errno
from collections import Counter
from typing import NamedTuple

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from transforms.tables.delta_lake.store import PARTS, RETENTION_HOURS, STRICT, Store, told
from transforms.tables.layout import STORED
from transforms.tables.queries import database

# A partition with so many files of less than half the size that files are made of is compacted by the next write.
MANY, FILE_BYTES = 30, 64 << 20


class Compacted(NamedTuple):
    """What a compaction did.

    Attributes:
        before: Files of the tables before it.
        after: Files of the tables after it.
        deleted: Files that were out of the tables for longer than the retention, and that are gone now.
    """

    before: int
    after: int
    deleted: int


def compact(target: str, retention_hours: float = RETENTION_HOURS) -> Compacted:
    """Compacts the tables of ``target``, a folder or a bucket's address.

    Raises:
        FileNotFoundError: there are no tables.
        OSError: the place cannot be written to.
    """
    store = Store(target)
    before = after = deleted = 0
    with store.lock():
        store.open("articles")
        store.make()  # tables of an earlier version lack some
        for name in STORED:
            before += len(store.open(name).file_uris())
            deleted += _compact(store, name, retention_hours)
            after += len(store.open(name).file_uris())
            store.sync(name)
        if store.local:
            database.refresh(store)
    return Compacted(before, after, deleted)


def tidy(store: Store, name: str) -> None:
    """Compacts a table that has many small files in one partition, where the disk has room for that."""
    small = _small_files(store.open(name))
    partitions = Counter(path.rpartition("/")[0] for path in small)
    if max(partitions.values(), default=0) >= MANY and store.room() > sum(small.values()):
        _compact(store, name, RETENTION_HOURS)


def _compact(store: Store, name: str, retention_hours: float) -> int:
    """Compacts and vacuums one table; how many files it deleted. Where another writer is first, that is for later.

    What compaction wrote is on disk for sure before anything that it replaced is deleted.
    """
    table = store.open(name)
    needed = sum(_small_files(table).values())
    if store.room() < needed:
        raise OSError(errno.ENOSPC, f"no space is left: compaction needs {needed:,} bytes", store.address(name))
    with told(store.address(name)):
        with contextlib.suppress(CommitFailedError):
            table.optimize.compact(
                target_size=FILE_BYTES, max_concurrent_tasks=1, commit_properties=STRICT, writer_properties=PARTS
            )
        store.sync(name)
        hours = int(retention_hours)
        return len(table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True))


def _small_files(table: DeltaTable) -> dict[str, int]:
    """Path -> bytes of the files that compaction may put together."""
    files = pa.table(table.get_add_actions()).select(["path", "size_bytes"])
    return {path: size for path, size in zip(*files.to_pydict().values(), strict=True) if size < FILE_BYTES // 2}
