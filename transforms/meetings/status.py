"""Whether an encounter happened: held, ongoing, planned, proposed, cancelled or denied."""

from datetime import datetime

from spacy.tokens import Token

from transforms.meetings import grammar
from transforms.meetings.disruption import concerns, new_day
from transforms.meetings.encounter import Encounter
from transforms.meetings.matrix import WILL, WOULD, Verdict, by_matrix, lexical, status_words
from transforms.meetings.noun_status import ahead_of_noun, beside, by_modifiers, labels_between, only_an_idea
from transforms.meetings.when import When, dates_in

_SUPPORT_FUTURE = {
    "be",
    "hold",
    "have",
    "take",
    "attend",
    "host",
    "join",
    "begin",
    "start",
    "open",
    "convene",
    "conduct",
    "resume",
}


_GETTING_READY = {"prepare", "plan", "gear", "brace", "ready", "wait", "look", "hope"}


def status_of(encounter: Encounter) -> Verdict:
    """The status of ``encounter`` by its verbs, auxiliaries, adjectives and later clauses."""
    trigger = encounter.trigger
    if encounter.noun:
        if any(child.dep_ == "det" and child.lower_ == "no" for child in trigger.children):
            return Verdict("denied", "no")
        if (idea := only_an_idea(trigger)) is not None:
            return idea
        verdict = by_modifiers(trigger)
        if verdict is not None:
            return verdict
        later = _called_off(encounter)
        if later is not None:
            return later
        return _noun(encounter)
    later = _called_off(encounter)
    if later is not None:
        return later
    return _verb(trigger, encounter)


def _called_off(encounter: Encounter) -> Verdict | None:
    """ "... but called it off", "the meeting was cancelled" later in the sentence, or right after it."""
    if new_day(encounter, dates_in(encounter.sentence)) is not None:
        return Verdict("planned", "moved")
    doc = encounter.trigger.doc
    sentence = encounter.sentence.span
    for token in doc[encounter.trigger.i + 1 : sentence.end]:
        lemma = token.lemma_.lower()
        off = lemma in {"call", "put"} and any(t.lower_ == "off" for t in doc[token.i + 1 : token.i + 4])
        if off or (lemma in status_words("cancelled") and token.pos_ in {"VERB", "ADJ"} and concerns(token, encounter)):
            return lexical(token, encounter.trigger) or Verdict("cancelled", token.text)
    return None


def _verb(verb: Token, encounter: Encounter) -> Verdict:
    auxiliaries = grammar.auxiliaries(verb)
    if _hypothetical(verb):
        return Verdict("proposed", "if", True)
    before = verb.doc[verb.i - 1] if verb.i else None
    if before is not None and verb.lower_.endswith("ing") and before.pos_ == "VERB" and not grammar.negated(before):
        above = lexical(before, verb)  # "denied meeting X", whatever the parser makes of X
        if above is not None and above.status == "denied":
            return above
    if grammar.negated(verb):
        perfect = auxiliaries & {"have", "has", "'ve", "’ve"} and any(
            t.lower_ in {"since", "yet", "for", "ever", "recently"} for t in verb.doc[verb.i + 1 : verb.i + 8]
        )
        return Verdict("denied", "not", bool(perfect))  # "have not spoken since" tells of no encounter
    if {"to", "have"} <= auxiliaries and any(
        t.lower_ in {"was", "were"} for t in verb.doc[max(0, verb.i - 5) : verb.i]
    ):
        return Verdict("cancelled", "was to have")
    above = by_matrix(verb, auxiliaries)
    if above is not None:
        return above
    if auxiliaries & WILL:
        if encounter.sentence.doc[verb.i - 1].lower_ == "have" and verb.tag_ == "VBN":
            return Verdict("planned", "will have")
        return Verdict("planned", "will")
    if auxiliaries & WOULD:
        if auxiliaries & {"have"} and "would" in auxiliaries:
            return Verdict("proposed", "would have", True)
        reported = "would" in auxiliaries and any(
            t.lemma_ in {"say", "announce", "confirm", "add"} for t in grammar.chain(verb)
        )
        return Verdict("planned" if reported else "proposed", " ".join(sorted(auxiliaries & WOULD)))
    if "to" in auxiliaries and verb.dep_ in {"ROOT", "relcl"}:
        return Verdict("planned", "to " + verb.text)
    if verb.tag_ == "VBG" and auxiliaries & {"is", "are", "'s", "’s", "'re", "am", "be", "been", "was", "were"}:
        if auxiliaries & {"was", "were"} and not any(c.lower_ == "still" for c in verb.children):
            return Verdict("held", verb.text)
        return Verdict("ongoing", verb.text)
    if any(c.lower_ in {"continue", "continued"} for c in grammar.chain(verb)):
        return Verdict("ongoing", "continue")
    if verb.tag_ in {"VBG"} and verb.dep_ in {"pcomp", "advcl"} and _ahead(verb):
        return Verdict("planned", "before " + verb.text)
    if verb.dep_ in {"pcomp", "xcomp", "advcl"} and verb.tag_ == "VBG":
        host = verb.head if verb.dep_ in {"xcomp", "advcl"} else grammar.governor(verb)
        if host is not None and host.pos_ == "VERB" and grammar.auxiliaries(host) & WILL and verb.dep_ != "pcomp":
            return Verdict("planned", "will")
    return Verdict("held", verb.text)


