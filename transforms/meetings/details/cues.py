"""Which words around an encounter say whether it happened: the rows of ``lexicon/status.yaml``, and where they stand."""

import functools
from collections.abc import Iterator
from typing import NamedTuple

from spacy.tokens import Token

from transforms import lexicon
from transforms.meetings.encounters import grammar

WILL = frozenset({"will", "'ll", "’ll", "shall", "wo"})
WOULD = frozenset({"would", "could", "may", "might", "should", "can", "must", "'d"})
_STATUSES = {"held", "ongoing", "planned", "proposed", "cancelled", "denied"}
_KEYS = {"cue", "works", "says", "not", "done"}
_PARTICLES = {"off", "out", "down"}
# How far above an encounter a cue may stand, in links of the parse.
_REACH = 8


class Verdict(NamedTuple):
    """A status with the words that say so; ``hypothetical`` where it is only imagined."""

    status: str
    why: str
    hypothetical: bool = False


class Row(NamedTuple):
    """What a cue says of the encounter: as it stands, denied ("no plans"), and told as done ("travelled to meet")."""

    says: str | None
    denied: str | None
    done: str | None


class Link(NamedTuple):
    """One word above an encounter, and how what lies below hangs on it (``works`` of a row; "" for no such way)."""

    above: Token
    works: str
    below: Token


@functools.cache
def rows() -> dict[tuple[str, str], Row]:
    """The rows of ``status.yaml`` by (cue, works).

    Raises:
        ValueError: A row holds a key or a status that means nothing; one line that names it.
    """
    found: dict[tuple[str, str], Row] = {}
    for entry in lexicon.table("status")["rows"]:
        said = {entry.get(key) for key in ("says", "not", "done")} - {None}
        if (unknown := set(entry) - _KEYS) or (unknown := said - _STATUSES):
            raise ValueError(
                f"lexicon/status.yaml: {sorted(unknown)[0]!r} in the row of {entry.get('cue')} means nothing"
            )
        row = Row(entry.get("says"), entry.get("not"), entry.get("done"))
        for cue in entry["cue"]:
            for works in entry["works"]:
                found.setdefault((cue, works), row)
    return found


def verdict_above(trigger: Token) -> Verdict | None:
    """What the words above ``trigger`` say, from the inside out; None where its own tense decides.

    A cue above a cue changes it: "rejected an offer to meet" is denied, "threatened to cancel" still planned.
    """
    said: Verdict | None = None
    beside = False
    for link in links(trigger):
        status = _says(link)
        if said is not None:
            return _outdone(said, link, status)
        if status is None:
            if _is_over(link):
                return Verdict("held", link.below.text)
            aside = link.works not in _ARGUMENTS and link.above.pos_ in grammar.VERBAL
            beside = beside or aside or link.works in _MEANWHILE
            continue
        if beside and (status != "planned" or is_past(link.above)):
            continue
        said = Verdict(status, link.above.text)
        if status == "held" or (link.above.pos_ != "NOUN" and status != "cancelled"):
            return said
    return said


# Links under which an encounter is a part of what the word above tells, not a circumstance of it.
_MEANWHILE = {"during", "after", "following"}
_ARGUMENTS = {"to", "object", "subject", "that", "for", "of", "about"}


def is_argument(noun: Token) -> bool:
    """Whether ``noun`` is what its verb tells ("held talks"), not a circumstance ("agreed at their talks")."""
    first = next(links(noun), None)
    return first is None or first.works in _ARGUMENTS


def links(trigger: Token) -> Iterator[Link]:
    """What stands above ``trigger``, nearest first, up to the clause that its own subject and tense close."""
    node = trigger
    for _ in range(_REACH):
        head, label = node.head, node.dep_
        if head == node:
            return
        if head.lower_ in _PARTICLES and head.dep_ == "prep":  # "backed out of a meeting"
            head = head.head
        works = _works(node, label)
        if works is not None:
            # "received an invitation to dinner", "is due for talks": what belongs to the object may hang on the verb
            for thing in grammar.children(head, "dobj", "acomp", "advmod"):
                if thing.i < node.i and (_cue(thing), works) in rows():
                    yield Link(thing, works, node)
                    works, node = "object", thing
            yield Link(head, works, node)
        if (
            works == "subject"
            or (works == "that" and head.pos_ != "NOUN")
            or (label in {"relcl", "advcl"} and works == "")
        ):
            return
        node = head


def _works(node: Token, label: str) -> str | None:
    """How ``node`` hangs on the word above it; None where that word is only a joint on the way."""
    if label in {"pobj", "pcomp", "conj"}:
        return None
    if label in {"prep", "dative", "agent"} and node.pos_ in {"ADP", "SCONJ", "PART"}:
        return node.lower_
    if label in {"dobj", "nsubjpass", "attr"}:
        return "object"
    if label in {"nsubj", "csubj"}:
        return "subject"
    if label in {"xcomp", "ccomp", "acl", "advcl", "acomp", "oprd", "relcl", "pcomp"}:
        auxiliaries = grammar.auxiliaries(node)
        if "to" in auxiliaries or (node.tag_ == "VB" and not auxiliaries):
            return "to"
        if node.tag_ == "VBG" or node.pos_ == "ADJ":
            return "object" if label in {"xcomp", "ccomp"} else ""
        return "that" if label in {"ccomp", "acl"} else ""
    return ""


