"""Finds the rows of some groups in a Delta table, and reads only the parts of files that hold any of them.

Ids are hashes, so the least and greatest value of a file, which Delta keeps, rule nothing out. Each file is looked through
once by a process, which keeps 14 bytes of each group in it.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy
import numpy.typing
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

from transforms.spans import runs, search
from transforms.tables.delta_lake.known_files import File, Files

# Files that are looked into one by one; more of them share an index.
_APART = 12
# Files whose footers a process keeps, some 150 kB each.
_OPEN = 64
Hashes = numpy.typing.NDArray[numpy.int64]


class Where(NamedTuple):
    """Where groups lie in some files.

    Attributes:
        hashes: Of the groups, sorted.
        files: The file of each, by its number.
        parts: The row group of each.
    """

    hashes: Hashes
    files: numpy.typing.NDArray[numpy.int32]
    parts: numpy.typing.NDArray[numpy.int16]

    def of(self, wanted: Hashes) -> set[tuple[int, int]]:
        """The files and row groups that hold any of ``wanted``, which is sorted; rather one too many than one too few."""
        places = runs(*search(self.hashes, wanted))
        return set(zip(self.files[places].tolist(), self.parts[places].tolist(), strict=True))


class Lookup:
    """What a process knows of one table's files; ``group`` is the column that is looked up."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._files = Files(self._where)
        self._paths: list[str] = []
        self._old = _joined([])
        self._columns: dict[str, int] = {}

    def rows(self, held: DeltaTable, groups: set[Any], columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of ``groups`` in this version of the table."""
        version = self._files.at(held)
        some = [
            _opened(version.files[path]).subset(row_group_ids=sorted(parts))
            for path, parts in self._parts(held, groups).items()
            if path in version.files
        ]
        if not some:
            return (version.schema if columns is None else pa.schema(map(version.schema.field, columns))).empty_table()
        test = pc.field(self._group).isin(pa.array(groups, version.schema.field(self._group).type))
        return pds.FileSystemDataset(some, version.schema, some[0].format, some[0].filesystem).to_table(
            columns and list(columns), filter=test, use_threads=False, batch_readahead=1, fragment_readahead=1
        )

    def alike(self, held: DeltaTable) -> bool:
        """Whether all files of this version of the table have the same columns."""
        return len({self._columns[path] for path in self._files.known(held)}) < 2

    def _parts(self, held: DeltaTable, groups: set[Any]) -> dict[str, set[int]]:
        """Path -> row groups that may hold any of ``groups``, in this version of the table or an earlier one."""
        if not groups:
            return {}
        known, old = self._files.known(held), set(self._paths)
        young = {path: where for path, where in known.items() if path not in old}
        if len(young) > _APART:
            self._join(young, known.keys())
            young = {}
        wanted = hashes(groups)
        parts: dict[str, set[int]] = defaultdict(set)
        for file, part in self._old.of(wanted):
            parts[self._paths[file]].add(part)
        for path, where in young.items():
            for _, part in where.of(wanted):
                parts[path].add(part)
        return parts

    def _join(self, young: Mapping[str, Where], known: Set[str]) -> None:
        """Makes one index of many, and forgets files that are gone."""
        paths = [path for path in self._paths if path in known]
        number = {path: n for n, path in enumerate([*paths, *young])}
        numbers = numpy.array([number.get(path, -1) for path in self._paths], numpy.int32)[self._old.files]
        kept = numbers >= 0
        old = Where(self._old.hashes[kept], numbers[kept], self._old.parts[kept])
        self._old = _joined([old, *(where._replace(files=where.files + number[path]) for path, where in young.items())])
        self._paths = list(number)
        self._columns = {path: self._columns[path] for path in known}

    def _where(self, file: pds.Fragment, schema: pa.Schema) -> Where:
        column = file.to_table(schema=schema, columns=[self._group]).column(0).combine_chunks()
        self._columns[file.path] = hash(str(file.physical_schema))
        coded = column.dictionary_encode()
        sizes = [part.num_rows for part in file.row_groups]
        parts = numpy.repeat(numpy.arange(len(sizes), dtype=numpy.int16), sizes)
        places = coded.indices.fill_null(len(coded.dictionary)).to_numpy()
        pairs = numpy.unique(numpy.stack([places, parts]), axis=1) if len(places) else numpy.zeros((2, 0), int)
        found = each_hash([*coded.dictionary.to_pylist(), None])[pairs[0]]
        return _joined([Where(found, numpy.zeros(len(found), numpy.int32), pairs[1].astype(numpy.int16))])


@functools.lru_cache(maxsize=_OPEN)
def _opened(file: File) -> pds.ParquetFileFragment:
    """A file whose footer was read."""
    return file.fragment()


def _joined(some: Sequence[Where]) -> Where:
    empty = Where(numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int32), numpy.zeros(0, numpy.int16))
    found, files, parts = (numpy.concatenate(columns) for columns in zip(empty, *some, strict=True))
    order = numpy.argsort(found, kind="stable")
    return Where(found[order], files[order], parts[order])


def each_hash(values: Sequence[Any]) -> Hashes:
    """The hash of each value; those of text are others in every process."""
    return numpy.fromiter(map(hash, values), numpy.int64, len(values))


def hashes(values: Iterable[Any]) -> Hashes:
    """The hashes of values, sorted, each once."""
    return numpy.unique(each_hash(list(values)))
