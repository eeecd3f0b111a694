"""Finds the sketches of articles by their time, and those that copy an article; see ``Files``."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import NamedTuple

import numpy
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

from transforms.stories.near import Pool, Sketch
from transforms.tables.delta_lake.known_files import Files

_COLUMNS = ["article_id", "published", "values", "duplicate_of"]


class Kept(NamedTuple):
    """The sketches of one file.

    Attributes:
        pool: Those that can be compared.
        originals: The article that each of the pool copies, or None.
    """

    pool: Pool
    originals: Sequence[str | None]

    def copies(self, originals: Set[str]) -> list[Sketch]:
        """The sketches of the copies of ``originals``."""
        return [self.pool[place] for place, original in enumerate(self.originals) if original in originals]


class Sketches:
    """What a process knows of the files of ``article_sketches``: some 800 bytes an article."""

    def __init__(self) -> None:
        self._files = Files(_kept)

    def near(self, held: DeltaTable, first: datetime, last: datetime) -> list[Kept]:
        """All sketches published from ``first`` to ``last``, and maybe others."""
        return list(self._files.known(held, (first, last)).values())


def _kept(file: pds.Fragment, schema: pa.Schema) -> Kept:
    rows = file.to_table(schema=schema, columns=_COLUMNS, filter=pc.list_value_length(pc.field("values")) > 0)
    numbers = rows["values"].combine_chunks().flatten().to_numpy().astype(numpy.uint32)
    values = numbers.reshape(len(rows), -1) if len(rows) else Pool.of([]).values
    pool = Pool(rows["article_id"].to_pylist(), rows["published"].to_pylist(), values)
    return Kept(pool, rows["duplicate_of"].to_pylist())
