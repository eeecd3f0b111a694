"""Places that a verb of travel leads to: "visited Moscow, where he met", "to visit Beijing for talks with"."""

from spacy.tokens import Span, Token

from transforms.language.mentions.entities import Reading
from transforms.lexicon import vocabulary
from transforms.meetings.details import cues
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.place_phrases import Where, is_place, phrase_after, place_end
from transforms.meetings.parties.sentence import Sentence


def where_clause(encounter: Encounter) -> Where | None:
    """The place before ", where" that opens the encounter's clause."""
    doc, sentence = encounter.sentence.doc, encounter.sentence
    for token in doc[sentence.span.start : encounter.trigger.i]:
        if token.lower_ != "where" or any(t.lower_ == "where" for t in doc[token.i + 1 : encounter.trigger.i]):
            continue
        clause = token.head
        if clause.i != encounter.trigger.i and clause.i not in {t.i for t in grammar.chain(encounter.trigger)}:
            continue
        for at in range(token.i - 1, max(sentence.span.start, token.i - 6), -1):
            index = sentence.covering(at)
            if index is not None and is_place(sentence, sentence.phrases[index]):
                return Where(sentence.phrases[index].start, place_end(sentence, index), "sentence")
    return None


def travelled_to(encounter: Encounter) -> list[tuple[int, int, int, int]]:
    """Places that a verb of travel leads to: "visited Moscow, where he met", "to visit Beijing for talks with"."""
    sentence, _doc = encounter.sentence, encounter.sentence.doc
    found: list[tuple[int, int, int, int]] = []
    related = {t.i for t in grammar.chain(encounter.trigger)}
    for token in sentence.span:
        is_verb = token.pos_ == "VERB" and token.lemma_ in vocabulary("travelling")
        if not is_verb and not (token.pos_ == "NOUN" and token.lemma_ in vocabulary("trips")):
            continue
        near = (
            token.i in related
            or _is_way_there(token, encounter, related)
            or encounter.trigger.i in {t.i for t in token.subtree}
            or token.dep_ in {"advcl", "relcl", "conj", "ccomp"}
            or token.dep_ == "ROOT"
        )
        if not near:
            continue
        if (
            token.lemma_ in {"visit", "tour"}
            and (direct := sentence.starting(token.i + 1)) is not None
            and is_place(sentence, sentence.phrases[direct])
        ):
            start = sentence.phrases[direct].start
            found.append(
                (4 if token.i in related else 7, abs(start - encounter.trigger.i), start, place_end(sentence, direct))
            )
            continue
        for child in token.children:
            index = None
            if child.dep_ == "dobj" and token.lemma_ in {"visit", "tour"}:
                index = sentence.covering(child.i)
            elif (
                child.lower_ in {"to", "in", "at", "into", "for"}
                and (child.lower_ != "for" or token.lemma_ in {"leave", "depart", "head"})
                and child.dep_ in {"prep", "aux", "dative"}
            ):
                index = phrase_after(sentence, child.i)
            if index is None or not is_place(sentence, sentence.phrases[index]):
                continue
            start = sentence.phrases[index].start
            cost = 4 if token.i in related or encounter.trigger.i in {t.i for t in token.subtree} else 7
            found.append((cost, abs(start - encounter.trigger.i), start, place_end(sentence, index)))
    return found


def _is_way_there(trip: Token, encounter: Encounter, related: set[int]) -> bool:
    """ "made a trip to Oslo to meet B", "met B during a visit to Oslo"; not "thanked B for the visit to Oslo"."""
    above = grammar.governor(trip)
    if above is None or trip.dep_ != "pobj":
        return above is not None and trip.dep_ == "dobj" and above.i in related
    if above.lemma_ == "be" and above.dep_ == "relcl":  # "A, who is on a visit to Oslo, met B"
        return trip.head.lower_ == "on" and any(p.start <= above.head.i < p.end for p in encounter.parties)
    return above in {encounter.trigger, encounter.verb} and trip.head.lower_ in {"on", "during", "in", "amid"}


def sentences_before(encounter: Encounter, status: str, count: int) -> list[Span]:
    """Up to ``count`` parsed sentences before that of ``encounter``, nearest first; none where they can be of no use."""
    found: list[Span] = []
    first = encounter.sentence.span.start
    while len(found) < count and first > 0 and status in {"held", "ongoing", "planned"}:
        previous = encounter.sentence.doc[first - 1].sent
        if not any(t.pos_ for t in previous):
            break
        found.append(previous)
        first = previous.start
    return found


def from_context(encounter: Encounter, reading: Reading, previous: Span, status: str) -> Where | None:
    """The place that the sentence before leaves the party in ("travelled to Abuja. He met ..."); None where there is none."""
    before = Sentence(reading, previous, encounter.sentence.number - 1)
    if encounter.sentence.span[0].lower_ == "there" and encounter.sentence.span[0].dep_ == "advmod":
        places = [p for p in before.phrases if is_place(before, p)]
        return Where(places[-1].start, places[-1].end, "document") if places else None
    for token in previous:
        was_there = token.lemma_ == "be" and token == previous.root
        told_now = token.tag_ == "VBZ" and token == previous.root  # a headline's "visits"
        will_go = status == "planned" and is_to_come(token)
        if (token.pos_ != "VERB" and not was_there) or not (will_go or told_now or token.tag_ in {"VBD", "VBN", "VBG"}):
            continue
        stays = status == "planned" and not told_now and not will_go
        if token.lemma_ not in (_STAYS if stays else vocabulary("travelling") | _STAYS):
            continue
        index = _led_to(before, token)
        if index is None:
            continue
        stops = [p for p in before.phrases[index:] if is_place(before, p)]
        last = stops[-1]
        if len(stops) > 2 and last.kind == "country":  # "to Sokoto and Abuja, Nigeria": which one is not said
            return Where(last.start, last.end, "document")
        return Where(before.phrases[index].start, place_end(before, index), "document")
    return None


def is_to_come(verb: Token) -> bool:
    """ "will travel to Oslo", "is expected to visit Oslo"."""
    auxiliaries = grammar.auxiliaries(verb)
    return bool(auxiliaries & cues.WILL) or ("to" in auxiliaries and verb.dep_ in {"ROOT", "xcomp", "ccomp"})


# Who has arrived will meet there; who travelled somewhere may meet elsewhere tomorrow.
_STAYS = {"arrive", "land", "be", "welcome"}


def _led_to(before: Sentence, verb: Token) -> int | None:
    """The phrase of the place that a verb of travel leads to."""
    for child in verb.children:
        index = None
        if child.dep_ == "dobj" and verb.lemma_ in {"visit", "tour"}:
            index = before.covering(child.i)
        elif child.lower_ in {"to", "in", "at"} and child.dep_ in {"prep", "dative"}:
            index = phrase_after(before, child.i)
        if index is not None and is_place(before, before.phrases[index]):
            return index
    return None