def _cue(token: Token) -> str:
    """The dictionary form of ``token``, with its particle."""
    following = token.nbor(1).lower_ if token.i + 1 < len(token.doc) else ""
    particles = {following, *(c.lower_ for c in token.children if c.dep_ == "prt")} & _PARTICLES
    return " ".join([token.lemma_.lower(), *sorted(particles)])


def _says(link: Link) -> str | None:
    """The status that the word of ``link`` gives to what hangs on it."""
    row = rows().get((_cue(link.above), link.works))
    if row is None:
        # "happy to meet": nothing more than wanted, whatever the adjective
        return (
            None if link.above.pos_ != "ADJ" or link.works != "to" else "denied" if is_none(link.above) else "proposed"
        )
    if is_none(link.above):
        return row.denied
    if row.says == "cancelled" and _is_doubted(link.above):
        return "planned"
    if row.done is not None and is_past(link.above):
        return row.done
    return None if row.says == "ongoing" and grammar.auxiliaries(link.above) & (WILL | WOULD | {"to"}) else row.says


def cancelling(verb: Token) -> str | None:
    """What ``verb`` makes of an encounter that it cancels, or may cancel; None where it means something else."""
    row = rows().get((_cue(verb), "object"))
    return _says(Link(verb, "object", verb)) if row is not None and row.says == "cancelled" else None


def denied_gerund(verb: Token) -> Verdict | None:
    """ "denied meeting B", whatever the parse makes of B; None for anything else."""
    first = min([verb, *grammar.children(verb, "aux")], key=lambda t: t.i)  # "denied having met B"
    if first.i == 0 or first.tag_ != "VBG" or first.nbor(-1).pos_ != "VERB":
        return None
    status = _says(Link(first.nbor(-1), "object", verb))
    return Verdict(status, first.nbor(-1).text) if status == "denied" else None


def _is_doubted(verb: Token) -> bool:
    """ "may be postponed", "threatened to call off": nothing is called off yet."""
    words = lexicon.words("status", "doubted")
    above = verb.head if verb.dep_ in {"xcomp", "ccomp"} else grammar.governor(verb) if verb.dep_ == "pcomp" else None
    return bool(grammar.auxiliaries(verb) & lexicon.words("status", "doubting")) or (
        above is not None and above.lemma_.lower() in words
    )


def _is_over(link: Link) -> bool:
    """Whether what was meant is told as done: "used the trip to meet B"."""
    return link.works == "to" and link.above.pos_ in grammar.VERBAL and is_past(link.above)


def _outdone(said: Verdict, link: Link, status: str | None) -> Verdict:
    """``said`` by a noun, under the verb above it: "scrapped plans to meet", "accepted an invitation"."""
    if link.works != "object":
        return said
    if status in {"cancelled", "denied"}:
        return Verdict(status, link.above.text)
    if link.above.lemma_ == "accept" and not grammar.negated(link.above):
        return Verdict("planned", link.above.text)
    if is_past(link.above) and (row := rows().get((said.why.lower(), "to"))) is not None and row.done:
        return Verdict(row.done, said.why)
    return said


def is_none(word: Token) -> bool:
    """Whether there is no such thing: "no plans", "did not have plans", "did not plan"."""
    if word.pos_ in {"VERB", "AUX"}:
        return grammar.negated(word)
    above = word.head if word.pos_ == "ADJ" else grammar.governor(word)
    return any(child.lower_ == "no" or child.dep_ == "neg" for child in word.children) or (
        above is not None and grammar.negated(above)
    )


def verdict_before(noun: Token) -> Verdict | None:
    """What stands right before a noun: "the planned talks", "ahead of the talks", "no talks"."""
    if any(child.dep_ == "det" and child.lower_ == "no" for child in noun.children):
        return Verdict("denied", "no")
    start = noun.left_edge.i if noun.i - noun.left_edge.i < 12 else noun.i - 6
    for token in noun.doc[max(start, noun.i - 8) : noun.i]:
        row = rows().get((token.lower_, "adjective"))
        if row is not None and row.says and noun in {token.head, token.head.head}:
            return Verdict(row.says, token.text)
    before = [t.lower_ for t in noun.doc[max(noun.sent.start, start - 4) : noun.i]]
    joined = f" {' '.join(before)} "
    for (cue, works), row in rows().items():
        if works == "leading" and row.says and f" {cue} " in joined:
            return Verdict(row.says, cue)
    return None


def is_told_now(trigger: Token, verb: Token | None) -> bool:
    """Whether ``verb`` tells in the present of an encounter that is its own: not in "the offer follows a meeting"."""
    if verb is None or (trigger.pos_ not in grammar.VERBAL and not is_argument(trigger)):
        return False
    if (row := rows().get((_cue(verb), "object"))) is not None and row.says == "held":
        return False
    return verb.tag_ in {"VBZ", "VBP"} or (
        verb.tag_ == "VBG" and bool(grammar.auxiliaries(verb) & {"is", "are", "'s", "’s", "'re", "am", "be", "been"})
    )


def is_past(verb: Token) -> bool:
    """Whether ``verb`` is told as done."""
    auxiliaries = grammar.auxiliaries(verb)
    if auxiliaries & (WILL | WOULD | {"to"}):
        return False
    if verb.tag_ == "VBD" or (verb.tag_ == "VBN" and auxiliaries & {"has", "have", "had", "was", "were", "'ve"}):
        return True
    return verb.tag_ == "VBG" and verb.dep_ in {"advcl", "xcomp", "conj", "ccomp"} and is_past(verb.head)
