"""What a process knows of the data files of a Delta table: a data file never changes, so each is read once."""

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
import pyarrow.fs
from deltalake import DeltaTable

T = TypeVar("T")
Times = tuple[datetime, datetime]
_PARQUET = pds.ParquetFileFormat(pre_buffer=False)


class File(NamedTuple):
    """A data file.

    Attributes:
        fragment: Makes what Arrow reads, with the value of its partition; it holds the file's footer, which takes memory.
        times: The first and the last time in it, by the column that the table is partitioned by; None where Delta does
            not say.
    """

    fragment: Callable[[], pds.ParquetFileFragment]
    times: Times | None


class Version(NamedTuple):
    """One version of a table.

    Attributes:
        number: As Delta counts.
        schema: The columns.
        files: Each data file by its path.
    """

    number: int
    schema: pa.Schema
    files: dict[str, File]


class Files(Generic[T]):
    """Keeps what ``read`` makes of each data file for as long as the table has the file.

    ``read`` is given the file and the table's columns.
    """

    def __init__(self, read: Callable[[pds.Fragment, pa.Schema], T]) -> None:
        self._read = read
        self._known: dict[str, T] = {}
        self._version: Version | None = None

    def at(self, held: DeltaTable) -> Version:
        """The version that ``held`` is at; what is known of files that are gone is forgotten."""
        number = held.version()
        if self._version is None or self._version.number != number:
            before = self._version.files if self._version else {}
            self._version = Version(number, pa.schema(held.schema().to_arrow()), _files(held, before))
            self._known = {path: known for path, known in self._known.items() if path in self._version.files}
        return self._version

    def known(self, held: DeltaTable, within: Times | None = None) -> dict[str, T]:
        """Path -> what ``read`` made of the file; of all files, or of those with times ``within`` two."""
        version = self.at(held)
        for path, file in version.files.items():
            if path not in self._known and _meets(file.times, within):
                self._known[path] = self._read(file.fragment(), version.schema)
        if within is None:
            return self._known
        return {path: known for path, known in self._known.items() if _meets(version.files[path].times, within)}


def _meets(times: Times | None, within: Times | None) -> bool:
    return times is None or within is None or (times[0] <= within[1] and times[1] >= within[0])


def _files(held: DeltaTable, before: Mapping[str, File]) -> dict[str, File]:
    """Each data file of a table by its path; those of an earlier version are taken from ``before``."""
    actions = pa.table(held.get_add_actions())
    paths = list(map(unquote, actions["path"].to_pylist()))
    young = [place for place, path in enumerate(paths) if path not in before]
    if not young:
        return {path: before[path] for path in paths}
    columns = [name for name in ("partition", "min", "max") if name in actions.column_names]
    fragment = _fragments(held)
    told = zip(young, actions.select(columns).take(young).to_pylist(), strict=True)
    new = {
        paths[place]: File(functools.partial(fragment, paths[place], row.get("partition") or {}), _times(row))
        for place, row in told
    }
    return {path: before.get(path) or new[path] for path in paths}


def _fragments(held: DeltaTable) -> Callable[[str, Mapping[str, str | None]], pds.ParquetFileFragment]:
    """What makes the fragment of a path and its partition.

    Where files lie on this machine, Arrow reads them itself: delta-rs takes milliseconds for hundreds of files.
    """
    root = urlsplit(held.table_uri)
    if root.scheme not in ("", "file"):
        found = {file.path: file for file in held.to_pyarrow_dataset().get_fragments()}
        return lambda path, partition: found[path]
    place = pyarrow.fs.SubTreeFileSystem(str(Path(unquote(root.path))), pyarrow.fs.LocalFileSystem())
    whole = functools.cache(_of_partition)
    return lambda path, partition: _PARQUET.make_fragment(path, place, whole(tuple(partition.items())))


def _times(row: Mapping[str, Any]) -> Times | None:
    """The least and greatest value of the only column that Delta keeps these of."""
    first, last = (next(iter((row.get(name) or {}).values()), None) for name in ("min", "max"))
    return (first, last) if first and last else None


def _of_partition(values: Sequence[tuple[str, str | None]]) -> pc.Expression | None:
    """What holds for all rows of a partition."""
    made = None
    for name, value in values:
        one = pc.field(name).is_null() if value is None else pc.field(name) == value
        made = one if made is None else made & one
    return made
