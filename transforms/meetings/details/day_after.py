"""The day of an encounter counted from that of what came after it: "rose on Thursday, a day after the two met"."""

from collections.abc import Sequence

from spacy.tokens import Token

from transforms.language.dates.date_words import number
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter

_SIDES = {"after": -1, "following": -1, "before": 1}


def counted(encounter: Encounter, spans: Sequence[tuple[int, int]]) -> tuple[int, tuple[int, int]] | None:
    """(days from a named day to that of the encounter, the tokens of the named one, out of ``spans``).

    None where the encounter is not counted from another day, or has one of its own.
    """
    for joint in _joints(encounter.trigger):
        days = _days(joint)
        if days is None:
            continue
        top = joint.head if joint.dep_ == "mark" else joint
        clause = {t.i for t in top.subtree}
        if any(start in clause and start > joint.i for start, _ in spans):
            return None
        outside = [span for span in spans if span[0] < joint.i or span[0] not in clause]
        if outside:
            return days * _SIDES[joint.lower_], min(outside, key=lambda span: abs(span[0] - joint.i))
    return None


def _joints(trigger: Token) -> list[Token]:
    """Each "after" and "before" above ``trigger``, the nearest first."""
    above = list(grammar.chain(trigger))
    marks = [c for t in [trigger, *above] for c in t.children if c.dep_ == "mark"]
    return [t for t in (*above, *marks) if t.lower_ in _SIDES and t.i < trigger.i]


def _days(joint: Token) -> int | None:
    """How many days stand before ``joint``: "a day after", "two days before"."""
    if joint.i < joint.sent.start + 2 or joint.nbor(-1).lower_ not in {"day", "days"}:
        return None
    count = joint.nbor(-2).lower_
    if count in {"a", "the", "one"}:
        return 1
    try:
        return int(number(count))
    except ValueError:
        return None
