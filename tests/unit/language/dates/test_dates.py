import doctest
import json
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from date_cases import CASES, OTHER_DAYS, PUBLISHED, SECOND, SECOND_PUBLISHED
from hypothesis import given
from hypothesis import strategies as st

from transforms.language.dates.expressions import find_dates, resolve

DEV = [json.loads(line) for line in (Path(__file__).parents[3] / "dates-dev.jsonl").read_text("utf-8").splitlines()]
MANUAL = Path(__file__).parents[4] / "docs" / "dates.md"
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
TENSES = st.sampled_from(["past", "future", "present"])
ANCHORS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(ZoneInfo("UTC")))


def day(text):
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("case", DEV, ids=lambda case: f"{case['id']}-{case['text']}")
def test_the_development_cases_come_out_right(case):
    anchor = datetime.fromisoformat(case["anchor"]).astimezone(ZoneInfo(case["tz"]))
    found = resolve(case["text"], anchor, case["tense"], case["sentence"])
    if case["start"] is None:
        assert found is None
        return
    end = day(case["end"]) - timedelta(days=1) if case["end"] else day(case["start"])
    assert day(case["start"]) <= found.start <= found.end <= end


FLAT = [(kind, case) for kind, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("kind", "case"), FLAT, ids=[f"{kind}: {case[0]} ({case[1]})" for kind, case in FLAT])
def test_an_expression_means_its_days(kind, case):
    expression, tense, start, end, precision, *sentence = case
    found = resolve(expression, datetime.fromisoformat(PUBLISHED), tense, *sentence)
    got = (found.start, found.end, found.precision) if found else (None, None, None)
    assert got == (day(start), day(end), precision)


@pytest.mark.parametrize("case", OTHER_DAYS, ids=lambda case: f"{case[1]} on {case[0]}")
def test_the_day_of_publication_decides(case):
    published, expression, tense, start, end, precision = case
    found = resolve(expression, datetime.fromisoformat(published), tense)
    got = (found.start, found.end, found.precision) if found else (None, None, None)
    assert got == (day(start), day(end), precision)


@pytest.mark.parametrize("case", SECOND, ids=lambda case: case[0])
def test_expressions_that_the_rules_had_not_seen_come_out_right(case):
    expression, tense, start, end = case
    found = resolve(expression, datetime.fromisoformat(SECOND_PUBLISHED), tense)
    assert ((found.start, found.end) if found else (None, None)) == (day(start), day(end))


# Alone in a sentence these could be something else: a floor, a count, what the day came before, a part of a match.
NOT_ALONE = {
    "the 21st",
    "the 31st",
    "the 15th",
    "1945",
    "the day before",
    "the month before",
    "the first quarter",
    "the fourth quarter",
    "the third quarter",
}


@pytest.mark.parametrize(
    "expression", [case[0] for _, case in FLAT if case[2] is not None and case[0] not in NOT_ALONE]
)
def test_a_known_expression_is_found_whole_in_a_sentence(expression):
    text = f"The two met {expression} in Geneva, it said."
    start, end = text.index(expression), text.index(expression) + len(expression)
    first = expression.split()[0]
    inner = start + len(first) + 1 if first in ("on", "in", "by", "at", "over", "during") else start
    assert any(s in (start, inner) and e >= end for s, e in find_dates(text)), find_dates(text)


@pytest.mark.parametrize(
    "expression", ["May 5", "in June", "Monday", "last week", "today", "the 21st", "Christmas Day"]
)
def test_without_a_publication_day_there_is_no_year_to_be_had(expression):
    assert resolve(expression, None, "past") is None


