"""Spans of sorted arrays."""

from typing import Any

import numpy
import numpy.typing

Places = numpy.typing.NDArray[numpy.intp]


def runs(first: Places, end: Places) -> Places:
    """All places from each of ``first`` to, and without, the ``end`` beside it."""
    sizes = end - first
    before = numpy.cumsum(sizes) - sizes
    made: Places = numpy.arange(sizes.sum()) + numpy.repeat(first - before, sizes)
    return made


def search(values: Any, wanted: Any) -> tuple[Places, Places]:
    """Where each of ``wanted`` lies in the sorted array ``values``: its first place, and the one behind its last.

    Sought in order, and the end only of what is there at all: several times as fast as two searches.
    """
    order = numpy.argsort(wanted)
    first = numpy.empty(len(wanted), numpy.intp)
    first[order] = numpy.searchsorted(values, wanted[order])
    there = numpy.flatnonzero(first < len(values))
    there = there[values[first[there]] == wanted[there]]
    end = first.copy()
    end[there] = numpy.searchsorted(values, wanted[there], "right")
    return first, end
