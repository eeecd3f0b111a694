"""What the date expressions of news mean: ``resolve`` one, ``find_dates`` in a text.

Meaning depends on the day of publication in the source's own time zone and on the tense of the verb: "on Monday" in a
report of a Monday is that day, "will meet Thursday" the coming one. An answer is never finer than the words, and an
expression that says no day (a duration, "recently", a month without a year to be had) has none. Rules only, no model:
one module a kind of expression, each with its table of rules.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date, datetime

from transforms.language.dates import absolute, days, holidays, months, ranges, units, weekdays
from transforms.language.dates.date_words import LEADING, MONTH, WEEKDAY, Rule, normalise
from transforms.language.dates.intervals import DateSpan, Precision, Scope, Tense

__all__ = ["DateSpan", "Precision", "Tense", "find_dates", "resolve"]

_RULES: tuple[Rule, ...] = tuple(
    rule for kind in (absolute, ranges, months, weekdays, days, units, holidays) for rule in kind.RULES
)
# Longer is no date expression.
_LONGEST = 120


def _scope(anchor: datetime | None, tense: Tense, base: date | None) -> Scope:
    return Scope(anchor.date() if anchor else None, tense, base, anchor.hour if anchor else 12, _month_first(anchor))


def _month_first(anchor: datetime | None) -> bool | None:
    """Whether a source at this time zone writes the month first, as the U.S. does; None without a zone."""
    if anchor is None or anchor.tzinfo is None:
        return None
    offset = anchor.utcoffset()
    return offset is not None and -10 <= offset.total_seconds() / 3600 <= -4


def _whole(expression: str, scope: Scope) -> DateSpan | None:
    for rule in _RULES:
        match = rule.pattern.fullmatch(expression)
        if match is not None:
            found = rule.read(match, scope)
            if found is not None:
                return found
    return None


def resolve(expression: str, anchor: datetime | None, tense: Tense, sentence: str = "") -> DateSpan | None:
    """The days that ``expression`` means; None where it means none, or none that can be told.

    Args:
        expression: The words of the date, with or without a preposition ("on Monday", "May 19-21"); a time of the day
            is read over. Where more stands around the date, the longest date in it counts.
        anchor: When the text was published, in the source's time zone; None where it is not known: then only dates
            that name their year have a meaning.
        tense: Of the verb that the date belongs to: past, future or present (read as the coming day).
        sentence: Where it stands; "the previous day" and the like count from the date before them, and what is
            "scheduled for May 19" lies near whatever the tense.
    """
    plain = " ".join(normalise(expression[:_LONGEST]).strip(" .,;:()[]\"'“”").split())
    if not plain or _EVERY.search(plain):
        return None
    if tense == "past" and _is_scheduled(expression, plain, sentence):
        tense = "present"
    scope = _scope(anchor, tense, None)
    if sentence and _COUNTS_ON.search(plain):
        scope = scope._replace(base=_base(expression, sentence, scope))
    bare = LEADING.sub("", plain)
    for form in dict.fromkeys((plain, bare)):
        found = _whole(form, scope)
        if found is not None:
            return found
    inner = [bare[start:end] for start, end in _candidates(bare)]
    return next((found for part in sorted(inner, key=len, reverse=True) if (found := _whole(part, scope))), None)


def _is_scheduled(expression: str, plain: str, sentence: str) -> bool:
    """Whether the sentence has a day of a month set for something: "a vote scheduled for March 30".

    Such a day is the nearest, whatever the tense of the verb. A weekday is left to the tense.
    """
    at = sentence.find(expression)
    if at <= 0 or _WEEKDAY.search(plain):
        return False
    return _SCHEDULED.search(normalise(sentence[max(0, at - 60) : at])) is not None


_WEEKDAY = re.compile(WEEKDAY)
_SCHEDULED = re.compile(
    r"\b(?:scheduled|set|slated|planned|due|expected|earmarked|pencilled in|penciled in|upcoming)"
    r"(?: to \w+(?: \w+){0,3}| \w+){0,1}(?: (?:for|on|in|from|by|until|between))?(?: the)? $"
)
_EVERY = re.compile(r"\b(?:every|each)\b")
_COUNTS_ON = re.compile(
    r"\b(?:previous|preceding|following|next|same|that|night|in the|earlier|later|before|after|prior|afterwards?"
    r"|previously|the \d)"
)


def _base(expression: str, sentence: str, scope: Scope) -> date | None:
    """The first day of the last date before ``expression`` in its sentence that is as fine as the expression counts."""
    at = sentence.find(expression)
    fine = _AS_FINE[match[0] if (match := _UNIT.search(expression)) else "day"]
    for start, end in reversed(find_dates(sentence[: max(at, 0)])):
        found = _whole(LEADING.sub("", normalise(sentence[start:end])), scope)
        if found is not None and found.precision in fine:
            return found.start
    return None


_UNIT = re.compile(r"(?:day|week|month|year)")
_AS_FINE = {
    "day": ("day",),
    "week": ("day", "week"),
    "month": ("day", "week", "month"),
    "year": ("day", "week", "month", "year"),
}


def _candidates(plain: str) -> Iterator[tuple[int, int]]:
    cores = [m.start() for m in _CORE.finditer(plain)]
    for word in _START.finditer(plain):
        core = bisect_left(cores, word.start())
        if core == len(cores) or cores[core] > word.start() + _REACH:
            continue
        ends = [m.end() for rule in _RULES if rule.findable and (m := rule.pattern.match(plain, word.start()))]
        if ends:
            yield word.start(), max(ends)


# The words that a date expression can begin with.
_START = re.compile(
    r"(?<!\w)(?<!\w-)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|\d|q[1-4]|early|earlier|mid"
    r"|late|later|last|past|previous|this|that|next|coming|current|following|upcoming|present|these|the|a|an|one|two|three"
    r"|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|about|around|roughly|some|nearly|almost|just|over|more|less|at|approximately|today|tonight|tomorrow"
    r"|yesterday|overnight|day|first|second|third|fourth|fifth|final|from|between|in|before|after|shortly|noon|midnight"
    r"|midday|dawn|morning|afternoon|evening|night|spring|summer|autumn|fall|winter|weekend|year-end|half|throughout|beginning|start|middle|end|"
    + "|".join(re.escape(word) for word in sorted(holidays.first_words()))
    + ")"
)
# Every expression holds one of these, at most so many characters behind its beginning.
_CORE = re.compile(
    r"\d|(?<![a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|today|tonight|tomorrow"
    r"|yesterday|overnight|week|year|decade|centur|fortnight|day|hour|morning|afternoon|evening|night|spring|summer"
    r"|autumn|fall|winter|noon|midnight|midday|dawn|dusk|"
    + "|".join(re.escape(word) for word in sorted(holidays.first_words()))
    + ")"
)
_REACH = 32
# "Every Monday" is no day.
_REPEATED = re.compile(r"\b(?:every|each|most|alternate|several|many)(?: other)? $")


def find_dates(text: str) -> list[tuple[int, int]]:
    """Where ``text`` speaks of days: offsets ``(start, end)`` of the expressions, in order, none within another."""
    plain = normalise(text)
    found: list[tuple[int, int]] = []
    for start, end in _candidates(plain):
        overlaps = found and start < found[-1][1]
        if not overlaps and _is_name(text[start:end]) and not _REPEATED.search(plain, max(0, start - 20), start):
            found.append((start, end))
    return found


_NAMED = re.compile(rf"(?<![\w-])(?:{MONTH}|{WEEKDAY})(?!\w)", re.IGNORECASE)


def _is_name(words: str) -> bool:
    """Whether the months and weekdays in ``words`` are written as names: "May", "MAY", but not "may"."""
    return all(name[0][0].isupper() for name in _NAMED.finditer(words))
