"""Days beside today or beside another day: ``yesterday``, ``later in the day``, ``overnight``, ``the previous day``."""

import re

from transforms.language.dates import intervals as cal
from transforms.language.dates.date_words import PHRASE_END, Rule, compile_rule
from transforms.language.dates.intervals import DateSpan, Scope


def _today(_: re.Match[str], scope: Scope) -> DateSpan | None:
    return cal.one_day(scope.anchor, True)


def _near_day(match: re.Match[str], scope: Scope) -> DateSpan | None:
    offset = -1 if match["near"] == "yesterday" else 1
    if match["beyond"]:
        offset *= 2
    return cal.one_day(cal.shift(scope.anchor, offset), True) if scope.anchor else None


def _last_night(_: re.Match[str], scope: Scope) -> DateSpan | None:
    return cal.one_day(cal.shift(scope.anchor, -1), True) if scope.anchor else None


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


def _same_day(match: re.Match[str], scope: Scope) -> DateSpan | None:
    """ "the same day" is that of the story where the sentence names none; "that day" then is unknown."""
    return cal.one_day(scope.base or (None if match.groupdict().get("that") else scope.anchor), True)


_PART = r"(?:morning|afternoon|evening|night)"
RULES: tuple[Rule, ...] = (
    compile_rule(rf"today|tonight|this {_PART}", _today, timed=True),
    compile_rule(rf"(?:earlier|later|early|late) (?:today|(?:in|during) the (?:day|{_PART}))", _today),
    compile_rule(r"(?:the )?(?P<beyond>day (?:before|after) )?(?P<near>yesterday|tomorrow)", _near_day, timed=True),
    compile_rule(r"(?:late )?(?<!the )last (?:night|evening)", _last_night),
    compile_rule(r"overnight", _overnight),
    compile_rule(rf"(?:on )?the (?P<side>previous|preceding|next|following) (?:day|{_PART})", _adjoining_day),
    compile_rule(rf"(?:(?:the|a|one) day|the {_PART}) (?P<side>before|after){PHRASE_END}", _adjoining_day),
    compile_rule(r"(?:the|a|one) day (?P<side>earlier|later)", _adjoining_day),
    compile_rule(rf"in the {_PART}", _same_day, findable=False),
    compile_rule(rf"(?:on )?the (?:same|very) (?:day|{_PART})", _same_day),
    compile_rule(rf"(?:(?:earlier|later) )?(?P<that>that) (?:day|{_PART})", _same_day),
)
