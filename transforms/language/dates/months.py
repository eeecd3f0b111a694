"""Months, seasons, quarters, years, decades: ``in May``, ``early March``, ``Q1 2025``, ``last summer``, ``the 1990s``.

Without a year the tense tells it: the last such month for the past, the next for the future.
"""

import re

from transforms.language.dates import intervals as cal
from transforms.language.dates.absolute import year_of
from transforms.language.dates.date_words import (
    BEFORE_NOUN,
    BEHIND_PREPOSITION,
    BETWEEN,
    FROM,
    YEAR,
    Rule,
    compile_rule,
    day_number,
    month_number,
    ordinal,
    weekday_number,
)
from transforms.language.dates.intervals import DateSpan, Scope

_DECADES = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}


def _month(match: re.Match[str], scope: Scope) -> DateSpan | None:
    month = month_number(match["month"])
    year = year_of(match, scope)
    if year is None:
        if scope.anchor is None:
            return None
        year = cal.month_year_by_tense(scope.anchor, month, scope.tense)
    whole = cal.months(year, month, 1, not match.groupdict().get("year"))
    third = match.groupdict().get("third")
    return cal.third_of(whole, third) if whole and third else whole


def _month_range(match: re.Match[str], scope: Scope) -> DateSpan | None:
    first, last = month_number(match["month"]), month_number(match["month2"])
    year = year_of(match, scope)
    count = (last - first) % 12 + 1
    if year is not None:
        year -= last < first and bool(match.groupdict().get("year"))
    elif scope.anchor is not None:
        year = cal.month_year_by_tense(scope.anchor, first, scope.tense)
    return cal.months(year, first, count, not match.groupdict().get("year")) if year is not None else None


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
    year = year_of(match, scope)
    if year is None:
        if scope.anchor is None:
            return None
        year = scope.anchor.year
    parts = 2 if "half" in match[0] else 4
    nth = int(match["q"]) if match.groupdict().get("q") else ordinal(match["ordinal"])
    nth = parts if nth < 0 else nth
    if nth > parts:
        return None
    found = cal.months(year, (nth - 1) * 12 // parts + 1, 12 // parts, not match.groupdict().get("year"))
    if found and match.groupdict().get("year") is None and not match["which"] and scope.anchor:
        if scope.tense == "past" and found.start > scope.anchor:
            found = cal.months(year - 1, found.start.month, 12 // parts, True)
        elif scope.tense == "future" and found.end < scope.anchor:
            found = cal.months(year + 1, found.start.month, 12 // parts, True)
    return found


def _single_year(match: re.Match[str], _: Scope) -> DateSpan | None:
    return cal.years(int(match["year"]), int(match["year"]), False)


def _year_range(match: re.Match[str], _: Scope) -> DateSpan | None:
    first, last = match["year"], match["last"]
    if len(last) == 2 and last < first[2:]:  # "2023-04" is a month
        return cal.months(int(first), int(last), 1, False) if "-" in match[0] and 1 <= int(last) <= 12 else None
    return cal.years(int(first), int(first[: 4 - len(last)] + last), False)


def _decade(match: re.Match[str], _: Scope) -> DateSpan | None:
    first = int(match["decade"])
    return cal.years(first, first + 9, False)


def _short_decade(match: re.Match[str], _: Scope) -> DateSpan | None:
    """ "the '90s", "the nineties": of the twentieth century, which is the one that is written so."""
    short = match["short"]
    first = 1900 + (int(short[1:3]) if short[0] == "'" else 10 * (_DECADES.index(short) + 2))
    return cal.years(first, first + 9, False)


def _near_quarter(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    first = (scope.anchor.month - 1) // 3 * 3 + 1 + 3 * {"last": -1, "next": 1}.get(match["near"], 0)
    return cal.months(scope.anchor.year, first, 3, True)


def _season(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """A season of the northern half of the world, three whole months; winter has the year it begins in."""
    first = _SEASONS[match["season"]]
    groups = match.groupdict()
    if groups.get("year"):
        return cal.months(int(groups["year"]), first, 3, False)
    if scope.anchor is None:
        return None
    if groups.get("when"):
        offset = {"last": -1, "next": 1}.get(groups["when"], 0)
        return cal.months(scope.anchor.year + offset, first, 3, True)
    spans = [s for y in range(scope.anchor.year - 2, scope.anchor.year + 3) if (s := cal.months(y, first, 3, True))]
    ended = [s for s in spans if s.end < scope.anchor]
    begun = [s for s in spans if s.start <= scope.anchor]
    open_still = [s for s in spans if s.end >= scope.anchor]
    which = groups.get("which") or ""
    if which in ("last", "past", "this past", "previous"):
        return ended[-1] if ended else None
    if which == "next":
        ahead = [s for s in spans if s.start > scope.anchor]
        return ahead[0] if ahead else None
    if scope.tense == "past":
        return begun[-1] if begun else None
    return open_still[0] if open_still else None


def _month_of_which(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "last December" is the last that is over, "next March" next year's, "this May" this year's."""
    month = month_number(match["month"])
    if match["year"]:
        return cal.one_day(cal.safe_date(int(match["year"]), month, day_number(match["day"])), False)
    if scope.anchor is None:
        return None
    anchor = scope.anchor
    which = match["which"]
    if which in ("last", "past", "this past", "previous"):
        year = anchor.year - (month >= anchor.month)
    elif which == "next":
        year = anchor.year + 1
    elif which in ("coming", "this coming", "upcoming"):
        year = anchor.year + (month <= anchor.month)
    else:
        year = anchor.year
    if match["day"]:
        return cal.one_day(cal.safe_date(year, month, day_number(match["day"])), True)
    return cal.months(year, month, 1, True)


_EARLY = r"(?:(?:early|mid|late)[ -])?"
_PART_OF_MONTH = r"(?:{third}[ -](?:in )?|(?:earlier|later) in )"
_OF_THE_YEAR = r"(?: (?:of|in) (?:the )?(?:(?:fiscal )?{year}|(?P<which>last|this|next)?(?: fiscal)? ?year))"
_THIS_CENTURY = r"(?P<year>(?:1[89]|20|21)\d\d)"
RULES: tuple[Rule, ...] = (
    compile_rule(rf"(?:{_PART_OF_MONTH})?{{month}}{YEAR}?", _month, findable=False),
    compile_rule(rf"{_PART_OF_MONTH}{{month}}{YEAR}?", _month),
    compile_rule(rf"{{month}}{YEAR}", _month),
    compile_rule(rf"{BEHIND_PREPOSITION}{{month}}", _month),
    compile_rule(rf"{BEFORE_NOUN[0]}{{month}}{BEFORE_NOUN[1]}", _month),
    compile_rule(r"(?P<month>january|february|july|september|october|november|december)", _month),
    compile_rule(r"{which} {month}(?: {day}(?:,? {year})?)?", _month_of_which),
    *(
        compile_rule(form.format("{month}", "{month2}") + f"{YEAR}?", _month_range)
        for form in (*BETWEEN, FROM, "{} and {}")
    ),
    compile_rule(rf"(?:the )?{{ordinal}}(?: full)? week (?:of|in) {{month}}{YEAR}?", _nth_week),
    compile_rule(rf"(?:the )?{{ordinal}} {{weekday}} (?:of|in) {{month}}{YEAR}?", _nth_weekday, timed=True),
    compile_rule(r"(?:earlier |later )?(?P<near>last|this|the current|next) quarter(?!-)", _near_quarter),
    compile_rule(rf"(?:the )?{{ordinal}} (?:quarter|half){_OF_THE_YEAR}", _part_of_year),
    compile_rule(rf"(?:the )?{{ordinal}} (?:quarter|half)(?:{_OF_THE_YEAR})?", _part_of_year, findable=False),
    compile_rule(r"{ordinal}-(?:quarter|half)(?: (?:of )?{year}| (?P<which>last|this|next) year)?", _part_of_year),
    compile_rule(r"q(?P<q>[1-4])(?:(?: of)? {year}| (?P<which>last|this|next) year)?", _part_of_year),
    compile_rule(rf"{_EARLY}(?:the )?{{which}} {{season}}", _season),
    compile_rule(
        rf"{_EARLY}(?:the )?{{season}}(?:(?:,| of)? {{year}}| (?:of )?(?P<when>last|this|next) year)", _season
    ),
    compile_rule(r"(?:(?<=in )|(?<=by )|(?<=since )|(?<=until ))(?:the )?{season}", _season),
    compile_rule(rf"{_EARLY}(?:the )?{{season}}", _season, findable=False),
    compile_rule(r"(?:the )?(?:{third}[ -])?{year}", _single_year, findable=False),
    compile_rule(rf"(?:the (?:year )?|{{third}}[ -]){_THIS_CENTURY}(?![\w%]|[.,]\d)", _single_year),
    compile_rule(rf"{BEHIND_PREPOSITION}{_THIS_CENTURY}(?![\w%]|[.,-]\d)", _single_year),
    compile_rule(rf"(?<=\d\d\d\d\sand\s){_THIS_CENTURY}(?![\w%]|[.,-]\d)", _single_year),
    compile_rule(rf"{BEFORE_NOUN[0]}{_THIS_CENTURY}{BEFORE_NOUN[1]}", _single_year),
    compile_rule(r"(?:from )?{year}(?: ?[-/] ?| to | through | until )(?P<last>(?:19|20)?\d\d)(?![\d-])", _year_range),
    compile_rule(r"between {year} and (?P<last>(?:19|20)?\d\d)(?![\d-])", _year_range),
    compile_rule(r"(?:the )?(?:(?:early|mid|late)[ -])?(?P<decade>(?:1[5-9]|20)\d0)'?s", _decade),
    compile_rule(rf"(?:the )(?:(?:early|mid|late)[ -])?(?P<short>'\d0s|{'|'.join(_DECADES)})", _short_decade),
)
