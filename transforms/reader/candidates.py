"""What the reader looks at: words that can tell of a meeting, and dates, resolved by rule."""

import functools
import re
from datetime import datetime

from transforms import lexicon
from transforms.language.dates_calendar import DateSpan, Tense

_TENSES: dict[str, Tense] = {"held": "past", "denied": "past", "planned": "future", "proposed": "future"}


@functools.cache
def _gate() -> re.Pattern[str]:
    table = lexicon.table("reader")
    stems, words = "|".join(table["stems"]), "|".join(table["words"])
    return re.compile(rf"\b(?:(?:{stems})\w*|(?:{words})\b)", re.IGNORECASE)


def words_of_meeting(text: str) -> list[tuple[int, int]]:
    """(start, end) of the words of ``text`` around which the reader reads."""
    return [match.span() for match in _gate().finditer(text)]


def date_of(words: str, anchor: datetime | None, status: str) -> DateSpan | None:
    """The days that a date expression means for a meeting of ``status``; None where none can be told."""
    from transforms.language.dates import resolve

    return resolve(words, anchor, _TENSES.get(status, "present"))
