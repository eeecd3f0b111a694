"""Finds the rows of some groups in a Delta table, and reads only the files that hold any of them.

Ids are hashes, so the least and greatest value of a file, which Delta keeps, rule nothing out. A data file never changes:
each is looked through once by a process, which keeps 8 bytes of each group in it.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy
import numpy.typing
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

Hashes = numpy.typing.NDArray[numpy.int64]


class Lookup:
    """What a process knows of one table's files; ``group`` is the column that is looked up."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._in_file: dict[str, Hashes] = {}

    def rows(self, held: DeltaTable, groups: set[Any], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of ``groups`` in this version of the table."""
        table = held.to_pyarrow_dataset()
        files = {file.path: file for file in table.get_fragments()} if groups else {}
        known, wanted = self._in_file, _hashes(groups)
        self._in_file = {path: known[path] if path in known else self._groups(files[path], table) for path in files}
        some = [file for path, file in files.items() if _meet(wanted, self._in_file[path])]
        test = pc.field(self._group).isin(pa.array(groups, table.schema.field(self._group).type))
        return pds.FileSystemDataset(some, table.schema, table.format, table.filesystem).to_table(
            columns and list(columns), filter=test
        )

    def _groups(self, file: pds.Fragment, table: pds.Dataset) -> Hashes:
        batches = file.to_batches(schema=table.schema, columns=[self._group])
        return _hashes(chain.from_iterable(batch.column(0).unique().to_pylist() for batch in batches))


def _hashes(values: Iterable[Any]) -> Hashes:
    return numpy.unique(numpy.fromiter(map(hash, values), numpy.int64))


def _meet(some: Hashes, others: Hashes) -> bool:
    """Whether two sorted arrays have a value in common."""
    places = numpy.searchsorted(others, some)
    return bool((others.take(places, mode="clip") == some).any()) if others.size else False