@pytest.mark.parametrize(
    ("expression", "start", "end"),
    [
        ("May 5, 2023", "2023-05-05", "2023-05-05"),
        ("in June 2021", "2021-06-01", "2021-06-30"),
        ("19-21 May 2023", "2023-05-19", "2023-05-21"),
        ("the 1990s", "1990-01-01", "1999-12-31"),
        ("Christmas Day 2020", "2020-12-25", "2020-12-25"),
    ],
)
def test_without_a_publication_day_absolute_dates_still_count(expression, start, end):
    found = resolve(expression, None, "past")
    assert (found.start, found.end, found.relative) == (day(start), day(end), False)


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("They met on Monday, May 13, and will meet again next week.", ["Monday, May 13", "next week"]),
        ("He may march on; she sat in the sun and wed.", []),
        ("In March 2022 Ms. May spoke; in May they met.", ["March 2022", "May"]),
        ("The talks on May 19–21 in Oslo followed those of 3 April.", ["May 19–21", "3 April"]),
        ("It was signed in 2017, two days after the vote of Dec. 7, 2016.", ["2017", "Dec. 7, 2016"]),
        ("Call 2019 people or 1500 troops by Friday night.", ["Friday night"]),
        ("A May report and a June summit; the March bombings, his 2016 budget, a 2014 law.", None),
        ("The Women's March on Oslo; \u2018no threat\u2019-Friday's actions.", ["Friday"]),
        ("The last night of the tour; (April 11, 2025) over the last quarter-century.", ["April 11, 2025"]),
        ("in April\nand\n\nin May", ["April", "May"]),
        ("A 20-minute call, a two-day visit, the first in two decades.", []),
        ("The 21st century and the 20th meeting; on the 21st they met.", ["21st"]),
    ],
)
def test_dates_are_found_in_text(text, expressions):
    expressions = ["May", "June", "March", "2016", "2014"] if expressions is None else expressions
    assert [text[s:e].removeprefix("the ") for s, e in find_dates(text)] == expressions


def test_the_manual_tells_the_truth():
    failed, tried = doctest.testfile(str(MANUAL), module_relative=False)
    assert tried > 0 and failed == 0


@given(st.sampled_from(WEEKDAYS), st.sampled_from(["", "on ", "early ", "late on "]), ANCHORS, TENSES)
def test_a_bare_weekday_is_that_weekday_within_a_week_on_the_side_of_the_tense(weekday, before, anchor, tense):
    found = resolve(before + weekday, anchor, tense)
    assert found.start == found.end and found.start.weekday() == WEEKDAYS.index(weekday)
    distance = (found.start - anchor.date()).days
    assert -7 < distance <= 0 if tense == "past" else 0 <= distance < 7


EXPRESSIONS = st.sampled_from([case[0] for _, case in FLAT])


@given(EXPRESSIONS, ANCHORS, TENSES)
def test_a_span_is_in_order_and_as_wide_as_its_precision(expression, anchor, tense):
    found = resolve(expression, anchor, tense)
    if found is None:
        return
    assert found.start <= found.end
    if found.precision == "month" and "past" not in expression:
        assert found.start.day in (1, 11, 21) and (found.end + timedelta(days=1)).day in (1, 11, 21)
    if found.precision == "year" and "past" not in expression:
        assert (found.start.month, found.start.day, found.end.month, found.end.day) == (1, 1, 12, 31)


@given(st.text(max_size=300), st.one_of(st.none(), ANCHORS), TENSES)
def test_no_text_is_an_error(text, anchor, tense):
    for start, end in find_dates(text):
        assert 0 <= start < end <= len(text)
    resolve(text, anchor, tense, text)


SALAD = (
    "the a last next this of to and - on in from May Monday Jan. 5 21st 2023 week year day days ago before after two "
    "noon at 3 p.m. local time early mid late weekend quarter first Christmas \u0130 1/2/2023 , . ( ) \n"
)
WORDS = st.lists(st.sampled_from(SALAD.split(" ")), max_size=40).map(" ".join)


@given(WORDS, st.one_of(st.none(), ANCHORS), TENSES)
def test_any_salad_of_date_words_is_read_or_left(text, anchor, tense):
    spans = find_dates(text)
    assert spans == sorted(spans) and all(a[1] <= b[0] for a, b in pairwise(spans))
    for start, end in spans:
        found = resolve(text[start:end], anchor, tense, text)
        assert found is None or found.start <= found.end


@pytest.mark.parametrize(
    "anchor", [datetime(1, 1, 1, tzinfo=ZoneInfo("UTC")), datetime(9999, 12, 31, tzinfo=ZoneInfo("UTC"))]
)
def test_the_ends_of_the_calendar_are_no_error(anchor):
    for _, case in FLAT:
        for tense in ("past", "future", "present"):
            resolve(case[0], anchor, tense)
