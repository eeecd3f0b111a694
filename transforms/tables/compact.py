"""Rewrites many small files of the tables as few, and deletes what no reader can need any more.

What is taken out of a table stays on disk for the retention, so that queries and open databases that began before end
well. Both go by Delta's own commits: writers and readers go on meanwhile, and columns of a newer version are kept.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from transforms.tables import database
from transforms.tables.layout import STORED
from transforms.tables.store import RETENTION_HOURS, STRICT, Store, told

# A partition with so many files of less than half the size that files are made of is compacted by whoever writes.
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
    """
    store = Store(target)
    before = after = deleted = 0
    with store.lock():
        for name in STORED:
            table = store.open(name)
            before += len(table.file_uris())
            with told(store.address(name)):
                deleted += _compact(table, retention_hours)
            after += len(table.file_uris())
        if store.local:
            database.refresh(store.root)
    return Compacted(before, after, deleted)


def tidy(store: Store, names: Iterable[str]) -> None:
    """Compacts those of the tables that have many small files."""
    for name in names:
        table = store.open(name)
        with told(store.address(name)):
            files = pa.table(table.get_add_actions(flatten=True))
            small = Counter(
                path.rpartition("/")[0]
                for path, size in zip(files["path"].to_pylist(), files["size_bytes"].to_pylist(), strict=True)
                if size < FILE_BYTES // 2
            )
            if max(small.values(), default=0) >= MANY:
                _compact(table, RETENTION_HOURS)


def _compact(table: DeltaTable, retention_hours: float) -> int:
    """Compacts and vacuums one table; how many files it deleted. Where another writer is first, that is for later."""
    try:
        table.optimize.compact(target_size=FILE_BYTES, commit_properties=STRICT)
    except CommitFailedError:
        table.update_incremental()
    hours = int(retention_hours)
    gone = table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
    return len(gone)
