"""Dates in any order of day, month and year, with months in figures or in the words of any language."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from transforms.feeds.dates import month_names, weekday_names, zones

Clock = tuple[int, int, int]

_BEFORE = r"am|pm|a\.m\.|p\.m\.|上午|下午|午前|午後|오전|오후|早上|中午|晚上|凌晨"
_AFTER = r"am|pm|a\.\s?m\.?|p\.\s?m\.?|a|p|vorm|nachm|ص|م|μμ|πμ|μ\.μ\.?|π\.μ\.?"
_AFTERNOON = {"pm", "pm.", "p", "下午", "午後", "오후", "晚上", "nachm", "م", "μμ"}
_MORNING = {"am", "a", "上午", "午前", "오전", "早上", "凌晨", "vorm", "ص", "πμ"}
_TIME = re.compile(
    rf"(?:(?P<before>{_BEFORE})\s*)?(?<![\d:.+-])(?P<hour>\d{{1,2}})\s?(?::|h|\.(?=\d\d(?:\D|$))|시|时|時|点)\s?"
    r"(?P<minute>\d{2}|(?<=:)\d)(?!\d)"
    r"(?:\s?(?::|\.|'|m|분|分)\s?(?P<second>\d{2}|(?<=:)\d)(?!\d)(?:[.,]\d{1,9}(?!\d))?)?\s?(?:초|秒|分|분|s\b)?"
    rf"(?:\s?(?P<after>{_AFTER})(?![^\W\d_]))?"
)
_HOUR = re.compile(
    rf"(?:(?P<before>{_BEFORE})\s*)?(?<![\d:./-])(?P<hour>\d{{1,2}})\s?"
    r"(?:(?P<after>am|pm|a\.m\.|p\.m\.)(?!\w)|h(?!\w)|uhr\b|時|时|点|시)"
)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)\s?[日일t]?")
_YEAR_LAST = re.compile(r"(?<![\d:])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])")
_DAY_BEFORE = re.compile(
    r"(?<![\d:.+-])(\d{1,2})(?:st|nd|rd|th|er|º|ª|o|\.|-[яйе]+)?[\s,/.-]*(?:de|d'|di|of|den|the|ta'|ng|ika)?[\s/.-]*$"
)
_DAY_AFTER = re.compile(r"^[\s,./-]*(\d{1,2})(?:st|nd|rd|th|\.)?(?![\d:])")
_YEAR_AFTER = re.compile(r"^\W*(?:del?\s|of\s|г\.?\s)?\W*(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"^[\s,/.-]*'?(\d{2})(?![\d:.h])")
_YEAR = re.compile(r"(?<![\d:+-])(\d{4})(?![\d:])")
_PLACE = r"[a-z]+/[a-z_]+(?:/[a-z_]+)?"
_OFFSET = r"(?:utc|gmt)?\s?[+-]\s?\d{1,2}(?::?\d{2})?(?!\d)"
_ZONE_BEHIND = re.compile(rf"^[^a-z\d+-]*({_OFFSET}|{_PLACE}|[a-z]{{1,5}}\b)")
_ZONE_ANYWHERE = re.compile(rf"(?:utc|gmt)?\s?[+-]\d{{2}}:?\d{{2}}\b|\b{_PLACE}\b|\b[a-z]{{2,5}}\b")
_ERAS = (("令和", 2018), ("平成", 1988), ("昭和", 1925))


class Parts(NamedTuple):
    """A date taken apart; nothing is checked.

    Attributes:
        year: Of our calendar.
        month: From 1.
        day: From 1.
        clock: Hour, minute and second; midnight where there is none.
        zone: The zone as written; ``""`` where there is none.
        flags: What is uncertain.
    """

    year: int
    month: int
    day: int
    clock: Clock
    zone: str
    flags: Sequence[str] = ()


class _Day(NamedTuple):
    """A day, and the text around it."""

    year: int
    month: int
    day: int
    rest: str
    flags: Sequence[str] = ()


def read(text: str, languages: tuple[str, ...]) -> Parts | None:
    """The parts of ``text``; None where day, month and year are not all there."""
    folded = re.sub(r"[()\[\]]", " ", month_names.fold(text).replace("−", "-").replace("–", "-"))
    for era, before in _ERAS:
        counted = re.search(rf"{era}\s?(\d{{1,2}}|元)\s?年", folded)
        if counted:
            year = before + (1 if counted[1] == "元" else int(counted[1]))
            folded = f"{folded[: counted.start()]}{year}年{folded[counted.end() :]}"
    found = _figures(folded, languages, 4) or _named(folded, languages) or _figures(folded, languages, 2)
    if found is None:
        return None
    clock, zone, rest = _time(found.rest)
    if not zone:
        zone = next((name for name in map(str.strip, _ZONE_ANYWHERE.findall(rest)) if zones.is_zone(name)), "")
    if clock == (0, 0, 0) and re.search(r"\d:\d", rest):
        return None  # a time that cannot be read is not midnight
    return Parts(found.year, found.month, found.day, clock, zone, found.flags)


def _figures(text: str, languages: tuple[str, ...], year_digits: int) -> _Day | None:
    """A day in figures alone, its year in so many of them."""
    match = _YEAR_FIRST.search(text)
    if match:
        rest = text[: match.start()] + " " + text[match.end() :]
        return _Day(_calendar(int(match[1])), int(match[2]), int(match[3]), rest)
    match = _YEAR_LAST.search(text)
    if match is None or len(match[4]) != year_digits:
        return None
    year = _calendar(int(match[4]))
    rest = text[: match.start()] + " " + text[match.end() :]
    day, month, flags = _day_first(int(match[1]), int(match[3]), year, match[2], rest, languages)
    return _Day(year, month, day, rest, flags)


def _day_first(
    first: int, second: int, year: int, mark: str, rest: str, languages: tuple[str, ...]
) -> tuple[int, int, Sequence[str]]:
    """Day and month of ``first/second``.

    What is over twelve is the day; a weekday beside it settles the order; else the region does: American English puts the
    month first.
    """
    if first > 12 or second > 12:
        return (first, second, ()) if first > 12 else (second, first, ())
    weekday = weekday_names.find(rest, languages)
    if weekday is not None and first != second:
        fitting = [
            (day, month) for day, month in ((first, second), (second, first)) if _is_weekday(year, month, day, weekday)
        ]
        if len(fitting) == 1:
            return (*fitting[0], ())
    tag = languages[0].lower().replace("_", "-") if languages else ""
    american = weekday_names.is_month_first(tag) or (
        tag in ("", "en") and re.search(r"\d\s?[ap]\.?m\b", rest) is not None
    )
    flags = () if first == second or mark == "." else ("date_ambiguous",)
    return (second, first, flags) if mark != "." and american else (first, second, flags)


def _is_weekday(year: int, month: int, day: int, weekday: int) -> bool:
    return year > 0 and date(year, month, day).weekday() == weekday


def _named(text: str, languages: tuple[str, ...]) -> _Day | None:
    """A day whose month is a word."""
    named = month_names.find(text, languages)
    if named is None:
        return None
    month, start, end = named
    before, after = text[:start], text[end:]
    day, year = _DAY_BEFORE.search(before), _YEAR_AFTER.search(after)
    if day and not year:
        short = _SHORT_YEAR.search(after)
        if short and not _YEAR.search(after) and not _YEAR.search(before):
            year = short
    if day and year:  # 9 March 2026
        return _Day(_calendar(int(year[1])), month, int(day[1]), before[: day.start()] + " " + after[year.end() :])
    if day is None:  # March 9, 2026
        day = _DAY_AFTER.search(after)
        if day is None:
            return None
        after = " " + after[day.end() :]
    else:
        before = before[: day.start()]
    for side in (after, before):
        year = _YEAR.search(side)
        if year:
            rest = f"{before} {after}".replace(year[0], " ", 1)
            return _Day(_calendar(int(year[1])), month, int(day[1]), rest)
    return None


def _calendar(year: int) -> int:
    """The year that is meant: two figures are of this or the last century, 2569 is of the Buddhist era."""
    if year < 100:
        return year + (1900 if year >= 70 else 2000)
    return year - 543 if 2500 <= year <= 2650 else year


def _time(text: str) -> tuple[Clock, str, str]:
    """Time of day (midnight where none is given), the zone behind it, and the rest."""
    match = _TIME.search(text) or _HOUR.search(text)
    if not match:
        return (0, 0, 0), "", text
    parts = match.groupdict()
    hour, minute, second = int(parts["hour"]), int(parts.get("minute") or 0), int(parts.get("second") or 0)
    half = re.sub(r"[\s.]", "", parts.get("before") or parts.get("after") or "")
    if hour <= 12 and half in _AFTERNOON:  # '15:30 PM': the hour says it already
        hour = hour % 12 + 12
    elif hour <= 12 and half in _MORNING:
        hour = hour % 12
    before, behind = text[: match.start()], text[match.end() :]
    zone = _ZONE_BEHIND.match(behind)
    if zone and zones.is_zone(zone[1].strip()):
        return (hour, minute, second), zone[1].strip(), before + " " + behind[zone.end() :]
    return (hour, minute, second), "", before + " " + behind
