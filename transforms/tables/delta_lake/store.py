"""A place of Delta tables: a folder of this machine or of a bucket.

Every commit is made against the very version of the table that it was worked out from, and where another writer was
first, it is worked out anew. So what a write finds in the table is still there when its commit is, whatever other processes write
from wherever. On one machine writers take turns by a lock besides, which saves them the repeats.
"""

import contextlib
import errno
import fcntl
import functools
import json
import math
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from transforms import durable
from transforms.tables.layout import DERIVED, LAYOUTS, OWN, STORED, month
from transforms.tables.schemas import arrow_schema, summary

T = TypeVar("T")
_NOISE = re.compile(r"\x1b\[\d*m|\s+0: <unknown>.*", re.DOTALL)
# How long readers may need what compaction and newer commits have taken out of a table.
RETENTION_HOURS = 48
CONFIGURATION = {
    "delta.checkpointInterval": "50",
    "delta.deletedFileRetentionDuration": f"interval {RETENTION_HOURS} hours",
    "delta.logRetentionDuration": f"interval {RETENTION_HOURS} hours",
}
# The commit is for the version that was read, or for none.
STRICT = CommitProperties(max_commit_retries=0)
# Rows that a file keeps together: a look-up of one row reads no more than these.
PARTS = WriterProperties(max_row_group_size=500)
_ASIDE = "aside-"
# How long a write goes on when other writers are first again and again.
PATIENCE_SECONDS = 300.0


class Store:
    """The Delta tables at one address: ``/a/folder``, ``gs://bucket/tables`` or ``s3://bucket/tables``."""

    def __init__(self, root: str) -> None:
        self.local = "://" not in root
        self.root = str(Path(root).absolute()) if self.local else root.rstrip("/")
        # S3 answers a conditional put, so that two writers never make the same version.
        self._options = {"conditional_put": "etag"} if self.root.startswith("s3") else None
        self._known: dict[str, DeltaTable] = {}
        self._durable: dict[str, int] = {}
        self._alone = False
        self._current: set[str] = set()

    def address(self, name: str) -> str:
        """Where the Delta table ``name`` lies."""
        return f"{self.root}/{name}"

    def open(self, name: str) -> DeltaTable:
        """The newest version of a table.

        Raises:
            FileNotFoundError: there is none.
            OSError: it is damaged.
        """
        with told(self.address(name)):
            try:
                found = self._known[name]
                if name not in self._current:
                    found.update_incremental()
            except KeyError:
                try:
                    found = DeltaTable(self.address(name), storage_options=self._options)
                except TableNotFoundError as error:
                    if self.local and next(Path(self.root, name).rglob("*.parquet"), None):
                        fault = "its _delta_log is missing: put it back, or set this folder aside to begin anew"
                        raise OSError(errno.EIO, fault, self.address(name)) from error
                    way = "rebuild" if name in DERIVED and self._holds_articles() else "run"
                    fault = f"no {'meetings' if way == 'rebuild' else 'tables'} here yet (meetwire {way} makes them)"
                    raise FileNotFoundError(errno.ENOENT, fault, self.root) from error
                self._known[name] = found
            if self._alone:  # nobody else commits until the lock is given up, and our own commits bring it up to date
                self._current.add(name)
            return found

    def _holds_articles(self) -> bool:
        try:
            return self.open("articles").version() >= 0
        except FileNotFoundError:
            return False

    def make(self) -> None:
        """Makes the tables that are missing, empty."""
        for name, table in STORED.items():
            try:
                self.open(name)
            except FileNotFoundError:
                self.retrying(name, functools.partial(self._create, name, table))

    def _create(self, name: str, table: str) -> None:
        if self.local:
            Path(self.root, name).mkdir(parents=True, exist_ok=True)
        DeltaTable.create(
            self.address(name),
            schema=delta_schema(table),
            mode="ignore",
            partition_by=[LAYOUTS[table].partition],
            name=name,
            description=summary(LAYOUTS[table].row),
            configuration={**CONFIGURATION, "delta.dataSkippingStatsColumns": LAYOUTS[table].time},
            storage_options=self._options,
        )

    def retrying(self, name: str, step: Callable[[], T]) -> T:
        """What ``step`` gives, which reads table ``name`` and commits to it; again where another writer was first."""
        until = time.monotonic() + PATIENCE_SECONDS
        wait = 0.01
        with told(self.address(name)):
            while True:
                try:
                    return step()
                except CommitFailedError:
                    if time.monotonic() > until:
                        raise
                self._known.pop(name, None)
                self._current.discard(name)
                time.sleep(wait * random.uniform(0.5, 1))
                wait = min(2 * wait, 1.0)

    def sync(self, name: str) -> int:
        """The newest version of a table, once all its commits, those of other writers too, would outlast a power cut.

        Buckets see to that alone.

        Raises:
            OSError: the disk could not keep them.
        """
        version = self.open(name).version()
        if not self.local or self._durable.get(name) == version:
            return version
        folder = Path(self.root, name)
        log = folder / "_delta_log"
        files = {folder, folder.parent, log}
        for number in range(version, self._durable.get(name, -1), -1):
            entry = log / f"{number:020}.json"
            if not entry.exists():  # older than Delta keeps log entries
                break
            actions = map(json.loads, entry.read_bytes().splitlines())
            added = {folder / unquote(action["add"]["path"]) for action in actions if "add" in action}
            files |= {entry, entry.with_suffix(".checkpoint.parquet"), *added, *(file.parent for file in added)}
        for path in [*files, log / "_last_checkpoint"]:
            with contextlib.suppress(FileNotFoundError):  # compacted and deleted since
                durable.sync(path)
        self._durable[name] = version
        return version

    def room(self) -> float:
        """The bytes that the disk has free; a bucket has room for anything."""
        return shutil.disk_usage(self.root).free if self.local else math.inf

    @contextlib.contextmanager
    def aside(self) -> Iterator[Path]:
        """A folder for files of the moment, on the disk of the tables or, of those in a bucket, of this machine."""
        own = Path(self.root, OWN) if self.local else None
        for left in own.glob(f"{_ASIDE}*") if own else ():
            if time.time() - left.stat().st_mtime > 3600:  # by a run that was killed
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=own) as folder:
            yield Path(folder)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keeps other writers of this machine waiting; the system gives it up when the process dies.

        File systems without locks, and buckets, do without: the commits alone keep writers apart.
        """
        if not self.local:
            yield
            return
        own = Path(self.root, OWN)
        own.mkdir(parents=True, exist_ok=True)
        with (own / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._alone = True
            except OSError as error:
                if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):
                    raise
            try:
                yield
            finally:
                self._alone = False
                self._current.clear()


@contextlib.contextmanager
def told(place: str) -> Iterator[None]:
    """Makes errors of delta-rs, Arrow and DuckDB an OSError that names the place."""
    try:
        yield
    except (DeltaError, pa.ArrowInvalid, duckdb.Error) as error:
        text = _line(error)
        full = "No space left" in text
        raise OSError(errno.ENOSPC if full else errno.EIO, text, place) from error
    except OSError as error:
        if error.filename:
            raise
        raise OSError(error.errno or errno.EIO, _line(error), place) from error


def _line(error: Exception) -> str:
    """What went wrong, in one line, without delta-rs's colours and stack."""
    return " ".join(_NOISE.sub("", str(error)).split())[:300]


