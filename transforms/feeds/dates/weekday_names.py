"""Names of weekdays, and the order of day and month, in the languages that news is written in (CLDR's)."""

import re
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError

_WORD = re.compile(r"[^\W\d_]+")


def find(text: str, languages: tuple[str, ...] = ()) -> int | None:
    """The weekday named in ``text``, 0 for Monday; None where none is, or several.

    Args:
        text: A date as a feed writes it, folded.
        languages: Language tags, likeliest first; English names are known in all.
    """
    found = {day for word in _WORD.findall(text) if (day := _lookup(word, languages)) is not None}
    return found.pop() if len(found) == 1 else None


def is_one(name: str, languages: tuple[str, ...] = ()) -> bool:
    """True where ``name`` is a weekday in one of ``languages`` or in English."""
    return _lookup(name, languages) is not None


@lru_cache(maxsize=256)
def is_month_first(tag: str) -> bool:
    """True where people of that language and region write the month before the day (``en-US``, ``en-PH``)."""
    locale = _locale(tag) if "-" in tag else None
    return locale is not None and str(locale.date_formats["short"]).lower().startswith("m")


def _lookup(name: str, languages: tuple[str, ...]) -> int | None:
    key = name.lower().rstrip(".")
    for tag in (*languages, "en"):
        day = _names(re.split("[-_]", tag.lower())[0]).get(key)
        if day is not None:
            return day
    return None


@cache
def _names(language: str) -> dict[str, int]:
    """Name in lower case -> weekday. Longer names win where a short one is another day's."""
    locale = _locale(language)
    table: dict[str, int] = {}
    for use in ("format", "stand-alone") if locale else ():
        for width in ("wide", "abbreviated", "short"):
            for day, name in (locale.days[use].get(width) or {}).items() if locale else ():
                for word in (name.lower().rstrip("."), name.lower().split("-")[0]):
                    if len(word) > 1 or not word.isascii():
                        table.setdefault(word, day)
    return table


def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError, TypeError, OSError):
        return None
