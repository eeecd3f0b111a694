"""Any row that the types allow, and rows that they do not, for hypothesis."""

import string
from typing import Any

from hypothesis import strategies as st

from transforms.tables.conform import rfc3339
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import Column, columns

# Everything but surrogates and NUL, which no table can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
IDS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
TIMES = st.datetimes().map(rfc3339)
VALUES = {
    "STRING": TEXT,
    "INTEGER": st.integers(-(2**63), 2**63 - 1),
    "FLOAT": st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number if number else 0.0),
    "BOOLEAN": st.booleans(),
    "TIMESTAMP": TIMES,
    "DATE": st.dates().map(lambda day: day.isoformat()),
}


def value(column: Column) -> st.SearchStrategy[Any]:
    one = record(column.row) if column.row else VALUES[column.kind]
    if column.mode == "REPEATED":
        return st.lists(one, max_size=3)
    return st.none() | one if column.mode == "NULLABLE" else one


def record(row: type) -> st.SearchStrategy[Any]:
    return st.builds(row, **{column.name: value(column) for column in columns(row)})


def row_of(table: str) -> st.SearchStrategy[Any]:
    """A row of a table; its ids are short, so that they repeat."""
    names = LAYOUTS[table].keys
    ids = {name: IDS for name in names if not name.endswith("_at")}
    made = {column.name: value(column) for column in columns(LAYOUTS[table].row)}
    return st.builds(LAYOUTS[table].row, **{**made, **ids})


# Values that are wrong in any column of the kind.
WRONG = {
    "STRING": st.sampled_from([b"x", 1, ["x"]]),
    "INTEGER": st.sampled_from(["1", 1.5, True, 2**63, -(2**63) - 1]),
    "FLOAT": st.sampled_from(["1.0", True]),
    "BOOLEAN": st.sampled_from([0, 1, "true"]),
    "TIMESTAMP": st.sampled_from(
        ["2023-02-30T00:00:00Z", "2023-01-01T00:00:00", "0001-01-01T00:00:00+01:00", 0, "now"]
    ),
    "DATE": st.sampled_from(["2023-02-30", "2023-1-1", "tomorrow", 20230101]),
    "RECORD": st.sampled_from(["x", {}, 1]),
}


@st.composite
def wrong_row_of(draw: Any, table: str) -> Any:
    """A row with one value that fits its column in no way."""
    row = draw(row_of(table))
    column = draw(st.sampled_from(columns(LAYOUTS[table].row)))
    if column.mode == "REPEATED":
        bad = draw(st.sampled_from(["x", 1]) | WRONG[column.kind].map(lambda wrong: [wrong]))
    else:
        bad = draw(WRONG[column.kind] | (st.none() if column.mode == "REQUIRED" else st.nothing()))
    return row._replace(**{column.name: bad})
