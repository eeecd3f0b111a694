"""When an encounter is or was: the date that belongs to it, not the nearest date."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from spacy.tokens import Doc, Span, Token

from transforms.language.dates.expressions import DateSpan, Tense, find_dates, resolve
from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import frames
from transforms.meetings.details.cues import is_told_now
from transforms.meetings.details.day_after import counted
from transforms.meetings.details.disruption import new_day
from transforms.meetings.details.travel import is_to_come
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.sentence import Sentence
from transforms.rows import MeetingDate

_PAST_STATUS = {"held", "denied"}
_UNDONE = {"denied", "cancelled"}
# Behind a date that leads in what follows: "May 10: A met B".
_LABEL = {":", "-", "–", "—"}
# Costs of the ways from a date to the encounter; a date that costs more than _LIMIT belongs to something else.
_LIMIT = 8
_FAR = 99


class When(NamedTuple):
    """A resolved date and the tokens that name it."""

    span: DateSpan
    start: int
    end: int


def dates_in(sentence: Sentence) -> list[tuple[int, int]]:
    """Tokens (first, behind the last) of each date expression of ``sentence``."""
    return _dates_of(sentence.span)


def _dates_of(sentence: Span) -> list[tuple[int, int]]:
    base = sentence.start_char
    spans = (
        sentence.doc.char_span(base + start, base + end, alignment_mode="expand")
        for start, end in find_dates(sentence.text)
    )
    return [(span.start, span.end) for span in spans if span is not None]


def when(
    encounter: Encounter, spans: Sequence[tuple[int, int]], anchor: datetime | None, status: str, caption: bool
) -> When | None:
    """The date of ``encounter`` among the date expressions ``spans`` of its sentence; None where none belongs to it."""
    if encounter.date_span is not None:
        low, high = encounter.date_span
        own = [s for s in spans if low <= s[0] and s[1] <= high + 1]
        for start, end in reversed(own):
            found = _resolved(encounter, start, end, anchor, status)
            if found is not None:
                return When(found, start, end)
    moved = new_day(encounter, spans)
    if moved is not None and (found := _resolved(encounter, *moved, anchor, status)) is not None:
        return When(found, *moved)
    if (apart := counted(encounter, spans)) is not None:
        found, days = _resolved(encounter, *apart[1], anchor, status), timedelta(apart[0])
        if found is not None and found.precision == "day":  # no day is counted from a month
            return When(found._replace(start=found.start + days, end=found.end + days), *apart[1])
    ranked = sorted(
        (_cost(encounter, start, end, caption, status), abs(start - encounter.trigger.i), start, end)
        for start, end in spans
    )
    for cost, _, start, end in ranked:
        if cost > _LIMIT:
            break
        found = _resolved(encounter, start, end, anchor, status)
        if found is not None:
            return When(found, start, end)
    return None


def led_in(encounter: Encounter, before: Span, anchor: datetime | None, status: str) -> When | None:
    """The date that the sentence ``before`` gives an encounter without one: where someone arrived then, or a lone day.

    "Lund was in Oslo on Monday. She met ...", "MONDAY: Lund met ...".
    """
    gone = [t for t in before if _has_gone(t) or (status == "planned" and _will_go(t))]
    for start, end in _dates_of(before):
        alone = len(before) - (end - start) <= 2 and before[-1].text in _LABEL
        if not alone and not any(_hangs_on(before.doc[start:end].root, verb) for verb in gone):
            continue
        if (found := _resolved(encounter, start, end, anchor, status)) is not None:
            return When(found, start, end)
    return None


def _has_gone(verb: Token) -> bool:
    """Whether ``verb`` tells that someone came to a place or was there."""
    if verb.tag_ not in {"VBD", "VBZ"} or verb != verb.sent.root:
        return False
    there = any(c.dep_ == "prep" and c.lower_ in {"in", "at"} for c in verb.children)
    return verb.lemma_ in vocabulary("travelling") or (verb.lemma_ == "be" and there)


def _will_go(verb: Token) -> bool:
    return verb.lemma_ in vocabulary("travelling") and is_to_come(verb)


def _hangs_on(token: Token, verb: Token) -> bool:
    """Whether ``token`` belongs to the clause of ``verb`` itself."""
    return next((t for t in grammar.chain(token) if t.pos_ in grammar.VERBAL), None) == verb


def just_now(encounter: Encounter, anchor: datetime | None, status: str) -> When | None:
    """The day of publication for what goes on now and for "has just met"; None for anything else."""
    verb, at = encounter.verb, encounter.trigger.i
    if anchor is None or verb is None:
        return None
    just = verb.i > 0 and verb.nbor(-1).lower_ == "just" and verb.nbor(-1).head == verb
    today = resolve("today", anchor, "present") if status == "ongoing" or (just and status == "held") else None
    return When(today, at, at + 1) if today is not None else None


def _resolved(encounter: Encounter, start: int, end: int, anchor: datetime | None, status: str) -> DateSpan | None:
    doc = encounter.sentence.doc
    tense: Tense = "past" if status in _PAST_STATUS else "present" if status == "ongoing" else "future"
    if status == "cancelled":
        tense = "future"
    if status in {"held", "ongoing"} and is_told_now(encounter.trigger, encounter.verb):
        return resolve(doc[start:end].text, anchor, "present", _context(encounter))
    found = resolve(doc[start:end].text, anchor, tense, _context(encounter))
    if found is not None and anchor is not None and status in _UNDONE and found.precision == "day":
        other: Tense = "past" if status == "cancelled" else "future"
        found = _nearest(found, resolve(doc[start:end].text, anchor, other, _context(encounter)), anchor.date())
    return found


def _nearest(likely: DateSpan, other: DateSpan | None, today: date) -> DateSpan:
    """The nearer of two days, a past one that is likely if it is of a week: "declined to meet him on May 20"."""
    if other is None or 0 <= (today - likely.start).days <= 7:
        return likely
    return min(likely, other, key=lambda span: abs((span.start - today).days))


def _context(encounter: Encounter) -> str:
    """The sentence with what stands before it in the article, from which "the same day" counts."""
    span = encounter.sentence.span
    return str(span.doc[max(0, span.start - 80) : span.end].text)


def _cost(encounter: Encounter, start: int, end: int, caption: bool, status: str) -> int:
    """How far the date in tokens ``start`` to ``end`` is from the encounter, in clauses."""
    doc, trigger = encounter.sentence.doc, encounter.trigger
    full = caption and end - start >= 3 and any(t.shape_ == "dddd" for t in doc[start:end])
    if full and end >= encounter.sentence.span.end - 14:
        return 0
    if start == encounter.sentence.span.start and any(
        p.start == start and p.kind == "person" for p in encounter.parties
    ):
        return 4  # "Yesterday Foreign Minister Ana Ruiz spoke with B"
    if any(p.start <= start < p.end for p in encounter.parties):  # "survivors of the 1989 flood"
        return _FAR
    if status in _PAST_STATUS and "by" in {doc[start].lower_, doc[start - 1].lower_}:  # "agreed to end it by 2030"
        return _FAR
    if start == encounter.sentence.span.start and end < len(doc) and doc[end].text in _LABEL:
        return 0
    root = doc[start:end].root
    if _is_since_then(root, trigger):
        return _FAR
    anchors = {trigger.i, encounter.verb.i if encounter.verb is not None else trigger.i}
    node = _clause_of(root, trigger, anchors)
    if node is None or (status in {"planned", "proposed"} and start < node.i and _is_agreed_then(node, trigger)):
        return _FAR
    if node.i in anchors:
        return 1 + (_verbs_between(doc, trigger.i, start) if node != root else 0)
    if (
        node.dep_ == "relcl"
        and node.lemma_ in vocabulary("course")
        and (above := grammar.governor(node.head))
        and above.i in anchors
    ):
        return 3  # "met for talks that ended on Wednesday"
    if _is_scheduled(doc, start):
        return 0
    adjacent = _adjacent(encounter, start, end)
    if _is_said_after(node, trigger):
        return 4
    if _is_of_another(encounter, node, start, status, adjacent):
        return _FAR
    if node in list(grammar.chain(trigger)):
        return 3 if adjacent else 4 + _verbs_between(doc, trigger.i, start)
    if adjacent:
        return 2
    return _loose_cost(node, trigger, anchors, start, full)


def _is_said_after(said: Token, trigger: Token) -> bool:
    """Whether ``said`` tells of a word right after the encounter: "told reporters on Monday after talks with B"."""
    if said.lemma_ not in vocabulary("saying"):
        return False
    below = grammar.below(trigger, said)
    return below.lower_ in {"after", "following"} or any(
        c.dep_ == "mark" and c.lower_ == "after" for c in below.children
    )


def _is_since_then(date: Token, trigger: Token) -> bool:
    """Whether the date belongs to a clause of "since" that does not hold the encounter: "since B met C in 2000"."""
    for token in grammar.chain(date):
        if any(c.dep_ == "mark" and c.lower_ == "since" for c in token.children):
            return trigger not in token.subtree
    return False


def _clause_of(root: Token, trigger: Token, anchors: set[int]) -> Token | None:
    """The word of ``anchors``, or the verb, that a date hangs on; None where it is that of another encounter's noun."""
    node = root
    for _ in range(12):
        if node.i in anchors or (node.pos_ in grammar.VERBAL and node != root):
            return node
        is_other = node.pos_ == "NOUN" and node not in (trigger, root) and node.lemma_.lower() in frames().nouns
        if is_other and node.head.head.i not in anchors:  # but "discussed it in a call on Monday"
            return None
        if node != root and node.pos_ == "NOUN" and _is_still_to_come(node) and trigger not in node.subtree:
            return None
        node = node.head
    return node


