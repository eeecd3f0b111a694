"""Weeks, months and years counted from today: ``last week``, ``two days ago``, ``in three weeks``, ``the past month``.

A calendar unit is the whole of it: "last week" is Monday to Sunday, "last month" its first to its last day. What is
counted in weeks is that day, give or take the week.
"""

import math
import re
from datetime import date

from transforms.language.dates import intervals as cal
from transforms.language.dates.date_words import LAST_OR_NEXT, PHRASE_END, ROUGHLY, Rule, compile_rule, number
from transforms.language.dates.intervals import DateSpan, Scope


def _unit_span(anchor: date, unit: str, offset: int) -> DateSpan | None:
    """The whole week, month or year ``offset`` units from that of ``anchor``."""
    if unit == "week":
        return cal.week_of(cal.shift(anchor, 7 * offset), True)
    if unit == "month":
        return cal.months(anchor.year, anchor.month + offset, 1, True)
    if unit == "year":
        return cal.years(anchor.year + offset, anchor.year + offset, True)
    if unit in ("decade", "century", "centurie"):
        year = anchor.year + (10 if unit == "decade" else 100) * offset
        return cal.years(year, year, True)
    return None


def _calendar_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    which = match["which"]
    offset = LAST_OR_NEXT.get(which, 0)
    origin = scope.anchor
    if which == "this" and origin and origin.weekday() == 6 and scope.tense == "future":
        origin = cal.shift(origin, 1)  # said on a Sunday of what is to come: the week that begins
    if which in ("following", "previous"):
        if scope.base is None and which == "following" and scope.tense == "past":
            return None
        origin = scope.base or scope.anchor
    return _unit_span(origin, match["period"], offset) if origin else None


