"""Spans of sorted arrays."""

import numpy
import numpy.typing

Places = numpy.typing.NDArray[numpy.intp]


def runs(first: Places, end: Places) -> Places:
    """All places from each of ``first`` to, and without, the ``end`` beside it."""
    sizes = end - first
    before = numpy.cumsum(sizes) - sizes
    made: Places = numpy.arange(sizes.sum()) + numpy.repeat(first - before, sizes)
    return made
