"""Where the parties sat together: never where only one of them was, and nothing for calls."""

from spacy.tokens import Token

from transforms.language.world.places import locate
from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import frames
from transforms.meetings.details.travel import travelled_to, where_clause
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.place_phrases import Where, is_place, phrase_after, place_end

# Who is welcomed to a palace is met there.
_AT_HOME = {"welcome", "receive", "host"}
_IN = {"in", "at", "outside", "near", "inside", "aboard", "within", "off"}


def where(encounter: Encounter) -> Where | None:
    """The place of ``encounter`` in its own sentence; None where the sentence gives none."""
    candidates = [*_prepositional(encounter), *travelled_to(encounter)]
    if (relative := where_clause(encounter)) is not None:
        candidates.append((0, 0, relative.start, relative.end))
    if (compound := _before_noun(encounter)) is not None:
        candidates.append((2, 0, compound.start, compound.end))
    best = min(candidates, default=None)
    if best is not None and best[0] <= 8:
        return Where(best[2], best[3], "sentence")
    return None


def _prepositional(encounter: Encounter) -> list[tuple[int, int, int, int]]:
    """(cost, distance, start, end) of places behind "in" and "at"."""
    sentence, doc = encounter.sentence, encounter.sentence.doc
    taken = {i for p in encounter.parties for i in range(p.start, p.end)}
    found: list[tuple[int, int, int, int]] = []
    at = sentence.span.start
    while at < sentence.span.end - 1:
        to_the_host = doc[at].lower_ == "to" and doc[at].head == encounter.trigger and encounter.frame in _AT_HOME
        if (doc[at].lower_ not in _IN and not to_the_host) or at in taken:
            at += 1
            continue
        index = phrase_after(sentence, at)
        if index is None or not (
            is_place(sentence, sentence.phrases[index]) or _is_unknown_place(encounter, at, index)
        ):
            at += 1
            continue
        end = place_end(sentence, index)
        cost = _cost(encounter, doc[at])
        if encounter.date_span is not None and not encounter.date_span[0] <= at <= encounter.date_span[1]:
            cost += 4  # "met A in Oslo on Monday and B in Bern on Tuesday"
        found.append((cost, abs(at - encounter.trigger.i), sentence.phrases[index].start, end))
        at = end
    return found


def _is_unknown_place(encounter: Encounter, at: int, index: int) -> bool:
    """Whether "in NAME" right behind the encounter is a place that no table knows."""
    sentence, phrase = encounter.sentence, encounter.sentence.phrases[index]
    doc = sentence.doc
    article = doc[phrase.start].lower_ == "the"
    if doc[at].lower_ != "in" or phrase.kind != "name" or phrase.end - phrase.start - article > 2:
        return False
    return at == encounter.until or doc[at].head.i == encounter.trigger.i or any(at == p.end for p in encounter.parties)


def _cost(encounter: Encounter, preposition: Token) -> int:
    doc, trigger = encounter.sentence.doc, encounter.trigger
    anchors = {trigger.i} | ({encounter.verb.i} if encounter.verb is not None else set())
    above = {t.i for t in grammar.chain(trigger)}
    if _describes_a_speaker(preposition, trigger):
        return 12
    if (
        preposition.head.pos_ == "NOUN"
        and preposition.head.i != trigger.i
        and preposition.head.lemma_.lower() in vocabulary("topical")
    ):
        return 12
    node = preposition
    for step in range(10):
        if node.i in anchors:
            return 1
        if node.pos_ in grammar.VERBAL and step:
            break
        if node.head == node:
            break
        node = node.head
    low, high = sorted((trigger.i, preposition.i))
    verbs = sum(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in doc[low + 1 : high])
    after_parties = preposition.i == encounter.until or any(preposition.i == p.end for p in encounter.parties)
    if after_parties:
        return 1
    if node.i in above:
        return 12 if node.lemma_ in frames().verbs else 3 + 2 * verbs  # there another encounter was
    up = {t.i for t in grammar.chain(node)}
    if anchors & up and node.dep_ in {"xcomp", "advcl", "acl", "conj"}:
        return 7 + verbs
    if node.lemma_ in frames().verbs or node.lemma_ in {"hold", "take", "be"}:
        return 6 + 2 * verbs
    return 12


def _describes_a_speaker(preposition: Token, trigger: Token) -> bool:
    """Whether the place is where someone who only speaks of it belongs: "said Madrid, an expert at the University"."""
    for token in grammar.chain(preposition):
        if token.dep_ == "nsubj" and token.head.lemma_ in vocabulary("saying") and trigger.i < token.left_edge.i:
            return True
    return False


def _before_noun(encounter: Encounter) -> Where | None:
    """ "a White House lunch", "the Oval Office meeting", "met B on a Cairo visit"."""
    trips = (_compound(encounter, t) for t in encounter.sentence.span if _is_trip(t, encounter))
    own = _compound(encounter, encounter.trigger) if encounter.noun else None
    return own or next((place for place in trips if place is not None), None)


def _is_trip(noun: Token, encounter: Encounter) -> bool:
    """Whether ``noun`` is a trip during which the encounter took place."""
    above = noun.head if noun.dep_ == "pobj" else None
    return (
        noun.lemma_.lower() in vocabulary("trips")
        and above is not None
        and above.lower_ in {"in", "on", "during", "amid"}
        and abs(noun.i - encounter.trigger.i) <= 20
    )


def _compound(encounter: Encounter, noun: Token) -> Where | None:
    """The place that stands right before ``noun`` as a part of it."""
    doc, start, trip = encounter.sentence.doc, noun.i, noun != encounter.trigger
    while (
        start > encounter.sentence.span.start
        and doc[start - 1].text[:1].isupper()
        and doc[start - 1].is_alpha
        and (trip or doc[start - 1].ent_type_ in {"FAC", "GPE", "LOC", "ORG"})
    ):
        start -= 1
    if start == noun.i or any(p.start <= start < p.end for p in encounter.parties):
        return None
    located = locate(doc[start : noun.i].text)
    return Where(start, noun.i, "sentence") if located is not None and (trip or located.latitude is not None) else None
