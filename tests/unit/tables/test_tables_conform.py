"""Rows are made right, or said to be wrong, before any sink sees them."""

import math

import pytest
from making import article, report

from transforms import rows
from transforms.tables.conform import ConformError, conform, from_dict, to_dict, to_json


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2023-04-17T12:00:00+09:00", "2023-04-17T03:00:00Z"),
        ("2023-04-17T03:00:00Z", "2023-04-17T03:00:00Z"),
        ("2023-04-17T03:00:00.000000Z", "2023-04-17T03:00:00Z"),
        ("2023-04-17 03:00Z", "2023-04-17T03:00:00Z"),
        ("2023-04-17T03:00:00.123456789Z", "2023-04-17T03:00:00.123456Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        (None, None),
    ],
)
def test_times_become_utc_with_microseconds(given, kept):
    assert conform("articles", article(published=given)).published == kept


@pytest.mark.parametrize(
    "given",
    [
        "2023-04-17T12:00:00",  # in which zone?
        "2023-04-17",
        "2023-02-30T00:00:00Z",
        "0001-01-01T00:00:00+09:00",  # a year before the first
        "9999-12-31T23:59:59-01:00",
        "10000-01-01T00:00:00Z",
        "Mon, 17 Apr 2023 03:00:00 GMT",
        "2023-W16-1T03:00:00Z",
        "",
        1681700400,
    ],
)
def test_what_is_no_time_in_utc_between_1_and_9999_is_refused(given):
    with pytest.raises(ConformError, match=r"^articles\.published: .+ is (not a|no) time"):
        conform("articles", article(published=given))


@pytest.mark.parametrize("given", ["2023-02-30", "20230417", "2023-4-7", "2023-W16-1", "0000-01-01", "", 5])
def test_what_is_no_date_is_refused_with_its_place(given):
    wrong = report(article(), date=rows.MeetingDate(given, None, "day", None, "sentence"))
    with pytest.raises(ConformError, match=r"^meeting_reports\.date\.start: .+ is not a date"):
        conform("meeting_reports", wrong)


def test_lone_surrogates_and_nul_are_replaced_one_for_one_so_that_offsets_stay_true():
    text = "a\0b\ud83d\ude00c\udfff 😀"
    assert conform("articles", article(text=text)).text == "a�b��c� 😀"


def test_nan_is_null_where_null_may_be_and_refused_elsewhere():
    nowhere = rows.Place("X", None, math.nan, math.inf, "sentence")
    assert conform("meeting_reports", report(article(), place=nowhere)).place[2:4] == (None, None)
    with pytest.raises(ConformError, match=r"meeting_reports\.confidence: nan is not a finite number"):
        conform("meeting_reports", report(article(), confidence=math.nan))


def test_null_in_a_repeated_field_is_an_empty_list_and_nulls_in_it_are_left_out():
    assert conform("articles", article(authors=None)).authors == []
    assert conform("articles", article(authors=("A", None, "B"))).authors == ["A", "B"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"title": None}, "articles.title: null in a required field"),
        ({"title": b"x"}, "articles.title: b'x' is not text"),
        ({"revision": 1.0}, "articles.revision: 1.0 is not a whole number"),
        ({"revision": True}, "articles.revision: True is not a whole number"),
        ({"revision": 2**63}, "articles.revision: 9223372036854775808 is out of range (64 bits)"),
        ({"authors": "A. Writer"}, "articles.authors: 'A. Writer' is not a list"),
        ({"authors": ["A", 1]}, "articles.authors[1]: 1 is not text"),
        ({"dateline": "X"}, "articles.dateline: 'X' is not a Dateline"),
        ({"text": "x" * 5_000_001}, "articles: the row is 5,000,649 bytes long (at most 5,000,000)"),
    ],
)
def test_what_cannot_be_made_right_is_named_with_table_field_and_reason(fields, fault):
    with pytest.raises(ConformError) as caught:
        conform("articles", article(**fields))
    assert str(caught.value).startswith(fault.split(" is 5,000")[0])
    assert "\n" not in str(caught.value)


def test_a_row_of_another_table_is_refused():
    with pytest.raises(ConformError, match="meeting_reports: Article is not a row of this table"):
        conform("meeting_reports", article())


def test_conforming_twice_changes_nothing_and_json_holds_the_whole_row():
    once = conform("meeting_reports", report(article(), published="2023-04-17T12:00:00+09:00"))
    assert conform("meeting_reports", once) == once
    assert from_dict(rows.MeetingReport, to_dict(rows.MeetingReport, once)) == once
    assert to_json("meeting_reports", once).startswith('{"report_id":"')
