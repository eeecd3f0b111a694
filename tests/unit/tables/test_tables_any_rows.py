"""Any row that the types allow survives the files and comes back equal; any that they do not is a dead letter."""

import json
import tempfile
from pathlib import Path

import pytest
from any_rows import row_of, wrong_row_of
from hypothesis import given, settings
from hypothesis import strategies as st
from making import content

from transforms.tables.conform import ConformError, conform, from_dict, to_dict, to_json
from transforms.tables.encode import encode
from transforms.tables.layout import LAYOUTS, key
from transforms.tables.sinks import Tables
from transforms.tables.stored import decode


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
@pytest.mark.parametrize("table", LAYOUTS)
@settings(max_examples=40, deadline=None, database=None, derandomize=True)
@given(data=st.data())
def test_any_row_that_the_types_allow_comes_back_equal_from_a_file(table, suffix, data):
    rows = data.draw(st.lists(row_of(table), max_size=4))
    fitted = [conform(table, row) for row in rows]
    assert fitted == rows
    file = encode(table, [to_json(table, row) for row in fitted], suffix)
    found = [from_dict(LAYOUTS[table].row, row) for row in decode(table, file, suffix)]
    assert found == rows


@settings(max_examples=15, deadline=None, database=None, derandomize=True)
@given(
    rows=st.lists(row_of("meeting_reports"), min_size=1, max_size=4, unique_by=lambda row: key("meeting_reports", row))
)
def test_any_rows_that_the_types_allow_are_seen_in_duckdb_as_they_are_in_parquet_and_json_lines(rows):
    wanted = sorted((list(to_dict(type(row), row).values()) for row in rows), key=repr)
    with tempfile.TemporaryDirectory() as folder:
        for target in (f"{folder}/parquet", f"jsonl:{folder}/lines"):
            Tables([target]).write("meeting_reports", rows)
            assert content(target)["meeting_reports"] == wanted
        assert not list(Path(folder).rglob("*.part"))


@pytest.mark.parametrize("table", LAYOUTS)
@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(data=st.data())
def test_any_row_that_the_types_do_not_allow_is_refused_with_table_and_field(table, data):
    row = data.draw(wrong_row_of(table))
    with pytest.raises(ConformError) as caught:
        conform(table, row)
    assert str(caught.value).startswith(f"{table}.")


@settings(max_examples=10, deadline=None, database=None, derandomize=True)
@given(rows=st.lists(st.one_of(row_of("articles"), wrong_row_of("articles")), min_size=1, max_size=5))
def test_each_row_is_written_or_a_dead_letter_and_never_both_or_neither(rows):
    with tempfile.TemporaryDirectory() as folder:
        written = Tables([folder]).write("articles", rows)
        assert written.rows.get("articles", 0) + written.dead + written.repeats >= len(rows)
        held = content(folder)
    good = {row.revision_id for row in rows if _fits(row)}
    letters = [
        dict(zip(("letter_id", "stage", "error_type", "error", "element_id", "payload"), row, strict=False))
        for row in held["dead_letters"]
    ]
    assert len(good) == written.rows.get("articles", 0)
    assert len(letters) == len({json.dumps(row, default=repr) for row in rows if not _fits(row)})
    assert all(letter["error"].startswith("articles.") and letter["payload"] for letter in letters)


def _fits(row):
    try:
        conform("articles", row)
    except ConformError:
        return False
    return True
