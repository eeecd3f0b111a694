"""What every place for tables keeps to. A new one is a line in ``PLACES``."""

import pytest
from making import by_table, extract, rows_of, ticking

from transforms.tables.sinks import Tables


def delta_ids(target, table, column):
    return sorted(value for (value,) in rows_of(target, f"SELECT {column} FROM {table}"))


# Name -> the setting for an empty folder, and what gives the sorted ids in a table of that setting.
PLACES = {
    "delta": (lambda folder: str(folder / "tables"), delta_ids),
}
IDS = {"articles": "article_id", "meeting_reports": "report_id", "dead_letters": "letter_id"}


@pytest.fixture(params=PLACES)
def place(request, tmp_path):
    """A new place: its setting, and a function for the ids of each of its tables."""
    setting, ids = PLACES[request.param]
    target = setting(tmp_path)
    return target, lambda: {table: ids(target, table, column) for table, column in IDS.items()}


def test_what_is_written_is_there(place):
    target, ids = place
    written = Tables([target], ticking()).write_all(by_table(extract("a"), extract("b")))
    assert written.dead == 0
    assert ids()["articles"] == ["a", "b"]
    assert len(ids()["meeting_reports"]) == 2


def test_the_same_rows_in_any_bundles_change_nothing(place):
    target, ids = place
    Tables([target], ticking()).write_all(by_table(extract("a"), extract("b")))
    before = ids()
    for again in ([extract("b"), extract("a")], [extract("a")], [extract("b")]):
        Tables([target], ticking()).write_all(by_table(*again))
    assert ids() == before


def test_a_row_that_fits_no_column_is_a_dead_letter_and_the_others_are_there(place):
    target, ids = place
    rows = by_table(extract("a"), extract("b"))
    rows["articles"][1] = rows["articles"][1]._replace(word_count="many")
    assert Tables([target], ticking()).write_all(rows).dead == 1
    assert ids()["articles"] == ["a"]
    assert len(ids()["dead_letters"]) == 1


def test_working_out_anew_what_is_derived_leaves_the_rows(place):
    from transforms.tables.sinks import open_sink

    target, ids = place
    Tables([target], ticking()).write_all(by_table(extract("a"), extract("b")))
    before = ids()
    open_sink(target).rebuild(ticking()())
    assert ids() == before
