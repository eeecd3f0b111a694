"""Days, weeks, months and years as closed intervals, and the arithmetic between them."""

import calendar
from datetime import date, timedelta
from typing import Literal, NamedTuple

Tense = Literal["past", "future", "present"]
Precision = Literal["day", "week", "month", "year"]

DAY = timedelta(days=1)
# A date of the current year is taken for this year's when it is at most so far on the wrong side of the publication:
# the writer's day, the event's and the server's lie in different time zones.
SLACK = timedelta(days=2)


class DateSpan(NamedTuple):
    """What a date expression means: every day from ``start`` to ``end``, both included.

    Attributes:
        start: The first day.
        end: The last day; never before the first.
        precision: The unit in which the text speaks. "day" may span several days ("May 19-21"); "week" is one or more
            weeks, "month" a part of a month or several months, "year" one year or several.
        relative: Whether the day of publication was needed to tell.
    """

    start: date
    end: date
    precision: Precision
    relative: bool


class Scope(NamedTuple):
    """What an expression is read against.

    Attributes:
        anchor: The day of publication at the source; None where it is not known.
        tense: Of the verb that the expression belongs to.
        base: The day that the sentence speaks of before the expression; None where it names none.
        hour: Of the publication, 0 to 23.
        month_first: Whether 4/5 is April 5 (True) or May 4 (False); None where the source does not tell.
    """

    anchor: date | None
    tense: Tense
    base: date | None = None
    hour: int = 12
    month_first: bool | None = None


def safe_date(year: int, month: int, day: int) -> date | None:
    """That day, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def shift(day: date, days: int) -> date | None:
    """``day`` moved by ``days``; None beyond the calendar's ends."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def span(start: date | None, end: date | None, precision: Precision, relative: bool) -> DateSpan | None:
    """A ``DateSpan`` of two known days in order, else None."""
    if start is None or end is None or end < start:
        return None
    return DateSpan(start, end, precision, relative)


def one_day(day: date | None, relative: bool) -> DateSpan | None:
    """The span of a single day."""
    return span(day, day, "day", relative)


def week_of(day: date | None, relative: bool) -> DateSpan | None:
    """The week of ``day``, Monday to Sunday."""
    if day is None:
        return None
    monday = shift(day, -day.weekday())
    return span(monday, shift(monday, 6) if monday else None, "week", relative)


def months(year: int, first: int, count: int, relative: bool) -> DateSpan | None:
    """``count`` whole months from month ``first`` of ``year``; ``first`` may lie outside 1 to 12 and carries over."""
    start_year, start_month = year + (first - 1) // 12, (first - 1) % 12 + 1
    last = first + count - 1
    end_year, end_month = year + (last - 1) // 12, (last - 1) % 12 + 1
    if not (1 <= start_year <= 9999 and 1 <= end_year <= 9999):
        return None
    end = date(end_year, end_month, calendar.monthrange(end_year, end_month)[1])
    return span(date(start_year, start_month, 1), end, "month", relative)


def years(first: int, last: int, relative: bool) -> DateSpan | None:
    """The whole years from ``first`` to ``last``."""
    return span(safe_date(first, 1, 1), safe_date(last, 12, 31), "year", relative)


def third_of(month: DateSpan, words: str) -> DateSpan:
    """The first ten days of a month ("early", "beginning"), the middle ten ("mid", "middle"), else the rest."""
    if any(word in words for word in ("early", "beginning", "start")):
        return month._replace(end=month.start.replace(day=10))
    if "mid" in words:
        return month._replace(start=month.start.replace(day=11), end=month.start.replace(day=20))
    return month._replace(start=month.start.replace(day=21))


def weekday_near(anchor: date, weekday: int, tense: Tense) -> date | None:
    """The bare weekday of a news sentence: for the past the last one, else the next; today counts in both."""
    if tense == "past":
        return shift(anchor, -((anchor.weekday() - weekday) % 7))
    return shift(anchor, (weekday - anchor.weekday()) % 7)


def year_by_tense(anchor: date, month: int, day: int, tense: Tense) -> int | None:
    """The year of a month and day without one: by the last such day for the past, the next for the future, else either.

    A day that is at most ``SLACK`` on the wrong side is this one. None where no year near has that day.
    """
    near = [d for y in range(anchor.year - 4, anchor.year + 5) if 1 <= y <= 9999 and (d := safe_date(y, month, day))]
    if tense == "past":
        fitting = [d for d in near if d - anchor <= SLACK][-1:]
    elif tense == "future":
        fitting = [d for d in near if anchor - d <= SLACK][:1]
    else:
        fitting = sorted(near, key=lambda d: abs(d - anchor))[:1]
    return fitting[0].year if fitting else None


def month_year_by_tense(anchor: date, month: int, tense: Tense) -> int:
    """The year of a month without one: the last such month for the past, the next for the future, else the nearest."""
    ahead = (month - anchor.month) % 12
    index = anchor.year * 12 + anchor.month - 1
    if tense == "future" or (tense == "present" and ahead <= 6):
        return (index + ahead) // 12
    return (index - (anchor.month - month) % 12) // 12


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The ``nth`` (1 to 5, or -1 for the last) ``weekday`` of a month."""
    if nth < 0:
        last = calendar.monthrange(year, month)[1]
        end = safe_date(year, month, last)
        return shift(end, -((end.weekday() - weekday) % 7)) if end else None
    first = safe_date(year, month, 1)
    return safe_date(year, month, 1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1)) if first else None


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
