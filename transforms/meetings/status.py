"""Whether an encounter happened: held, ongoing, planned, proposed, cancelled or denied."""

import functools
from datetime import datetime
from typing import NamedTuple

from spacy.tokens import Token

from transforms import lexicon
from transforms.meetings import grammar
from transforms.meetings.encounter import Encounter
from transforms.meetings.when import When

_WILL = {"will", "'ll", "’ll", "shall", "wo"}
_WOULD = {"would", "could", "may", "might", "should", "can", "must", "'d"}
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


class Verdict(NamedTuple):
    """A status with the words that say so; ``hypothetical`` where it is only imagined."""

    status: str
    why: str
    hypothetical: bool = False


@functools.cache
def _words(key: str) -> frozenset[str]:
    return frozenset(str(word).casefold() for word in lexicon.table("status")[key])


def status_of(encounter: Encounter) -> Verdict:
    """The status of ``encounter`` by its verbs, auxiliaries, adjectives and later clauses."""
    trigger = encounter.trigger
    if encounter.noun:
        if any(child.dep_ == "det" and child.lower_ == "no" for child in trigger.children):
            return Verdict("denied", "no")
        if (idea := _only_an_idea(trigger)) is not None:
            return idea
        verdict = _by_modifiers(trigger)
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


_IDEAS = {"talk", "prospect", "possibility", "idea", "hope", "call", "speculation", "chance", "proposal", "offer", "request", "suggestion",
          "rumor", "rumour", "invitation", "demand", "appeal"}  # fmt: skip
_PLANS = {"plan", "preparation", "arrangement", "date", "schedule", "eve", "agenda"}


def _only_an_idea(noun: Token) -> Verdict | None:
    """ "talk of a summit", "plans for a meeting": not yet more than the noun above says."""
    preposition = noun.head
    if noun.dep_ != "pobj" or preposition.lower_ not in {"of", "for", "about"} or preposition.head.pos_ != "NOUN":
        return None
    above = preposition.head.lemma_.lower()
    if above in _IDEAS:
        return Verdict("proposed", preposition.head.text)
    return Verdict("planned", preposition.head.text) if above in _PLANS else None


def _by_modifiers(noun: Token) -> Verdict | None:
    start = noun.left_edge.i if noun.i - noun.left_edge.i < 12 else noun.i - 6
    for token in noun.doc[max(start, noun.i - 8) : noun.i]:
        low = token.lower_
        for status in ("cancelled", "proposed", "ongoing", "planned"):
            if low in _words(f"{status}_before") and _modifies(token, noun):
                if status == "planned":
                    above = grammar.governor(noun)
                    if (
                        above is not None
                        and (worse := _lexical(above, noun))
                        and worse.status in {"cancelled", "denied"}
                    ):
                        return worse
                    return Verdict("planned", token.text)
                return Verdict(status, token.text)
    return None


def _modifies(token: Token, noun: Token) -> bool:
    return (
        token.head == noun
        or (token.head.head == noun and token.i > noun.i - 5)
        or (token.dep_ in {"amod", "compound"} and noun.i - token.i <= 4)
    )


def _called_off(encounter: Encounter) -> Verdict | None:
    """ "... but called it off", "the meeting was cancelled" later in the sentence, or right after it."""
    doc = encounter.trigger.doc
    sentence = encounter.sentence.span
    for token in doc[encounter.trigger.i + 1 : sentence.end]:
        lemma = token.lemma_.lower()
        if (
            lemma == "call"
            and token.i + 1 < len(doc)
            and any(t.lower_ == "off" for t in doc[token.i + 1 : token.i + 4])
        ):
            return Verdict("cancelled", "called off")
        if lemma in _words("cancelled") and token.pos_ in {"VERB", "ADJ"} and _concerns(token, encounter):
            return Verdict("cancelled", token.text)
    return None


def _concerns(verb: Token, encounter: Encounter) -> bool:
    """Whether ``verb`` is about the encounter: it is its subject, or "it"/"the meeting" is its object or subject."""
    trigger = encounter.trigger
    for child in verb.children:
        if child.dep_ in {"nsubj", "nsubjpass", "dobj"}:
            if child == trigger or trigger in child.subtree:
                return True
            if child.lower_ in {"it", "this", "that", "which"} or child.lemma_.lower() in {
                "meeting",
                "talk",
                "talks",
                "summit",
                "plan",
                "trip",
                "visit",
            }:
                return True
    if verb.dep_ in {"conj", "relcl", "acl"} and verb.head == trigger:
        return True
    return verb.dep_ == "conj" and grammar.is_passive(verb) and verb.head == grammar.governor(trigger)


