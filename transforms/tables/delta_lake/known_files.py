"""What a process knows of the data files of a Delta table: a data file never changes, so each is read once."""

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
import pyarrow.fs
from deltalake import DeltaTable

T = TypeVar("T")
_PARQUET = pds.ParquetFileFormat()


class Version(NamedTuple):
    """One version of a table.

    Attributes:
        number: As Delta counts.
        schema: The columns.
        files: Path -> makes the data file, with the value of its partition.
    """

    number: int
    schema: pa.Schema
    files: dict[str, Callable[[], pds.ParquetFileFragment]]


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
            self._version = Version(number, pa.schema(held.schema().to_arrow()), _files(held))
            self._known = {path: known for path, known in self._known.items() if path in self._version.files}
        return self._version

    def known(self, held: DeltaTable, paths: Iterable[str] | None = None) -> dict[str, T]:
        """Path -> what ``read`` made of the file; of all files, or those at ``paths``."""
        version = self.at(held)
        wanted = version.files if paths is None else list(paths)
        for path in wanted:
            if path not in self._known:
                self._known[path] = self._read(version.files[path](), version.schema)
        return {path: self._known[path] for path in wanted}


def _files(held: DeltaTable) -> dict[str, Callable[[], pds.ParquetFileFragment]]:
    """Each data file of a table by its path.

    Where they lie on this machine, Arrow reads them itself: delta-rs takes milliseconds for hundreds of files.
    """
    root = urlsplit(held.table_uri)
    if root.scheme not in ("", "file"):
        return {file.path: functools.partial(_same, file) for file in held.to_pyarrow_dataset().get_fragments()}
    place = pyarrow.fs.SubTreeFileSystem(str(Path(unquote(root.path))), pyarrow.fs.LocalFileSystem())
    actions = pa.table(held.get_add_actions()).select(["path", "partition"]).to_pylist()
    partition = functools.cache(_of_partition)
    return {
        unquote(action["path"]): functools.partial(
            _PARQUET.make_fragment,
            unquote(action["path"]),
            place,
            partition(tuple((action["partition"] or {}).items())),
        )
        for action in actions
    }


def _same(file: pds.ParquetFileFragment) -> pds.ParquetFileFragment:
    return file


def _of_partition(values: Sequence[tuple[str, str | None]]) -> pc.Expression | None:
    """What holds for all rows of a partition."""
    made = None
    for name, value in values:
        one = pc.field(name).is_null() if value is None else pc.field(name) == value
        made = one if made is None else made & one
    return made
