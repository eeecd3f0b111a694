"""Single days by month or in figures: ``April 17``, ``the 7th of December 2021``, ``2023-04-17``, ``12/04/2023``.

Where the year is missing the tense tells it (see ``year_by_tense``), or the weekday that stands with it; without a
day of publication there is none to be had.
"""

import re
from datetime import date

from transforms.language.dates import intervals as cal
from transforms.language.dates.date_words import (
    LAST_OR_NEXT,
    YEAR,
    Rule,
    compile_rule,
    day_number,
    month_number,
    weekday_number,
)
from transforms.language.dates.intervals import DateSpan, Scope

# A year of two figures below this is of this century.
_CENTURY_TURN = 70
# "On the 21st" is a day where no noun follows ("on the 21st floor").
_ON = r"(?:(?<=on )|(?<=until )|(?<=by )|(?<=since )|(?<=from )|(?<=till ))"
_NO_NOUN = (
    r"(?! (?!(?:and|or|at|in|for|to|with|when|where|as|but|the|after|before|by|on|from|of|while|during|an?|his|her"
    r"|their|its|they|he|she|it|we|local|both|that|which)\b)[a-z]|-)"
)


def year_of(match: re.Match[str], scope: Scope) -> int | None:
    """The year that the match itself names, as a number or as "last year"."""
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    offset = {"last": -1, "this": 0, "next": 1}.get(groups.get("which") or "")
    if offset is not None and scope.anchor:
        return scope.anchor.year + offset
    if groups.get("which") and scope.base:
        return scope.base.year
    return None


def guess_year(scope: Scope, month: int, day: int) -> int | None:
    """The year of a day that has none, by the tense; None without a day of publication."""
    return cal.year_by_tense(scope.anchor, month, day, scope.tense) if scope.anchor else None


def _month_day(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month, day = month_number(match["month"]), day_number(match["day"])
    year = year_of(match, scope)
    weekday = match.groupdict().get("weekday")
    if year is None and weekday and scope.anchor:
        year = _year_of_weekday(scope.anchor, month, day, weekday_number(weekday))
    year = year or guess_year(scope, month, day)
    return cal.one_day(cal.safe_date(year, month, day), not match.groupdict().get("year")) if year else None


def _year_of_weekday(anchor: date, month: int, day: int, weekday: int) -> int | None:
    """The year within one of ``anchor`` in which that day is that weekday, the nearest; None where there is none."""
    days = [
        d
        for y in (anchor.year - 1, anchor.year, anchor.year + 1)
        if 1 <= y <= 9999 and (d := cal.safe_date(y, month, day))
    ]
    fitting = sorted((d for d in days if d.weekday() == weekday), key=lambda d: abs(d - anchor))
    return fitting[0].year if fitting else None


def _iso(match: re.Match[str], _: Scope) -> DateSpan | None:
    return cal.one_day(cal.safe_date(int(match["y"]), int(match["m"]), int(match["d"])), False)


def _numeric(match: re.Match[str], scope: Scope) -> DateSpan | None:
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    if year < 100:
        year += 2000 if year < _CENTURY_TURN else 1900
    month_first = scope.month_first if first <= 12 and second <= 12 and first != second else first <= 12
    if "." in match[0]:
        month_first = False
    if month_first is None:
        return None
    month, day = (first, second) if month_first else (second, first)
    return cal.one_day(cal.safe_date(year, month, day), False)


def _day_of_month(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "the 17th": of the month that the sentence speaks of, else the last such day or the next, by tense."""
    day = day_number(match["day"])
    origin = scope.base or scope.anchor
    if origin is None:
        return None
    index = origin.year * 12 + origin.month - 1
    steps = (0,) if scope.base else {"past": (0, -1, -2), "future": (0, 1, 2)}.get(scope.tense, (0, -1, 1))
    for step in steps:
        found = cal.safe_date((index + step) // 12, (index + step) % 12 + 1, day)
        wrong = (
            found is not None
            and not scope.base
            and ((scope.tense == "past" and found > origin) or (scope.tense == "future" and found < origin))
        )
        if found is not None and not wrong:
            return cal.one_day(found, True)
    return None


def _day_of_near_month(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    month = cal.months(scope.anchor.year, scope.anchor.month + LAST_OR_NEXT.get(match["month"], 0), 1, True)
    day = day_number(match["day"])
    return cal.one_day(cal.safe_date(month.start.year, month.start.month, day), True) if month else None


def _week_with(match: re.Match[str], scope: Scope) -> DateSpan | None:
    day = _month_day(match, scope)
    return cal.week_of(day.start, day.relative) if day else None


_MONTH_DAY = (r"{month}(?: the)? {day}", r"(?:the )?{day}(?: of)?[ -]{month}")
_WEEK = r"the week (?:of|beginning|starting|ending|from)(?: on)? (?:{weekday},? )?"
RULES: tuple[Rule, ...] = (
    compile_rule(
        r"(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
        r"(?:t\d\d:\d\d[\d:.]{0,10}(?:z|[+-]\d\d:?\d\d)?)?(?!\d)",
        _iso,
        timed=True,
    ),
    compile_rule(r"(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)", _numeric, timed=True),
    *(
        compile_rule(rf"(?:{{weekday}},? (?P<open>\()?(?:the )?)?{order}{YEAR}?(?(open)\))", _month_day, timed=True)
        for order in _MONTH_DAY
    ),
    *(compile_rule(f"{_WEEK}{order}{YEAR}?", _week_with) for order in _MONTH_DAY),
    compile_rule(
        r"(?P<a>\d{1,2})(?P<s>[/.])(?P<b>\d{1,2})(?P=s)(?P<y>\d\d)(?!\d)", _numeric, timed=True, findable=False
    ),
    compile_rule(r"(?:the )?{day} of (?P<month>last|this|next) month", _day_of_near_month, timed=True),
    compile_rule(r"the {day}", _day_of_month, timed=True, findable=False),
    compile_rule(r"{weekday},? the {day}", _day_of_month, timed=True),
    compile_rule(rf"{_ON}the (?P<day>(?:3[01]|[12]?\d)(?:st|nd|rd|th)){_NO_NOUN}", _day_of_month),
)
