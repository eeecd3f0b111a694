"""Whether an encounter happened: held, ongoing, planned, proposed, cancelled or denied."""

from collections.abc import Sequence
from datetime import datetime

from spacy.tokens import Token

from transforms.lexicon import vocabulary
from transforms.meetings.details.cues import (
    WILL,
    WOULD,
    Verdict,
    denied_gerund,
    is_argument,
    is_past,
    is_told_now,
    verdict_above,
    verdict_before,
)
from transforms.meetings.details.disruption import called_off, on_a_trip_called_off
from transforms.meetings.details.when import When
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter

_PRESENT = {"is", "are", "'s", "’s", "'re", "am", "be", "been"}
_IF = {"if", "unless", "whether"}


def status_of(encounter: Encounter, spans: Sequence[tuple[int, int]]) -> Verdict:
    """The status of ``encounter`` by the words before it, above it and behind it, then by its own verb's tense.

    ``spans`` are the date expressions of its sentence.
    """
    trigger, verb = encounter.trigger, encounter.verb
    before = verdict_before(trigger) if encounter.noun else None
    if before is not None and before.status != "planned":
        return before
    if (later := called_off(encounter, spans) or on_a_trip_called_off(trigger)) is not None:
        return later
    told_by = trigger if not encounter.noun else verb if is_argument(trigger) else None
    if told_by is not None and _is_conditional(told_by):
        return Verdict("proposed", "if", True)
    if not encounter.noun and trigger.dep_ in {"acl", "relcl"} and grammar.is_superlative(trigger.head):
        return Verdict("held", trigger.head.text)
    if not encounter.noun and (imagined := _imagined(trigger)) is not None:
        return imagined
    above = verdict_above(trigger)
    if before is not None and (above is None or above.status not in {"cancelled", "denied"}):
        return before
    if above is not None or verb is None:
        return above or Verdict("held", trigger.text)
    if encounter.noun and _is_in_talks(trigger):
        return Verdict("ongoing", "in " + trigger.text)
    return _tense(verb, not encounter.noun or is_argument(trigger))


def _imagined(verb: Token) -> Verdict | None:
    """ "if they met", "did not meet", "have not met since"; None where neither."""
    auxiliaries = grammar.auxiliaries(verb)
    before = {t.lower_ for t in verb.doc[max(0, verb.i - 5) : verb.i]}
    if {"to", "have"} <= auxiliaries and before & {"was", "were"}:
        return Verdict("cancelled", "was to have")
    if not grammar.negated(verb):
        return denied_gerund(verb)
    perfect = auxiliaries & {"have", "has", "'ve", "’ve"}
    since = {t.lower_ for t in verb.doc[verb.i + 1 : verb.i + 8]} & {"since", "yet", "for", "ever", "recently"}
    return Verdict("denied", "not", bool(perfect and since))  # "have not spoken since" tells of no encounter


def _is_conditional(verb: Token) -> bool:
    """Inside an "if" or "whether" clause, or one that begins "Had they met"."""
    subject = next(iter(grammar.children(verb, "nsubj")), None)
    for child in grammar.children(verb, "aux"):
        if child.text in {"Had", "Were", "Should"} and subject is not None and child.i < subject.i:
            return True
    for token in grammar.chain(verb):
        if any(c.dep_ == "mark" and c.lower_ in _IF for c in token.children):
            return True
        if token.dep_ in {"ccomp", "relcl", "ROOT", "conj"}:
            return False
    return False


def _tense(verb: Token, own: bool) -> Verdict:
    """The status by the auxiliaries and the form of the verb that tells of the encounter, and of those above it."""
    for token in grammar.chain(verb):
        if token.pos_ not in grammar.VERBAL:
            continue
        auxiliaries = grammar.auxiliaries(token)
        if own and grammar.negated(token):
            return Verdict("denied", "not")
        if auxiliaries & WILL:
            return Verdict("planned", "will")
        if auxiliaries & WOULD:
            return _would(token, auxiliaries)
        if "to" in auxiliaries and (token.dep_ in {"ROOT", "relcl"} or not _is_below_past(token)):
            return Verdict("planned", "to " + token.text)
        if token.tag_ == "VBG" and auxiliaries & {"was", "were"}:
            return Verdict("ongoing" if any(c.lower_ == "still" for c in token.children) else "held", token.text)
        if token.tag_ == "VBG" and (auxiliaries & _PRESENT or _is_there_now(token)):
            return Verdict("ongoing", token.text)
        if token.tag_ == "VBG" and token.i and token.nbor(-1).lower_ == "before":
            return Verdict("planned", "before " + token.text)
        if "to" not in auxiliaries and (token.tag_ != "VBG" or token.dep_ == "pcomp"):
            break
    return Verdict("held", verb.text)


def _is_in_talks(noun: Token) -> bool:
    """ "is in talks with B"."""
    above = noun.head.head
    return noun.head.lower_ == "in" and above.lemma_ == "be" and above.tag_ in {"VBZ", "VBP"} and noun.tag_ == "NNS"


def _is_there_now(verb: Token) -> bool:
    """ "is in Moscow meeting with B"."""
    return verb.dep_ in {"advcl", "xcomp", "acl"} and verb.head.lemma_ == "be" and verb.head.tag_ in {"VBZ", "VBP"}


def _is_below_past(verb: Token) -> bool:
    above = grammar.governor(verb)
    return above is not None and is_past(above)


def _would(verb: Token, auxiliaries: set[str]) -> Verdict:
    """ "would have met" is imagined, "said they would meet" a plan, "could meet" an idea."""
    if {"would", "have"} <= auxiliaries:
        return Verdict("proposed", "would have", True)
    said = "would" in auxiliaries and any(t.lemma_ in vocabulary("saying") for t in grammar.chain(verb))
    return Verdict("planned" if said else "proposed", min(auxiliaries & WOULD))


def settled(
    verdict: Verdict, encounter: Encounter, date: When | None, anchor: datetime | None, caption: bool
) -> Verdict:
    """``verdict`` in the light of the date: a caption's past meeting was held, a coming day's is planned."""
    today = anchor.date() if anchor else None
    fixed = date is not None and not date.span.relative
    if date is not None and today is not None:
        if verdict.status in {"planned", "ongoing"} and date.span.end < today and fixed:
            return Verdict("held", verdict.why)
        near = date.span.start > today or (date.span.start == today and verdict.status == "held")
        coming = near and date.span.precision == "day"
        if (
            verdict.status in {"held", "ongoing"}
            and is_told_now(encounter.trigger, encounter.verb)
            and not caption
            and coming
        ):
            return Verdict("planned", f"{verdict.why} on a coming day")
    if caption and verdict.status == "planned" and (date is None or fixed) and verdict.why.startswith("before"):
        return Verdict("held", verdict.why)
    return verdict