def _is_agreed_then(verb: Token, trigger: Token) -> bool:
    """Whether ``verb`` tells of what led to a plan, so that the day before it is its own: "on Tuesday invited B to talks"."""
    return verb != trigger and verb.pos_ in grammar.VERBAL and _is_past(verb) and verb in list(grammar.chain(trigger))


def _is_still_to_come(noun: Token) -> bool:
    """Whether "before", "until" or "ahead of" lead in what ``noun`` names, so that its date is not the encounter's."""
    above = noun.head
    if noun.dep_ == "pobj" and above.lower_ in {"of", "to"}:
        return above.head.lower_ in {"ahead", "prior"}
    return noun.dep_ == "pobj" and above.lower_ in {"before", "until", "till"}


def _is_of_another(encounter: Encounter, node: Token, start: int, status: str, adjacent: bool) -> bool:
    """Whether a date is that of saying, of what ended "since" then, or of the past in which something was planned."""
    doc, trigger = encounter.sentence.doc, encounter.trigger
    if start > 0 and doc[start - 1].lower_ == "since" and status != "ongoing":
        return True
    if node.pos_ not in grammar.VERBAL:
        return False
    if node.lemma_ in vocabulary("saying") and not (adjacent and start > trigger.i):
        return True
    planned_then = status in _UNREAL and _is_past(node) and node in list(grammar.chain(trigger))
    return planned_then and not encounter.noun and not adjacent


