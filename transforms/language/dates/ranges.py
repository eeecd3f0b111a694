"""Ranges of days in or over months: ``May 19-21``, ``from 3 to 5 June``, ``Dec. 30-Jan. 2``, ``May 6 and 7``."""

import re

from transforms.language.dates import intervals as cal
from transforms.language.dates.absolute import guess_year, year_of
from transforms.language.dates.date_words import BETWEEN, FROM, TO, YEAR, Rule, compile_rule, day_number, month_number
from transforms.language.dates.intervals import DateSpan, Scope


def _days_of_month(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month, first, last = month_number(match["month"]), day_number(match["day"]), day_number(match["day2"])
    year = year_of(match, scope) or guess_year(scope, month, first)
    if not year:
        return None
    return cal.span(
        cal.safe_date(year, month, first), cal.safe_date(year, month, last), "day", not match.groupdict().get("year")
    )


def _over_months(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month, day = month_number(match["month"]), day_number(match["day"])
    month2, day2 = month_number(match["month2"]), day_number(match["day2"])
    year = year_of(match, scope)
    turn = (month2, day2) < (month, day)
    if year is not None:
        first_year, last_year = (year - 1, year) if turn and match.groupdict().get("year") else (year, year + turn)
    else:
        guess = guess_year(scope, month, day)
        if guess is None:
            return None
        first_year, last_year = guess, guess + turn
    start, end = cal.safe_date(first_year, month, day), cal.safe_date(last_year, month2, day2)
    return cal.span(start, end, "day", not match.groupdict().get("year"))


def _two_full_dates(match: re.Match[str], _: Scope) -> DateSpan | None:
    start = cal.safe_date(int(match["year"]), month_number(match["month"]), day_number(match["day"]))
    end = cal.safe_date(int(match["year2"]), month_number(match["month2"]), day_number(match["day2"]))
    return cal.span(start, end, "day", False)


_WEEKDAY, _WEEKDAY2 = "(?:{weekday},? )?", "(?:{weekday2},? )?"
_DAY_OF_MONTH = (
    (_WEEKDAY + "{month} {day},?", _WEEKDAY2 + "{month2} {day2}"),
    (
        _WEEKDAY + "{day} {month},?",
        _WEEKDAY2 + "{day2} {month2}",
    ),
)
_FULL_DATE = (
    ("{month} {day},? {year},?", "{month2} {day2},? {year2}"),
    ("{day} {month},? {year},?", "{day2} {month2},? {year2}"),
)
_OF = "(?:from |between )?"
RULES: tuple[Rule, ...] = (
    compile_rule(f"{_OF}{_WEEKDAY}{{month}} {{day}}{TO}{_WEEKDAY2}{{day2}}{YEAR}?", _days_of_month),
    compile_rule(
        f"{_OF}{_WEEKDAY}(?:the )?{{day}}{TO}{_WEEKDAY2}(?:the )?{{day2}}(?: of)? {{month}}{YEAR}?", _days_of_month
    ),
    compile_rule(rf"{{month}} {{day}}, \d{{1,2}},? and {{day2}}{YEAR}?", _days_of_month),
    *(
        compile_rule(form.format(*ends) + f"{YEAR}?", _over_months)
        for form in (*BETWEEN, FROM)
        for ends in _DAY_OF_MONTH
    ),
    *(compile_rule(form.format(*ends), _two_full_dates) for form in (*BETWEEN, FROM) for ends in _FULL_DATE),
)
