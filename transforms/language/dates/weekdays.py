"""Weekdays and weekends: ``Monday``, ``last Friday``, ``next Tuesday``, ``over the weekend``.

A bare weekday is the last one, today included, where the verb is past, else the next (so "on Monday" in a report
published on a Monday is that day). Weeks run from Monday to Sunday. "Next Tuesday" is the Tuesday of the week after,
as the wires use it.
"""

import re

from transforms.language.dates import intervals as cal
from transforms.language.dates.date_words import LAST_OR_NEXT, TO, Rule, compile_rule, number, weekday_number
from transforms.language.dates.intervals import DateSpan, Scope


def _weekday(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    weekday = weekday_number(match["weekday"])
    which = match.groupdict().get("which")
    if match.groupdict().get("week"):
        week = cal.week_of(cal.shift(scope.anchor, 7 * LAST_OR_NEXT.get(match["week"], 0)), True)
        return cal.one_day(cal.shift(week.start, weekday), True) if week else None
    if which in ("last", "previous", "past", "this past"):
        back = (scope.anchor.weekday() - weekday) % 7 or 7
        return cal.one_day(cal.shift(scope.anchor, -back), True)
    if which in ("coming", "this coming", "upcoming"):
        return cal.one_day(cal.shift(scope.anchor, (weekday - scope.anchor.weekday()) % 7 or 7), True)
    if which == "next":
        return cal.one_day(cal.shift(scope.anchor, 7 - scope.anchor.weekday() + weekday), True)
    if which == "following":
        origin = scope.base or scope.anchor
        return cal.one_day(cal.shift(origin, (weekday - origin.weekday()) % 7 or 7), True)
    return cal.one_day(cal.weekday_near(scope.anchor, weekday, scope.tense), True)


def _weekdays(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "Monday to Wednesday": for the past the last that has begun, for the future the next.

    Two days joined by "and" are a range where one follows the other.
    """
    if scope.anchor is None:
        return None
    first, last = weekday_number(match["weekday"]), weekday_number(match["weekday2"])
    length = (last - first) % 7
    both = match["to"].strip() in ("and", "or") and not match["between"]
    if both and length != 1:
        return None
    if match["week"]:
        week = cal.week_of(cal.shift(scope.anchor, 7 * LAST_OR_NEXT.get(match["week"], 0)), True)
        start = cal.shift(week.start, first) if week else None
    else:
        start = cal.weekday_near(scope.anchor, first, "past")
        if scope.tense == "past" and both:
            end = cal.weekday_near(scope.anchor, last, "past")
            start = cal.shift(end, -length) if end else None
        elif scope.tense != "past" and start is not None and (scope.anchor - start).days > length:
            start = cal.shift(start, 7)
        if scope.tense == "future" and start is not None and start < scope.anchor:
            start = cal.shift(start, 7)
    return cal.span(start, cal.shift(start, length) if start else None, "day", True)


def _weeks_from_weekday(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "a week from Friday", "Monday week": weeks after the coming one; "a week ago Monday": before the last one."""
    if scope.anchor is None:
        return None
    ago = match.groupdict().get("ago") is not None
    start = cal.weekday_near(scope.anchor, weekday_number(match["weekday"]), "past" if ago else "future")
    weeks = round(number(match.groupdict().get("number") or "one"))
    return cal.one_day(cal.shift(start, -7 * weeks if ago else 7 * weeks), True) if start else None


def _weekdays_ago(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "two Sundays ago", "the Thursday before last": counted back from yesterday."""
    if scope.anchor is None:
        return None
    weekday = weekday_number(match["weekday"] or match["weekday2"])
    back = (scope.anchor.weekday() - weekday) % 7 or 7
    count = round(number(match["number"] or "two"))
    return cal.one_day(cal.shift(scope.anchor, -back - 7 * (count - 1)), True)


def _weekend(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    which = match.groupdict().get("which") or ""
    offset = LAST_OR_NEXT.get(which, 0)
    in_weekend = scope.anchor.weekday() >= 5
    if which == "this past" or (scope.tense == "past" and which in ("", "this", "past")):
        offset = 0 if in_weekend else -1
    elif which in ("coming", "this coming", "upcoming"):
        offset = int(in_weekend)
    week = cal.week_of(cal.shift(scope.anchor, 7 * offset), True)
    return cal.span(cal.shift(week.start, 5), week.end, "day", True) if week else None


_WEEK = r"(?:the )?(?P<week>last|previous|this|next|following|coming) week"
RULES: tuple[Rule, ...] = (
    compile_rule(rf"(?:{{which}} )?{{weekday}}(?: (?:of )?{_WEEK})?", _weekday, timed=True),
    compile_rule(rf"{_WEEK}(?:'s| on)? {{weekday}}", _weekday, timed=True),
    compile_rule(r"{number} weeks? (?:from|on) {weekday}", _weeks_from_weekday, timed=True),
    compile_rule(r"{number} weeks? (?P<ago>ago)(?: on)? {weekday}", _weeks_from_weekday, timed=True),
    compile_rule(r"{weekday},? {number} weeks? (?P<ago>ago)", _weeks_from_weekday, timed=True),
    compile_rule(r"{weekday} week", _weeks_from_weekday),
    compile_rule(r"{number} {weekday}s ago|the {weekday2} before last", _weekdays_ago),
    compile_rule(
        rf"(?:(?:overnight )?from |(?P<between>between )|overnight )?{{weekday}}(?: {{part}})?(?P<to>{TO})"
        rf"{{weekday2}}(?: {{part2}})?(?: (?:of )?{_WEEK})?",
        _weekdays,
    ),
    compile_rule(r"(?:the |this )?(?:{which} )?weekend(?:'s)?", _weekend),
)