def _loose_cost(node: Token, trigger: Token, anchors: set[int], start: int, full: bool) -> int:
    """The cost of a date in a clause beside or below that of the encounter."""
    between = _verbs_between(node.doc, trigger.i, start)
    if node.pos_ not in grammar.VERBAL:
        return 6 if between == 0 and abs(start - trigger.i) <= 20 else _FAR
    if not anchors.isdisjoint(t.i for t in grammar.chain(node)):
        return 7 if node.dep_ in {"xcomp", "advcl", "acl"} and between <= 1 else _FAR
    return 9 if node.dep_ == "conj" or full else _FAR


_UNREAL = {"proposed", "planned", "denied", "cancelled"}


def _is_past(verb: Token) -> bool:
    """Whether the verb is told as done: "invited on Tuesday" but not "will travel on Friday"."""
    return verb.tag_ == "VBD" or (verb.tag_ == "VBN" and not grammar.auxiliaries(verb) & {"will", "is", "are", "be"})


def _is_scheduled(doc: Doc, start: int) -> bool:
    """ "set for Thursday", "due on Monday": a date right behind a word of planning."""
    before = [t.lower_ for t in doc[max(0, start - 3) : start]]
    return len(before) >= 2 and before[-1] in {"for", "on"} and before[-2] in vocabulary("scheduled")


def _verbs_between(doc: Doc, first: int, last: int) -> int:
    low, high = sorted((first, last))
    return sum(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in doc[low + 1 : high])


def _adjacent(encounter: Encounter, start: int, end: int) -> bool:
    """Whether only small words stand between the date and the trigger or the end of the parties."""
    doc = encounter.sentence.doc
    small = {"on", "in", "late", "early", "earlier", "at", "the", ",", "this", "of", "for", "a"}
    ends = [encounter.trigger.i + 1, encounter.until, *(p.end for p in encounter.parties)]
    for at in ends:
        if at <= start and all(t.lower_ in small for t in doc[at:start]):
            return True
    return (
        end <= encounter.trigger.i
        and all(t.lower_ in small or t.pos_ in {"NOUN", "ADJ"} for t in doc[end : encounter.trigger.i])
        and encounter.trigger.i - end <= 3
    )


def as_row(found: When, sentence: Sentence, source: str) -> MeetingDate:
    """The row for a resolved date."""
    span = found.span
    return MeetingDate(
        _day(span.start),
        _day(span.end),
        str(span.precision),
        sentence.doc[found.start : found.end].text.replace("\n", " "),
        source,
    )


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
