"""Any row that the types allow survives the files and comes back equal; any that they do not is a dead letter."""

import json
import tempfile
from datetime import datetime

import pytest
from any_rows import row_of, wrong_row_of
from hypothesis import given, settings
from hypothesis import strategies as st
from making import content

from transforms.rows import MeetingReport
from transforms.tables.conform import ConformError, conform, to_dict
from transforms.tables.layout import GIVEN, key
from transforms.tables.sinks import Tables


@pytest.mark.parametrize("table", GIVEN)
@settings(max_examples=4, database=None, derandomize=True)
@given(data=st.data())
def test_any_rows_that_the_types_allow_come_back_equal_from_a_table(table, data):
    rows = data.draw(st.lists(row_of(table), min_size=1, max_size=4, unique_by=lambda row: key(table, row)))
    assert [conform(table, row) for row in rows] == rows
    wanted = sorted((list(to_dict(type(row), row).values()) for row in rows), key=repr)
    with tempfile.TemporaryDirectory() as folder:
        Tables([folder]).write(table, rows)
        if table == "articles":
            newest = {row.article_id: (row.revision, row.fetched_at, row.revision_id) for row in sorted(rows, key=_age)}
            wanted = [row for row in wanted if row[1] in {order[-1] for order in newest.values()}]
        found = content(folder)[table]
    if table == "meeting_reports":
        found, wanted = _unmerged(found), _unmerged(wanted)
    assert found == wanted


def _unmerged(reports):
    """Without what merging says of a report: its meeting, and who its participants are."""
    meeting, participants = (MeetingReport._fields.index(name) for name in ("meeting_id", "participants"))
    for row in reports:
        row[meeting] = None
        row[participants] = [{**participant, "actor_id": None} for participant in row[participants]]
    return sorted(reports, key=repr)


def _age(row):
    return row.revision, datetime.fromisoformat(row.fetched_at), row.revision_id


@pytest.mark.parametrize("table", GIVEN)
@settings(max_examples=60, database=None, derandomize=True)
@given(data=st.data())
def test_any_row_that_the_types_do_not_allow_is_refused_with_table_and_field(table, data):
    row = data.draw(wrong_row_of(table))
    with pytest.raises(ConformError) as caught:
        conform(table, row)
    assert str(caught.value).startswith(f"{table}.")


@settings(max_examples=5, database=None, derandomize=True)
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
