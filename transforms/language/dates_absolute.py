"""Date expressions that name a month, a day or a year: ``April 17``, ``19-21 May 2023``, ``2023-04-17``, ``the 1990s``.

Where the year is missing the tense tells it (see ``year_by_tense``); without a publication day there is none to be had.
"""

import re
from datetime import date

from transforms.language import dates_calendar as cal
from transforms.language.dates_calendar import DateSpan, Scope
from transforms.language.dates_grammar import (
    TO,
    Rule,
    compile_rule,
    day_number,
    month_number,
    ordinal,
    weekday_number,
)

_YEAR = r"(?:(?:,? (?:of )?|-){year}| (?:of )?(?P<which>last|this|next|the same|that) year)?"
_MONTH_DAY = (r"{month}(?: the)? {day}", r"(?:the )?{day}(?: of)?[ -]{month}")
_OF_THE_YEAR = r"(?: (?:of|in) (?:the )?(?:(?:fiscal )?{year}|(?P<which>last|this|next)?(?: fiscal)? ?year))"
_FROM = r"(?:from |between )?"
_OF_YEAR = _YEAR.removesuffix("?")
# A month alone can be a verb or a person ("may", "April"), a number alone anything: in running text they count behind
# one of these words only.
_IN = (
    r"(?:(?<=in )|(?<=since )|(?<=until )|(?<=by )|(?<=from )|(?<=during )|(?<=through )|(?<=before )|(?<=after )"
    r"|(?<=of )|(?<=to )|(?<=till ))"
)
# "On the 21st" is a day where no noun follows ("on the 21st floor").
_ON = r"(?:(?<=on )|(?<=until )|(?<=by )|(?<=since )|(?<=from )|(?<=till ))"
_NO_NOUN = (
    r"(?! (?!(?:and|or|at|in|for|to|with|when|where|as|but|the|after|before|by|on|from|of|while|during|an?|his|her"
    r"|their|its|they|he|she|it|we|local|both|that|which)\b)[a-z]|-)"
)


def _year(match: re.Match[str], scope: Scope) -> int | None:
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


def _relative(match: re.Match[str]) -> bool:
    return not match.groupdict().get("year")


def _guess(scope: Scope, month: int, day: int) -> int | None:
    return cal.year_by_tense(scope.anchor, month, day, scope.tense) if scope.anchor else None