def _lexical(verb: Token, below: Token) -> Verdict | None:
    """What the meaning of ``verb`` does to the encounter in its object or complement."""
    lemma = verb.lemma_.lower()
    following = verb.nbor(1).lower_ if verb.i + 1 < len(verb.doc) else ""
    if lemma == "call" and (following == "off" or any(c.dep_ == "prt" and c.lower_ == "off" for c in verb.children)):
        return Verdict("cancelled", f"{verb.text} off")
    if (lemma == "pull" and following == "out") or (lemma == "back" and following == "out"):
        return Verdict("cancelled", f"{verb.text} out")
    if lemma == "rule" and following == "out":
        return Verdict("denied", f"{verb.text} out")
    if lemma in _words("cancelled"):
        return Verdict("cancelled", verb.text)
    if lemma in _words("denied"):
        return Verdict("denied", verb.text) if not grammar.negated(verb) else None
    if lemma == "call" and following != "for":
        return None
    if lemma in _words("proposed"):
        return Verdict("proposed", verb.text)
    return None


def _verb(verb: Token, encounter: Encounter) -> Verdict:
    auxiliaries = grammar.auxiliaries(verb)
    if _hypothetical(verb):
        return Verdict("proposed", "if", True)
    if grammar.negated(verb) or (verb.dep_ == "conj" and grammar.negated(verb.head) and False):
        perfect = auxiliaries & {"have", "has", "'ve", "’ve"} and any(
            t.lower_ in {"since", "yet", "for", "ever", "recently"} for t in verb.doc[verb.i + 1 : verb.i + 8]
        )
        return Verdict("denied", "not", bool(perfect))  # "have not spoken since" tells of no encounter
    if {"to", "have"} <= auxiliaries and any(
        t.lower_ in {"was", "were"} for t in verb.doc[max(0, verb.i - 5) : verb.i]
    ):
        return Verdict("cancelled", "was to have")
    above = _matrix(verb, auxiliaries)
    if above is not None:
        return above
    if auxiliaries & _WILL:
        if encounter.sentence.doc[verb.i - 1].lower_ == "have" and verb.tag_ == "VBN":
            return Verdict("planned", "will have")
        return Verdict("planned", "will")
    if auxiliaries & _WOULD:
        if auxiliaries & {"have"} and "would" in auxiliaries:
            return Verdict("proposed", "would have", True)
        reported = "would" in auxiliaries and any(
            t.lemma_ in {"say", "announce", "confirm", "add"} for t in grammar.chain(verb)
        )
        return Verdict("planned" if reported else "proposed", " ".join(sorted(auxiliaries & _WOULD)))
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
        if host is not None and host.pos_ == "VERB" and grammar.auxiliaries(host) & _WILL and verb.dep_ != "pcomp":
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


