"""The words of date expressions, and how a rule's pattern is built from them.

A pattern is a regular expression over ``normalise``d text in which ``{month}`` stands for a named group that holds a
month, ``{day2}`` for a second group ``day2`` that holds a day, and a space for one or two of them. No piece repeats
without bound, so a match takes bounded time whatever the text.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from transforms.language.dates.intervals import DateSpan, Scope

# fmt: off
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "last")
# fmt: on

MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
)
WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues|tue|wed|thurs|thur|thu|fri|sat|sun)\b\.?)"
PART = r"(?:morning|afternoon|evening|night|lunchtime|midday|mid-morning|mid-afternoon|dawn|noon|midnight)"
_CLOCK = (
    r"(?:(?:noon|midnight|midday|dawn|dusk|daybreak|sunrise|sunset)\b"
    r"|\d{1,2}(?:[:.]\d{2})? ?(?:a\.m\.|p\.m\.|am\b|pm\b|o'clock)|\d{1,2}:\d{2}(?: ?hrs| hours)?"
    r"|\d{4}(?: hours|(?= (?:gmt|utc|local)\b)))"
)
_ZONE = (
    r"(?: (?:local time|gmt|utc|cet|cest|est|edt|et|pt|pst|pdt|ist|jst|kst|bst|(?:eastern|pacific|central)(?: time)?"
    r"|[a-z]{3,12} time)\b)?(?: \((?:\d{4}|\d{1,2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?) ?(?:gmt|utc)\))?"
)

PIECES = {
    "month": MONTH,
    "weekday": WEEKDAY,
    "day": r"(?:3[01]|[12]\d|0?[1-9])(?!\d)(?:st|nd|rd|th)?\b(?![:%])",
    "year": r"(?:1[5-9]|20|21)\d\d(?![\w%])",
    "number": r"(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|a couple of|a dozen|a half-dozen|half an?)",
    "unit": r"(?:day|week|fortnight|month|year|decade|century|centurie)s?",
    "which": r"(?:last|past|previous|this past|this|current|present|next|coming|this coming|upcoming|following)",
    "third": r"(?:early|mid|late|(?:the )?(?:beginning|start|middle|end) of)",
    "season": r"(?:spring|summer|autumn|fall|winter)",
    "ordinal": r"(?:first|second|third|fourth|fifth|last|final|1st|2nd|3rd|4th)",
    "part": PART,
}
# Between the two ends of a range.
TO = r"(?: ?[-/] ?| to | through | thru | until | till | and | or )"
# The two ends of a range as one pattern. "And" alone joins two dates that are no range, "between … and" one.
FROM = r"(?:from )?{}(?: ?[-/] ?| to | through | thru | until | till ){}"
BETWEEN = (r"between {} and {}",)
# A year behind a day or a month, as a number or in words.
YEAR = r"(?:(?:,? (?:of )?|-){year}| (?:of )?(?P<which>last|this|next|the same|that) year)"
# A month alone can be a verb or a person ("may", "April"), a number alone anything: in running text they count behind
# one of these words.
BEHIND_PREPOSITION = (
    r"(?:(?<=in )|(?<=since )|(?<=until )|(?<=by )|(?<=from )|(?<=during )|(?<=through )|(?<=before )|(?<=after )"
    r"|(?<=throughout )|(?<=of )|(?<=to )|(?<=for )|(?<=till ))"
)
# "A May report", "his 2016 budget": or before a noun, but not "the March on Oslo".
BEFORE_NOUN = (
    r"(?:(?<=\ba )|(?<=\ban )|(?<=the )|(?<=his )|(?<=her )|(?<=its )|(?<=our )|(?<=their )|(?<='s ))",
    r"(?= (?!(?:on|in|for|of|to|against|and|or|from|at|by)\b)[a-z])",
)
# Which way a word points, in units.
LAST_OR_NEXT = {
    "last": -1, "previous": -1, "past": -1, "this past": -1, "next": 1, "coming": 1, "this coming": 1, "upcoming": 1,
    "following": 1,
}  # fmt: skip
# A time of the day before a day, and behind it. Times are read over: a date is never finer than a day.
BEFORE = (
    r"(?:(?:the )?(?:early |late )?" + PART + r" (?:of|on) "
    r"|(?:shortly |just )?(?:before|after|around|about|by|until) " + _CLOCK + _ZONE + r",? (?:on )?"
    r"|(?:at )?(?:around |about )?" + _CLOCK + _ZONE + r",? (?:on )?"
    r"|(?:very )?(?:early|late|earlier|later|overnight|mid)(?: on)?[ -])"
)
BEHIND = (
    r"(?:(?: early| late)? (?:" + PART + r"|overnight)\b)?"
    r"(?:,? (?:at |around |about )(?:around |about )?" + _CLOCK + r"|,? " + _CLOCK + r")?" + _ZONE
)
# Words in front of an expression that say nothing about which day it is.
LEADING = re.compile(
    r"^(?:(?:on|in|at|by|since|until|till|from|during|over|before|after|for|throughout|as of|all day|all of"
    r"|the whole of|as early as|as late as|around|about|through|of|dated|starting|beginning|effective"
    r"|no later than|not later than|scheduled for|set for)\b[ ]*)+"
)
# What may follow "two days after" for it to count from the story, not from what it names ("two days after the vote").
PHRASE_END = r"(?=[ ]*(?:[,.;:!?)\n\"”]|$))"
# How roughly a number is meant.
ROUGHLY = (
    r"(?:(?:about|around|roughly|some|nearly|almost|just over|just under|just|over|more than|less than|at least"
    r"|approximately|only|barely|exactly) )?"
)


class Rule(NamedTuple):
    """One kind of date expression.

    Attributes:
        pattern: Matches the expression in normalised text.
        read: The span that a match means in a scope; None where it means none.
        findable: Whether it is looked for in running text; else it counts only as a whole expression.
    """

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Scope], DateSpan | None]
    findable: bool


def expand(pattern: str) -> str:
    """``pattern`` with its ``{pieces}`` as named groups and its spaces as one or two of them."""
    pattern = re.sub(r"(?<!\[)(?<!\\) (?![?*{)])", " {1,2}", pattern)
    return re.sub(r"\{([a-z]+)(\d?)\}", lambda m: f"(?P<{m[1]}{m[2]}>{PIECES[m[1]]})", pattern)


def compile_rule(
    pattern: str,
    read: Callable[[re.Match[str], Scope], DateSpan | None],
    *,
    timed: bool = False,
    findable: bool = True,
) -> Rule:
    """A ``Rule``; ``timed`` also takes a time of the day before and behind the expression."""
    body = f"(?:{BEFORE})?(?:{pattern}){BEHIND}" if timed else f"(?:{pattern})"
    return Rule(re.compile(rf"(?<!\w)(?<!\w-){expand(body)}(?!\w)"), read, findable)


def normalise(text: str) -> str:
    """``text`` in small letters with plain hyphens, apostrophes and spaces; every character keeps its offset.

    A line break inside a paragraph becomes a space; an empty line stays, so that no expression reaches over it.
    """
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return _LINE.sub(" ", lowered.translate(_PLAIN))


_PLAIN = str.maketrans(
    dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘ʼ`", "'") | dict.fromkeys("\t\xa0\u2009\u202f", " ")
)
_LINE = re.compile(r"(?<!\n)\n(?!\n)")


def month_number(word: str) -> int:
    """1 to 12 for a month's name or abbreviation."""
    return next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(word.rstrip(".")[:3]))


def weekday_number(word: str) -> int:
    """0 (Monday) to 6 for a weekday's name or abbreviation."""
    return next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(word.rstrip(".")[:3]))


def number(word: str) -> float:
    """The value of a numeral in figures or words."""
    if word.isdecimal():
        return int(word)
    known = {"a": 1, "an": 1, "a couple of": 2, "a dozen": 12, "a half-dozen": 6, "half a": 0.5, "half an": 0.5}
    if word in known:
        return known[word]
    tens, _, ones = word.partition("-")
    value = 10 * (_TENS.index(tens) + 2) if tens in _TENS else _NUMBERS.index(tens)
    return value + (_NUMBERS.index(ones) if ones else 0)


def ordinal(word: str) -> int:
    """1 to 5 for an ordinal; -1 for the last."""
    word = {"final": "last"}.get(word, word)
    if word[0].isdigit():
        return int(word[0])
    return -1 if word == "last" else _ORDINALS.index(word) + 1


def day_number(word: str) -> int:
    """1 to 31 for ``7``, ``07`` or ``7th``."""
    return int(re.sub(r"\D", "", word))