def delta_schema(table: str) -> pa.Schema:
    """The schema of a table as Delta keeps it: its columns, all nullable so that columns can be added, and the month."""
    layout = LAYOUTS[table]
    return arrow_schema(layout.row, strict=False).append(pa.field(layout.partition, pa.string()))


def partitioned(table: str, rows: pa.Table, now: datetime) -> pa.Table:
    """``rows`` as Delta keeps them, with their month."""
    schema = delta_schema(table)
    months = pa.array([month(time, now) for time in rows[LAYOUTS[table].time].to_pylist()], pa.string())
    columns = [column.cast(field.type) for column, field in zip(rows.columns, schema, strict=False)]
    return pa.Table.from_arrays([*columns, months], schema=schema)


_TYPES = {"string": "STRING", "int64": "INTEGER", "double": "FLOAT", "bool": "BOOLEAN", "date32[day]": "DATE"}


def fields(held: DeltaTable, table: str) -> list[dict[str, Any]]:
    """The schema of a Delta table in BigQuery's JSON form, without the partition."""
    schema = held.to_pyarrow_dataset().schema
    return [_field(field) for field in schema if field.name != LAYOUTS[table].partition]


def _field(field: pa.Field) -> dict[str, Any]:
    kind, mode = field.type, "NULLABLE" if field.nullable else "REQUIRED"
    if pa.types.is_list(kind):
        kind, mode = kind.value_type, "REPEATED"
    made = {"name": field.name, "mode": mode, "type": _TYPES.get(str(kind), str(kind).upper())}
    if pa.types.is_timestamp(kind):
        made["type"] = "TIMESTAMP"
    if pa.types.is_struct(kind):
        return {**made, "type": "RECORD", "fields": [_field(inner) for inner in kind]}
    return made
