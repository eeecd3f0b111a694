"""Rows survive Beam's coder, and the stages that need no Beam do not load it."""

import subprocess
import sys
import typing

import pytest
from apache_beam.coders import registry
from hypothesis import given
from hypothesis import strategies as st

from transforms import coders, rows

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def values(kind):
    """Any value that a field of ``kind`` allows."""
    if typing.get_origin(kind) is typing.Union:
        return st.none() | values(typing.get_args(kind)[0])
    if hasattr(kind, "_fields"):
        return st.builds(kind, **{name: values(hint) for name, hint in kind.__annotations__.items()})
    if typing.get_args(kind):
        return st.lists(values(typing.get_args(kind)[0]), max_size=3)
    return {
        str: TEXT,
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(allow_nan=False),
        bool: st.booleans(),
    }[kind]


@pytest.mark.parametrize("row", coders.ROWS, ids=lambda row: row.__name__)
def test_a_row_comes_back_equal_and_its_coder_is_deterministic(row):
    coder = registry.get_coder(row)
    assert coder.is_deterministic()

    @given(values(row))
    def comes_back(value):
        assert coder.decode(coder.encode(value)) == value

    comes_back()


@pytest.mark.parametrize("row", coders.ROWS, ids=lambda row: row.__name__)
def test_every_field_is_described(row):
    described = [line.strip().split(":")[0].split(" (")[0] for line in row.__doc__.split("Attributes:")[1].splitlines()]
    assert [name for name in described if name in row._fields] == list(row._fields)


@pytest.mark.parametrize(
    "module",
    [
        "transforms.rows",
        "transforms.feeds.parsing.parse",
        "transforms.language.pipeline",
        "transforms.meetings.article_reader",
    ],
)
def test_feeds_and_language_need_no_beam(module):
    code = f"import sys, {module}; sys.exit('apache_beam' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=250).returncode == 0


@given(st.lists(st.text()), st.lists(st.text()))
def test_ids_are_equal_only_for_equal_parts(one, other):
    assert (rows.derive_id(*one) == rows.derive_id(*other)) == (one == other)
