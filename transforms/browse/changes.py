"""What became of a Delta table's rows since it was last read: only files that came or went are looked into."""

import errno
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import fs

from transforms.errors import MeetwireError
from transforms.tables.delta_lake.store import Store
from transforms.tables.layout import OTHER
from transforms.tables.queries.views import quoted

Row = dict[str, Any]
# Rows in memory at once.
AT_ONCE = 500
MEMORY = "64MB"
# Reads a column a page at a time, not whole row groups.
_SPARING = ds.ParquetFragmentScanOptions(use_buffered_stream=True, buffer_size=1 << 18, pre_buffer=False)
_CHANGED = """SELECT DISTINCT "{0}" FROM (SELECT "{0}", hash(added) AS state FROM added)
    ANTI JOIN (SELECT "{0}", hash(removed) AS state FROM removed) USING ("{0}", state)"""
_GONE = 'SELECT DISTINCT "{0}" FROM removed ANTI JOIN added USING ("{0}")'


class LostError(MeetwireError):
    """Files that were read have been deleted, or replaced, so their rows cannot be told apart from current ones: everything is read again."""


class Changes:
    """The changes of table ``name``, whose rows are told apart by the column ``key``.

    Attributes:
        gone: Keys of deleted rows.
        pending: Month -> rows in files that came; those in which nothing changed count too.
    """

    def __init__(self, store: Store, name: str, key: str) -> None:
        self._store, self._name, self._key = store, name, key
        self._log = Path(store.address(name), "_delta_log")
        self._version = self._newest = -1
        self._commit: tuple[int, int] | None = None
        self._held: set[str] = set()
        self._files: set[str] = set()
        self._begin([], [])

    def look(self) -> bool:
        """Whether the table has changed since ``done``. FileNotFoundError, OSError: there is none, or it is damaged.

        Raises:
            LostError: what changed cannot be told.
        """
        self._check_place()
        table = self._store.open(self._name)
        if table.version() == self._version:
            self._begin([], [])
            return False
        self._dataset, self._newest = table.to_pyarrow_dataset(), table.version()
        actions = pa.table(table.get_add_actions()).select(["path", "num_records"]).to_pydict()
        counts = dict(zip(*actions.values(), strict=True))
        self._files = set(counts)
        self._begin(sorted(self._files - self._held), sorted(self._held - self._files))
        for path in self._added:
            self.pending[_month(path)] = self.pending.get(_month(path), 0) + (counts[path] or 0)
        return True

    def _begin(self, added: Sequence[str], removed: Sequence[str]) -> None:
        self.gone: list[str] = []
        self.pending: dict[str, int] = {}
        self._added = list(added)
        self._changed: list[str] | None = None
        if removed:
            self._compare(removed)

    def _compare(self, removed: Sequence[str]) -> None:
        """A file is written anew where any of its rows changes: finds which did."""
        config: dict[str, Any] = {"memory_limit": MEMORY, "threads": "1"}
        with duckdb.connect(config=config) as connection:
            try:
                self._show(connection, removed)
                self._changed, self.gone = (
                    [key for (key,) in connection.execute(sql.format(self._key)).fetchall()]
                    for sql in (_CHANGED, _GONE)
                )
            except (duckdb.Error, OSError) as error:
                raise LostError(f"{self._name}: {error}") from error

    def _show(self, connection: duckdb.DuckDBPyConnection, removed: Sequence[str]) -> None:
        """Has DuckDB see the rows of the files that came and went."""
        if not self._store.local:
            # Not as a dataset, whose files DuckDB's threads would ask Python for while it waits for them.
            for name, paths in (("added", self._added), ("removed", removed)):
                tables = [self._file(path).to_table(schema=self._dataset.schema) for path in paths]
                connection.register(name, pa.concat_tables([self._dataset.schema.empty_table(), *tables]))
            return
        went, all_of_them = (
            ", ".join(quoted(f"{self._store.address(self._name)}/{path}") for path in paths)
            for paths in (removed, [*removed, *self._added])
        )
        for name, test in (("added", "NOT IN"), ("removed", "IN")):
            connection.execute(f"""CREATE VIEW {name} AS SELECT * EXCLUDE (filename) FROM read_parquet([{all_of_them}],
                union_by_name = true, hive_partitioning = false, filename = true) WHERE filename {test} ({went})""")

    def _file(self, path: str) -> Any:
        """A file to read. It is not kept, since it keeps what it knows of its columns."""
        files = self._dataset.filesystem
        if self._store.local:
            files = fs.SubTreeFileSystem(self._store.address(self._name), fs.LocalFileSystem())
        return self._dataset.format.make_fragment(path, files)

    def read(self, month: str, names: Sequence[str]) -> Iterator[list[Row]]:
        """The columns ``names`` of rows that are new or have changed, from the files of one month that came."""
        schema = self._dataset.schema
        there = [name for name in names if name in schema.names]
        lacking = dict.fromkeys(set(names) - set(there))
        test = None if self._changed is None else pc.field(self._key).isin(pa.array(self._changed, pa.string()))
        for path in self._added:
            if _month(path) != month or self._changed == []:
                continue
            scanner = self._file(path).scanner(
                schema=schema, columns=there, filter=test, batch_size=AT_ONCE, use_threads=False,
                batch_readahead=0, fragment_scan_options=_SPARING, memory_pool=pa.system_memory_pool(),
            )  # fmt: skip
            for batch in scanner.to_batches():
                if batch.num_rows:
                    yield [{**lacking, **row} for row in batch.to_pylist()] if lacking else batch.to_pylist()

    def done(self) -> None:
        """What ``look`` found is read."""
        if self._version != self._newest:
            self._held, self._version = self._files, self._newest
            self._commit = self._read_commit()

    def _read_commit(self) -> tuple[int, int] | None:
        """What tells the file of the last commit that was read from another in its place; None where there is none."""
        try:
            found = (self._log / f"{self._version:020}.json").stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _check_place(self) -> None:
        """Sees to it that the folder still holds the table that was read: tables can be removed, and made anew.

        Raises:
            FileNotFoundError: it holds none.
            LostError: it holds another.
        """
        if self._version < 0 or not self._store.local or self._read_commit() == self._commit:
            return
        if not self._log.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the tables are gone", str(self._log.parent))
        raise LostError(f"{self._name}: another table lies there now")


def _month(path: str) -> str:
    """The partition's month; files of an unknown form count as old."""
    name, _, value = path.partition("/")[0].partition("=")
    return value if name.endswith("month") else OTHER