def _matrix(verb: Token, auxiliaries: set[str]) -> Verdict | None:
    """What stands above an infinitive or a complement: "refused to meet", "is scheduled to meet", "denied that he met"."""
    current = verb
    for _ in range(6):
        label, head = current.dep_, current.head
        if head is current:
            break
        if label == "conj" and head.pos_ in grammar.VERBAL:
            if head.tag_ in {"VB"} and current.tag_ == "VB" and not (grammar.children(current, "aux", "nsubj")):
                shared = grammar.auxiliaries(head)
                if shared & _WILL:
                    return Verdict("planned", "will")
            current = head
            continue
        if label not in {
            "xcomp",
            "ccomp",
            "acl",
            "advcl",
            "pcomp",
            "acomp",
            "relcl",
            "dobj",
            "prep",
            "pobj",
            "oprd",
            "csubj",
            "attr",
        }:
            break
        infinitive = "to" in grammar.auxiliaries(current) or current.tag_ == "VB"
        if head.pos_ in {"VERB", "AUX"} or head.pos_ == "ADJ":
            found = _lexical(head, current)
            lemma = head.lemma_.lower()
            if lemma == "deny" and label == "ccomp":
                return Verdict("denied", head.text)
            if (
                label == "ccomp"
                and found is not None
                and found.status == "proposed"
                and current.tag_ in {"VB", "VBP"}
                and not grammar.auxiliaries(current)
            ):
                return found
            if (
                found is not None
                and (
                    infinitive
                    or (found.status in {"denied", "cancelled"} and label in {"xcomp", "pcomp", "prep"})
                    or (found.status == "proposed" and label == "xcomp")
                )
                and (found.status == "denied" or not grammar.negated(head))
            ):
                if found.status == "denied" and lemma == "fail":
                    return Verdict("denied", head.text)
                return found
            if infinitive and label in {"xcomp", "advcl", "acl", "ccomp", "acomp", "oprd"}:
                if (
                    lemma
                    in {
                        "willing",
                        "ready",
                        "able",
                        "likely",
                        "unwilling",
                        "unlikely",
                        "open",
                        "prepared",
                        "reluctant",
                        "keen",
                        "eager",
                        "happy",
                    }
                    or head.pos_ == "ADJ"
                ):
                    if (
                        grammar.negated(head)
                        or grammar.negated(head.head)
                        or lemma in {"unwilling", "unlikely", "reluctant"}
                    ):
                        return Verdict("denied", f"not {head.text}")
                    if lemma in {"due", "set", "likely", "bound", "sure"}:
                        return Verdict("planned", head.text)
                    return Verdict("proposed", head.text)
                if grammar.negated(head) and lemma in _words("planned") | {"have", "be"}:
                    return Verdict("denied", f"not {head.text}")
                if lemma == "be" or lemma in {"have", "get"}:
                    return Verdict("planned", f"{head.text} to")
                if lemma in _words("planned") and (
                    lemma not in {"travel", "go", "come", "fly", "visit", "leave", "depart", "head", "arrive"}
                    or not _past(head)
                ):
                    return Verdict("planned", head.text)
                if lemma in {"travel", "go", "come", "fly", "visit", "leave", "depart", "head", "arrive"} and _past(
                    head
                ):
                    return None
                if (
                    label == "xcomp"
                    and _past(head)
                    and lemma in {"manage", "get", "begin", "start", "continue", "stop", "sit", "use"}
                ):
                    return None
                if lemma in {"continue"}:
                    return Verdict("ongoing", head.text)
                if label == "advcl" and _past(head):
                    return None
                if _future(head):
                    return Verdict("planned", head.text)
                if label == "advcl" and head.tag_ in {"VBZ", "VBP"}:
                    return None
            if label in {"ccomp", "relcl"} and not infinitive:
                break
            if label == "advcl" and not infinitive and current.tag_ not in {"VBG"}:
                break
        elif head.pos_ == "NOUN" and head.lemma_.lower() in _CLAIMS and label in {"acl", "relcl", "ccomp"}:
            above = grammar.governor(head)
            if above is not None and above.lemma_ in {"deny", "reject", "dismiss", "refute", "dispute"}:
                return Verdict("denied", above.text)
            break
        elif head.pos_ in {"NOUN", "PROPN"} and infinitive and label in {"acl", "relcl"}:
            if head.lemma_.lower() in {
                "plan",
                "trip",
                "intention",
                "agreement",
                "promise",
                "pledge",
                "schedule",
                "way",
                "mission",
                "visit",
            }:
                above = grammar.governor(head)
                if (
                    head.lemma_.lower() in {"trip", "visit", "mission"}
                    and above is not None
                    and _past(above)
                    and above.lemma_ != "plan"
                ):
                    return None
                cancelled = _lexical(above, head) if above is not None else None
                return (
                    cancelled
                    if cancelled and cancelled.status in {"cancelled", "denied"}
                    else Verdict("planned", head.text)
                )
            if head.lemma_.lower() in {
                "offer",
                "proposal",
                "request",
                "invitation",
                "call",
                "bid",
                "effort",
                "attempt",
                "readiness",
                "willingness",
                "desire",
                "wish",
            }:
                above = grammar.governor(head)
                if above is not None and above.lemma_ in _words("denied"):
                    return Verdict("denied", above.text)
                if above is not None and above.lemma_ == "accept":
                    return Verdict("planned", above.text)
                return Verdict("proposed", head.text)
            if head.lemma_.lower() in {"refusal", "unwillingness", "failure"}:
                return Verdict("denied", head.text)
        current = head
    if "to" in auxiliaries and verb.dep_ in {"xcomp", "advcl", "acl"} and not _past_above(verb):
        return Verdict("planned", "to " + verb.text)
    return None


