"""Finds the sketches of articles by their time, and those that copy an article; see ``Files``."""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import NamedTuple

import numpy
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

from transforms.stories.near import Pool, Sketch
from transforms.tables.delta_lake.known_files import Files

COLUMNS = ["article_id", "published", "values", "duplicate_of"]


class Kept(NamedTuple):
    """Some sketches as the tables hold them.

    Attributes:
        pool: Those that can be compared.
        by_original: Article -> the places in the pool of its copies.
    """

    pool: Pool
    by_original: Mapping[str, Sequence[int]]

    def copies(self, originals: Set[str]) -> list[Sketch]:
        """The sketches of the copies of ``originals``."""
        return [
            self.pool[place] for original in self.by_original.keys() & originals for place in self.by_original[original]
        ]


class Sketches:
    """What a process knows of the files of ``article_sketches``: some 700 bytes an article."""

    def __init__(self) -> None:
        self._files = Files(_kept)

    def near(self, held: DeltaTable, first: datetime, last: datetime) -> list[Kept]:
        """All sketches published from ``first`` to ``last``, and maybe others."""
        return list(self._files.known(held, (first, last)).values())


def _kept(file: pds.Fragment, schema: pa.Schema) -> Kept:
    return kept(file.to_table(schema=schema, columns=COLUMNS, filter=pc.list_value_length(pc.field("values")) > 0))


def kept(rows: pa.Table) -> Kept:
    """What rows of ``article_sketches`` with values hold, from their ``COLUMNS``."""
    rows = rows.combine_chunks()
    numbers = rows["values"].combine_chunks().flatten().to_numpy(zero_copy_only=False).astype(numpy.uint32)
    values = numbers.reshape(len(rows), -1) if len(rows) else Pool.of([]).values
    times = rows["published"].combine_chunks().cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    by_original: dict[str, list[int]] = {}
    for place, original in enumerate(rows["duplicate_of"].to_pylist()):
        if original is not None:
            by_original.setdefault(original, []).append(place)
    return Kept(Pool(rows["article_id"].combine_chunks(), times, values), by_original)
