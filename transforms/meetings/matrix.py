"""What stands above a verb of encounter: "refused to meet", "is scheduled to meet", "denied that they met"."""

import functools
from typing import NamedTuple

from spacy.tokens import Token

from transforms import lexicon
from transforms.meetings import grammar

WILL = {"will", "'ll", "’ll", "shall", "wo"}


WOULD = {"would", "could", "may", "might", "should", "can", "must", "'d"}


class Verdict(NamedTuple):
    """A status with the words that say so; ``hypothetical`` where it is only imagined."""

    status: str
    why: str
    hypothetical: bool = False


@functools.cache
def status_words(key: str) -> frozenset[str]:
    """The words under ``key`` of ``lexicon/status.yaml``."""
    return frozenset(str(word).casefold() for word in lexicon.table("status")[key])


def lexical(verb: Token, below: Token) -> Verdict | None:
    """What the meaning of ``verb`` does to the encounter in its object or complement."""
    lemma = verb.lemma_.lower()
    following = verb.nbor(1).lower_ if verb.i + 1 < len(verb.doc) else ""
    if (off_limits := _still_on(verb, lemma, following)) is not None:
        return off_limits
    off = following == "off" or any(c.dep_ == "prt" and c.lower_ == "off" for c in verb.children)
    if lemma in {"call", "put", "break"} and off:
        return Verdict("cancelled", f"{verb.text} off")
    if (lemma == "pull" and following == "out") or (lemma == "back" and following == "out"):
        return Verdict("cancelled", f"{verb.text} out")
    if (lemma, following) in {("rule", "out"), ("turn", "down")}:
        return Verdict("denied", f"{verb.text} {following}")
    if lemma in status_words("cancelled"):
        return Verdict("cancelled", verb.text)
    if lemma in status_words("denied"):
        return Verdict("denied", verb.text) if not grammar.negated(verb) else None
    if lemma == "call" and following != "for":
        return None
    if lemma in status_words("proposed"):
        return Verdict("proposed", verb.text)
    return None


def _still_on(verb: Token, lemma: str, following: str) -> Verdict | None:
    """ "was not cancelled", "may be postponed", "threatened to call off": what is still to take place; else None."""
    off = following == "off" or any(c.dep_ == "prt" and c.lower_ == "off" for c in verb.children)
    if not (lemma in status_words("cancelled") or (lemma in {"call", "put", "break"} and off)):
        return None
    if grammar.negated(verb):
        return Verdict("planned", f"not {verb.text}")
    doubt = grammar.auxiliaries(verb) & status_words("doubting")
    if doubt:
        return Verdict("planned", f"{min(doubt)} {verb.text}")
    above = verb.head if verb.dep_ in {"xcomp", "ccomp"} else grammar.governor(verb) if verb.dep_ == "pcomp" else None
    if above is not None and above.lemma_.lower() in status_words("doubted"):
        return Verdict("planned", f"{above.text} {verb.text}")
    return None


def by_matrix(verb: Token, auxiliaries: set[str]) -> Verdict | None:
    """What stands above an infinitive or a complement: "refused to meet", "is scheduled to meet", "denied that he met"."""
    current = verb
    for _ in range(6):
        label, head = current.dep_, current.head
        if head is current:
            break
        if label == "conj" and head.pos_ in grammar.VERBAL:
            if head.tag_ in {"VB"} and current.tag_ == "VB" and not (grammar.children(current, "aux", "nsubj")):
                shared = grammar.auxiliaries(head)
                if shared & WILL:
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
            found = lexical(head, current)
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
                if grammar.negated(head) and lemma in status_words("planned") | {"have", "be"}:
                    return Verdict("denied", f"not {head.text}")
                if lemma == "be" or lemma in {"have", "get"}:
                    return Verdict("planned", f"{head.text} to")
                if lemma in status_words("planned") and (
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
        elif head.lemma_.lower() in INTENTIONS and is_none(head):
            return Verdict("denied", f"no {head.text}")
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
                cancelled = lexical(above, head) if above is not None else None
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
                if above is not None and above.lemma_ in status_words("denied"):
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


INTENTIONS = frozenset({"plan", "intention", "desire", "wish", "interest", "reason", "need", "intent", "appetite"})


def is_none(noun: Token) -> bool:
    """Whether there is no such thing: "no plans", "did not have plans"."""
    above = grammar.governor(noun)
    return any(child.lower_ == "no" for child in noun.children) or (above is not None and grammar.negated(above))


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
    if grammar.auxiliaries(verb) & (WILL | WOULD | {"to"}):
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
    if auxiliaries & WILL:
        return True
    if "to" in auxiliaries and verb.dep_ == "ROOT":
        return True
    above = verb.head if verb.dep_ in {"xcomp", "relcl", "conj", "advcl", "ccomp"} else None
    return (
        above is not None
        and above is not verb
        and above.pos_ in grammar.VERBAL
        and bool(grammar.auxiliaries(above) & WILL)
    )