def _unit_beyond(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "the week after next", "the year before last"."""
    return (
        _unit_span(scope.anchor, match["period"], 2 if match["side"] == "after next" else -2) if scope.anchor else None
    )


def _adjoining_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "the month before", "a year later" where it closes a phrase: beside that of which the sentence speaks."""
    origin = scope.base or scope.anchor
    if origin is None or (scope.base is None and match["side"] == "after" and scope.tense == "past"):
        return None
    return _unit_span(origin, match["period"], -1 if match["side"] == "before" else 1)


def _same_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    return _unit_span(scope.base, match["period"], 0) if scope.base else None


def _this_year(_: re.Match[str], scope: Scope) -> DateSpan | None:
    return _unit_span(scope.anchor, "year", 0) if scope.anchor else None


def _within_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "earlier in the month", "later this year": the whole of it."""
    return _unit_span(scope.anchor, match["period"], 0) if scope.anchor else None


def _end_of_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    whole = _calendar_unit(match, scope) if match.groupdict().get("which") else _within_unit(match, scope)
    return cal.third_of(whole, match["third"]) if whole and match["period"] == "month" else whole


def _distance(match: re.Match[str], origin: date, sign: int) -> DateSpan | None:
    count, unit = number(match["number"]), match["unit"].removesuffix("s")
    if count < 1:
        smaller = {"decade": ("year", 5), "year": ("month", 6), "month": ("week", 2), "day": ("day", 0)}.get(unit)
        if smaller is None:
            return None
        unit, count = smaller
    whole = round(count)
    if unit == "day":
        return cal.one_day(cal.shift(origin, sign * whole), True)
    if unit in ("week", "fortnight"):
        days = 7 * whole if unit == "week" else 14 * whole
        day = cal.shift(origin, sign * days)
        return cal.span(day, day, "day" if days == 7 else "week", True)
    return _unit_span(origin, unit, sign * whole)


def _ago(match: re.Match[str], scope: Scope) -> DateSpan | None:
    return _distance(match, scope.anchor, -1) if scope.anchor else None


def _ago_today(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    year = scope.anchor.year - round(number(match["number"]))
    if match["same"] == "month":
        return cal.months(year, scope.anchor.month, 1, True)
    day = cal.safe_date(year, scope.anchor.month, scope.anchor.day) or cal.safe_date(year, scope.anchor.month, 28)
    return cal.week_of(day, True) if match["same"] == "week" else cal.one_day(day, True)


def _hours_ago(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    hours = number(match["number"])
    return cal.one_day(cal.shift(scope.anchor, math.floor((scope.hour - hours) / 24)), True)


def _hours_apart(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "two hours earlier": on the day that the sentence speaks of, else today; "later" only on the former."""
    if number(match["number"]) >= 24:
        return None
    return cal.one_day(scope.base or (scope.anchor if match["side"] in ("earlier", "before") else None), True)


def _ahead(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None or scope.tense == "past":
        return None
    return _distance(match, scope.anchor, 1)


def _apart(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "two days earlier", "a week later": from the day that the sentence speaks of, else from today."""
    sign = -1 if match["side"] in ("earlier", "before", "previously", "prior") else 1
    if scope.base is None and (scope.anchor is None or (sign > 0 and scope.tense == "past")):
        return None
    origin = scope.base or scope.anchor
    return _distance(match, origin, sign) if origin else None


def _stretch(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "the past two weeks", "the next three days": that many units back from today, or ahead."""
    if scope.anchor is None:
        return None
    count, unit = math.ceil(number(match.groupdict().get("number") or "one")), match["unit"].removesuffix("s")
    if unit == "hour":
        count, unit = -(-count // 24), "day"
    ahead = match["way"] in ("next", "coming", "following")
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    if days is not None:
        far = cal.shift(scope.anchor, count * days if ahead else -count * days)
    else:
        step = {"month": 1, "year": 12, "decade": 120}.get(unit, 1200)
        index = scope.anchor.year * 12 + scope.anchor.month - 1 + (step * count if ahead else -step * count)
        far = cal.safe_date(index // 12, index % 12 + 1, min(scope.anchor.day, 28))
    precision: cal.Precision = "day" if unit == "day" else "week" if days else "month" if unit == "month" else "year"
    return cal.span(scope.anchor, far, precision, True) if ahead else cal.span(far, scope.anchor, precision, True)


_THAT = r"(?P<period>week|month|year)"
RULES: tuple[Rule, ...] = (
    compile_rule(rf"(?:(?:earlier|later) )?(?:that|the same) {_THAT}", _same_unit),
    compile_rule(r"(?:(?<=by )|(?<=until )|(?<=before )|(?<=at ))(?:the )?year-end", _this_year),
    compile_rule(r"year-end", _this_year, findable=False),
    compile_rule(rf"{{third}} (?:the )?(?:{{which}} )?{_THAT}", _end_of_unit),
    compile_rule(rf"(?:(?:earlier|later|sometime|some time) )?(?:the )?(?!past ){{which}} {_THAT}", _calendar_unit),
    compile_rule(rf"(?:earlier|later|early|late) (?:in|during) the {_THAT}", _within_unit),
    compile_rule(rf"the {_THAT} (?P<side>before last|after next)", _unit_beyond),
    compile_rule(rf"the {_THAT} (?P<side>before|after){PHRASE_END}", _adjoining_unit),
    compile_rule(rf"{ROUGHLY}{{number}} {{unit}} ago", _ago),
    compile_rule(rf"{ROUGHLY}{{number}} hours? ago", _hours_ago),
    compile_rule(rf"{ROUGHLY}{{number}} hours? (?P<side>earlier|later)", _hours_apart),
    compile_rule(r"{number} years? ago (?:today|this (?P<same>week|month))", _ago_today),
    compile_rule(rf"in {ROUGHLY}{{number}} (?!decade|centur){{unit}}(?:'s?)?(?: time)?", _ahead),
    compile_rule(rf"{ROUGHLY}{{number}} {{unit}} from (?:now|today)", _ahead),
    compile_rule(rf"{ROUGHLY}{{number}} {{unit}} (?P<side>earlier|prior|previously|later|afterwards?)", _apart),
    compile_rule(rf"{ROUGHLY}{{number}} {{unit}} (?P<side>before|after){PHRASE_END}", _apart),
    compile_rule(
        r"(?:the |these )?(?P<way>past|last|next|coming|following|preceding) (?!an? ){number} "
        r"(?P<unit>(?:hour|day|week|month|year|decade)s?)",
        _stretch,
    ),
    compile_rule(r"(?:the )?(?P<way>past|coming) (?P<unit>fortnight|week|month|year|decade|century)", _stretch),
)
