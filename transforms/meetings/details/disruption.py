"""Meetings that are called off, all but called off, or moved to another day."""

from collections.abc import Iterator, Sequence

from spacy.tokens import Token

from transforms import lexicon
from transforms.lexicon import vocabulary
from transforms.meetings.details.cues import Verdict, cancelling
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter

_POSSESSIVE = {"'s", "’s", "'", "’"}
_ABOUT_IT = {"it", "this", "that", "which"}


def called_off(encounter: Encounter, spans: Sequence[tuple[int, int]]) -> Verdict | None:
    """ "... but called it off", "the meeting was cancelled" later in the sentence, or moved to one of the dates ``spans``."""
    if new_day(encounter, spans) is not None:
        return Verdict("planned", "moved")
    for token in encounter.sentence.doc[encounter.trigger.i + 1 : encounter.sentence.span.end]:
        status = cancelling(token) if token.pos_ in {"VERB", "ADJ"} else None
        if status is not None and _concerns(token, encounter):
            return Verdict(status, token.text)
    return None


def on_a_trip_called_off(verb: Token) -> Verdict | None:
    """ "cancelled a visit to Oslo, where she was to meet B": what the trip was for falls with it."""
    clause = next((t for t in grammar.chain(verb) if t.dep_ == "relcl"), None)
    above = grammar.governor(clause.head) if clause is not None else None
    if clause is None or above is None:
        return None
    trip = any(t.lemma_.lower() in vocabulary("trips") for t in grammar.chain(clause.head) if t.i > above.i)
    status = cancelling(above) if trip else None
    return Verdict(status, above.text) if status else None


def _concerns(verb: Token, encounter: Encounter) -> bool:
    """Whether ``verb`` is about the encounter: it is its subject, or "it"/"the meeting" is its object or subject."""
    trigger, appointments = encounter.trigger, lexicon.words("status", "appointments")
    if verb.dep_ == "relcl" and verb.head != trigger and verb.head.lemma_.lower() in {"one", *appointments}:
        return False  # "in the place of the one that was called off"
    for child in grammar.children(verb, "nsubj", "nsubjpass", "dobj"):
        if child == trigger or trigger in child.subtree:
            return True
        if child.lower_ in _ABOUT_IT or child.lemma_.lower() in appointments:
            return True
    if verb.dep_ in {"conj", "relcl", "acl"} and verb.head == trigger:
        return True
    return verb.dep_ == "conj" and grammar.is_passive(verb) and verb.head == grammar.governor(trigger)


def new_day(encounter: Encounter, spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The date among ``spans`` to which the encounter is moved: "postponed from Monday until Thursday".

    None where it is not moved, or where nobody has moved it yet ("was not moved to Thursday").
    """
    doc = encounter.sentence.doc
    for verb in _moving(encounter):
        for start, end in (_last_of_range(encounter, *span) for span in spans):
            to = doc[start - 1].lower_ if start > verb.i + 1 else ""
            if to not in lexicon.words("status", "moved_to") and not (to == "for" and start == verb.i + 2):
                continue
            if end < len(doc) and doc[end].text in _POSSESSIVE:
                continue
            if not any(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in doc[verb.i + 1 : start]):
                return start, end
    return None


def _last_of_range(encounter: Encounter, start: int, end: int) -> tuple[int, int]:
    """The second date of "from Monday to Friday": for a meeting that is moved this is no range."""
    doc = encounter.sentence.doc
    ranged = doc[start].lower_ == "from" or (start > 0 and doc[start - 1].lower_ == "from")
    joints = [i for i in range(start + 1, end - 1) if doc[i].lower_ in lexicon.words("status", "moved_to")]
    return (joints[-1] + 1, end) if ranged and joints else (start, end)


def _moving(encounter: Encounter) -> Iterator[Token]:
    for token in encounter.sentence.span:
        if (
            token.pos_ != "VERB"
            or token.lemma_.lower() not in lexicon.words("status", "moved")
            or grammar.negated(token)
        ):
            continue
        if token == encounter.verb or _concerns(token, encounter):
            yield token