def _hypothetical(verb: Token) -> bool:
    """Inside an "if" or "whether" clause."""
    if any(
        c.dep_ == "aux"
        and c.text in {"Had", "Were", "Should"}
        and c.i < min((s.i for s in grammar.children(verb, "nsubj")), default=0)
        for c in verb.children
    ):
        return True
    for token in grammar.chain(verb):
        if any(c.dep_ == "mark" and c.lower_ in {"if", "unless", "whether"} for c in token.children):
            return True
        if token.dep_ in {"ccomp", "relcl", "ROOT", "conj"}:
            return False
    return False


def _ahead(token: Token) -> bool:
    before = token.doc[max(0, token.i - 3) : token.i]
    lows = [t.lower_ for t in before]
    return bool(lows) and (lows[-1] in {"before"} or lows[-2:] == ["ahead", "of"] or lows[-2:] == ["prior", "to"])


def _noun(encounter: Encounter) -> Verdict:
    noun = encounter.trigger
    verb = encounter.verb
    if ahead_of_noun(noun):
        return Verdict("planned", "before the " + noun.text)
    if verb is None:
        return Verdict("held", noun.text)
    labels = labels_between(noun, verb)
    found = lexical(verb, noun)
    if found is not None and (
        "dobj" in labels
        or ("nsubjpass" in labels)
        or verb.lemma_ == "call"
        or ("pobj" in labels and found.status == "denied" and verb.lemma_ in {"decline", "fail"})
    ):
        if found.status == "proposed" and verb.lemma_ in {"ask", "press", "urge", "challenge"}:
            return Verdict("held", noun.text)
        if found.status != "denied" or not grammar.negated(verb):
            return found
    if (
        "pobj" in labels
        and verb.lemma_ in {"call", "push", "appeal"}
        and any(t.lower_ == "for" for t in grammar.chain(noun))
    ):
        return Verdict("proposed", verb.text + " for")
    if any(t.lower_ in {"due", "set", "bound", "scheduled"} for t in grammar.children(verb, "acomp") if t.i < noun.i):
        return Verdict("planned", "due")
    if "pobj" in labels and verb.lemma_ in _GETTING_READY and any(t.lower_ == "for" for t in grammar.chain(noun)):
        return Verdict("planned", verb.text + " for")
    if "pobj" in labels and _is_invited(noun, verb):
        return Verdict("denied" if grammar.negated(verb) else "proposed", verb.text)
    own = "dobj" in labels or "nsubj" in labels or "nsubjpass" in labels or verb.lemma_ in _SUPPORT_FUTURE
    if own or "for" in {t.lower_ for t in grammar.chain(noun) if t.pos_ == "ADP"}:
        if grammar.negated(verb) and (verb.lemma_ in {"take", "go", "happen", "occur"}) and "nsubj" in labels:
            return Verdict("cancelled", f"not {verb.text}")
        verdict = _verb(verb, encounter)
        if verdict.status != "held":
            return verdict
        lemma = verb.lemma_
        if (
            lemma in {"schedule", "plan", "set", "slate", "expect", "arrange", "announce", "confirm"}
            and ("dobj" in labels or "nsubjpass" in labels or "pobj" in labels)
            and lemma not in {"announce", "confirm"}
        ):
            return Verdict("planned", verb.text)
        if lemma == "be" and any(c.lower_ in {"underway", "ongoing"} for c in verb.children):
            return Verdict("ongoing", "under way")
        if lemma in {"continue", "resume"} and verb.tag_ in {"VBP", "VBZ", "VBG"}:
            return Verdict("ongoing", verb.text)
        return Verdict("held", verb.text)
    return beside(noun, verb)


def _is_invited(noun: Token, verb: Token) -> bool:
    """ "invited B to a summit", "asked B to dinner", "invited B for talks"."""
    below = grammar.below(noun, verb)
    return (verb.lemma_ == "invite" and below.lower_ in {"to", "for"}) or (
        verb.lemma_ == "ask" and below.lower_ == "to" and below.pos_ == "ADP"
    )


def settled(
    verdict: Verdict, encounter: Encounter, date: When | None, anchor: datetime | None, caption: bool
) -> Verdict:
    """``verdict`` in the light of the date: a caption's past meeting was held, a coming day's is planned."""
    today = anchor.date() if anchor else None
    present = _is_present(encounter)
    if date is not None and today is not None:
        if verdict.status in {"planned", "ongoing"} and date.span.end < today and not date.span.relative:
            return Verdict("held", verdict.why)
        if (
            verdict.status in {"held", "ongoing"}
            and present
            and not caption
            and date.span.start >= today
            and date.span.precision == "day"
        ):
            return Verdict("planned", f"{verdict.why} on a coming day")
    elif date is not None and caption and verdict.status == "planned" and not date.span.relative:
        return Verdict("held", verdict.why)
    if (
        caption
        and verdict.status == "planned"
        and verdict.why.startswith("before")
        and (date is None or not date.span.relative)
    ):
        return Verdict("held", verdict.why)
    return verdict


def _is_present(encounter: Encounter) -> bool:
    verb = encounter.verb
    if verb is None:
        return False
    if verb.tag_ in {"VBZ", "VBP"}:
        return True
    return verb.tag_ == "VBG" and bool(grammar.auxiliaries(verb) & {"is", "are", "'s", "’s"})