def _month_day(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month, day = month_number(match["month"]), day_number(match["day"])
    year = _year(match, scope)
    weekday = match.groupdict().get("weekday")
    if year is None and weekday and scope.anchor:
        year = _year_of_weekday(scope.anchor, month, day, weekday_number(weekday))
    year = year or _guess(scope, month, day)
    return cal.one_day(cal.safe_date(year, month, day), _relative(match)) if year else None


def _year_of_weekday(anchor: date, month: int, day: int, weekday: int) -> int | None:
    """The year within one of ``anchor`` in which that day is that weekday, the nearest; None where there is none."""
    days = [
        d
        for y in (anchor.year - 1, anchor.year, anchor.year + 1)
        if 1 <= y <= 9999 and (d := cal.safe_date(y, month, day))
    ]
    fitting = sorted((d for d in days if d.weekday() == weekday), key=lambda d: abs(d - anchor))
    return fitting[0].year if fitting else None


def _days_of_month(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month, first, last = month_number(match["month"]), day_number(match["day"]), day_number(match["day2"])
    year = _year(match, scope) or _guess(scope, month, first)
    if not year:
        return None
    return cal.span(cal.safe_date(year, month, first), cal.safe_date(year, month, last), "day", _relative(match))


def _over_months(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month, day = month_number(match["month"]), day_number(match["day"])
    month2, day2 = month_number(match["month2"]), day_number(match["day2"])
    year = _year(match, scope)
    turn = (month2, day2) < (month, day)
    if year is not None:
        first_year, last_year = (year - 1, year) if turn and match.groupdict().get("year") else (year, year + turn)
    else:
        guess = _guess(scope, month, day)
        if guess is None:
            return None
        first_year, last_year = guess, guess + turn
    start, end = cal.safe_date(first_year, month, day), cal.safe_date(last_year, month2, day2)
    return cal.span(start, end, "day", _relative(match))


def _two_full_dates(match: re.Match[str], _: Scope) -> DateSpan | None:
    start = cal.safe_date(int(match["year"]), month_number(match["month"]), day_number(match["day"]))
    end = cal.safe_date(int(match["year2"]), month_number(match["month2"]), day_number(match["day2"]))
    return cal.span(start, end, "day", False)


def _month(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month = month_number(match["month"])
    year = _year(match, scope)
    if year is None:
        if scope.anchor is None:
            return None
        year = cal.month_year_by_tense(scope.anchor, month, scope.tense)
    whole = cal.months(year, month, 1, _relative(match))
    third = match.groupdict().get("third")
    return _third_of(whole, third) if whole and third else whole


def _third_of(month: DateSpan, third: str) -> DateSpan | None:
    """The first ten days, the middle ten or the rest of a month."""
    first, middle, last = month.start, month.start.replace(day=11), month.start.replace(day=21)
    if re.search("early|beginning|start", third):
        return month._replace(end=first.replace(day=10))
    if re.search("mid", third):
        return month._replace(start=middle, end=first.replace(day=20))
    return month._replace(start=last)


def _month_range(match: re.Match[str], scope: Scope) -> DateSpan | None:
    first, last = month_number(match["month"]), month_number(match["month2"])
    year = _year(match, scope)
    count = (last - first) % 12 + 1
    if year is not None:
        year -= last < first and bool(match.groupdict().get("year"))
    elif scope.anchor is not None:
        year = cal.month_year_by_tense(scope.anchor, first, scope.tense)
    return cal.months(year, first, count, _relative(match)) if year is not None else None


def _single_year(match: re.Match[str], _: Scope) -> DateSpan | None:
    return cal.years(int(match["year"]), int(match["year"]), False)


def _year_range(match: re.Match[str], _: Scope) -> DateSpan | None:
    first, last = match["year"], match["last"]
    return cal.years(int(first), int(first[: 4 - len(last)] + last), False)


def _decade(match: re.Match[str], _: Scope) -> DateSpan | None:
    first = int(match["decade"])
    return cal.years(first, first + 9, False)


def _iso(match: re.Match[str], _: Scope) -> DateSpan | None:
    return cal.one_day(cal.safe_date(int(match["y"]), int(match["m"]), int(match["d"])), False)


def _numeric(match: re.Match[str], scope: Scope) -> DateSpan | None:
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
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


def _week_with(match: re.Match[str], scope: Scope) -> DateSpan | None:
    day = _month_day(match, scope)
    return cal.week_of(day.start, day.relative) if day else None


def _nth_week(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month = _month(match, scope)
    nth = ordinal(match["ordinal"])
    if month is None:
        return None
    start = cal.shift(month.end, -6) if nth < 0 else cal.shift(month.start, 7 * (nth - 1))
    end = cal.shift(start, 6) if start else None
    return cal.span(start, min(end, month.end) if end else None, "week", month.relative)


def _nth_weekday(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month = _month(match, scope)
    if month is None:
        return None
    nth = ordinal(match["ordinal"])
    return cal.one_day(
        cal.nth_weekday(month.start.year, month.start.month, weekday_number(match["weekday"]), nth), month.relative
    )


def _part_of_year(match: re.Match[str], scope: Scope) -> DateSpan | None:
    year = _year(match, scope)
    if year is None:
        if scope.anchor is None:
            return None
        year = scope.anchor.year
    parts = 4 if "quarter" in match[0] or match.groupdict().get("q") else 2
    nth = int(match["q"]) if match.groupdict().get("q") else ordinal(match["ordinal"])
    nth = parts if nth < 0 else nth
    if nth > parts:
        return None
    found = cal.months(year, (nth - 1) * 12 // parts + 1, 12 // parts, _relative(match))
    if found and match.groupdict().get("year") is None and not match["which"] and scope.anchor:
        if scope.tense == "past" and found.start > scope.anchor:
            found = cal.months(year - 1, found.start.month, 12 // parts, True)
        elif scope.tense == "future" and found.end < scope.anchor:
            found = cal.months(year + 1, found.start.month, 12 // parts, True)
    return found


_FULL_YEAR = r"(?:,? (?:of )?{year})"
RULES: tuple[Rule, ...] = (
    compile_rule(r"(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)", _iso, timed=True),
    compile_rule(r"(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)", _numeric, timed=True),
    *(
        compile_rule(rf"(?:{{weekday}},? \(?(?:the )?)?{order}{_YEAR}\)?", _month_day, timed=True)
        for order in _MONTH_DAY
    ),
    compile_rule(
        rf"{_FROM}(?:{{weekday}},? )?{{month}} {{day}}{TO}(?:{{weekday2}},? )?{{day2}}{_YEAR}",
        _days_of_month,
    ),
    compile_rule(
        rf"{_FROM}(?:{{weekday}},? )?(?:the )?{{day}}{TO}(?:{{weekday2}},? )?(?:the )?{{day2}}(?: of)? "
        rf"{{month}}{_YEAR}",
        _days_of_month,
    ),
    compile_rule(rf"{{month}} {{day}}, \d{{1,2}},? and {{day2}}{_YEAR}", _days_of_month),
    compile_rule(
        rf"{_FROM}(?:{{weekday}},? )?{{month}} {{day}},?{TO}(?:{{weekday2}},? )?{{month2}} {{day2}}{_YEAR}",
        _over_months,
    ),
    compile_rule(
        rf"{_FROM}(?:{{weekday}},? )?{{day}} {{month}},?{TO}(?:{{weekday2}},? )?{{day2}} {{month2}}{_YEAR}",
        _over_months,
    ),
    compile_rule(rf"{_FROM}{{month}} {{day}},? {{year}},?{TO}{{month2}} {{day2}},? {{year2}}", _two_full_dates),
    compile_rule(rf"{_FROM}{{day}} {{month}},? {{year}},?{TO}{{day2}} {{month2}},? {{year2}}", _two_full_dates),
    compile_rule(rf"(?:{{third}}[ -](?:in )?|(?:earlier|later) in )?{{month}}{_YEAR}", _month, findable=False),
    compile_rule(rf"(?:{{third}}[ -](?:in )?|(?:earlier|later) in ){{month}}{_YEAR}", _month),
    compile_rule(rf"{{month}}{_OF_YEAR}", _month),
    compile_rule(rf"{_IN}{{month}}", _month),
    compile_rule(r"(?P<month>january|february|july|september|october|november|december)", _month),
    compile_rule(rf"{_FROM}{{month}}{TO}{{month2}}{_YEAR}", _month_range),
    compile_rule(r"(?:the )?(?:{third}[ -])?{year}", _single_year, findable=False),
    compile_rule(r"(?:the (?:year )?|{third}[ -])(?P<year>(?:1[89]|20|21)\d\d)(?![\w%]|[.,]\d)", _single_year),
    compile_rule(rf"{_IN}(?P<year>(?:1[89]|20|21)\d\d)(?![\w%]|[.,-]\d)", _single_year),
    compile_rule(
        r"(?:from |between )?{year}(?: ?[-/] ?| to | and | through | until )(?P<last>(?:19|20)?\d\d)(?![\d-])",
        _year_range,
    ),
    compile_rule(r"(?:the )?(?:(?:early|mid|late)[ -])?(?P<decade>(?:1[5-9]|20)\d0)'?s", _decade),
    compile_rule(r"the {day}", _day_of_month, timed=True, findable=False),
    compile_rule(r"{weekday},? the {day}", _day_of_month, timed=True),
    compile_rule(rf"{_ON}the (?P<day>(?:3[01]|[12]?\d)(?:st|nd|rd|th)){_NO_NOUN}", _day_of_month),
    *(
        compile_rule(
            rf"the week (?:of|beginning|starting|ending|from)(?: on)? (?:{{weekday}},? )?{order}{_YEAR}", _week_with
        )
        for order in _MONTH_DAY
    ),
    compile_rule(rf"(?:the )?{{ordinal}}(?: full)? week (?:of|in) {{month}}{_YEAR}", _nth_week),
    compile_rule(rf"(?:the )?{{ordinal}} {{weekday}} (?:of|in) {{month}}{_YEAR}", _nth_weekday, timed=True),
    compile_rule(rf"(?:the )?{{ordinal}} (?:quarter|half){_OF_THE_YEAR}", _part_of_year),
    compile_rule(rf"(?:the )?{{ordinal}} (?:quarter|half)(?:{_OF_THE_YEAR})?", _part_of_year, findable=False),
    compile_rule(r"q(?P<q>[1-4])(?:(?: of)? {year}| (?P<which>last|this|next) year)?", _part_of_year),
)
