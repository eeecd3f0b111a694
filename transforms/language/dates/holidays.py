"""Feasts that name a day (``Christmas Day``, ``Good Friday``); the table is ``lexicon/holidays.yaml``."""

import re
from datetime import date

from transforms import lexicon
from transforms.language.dates import intervals as cal
from transforms.language.dates.date_words import Rule, compile_rule
from transforms.language.dates.intervals import DateSpan, Scope


def _day_of(name: str, year: int) -> date | None:
    tables = lexicon.table("holidays")
    if not 1 <= year <= 9999:
        return None
    if name in tables["fixed"]:
        month, day = map(int, tables["fixed"][name].split("-"))
        return cal.safe_date(year, month, day)
    if name in tables["easter"]:
        return cal.shift(cal.easter(year), tables["easter"][name])
    month, weekday, nth = tables["weekday"][name]
    return cal.nth_weekday(year, month, weekday - 1, nth)


def _feast(match: re.Match[str], scope: Scope) -> DateSpan | None:
    found = _day_itself(match, scope)
    if found is None or not match["weekend"]:
        return found
    saturday = cal.shift(found.start, -((found.start.weekday() + 2) % 7))
    return cal.span(saturday, cal.shift(saturday, 1), "day", found.relative) if saturday else None


def _day_itself(match: re.Match[str], scope: Scope) -> DateSpan | None:
    name = match["feast"]
    if match["year"]:
        return cal.one_day(_day_of(name, int(match["year"])), False)
    if scope.anchor is None:
        return None
    offset = {"last": -1, "this": 0, "next": 1}.get(match["whichyear"] or "")
    if offset is not None:
        return cal.one_day(_day_of(name, scope.anchor.year + offset), True)
    near = [d for y in range(scope.anchor.year - 1, scope.anchor.year + 2) if (d := _day_of(name, y))]
    if match["which"] == "last" or (scope.tense == "past" and match["which"] != "next"):
        fitting = [d for d in near if d <= scope.anchor][-1:]
    elif scope.tense == "future" or match["which"] == "next":
        fitting = [d for d in near if d >= scope.anchor][:1]
    else:
        anchor = scope.anchor
        fitting = sorted(near, key=lambda d: abs(d - anchor))[:1]
    return cal.one_day(fitting[0], True) if fitting else None


def _names() -> str:
    names = {name for kind in lexicon.table("holidays").values() for name in kind}
    return "|".join(re.escape(name).replace("\\ ", " ") for name in sorted(names, key=len, reverse=True))


RULES: tuple[Rule, ...] = (
    compile_rule(
        rf"(?:the )?(?:(?P<which>last|this|next) )?(?P<feast>{_names()})(?P<weekend> weekend)?"
        r"(?:,? {year}| (?:of )?(?P<whichyear>last|this|next) year)?",
        _feast,
        timed=True,
    ),
)


def first_words() -> frozenset[str]:
    """The words that a feast's name can begin with."""
    return frozenset(name.split(" ")[0] for kind in lexicon.table("holidays").values() for name in kind)
