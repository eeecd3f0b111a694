"""Finds merged reports by the blocks and days in which they lie.

A process keeps 12 bytes of each block of each report, and its days and article; see ``Files``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy
import numpy.typing
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pds
from deltalake import DeltaTable

from transforms.spans import runs, search
from transforms.stories.same_meeting import CORRECTED, REACH, Search
from transforms.stories.told import surely_dated
from transforms.tables.delta_lake.known_files import Files
from transforms.tables.delta_lake.lookup import Hashes, each_hash

Days = numpy.typing.NDArray[numpy.int32]
_COLUMNS = ["article_id", "keys", "first_day", "last_day"]


class Lying(NamedTuple):
    """The reports of one file.

    Attributes:
        keys: Hashes of blocks, sorted.
        reports: The report of each of these, by its place in the following.
        first: The first day of each report, in days since 1970.
        last: The last one.
        articles: The article of each.
        days: The first and last day of all.
    """

    keys: Hashes
    reports: numpy.typing.NDArray[numpy.int32]
    first: Days
    last: Days
    articles: pa.Array
    days: tuple[int, int]


class Wanted(NamedTuple):
    """Some searches, a row for each block of each.

    Attributes:
        keys: Hashes of blocks.
        first: The first day of the search.
        last: The last one.
    """

    keys: Hashes
    first: Days
    last: Days

    def near(self, lying: Lying) -> "Wanted":
        """Those that any report of a file may be near to."""
        begin, end = lying.days
        near = (self.first - REACH.days <= end) & (self.last + REACH.days >= begin)
        return self if near.all() else Wanted(self.keys[near], self.first[near], self.last[near])


class Blocks:
    """What a process knows of the files of ``merged_reports``."""

    def __init__(self) -> None:
        self._files = Files(_lying)

    def articles(self, held: DeltaTable, searches: Sequence[Search]) -> set[str]:
        """The articles of the reports that any of the searches asks for, and hardly any other."""
        wanted = _wanted(searches)
        if not len(wanted.keys):
            return set()
        first, last = wanted.first.min() - REACH.days, wanted.last.max() + REACH.days
        return {
            article
            for lying in self._files.known(held).values()
            if lying.days[0] <= last and lying.days[1] >= first
            for article in _found(lying, wanted.near(lying))
        }


def _found(lying: Lying, wanted: Wanted) -> list[str]:
    left, right = search(lying.keys, wanted.keys)
    reports, asked = lying.reports[runs(left, right)], numpy.repeat(numpy.arange(len(left)), right - left)
    first, last, begin, end = lying.first[reports], lying.last[reports], wanted.first[asked], wanted.last[asked]
    reach = numpy.where(surely_dated(last - first) & surely_dated(end - begin), CORRECTED.days, REACH.days)
    near = numpy.maximum(first - end, begin - last) <= reach
    found: list[str] = lying.articles.take(pa.array(numpy.unique(reports[near]))).to_pylist()
    return found


def _wanted(searches: Sequence[Search]) -> Wanted:
    sizes = [len(search.keys) for search in searches]
    days = numpy.array([(s.first, s.last) for s in searches], "datetime64[D]").reshape(-1, 2).astype(numpy.int32)
    first, last = (numpy.repeat(column, sizes) for column in days.T)
    return Wanted(each_hash([key for search in searches for key in search.keys]), first, last)


def _lying(file: pds.Fragment, schema: pa.Schema) -> Lying:
    rows = file.to_table(schema=schema, columns=_COLUMNS).combine_chunks()
    keys = rows["keys"].combine_chunks()
    coded = keys.flatten().dictionary_encode()
    found = each_hash(coded.dictionary.to_pylist())[coded.indices.to_numpy()]
    sizes = pc.list_value_length(keys).fill_null(0).to_numpy()
    reports = numpy.repeat(numpy.arange(len(rows), dtype=numpy.int32), sizes)
    order = numpy.argsort(found, kind="stable")
    first, last = (rows[name].combine_chunks().cast(pa.int32()).to_numpy() for name in ("first_day", "last_day"))
    days = int(first.min()), int(last.max())
    return Lying(found[order], reports[order], first, last, rows["article_id"].combine_chunks(), days)