_CLAIMS = {
    "report",
    "claim",
    "allegation",
    "rumor",
    "rumour",
    "suggestion",
    "speculation",
    "assertion",
    "accusation",
    "story",
}


def _past(verb: Token) -> bool:
    if grammar.auxiliaries(verb) & (_WILL | _WOULD | {"to"}):
        return False
    if verb.tag_ in {"VBD"} or (
        verb.tag_ == "VBN" and grammar.auxiliaries(verb) & {"has", "have", "had", "was", "were", "'ve"}
    ):
        return True
    if verb.tag_ == "VBG" and verb.head is not verb and verb.dep_ in {"advcl", "xcomp", "conj", "ccomp"}:
        return _past(verb.head)
    return False


def _past_above(verb: Token) -> bool:
    above = grammar.governor(verb)
    return above is not None and _past(above)


def _future(verb: Token) -> bool:
    auxiliaries = grammar.auxiliaries(verb)
    if auxiliaries & _WILL:
        return True
    if "to" in auxiliaries and verb.dep_ == "ROOT":
        return True
    above = verb.head if verb.dep_ in {"xcomp", "relcl", "conj", "advcl", "ccomp"} else None
    return (
        above is not None
        and above is not verb
        and above.pos_ in grammar.VERBAL
        and bool(grammar.auxiliaries(above) & _WILL)
    )


def _noun(encounter: Encounter) -> Verdict:
    noun = encounter.trigger
    verb = encounter.verb
    if _ahead_of_noun(noun):
        return Verdict("planned", "before the " + noun.text)
    if verb is None:
        return Verdict("held", noun.text)
    labels = _labels(noun, verb)
    found = _lexical(verb, noun)
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
    return _beside(noun, verb)


def _beside(noun: Token, verb: Token) -> Verdict:
    """A noun that is no argument of the verb ("agreed during their talks"): as real as the clause it stands in."""
    prepositions = [t.lower_ for t in grammar.chain(noun) if t.pos_ in {"ADP", "SCONJ", "VERB"} and t != verb]
    if prepositions[:1] and prepositions[0] in {"after", "following", "since"}:
        return Verdict("held", prepositions[0])
    finite = verb
    for token in grammar.chain(verb):
        if token.pos_ in grammar.VERBAL:
            finite = token
            if token.tag_ in {"VBD", "VBZ", "VBP"} or grammar.auxiliaries(token) & (
                _WILL | _WOULD | {"has", "have", "had", "was", "were"}
            ):
                break
    if grammar.auxiliaries(finite) & _WILL:
        return Verdict("planned", "will")
    if finite.tag_ in {"VBZ", "VBP"} and finite != verb and finite.lemma_ in _words("planned"):
        return Verdict("planned", finite.text)
    if finite.lemma_ in {"plan", "expect", "schedule", "set", "hope", "intend"} and finite != verb:
        return Verdict("planned", finite.text)
    if finite == verb and "to" in grammar.auxiliaries(verb) and verb.dep_ == "ROOT":
        return Verdict("planned", "to " + verb.text)
    return Verdict("held", noun.text)


def _labels(low: Token, high: Token) -> set[str]:
    found: set[str] = set()
    for token in grammar.chain(low):
        if token == high:
            break
        found.add(token.dep_)
    return found


def _ahead_of_noun(noun: Token) -> bool:
    """ "before/ahead of/prior to/on the eve of" right before the noun's phrase."""
    start = noun.left_edge.i
    if noun.i - start > 10:
        start = max(0, noun.i - 6)
    lows = [t.lower_ for t in noun.doc[max(0, start - 4) : noun.i]]
    joined = " " + " ".join(lows) + " "
    return any(
        f" {words} " in joined
        for words in ("before", "ahead of", "prior to", "eve of", "in advance of", "until", "awaiting")
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
