"""Finds the rows of some groups in a Delta table, and reads only the parts of files that hold any of them.

Ids are hashes, so the least and greatest value of a file, which Delta keeps, rule nothing out. Each file is looked through
once by a process, which keeps 10 bytes of each group in it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy
import numpy.typing
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

from transforms.tables.files import Files

Hashes = numpy.typing.NDArray[numpy.int64]


class Where(NamedTuple):
    """Where in a file groups lie.

    Attributes:
        hashes: Of the groups, sorted.
        parts: The row group of each.
    """

    hashes: Hashes
    parts: numpy.typing.NDArray[numpy.int16]

    def of(self, wanted: Hashes) -> list[int]:
        """The row groups that hold any of ``wanted``, which is sorted; rather one too many than one too few."""
        first, end = (numpy.searchsorted(self.hashes, wanted, side) for side in ("left", "right"))
        found: list[int] = numpy.unique(self.parts[runs(first, end)]).tolist()
        return found


class Lookup:
    """What a process knows of one table's files; ``group`` is the column that is looked up."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._files = Files(self._where)

    def rows(self, held: DeltaTable, groups: set[Any], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of ``groups`` in this version of the table."""
        version, wanted = self._files.at(held), hashes(groups)
        parts = {path: where.of(wanted) for path, where in self._files.known(held).items()} if groups else {}
        some = [version.files[path].subset(row_group_ids=found) for path, found in parts.items() if found]
        table = version.table
        test = pc.field(self._group).isin(pa.array(groups, table.schema.field(self._group).type))
        return pds.FileSystemDataset(some, table.schema, table.format, table.filesystem).to_table(
            columns and list(columns), filter=test
        )

    def _where(self, file: pds.Fragment, table: pds.Dataset) -> Where:
        column = file.to_table(schema=table.schema, columns=[self._group]).column(0).combine_chunks()
        coded = column.dictionary_encode() if len(column) else pa.array([], pa.string()).dictionary_encode()
        sizes = [part.num_rows for part in file.row_groups]
        parts = numpy.repeat(numpy.arange(len(sizes), dtype=numpy.int16), sizes)
        places = coded.indices.fill_null(len(coded.dictionary)).to_numpy()
        found = each_hash([*coded.dictionary.to_pylist(), None])[places]
        order = numpy.lexsort((parts, found))
        found, parts = found[order], parts[order]
        new = numpy.ones(len(found), bool)
        new[1:] = (found[1:] != found[:-1]) | (parts[1:] != parts[:-1])
        return Where(found[new], parts[new])


def each_hash(values: Sequence[Any]) -> Hashes:
    """The hash of each value; those of text are others in every process."""
    return numpy.fromiter(map(hash, values), numpy.int64, len(values))


def hashes(values: Iterable[Any]) -> Hashes:
    """The hashes of values, sorted, each once."""
    return numpy.unique(each_hash(list(values)))


def runs(first: numpy.typing.NDArray[numpy.int64], end: numpy.typing.NDArray[numpy.int64]) -> Any:
    """All places from each of ``first`` to, and without, the ``end`` beside it."""
    sizes = end - first
    before = numpy.cumsum(sizes) - sizes
    return numpy.arange(sizes.sum()) + numpy.repeat(first - before, sizes)
