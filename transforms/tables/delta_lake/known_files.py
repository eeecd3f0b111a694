"""What a process knows of the data files of a Delta table: a data file never changes, so each is read once."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

T = TypeVar("T")


class Version(NamedTuple):
    """One version of a table.

    Attributes:
        number: As Delta counts.
        table: Its rows.
        files: Path -> data file.
    """

    number: int
    table: pds.Dataset
    files: dict[str, pds.Fragment]


class Files(Generic[T]):
    """Keeps what ``read`` makes of each data file for as long as the table has the file.

    ``read`` is given the file and the table that it is of.
    """

    def __init__(self, read: Callable[[pds.Fragment, pds.Dataset], T]) -> None:
        self._read = read
        self._known: dict[str, T] = {}
        self._version: Version | None = None

    def at(self, held: DeltaTable) -> Version:
        """The version that ``held`` is at; what is known of files that are gone is forgotten."""
        number = held.version()
        if self._version is None or self._version.number != number:
            table = held.to_pyarrow_dataset()
            self._version = Version(number, table, {file.path: file for file in table.get_fragments()})
            self._known = {path: known for path, known in self._known.items() if path in self._version.files}
        return self._version

    def known(self, held: DeltaTable, test: pc.Expression | None = None) -> dict[str, T]:
        """Path -> what ``read`` made of the file, of the files that may have rows for which ``test`` holds."""
        version = self.at(held)
        paths = version.files if test is None else [file.path for file in version.table.get_fragments(test)]
        for path in paths:
            if path not in self._known:
                self._known[path] = self._read(version.files[path], version.table)
        return {path: self._known[path] for path in paths}
