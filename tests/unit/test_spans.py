"""What is sought in a sorted array is found wherever it lies."""

import numpy
from hypothesis import given
from hypothesis import strategies as st

from transforms.spans import runs, search

NUMBERS = st.lists(st.integers(0, 30), max_size=60)


@given(NUMBERS, NUMBERS)
def test_each_value_is_found_at_all_of_its_places_and_what_is_not_there_at_none(held, wanted):
    values = numpy.sort(numpy.array(held, numpy.uint32))
    sought = numpy.array(wanted, numpy.uint32)
    first, end = search(values, sought)
    assert values[runs(first, end)].tolist() == [value for value in wanted for _ in range(held.count(value))]
