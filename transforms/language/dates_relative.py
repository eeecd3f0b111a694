"""Date expressions that need the day of publication: ``Monday``, ``last week``, ``two days ago``, ``later in the day``.

A bare weekday is the last one, today included, where the verb is past, else the next (so "on Monday" in a report
published on a Monday is that day). Weeks run from Monday to Sunday. "Next Tuesday" is the Tuesday of the week after,
as the wires use it.
"""

import re
from datetime import date

from transforms.language import dates_calendar as cal
from transforms.language.dates_calendar import DateSpan, Scope
from transforms.language.dates_grammar import (
    PHRASE_END,
    ROUGHLY,
    TO,
    Rule,
    compile_rule,
    day_number,
    month_number,
    number,
    weekday_number,
)

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_OFFSETS = {
    "last": -1,
    "previous": -1,
    "past": -1,
    "this past": -1,
    "next": 1,
    "coming": 1,
    "upcoming": 1,
    "following": 1,
}


def _weekday(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    weekday = weekday_number(match["weekday"])
    which = match.groupdict().get("which") or match.groupdict().get("which2")
    if match.groupdict().get("week"):
        week = cal.week_of(cal.shift(scope.anchor, 7 * _OFFSETS.get(match["week"], 0)), True)
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
    """ "Monday to Wednesday": for the past the last that has begun, for the future the next that has not ended."""
    if scope.anchor is None:
        return None
    first, last = weekday_number(match["weekday"]), weekday_number(match["weekday2"])
    length = (last - first) % 7
    offsets = {"last": -7, "previous": -7, "next": 7}
    which = match.groupdict().get("week")
    if which:
        week = cal.week_of(cal.shift(scope.anchor, offsets.get(which, 0)), True)
        start = cal.shift(week.start, first) if week else None
    else:
        start = cal.weekday_near(scope.anchor, first, "past")
        if scope.tense == "past" and match["to"].strip() in ("and", "or"):
            end = cal.weekday_near(scope.anchor, last, "past")
            start = cal.shift(end, -length) if end else None
        elif scope.tense != "past" and start is not None and (scope.anchor - start).days > length:
            start = cal.shift(start, 7)
        if scope.tense == "future" and start is not None and start < scope.anchor:
            start = cal.shift(start, 7)
    return cal.span(start, cal.shift(start, length) if start else None, "day", True)


def _today(_: re.Match[str], scope: Scope) -> DateSpan | None:
    return cal.one_day(scope.anchor, True)


def _near_day(match: re.Match[str], scope: Scope) -> DateSpan | None:
    offset = -1 if match["near"] == "yesterday" else 1
    if match["beyond"]:
        offset *= 2
    return cal.one_day(cal.shift(scope.anchor, offset), True) if scope.anchor else None


def _last_night(_: re.Match[str], scope: Scope) -> DateSpan | None:
    return cal.one_day(cal.shift(scope.anchor, -1), True) if scope.anchor else None


def _weeks_from_weekday(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "a week from Friday", "Monday week": weeks after the coming one; "a week ago Monday": before the last one."""
    if scope.anchor is None:
        return None
    ago = match.groupdict().get("ago") is not None
    start = cal.weekday_near(scope.anchor, weekday_number(match["weekday"]), "past" if ago else "future")
    weeks = number(match.groupdict().get("number") or "one")
    return cal.one_day(cal.shift(start, -7 * weeks if ago else 7 * weeks), True) if start else None


def _overnight(_: re.Match[str], scope: Scope) -> DateSpan | None:
    """The night to the day of publication; for the future the night after it."""
    if scope.anchor is None:
        return None
    start = cal.shift(scope.anchor, 0 if scope.tense == "future" else -1)
    return cal.span(start, cal.shift(start, 1) if start else None, "day", True)


def _adjoining_day(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "the previous day", "the day after": beside the day that the sentence speaks of, else beside today."""
    offset = -1 if match["side"] in ("previous", "before", "earlier", "preceding") else 1
    origin = scope.base
    if origin is None:
        if offset > 0 and scope.tense == "past":
            return None
        origin = scope.anchor
    return cal.one_day(cal.shift(origin, offset), True) if origin else None


def _same_day(_: re.Match[str], scope: Scope) -> DateSpan | None:
    return cal.one_day(scope.base or scope.anchor, True)


def _unit_span(anchor: date, unit: str, offset: int) -> DateSpan | None:
    """The whole week, month or year ``offset`` units from that of ``anchor``."""
    if unit == "week":
        return cal.week_of(cal.shift(anchor, 7 * offset), True)
    if unit == "month":
        return cal.months(anchor.year, anchor.month + offset, 1, True)
    if unit == "year":
        return cal.years(anchor.year + offset, anchor.year + offset, True)
    if unit == "decade":
        return cal.years(anchor.year + 10 * offset, anchor.year + 10 * offset, True)
    return None


def _calendar_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    offset = _OFFSETS.get(match["which"].removeprefix("this ") if match["which"] != "this" else "this", 0)
    if match["which"] == "following" or match["which"] == "previous":
        origin = scope.base or scope.anchor
    else:
        origin = scope.anchor
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


def _within_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "earlier in the month", "later this year": the whole of it."""
    return _unit_span(scope.anchor, match["period"], 0) if scope.anchor else None


def _end_of_unit(match: re.Match[str], scope: Scope) -> DateSpan | None:
    whole = _calendar_unit(match, scope) if match.groupdict().get("which") else _within_unit(match, scope)
    if whole and match["period"] == "month":
        if re.search("end|late", match["third"]):
            return whole._replace(start=whole.start.replace(day=21))
        if re.search("mid", match["third"]):
            return whole._replace(start=whole.start.replace(day=11), end=whole.start.replace(day=20))
        return whole._replace(end=whole.start.replace(day=10))
    return whole


def _distance(match: re.Match[str], origin: date, sign: int) -> DateSpan | None:
    count, unit = number(match["number"]), match["unit"].removesuffix("s")
    if unit == "day":
        return cal.one_day(cal.shift(origin, sign * count), True)
    if unit in ("week", "fortnight"):
        days = 7 * count if unit == "week" else 14 * count
        day = cal.shift(origin, sign * days)
        return cal.span(day, day, "day" if days == 7 else "week", True)
    return _unit_span(origin, unit, sign * count)


def _ago(match: re.Match[str], scope: Scope) -> DateSpan | None:
    return _distance(match, scope.anchor, -1) if scope.anchor else None


def _ago_today(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    year = scope.anchor.year - number(match["number"])
    if match["same"] == "month":
        return cal.months(year, scope.anchor.month, 1, True)
    day = cal.safe_date(year, scope.anchor.month, scope.anchor.day) or cal.safe_date(year, scope.anchor.month, 28)
    return cal.week_of(day, True) if match["same"] == "week" else cal.one_day(day, True)


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
    count, unit = number(match.groupdict().get("number") or "one"), match["unit"].removesuffix("s")
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


def _weekend(match: re.Match[str], scope: Scope) -> DateSpan | None:
    if scope.anchor is None:
        return None
    which = match.groupdict().get("which") or ""
    offset = _OFFSETS.get(which, 0)
    in_weekend = scope.anchor.weekday() >= 5
    if which == "this past" or (scope.tense == "past" and which in ("", "this", "past")):
        offset = 0 if in_weekend else -1
    elif which in ("coming", "this coming", "upcoming"):
        offset = int(in_weekend)
    week = cal.week_of(cal.shift(scope.anchor, 7 * offset), True)
    return cal.span(cal.shift(week.start, 5), week.end, "day", True) if week else None


def _season(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """A season of the northern half of the world, three whole months; winter has the year it begins in."""
    first = _SEASONS[match["season"]]
    groups = match.groupdict()
    if groups.get("year"):
        return cal.months(int(groups["year"]), first, 3, False)
    if scope.anchor is None:
        return None
    if groups.get("whichyear"):
        offset = {"last": -1, "next": 1}.get(groups["whichyear"], 0)
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
_THAT = r"(?P<period>week|month|year)"
_WEEK = r"(?P<week>last|this|next) week"
_PART = r"(?:morning|afternoon|evening|night)"
RULES: tuple[Rule, ...] = (
    compile_rule(rf"(?:{{which}} )?{{weekday}}(?: (?:of )?{_WEEK})?", _weekday, timed=True),
    compile_rule(rf"{_WEEK}(?:'s| on)? {{weekday}}", _weekday, timed=True),
    compile_rule(r"{number} weeks? (?:from|on) {weekday}", _weeks_from_weekday, timed=True),
    compile_rule(r"{number} weeks? (?P<ago>ago)(?: on)? {weekday}", _weeks_from_weekday, timed=True),
    compile_rule(r"{weekday} week", _weeks_from_weekday),
    compile_rule(
        rf"(?:(?:overnight )?from |between |overnight )?{{weekday}}(?: {{part}})?(?P<to>{TO})"
        rf"{{weekday2}}(?: {{part2}})?(?: (?:of )?{_WEEK})?",
        _weekdays,
    ),
    compile_rule(rf"today|tonight|this {_PART}", _today, timed=True),
    compile_rule(
        rf"(?:earlier|later|early|late) (?:today|(?:in|during) the (?:day|{_PART})|(?:that|the same) day)", _today
    ),
    compile_rule(r"(?:the )?(?P<beyond>day (?:before|after) )?(?P<near>yesterday|tomorrow)", _near_day, timed=True),
    compile_rule(r"(?:late )?last (?:night|evening)", _last_night),
    compile_rule(r"overnight", _overnight),
    compile_rule(rf"(?:on )?the (?P<side>previous|preceding|next|following) (?:day|{_PART})", _adjoining_day),
    compile_rule(rf"(?:the|a|one) day (?P<side>before|after){PHRASE_END}", _adjoining_day),
    compile_rule(r"(?:the|a|one) day (?P<side>earlier|later)", _adjoining_day),
    compile_rule(rf"(?:on )?the (?:same|very) (?:day|{_PART})|(?:later )?that (?:day|{_PART})", _same_day),
    compile_rule(rf"{{third}} (?:the )?(?:{{which}} )?{_THAT}", _end_of_unit),
    compile_rule(rf"(?:(?:earlier|later|sometime|some time) )?(?:the )?(?!past ){{which}} {_THAT}", _calendar_unit),
    compile_rule(rf"(?:earlier|later|early|late) (?:in|during) the {_THAT}", _within_unit),
    compile_rule(rf"the {_THAT} (?P<side>before last|after next)", _unit_beyond),
    compile_rule(rf"the {_THAT} (?P<side>before|after){PHRASE_END}", _adjoining_unit),
    compile_rule(rf"{ROUGHLY}{{number}} {{unit}} ago", _ago),
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
    compile_rule(r"(?:the )?(?P<way>past|coming) (?P<unit>fortnight|month|year|decade|century)", _stretch),
    compile_rule(r"(?:the |this )?(?:{which} )?weekend(?:'s)?", _weekend),
    compile_rule(rf"{_EARLY}(?:the )?{{which}} {{season}}", _season),
    compile_rule(
        rf"{_EARLY}(?:the )?{{season}}(?:(?:,| of)? {{year}}| (?:of )?(?P<whichyear>last|this|next) year)", _season
    ),
    compile_rule(r"(?:(?<=in )|(?<=by )|(?<=since )|(?<=until ))(?:the )?{season}", _season),
    compile_rule(r"(?:the )?{season}", _season, findable=False),
    compile_rule(r"{which} {month}(?: {day}(?:,? {year})?)?", _month_of_which),
)
