"""Where the parties sat together: never where only one of them was, and nothing for calls."""

from typing import NamedTuple

from spacy.tokens import Token

from transforms.language.entities import Reading
from transforms.language.phrases import Phrase
from transforms.language.places import locate, place_name
from transforms.meetings import grammar
from transforms.meetings.encounter import Encounter
from transforms.meetings.lexicon import frames
from transforms.meetings.parties import Sentence
from transforms.rows import Place

_IN = {"in", "at", "outside", "near", "inside", "aboard", "within", "off"}
_TRAVEL = {
    "travel",
    "go",
    "fly",
    "visit",
    "head",
    "arrive",
    "come",
    "return",
    "tour",
    "land",
    "journey",
    "continue",
    "depart",
    "stop",
    "move",
    "drive",
}
_TRIP = {"trip", "visit", "tour", "journey", "arrival", "stop"}
_VENUES = {
    "palace",
    "house",
    "residence",
    "office",
    "hotel",
    "hall",
    "building",
    "headquarters",
    "ministry",
    "embassy",
    "estate",
    "resort",
    "club",
    "airport",
    "capital",
    "city",
    "town",
    "village",
    "base",
    "castle",
    "villa",
    "ranch",
    "chancellery",
    "compound",
    "retreat",
    "mansion",
    "parliament",
    "kremlin",
    "countryside",
    "province",
    "region",
    "camp",
    "church",
    "cathedral",
    "mosque",
    "university",
    "school",
    "prison",
    "restaurant",
    "cafe",
    "tower",
    "courthouse",
    "center",
    "centre",
    "lodge",
    "monastery",
    "basilica",
    "state",
    "island",
    "hill",
    "square",
    "street",
    "stadium",
    "museum",
    "library",
}
_EVENTS = {
    "summit",
    "meeting",
    "conference",
    "forum",
    "session",
    "assembly",
    "dialogue",
    "gathering",
    "talks",
    "convention",
    "ceremony",
    "council",
    "talk",
    "event",
    "congress",
    "festival",
    "funeral",
    "news",
    "rally",
    "dinner",
    "lunch",
    "breakfast",
    "discussion",
    "negotiation",
    "table",
    "time",
    "moment",
    "outset",
    "level",
    "end",
    "beginning",
    "start",
    "invitation",
    "request",
    "address",
    "hearing",
    "debate",
    "briefing",
    "interview",
    "speech",
    "press",
    "games",
    "cup",
    "exhibition",
    "expo",
    "week",
    "day",
}


# "the situation in Ukraine": where the topic is, not the talks.
_TOPICAL = {
    "situation",
    "war",
    "crisis",
    "conflict",
    "development",
    "event",
    "violence",
    "attack",
    "fighting",
    "election",
    "program",
    "programme",
    "killing",
    "coup",
    "quo",
    "peace",
    "process",
    "unrest",
    "troop",
    "force",
    "people",
    "right",
    "influence",
    "presence",
    "base",
    "operation",
    "oil",
    "price",
    "shooting",
    "strike",
    "bombing",
    "protest",
    "reform",
    "democracy",
    "security",
    "stability",
    "issue",
    "investment",
    "project",
    "interest",
    "tension",
    "government",
    "regime",
    "rule",
    "economy",
    "growth",
    "market",
    "company",
    "life",
    "role",
    "bloodshed",
    "famine",
    "drought",
    "transition",
    "embassy",
    "citizen",
    "prisoner",
    "refugee",
    "officer",
    "action",
    "activity",
    "cooperation",
}


class Where(NamedTuple):
    """A place as tokens, and where it was named."""

    start: int
    end: int
    source: str


def where(encounter: Encounter) -> Where | None:
    """The place of ``encounter`` in its own sentence; None where the sentence gives none."""
    candidates = [*_prepositional(encounter), *_travelled(encounter)]
    if (relative := _where_clause(encounter)) is not None:
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
        if doc[at].lower_ not in _IN or at in taken:
            at += 1
            continue
        index = _phrase_after(sentence, at)
        if index is None or not (
            is_place(sentence, sentence.phrases[index]) or _is_unknown_place(encounter, at, index)
        ):
            at += 1
            continue
        end = place_end(sentence, index)
        cost = _cost(encounter, doc[at])
        found.append((cost, abs(at - encounter.trigger.i), sentence.phrases[index].start, end))
        at = end
    return found


def _is_unknown_place(encounter: Encounter, at: int, index: int) -> bool:
    """Whether "in NAME" right behind the encounter is a place that no table knows."""
    sentence, phrase = encounter.sentence, encounter.sentence.phrases[index]
    doc = sentence.doc
    if (
        doc[at].lower_ != "in"
        or phrase.kind != "name"
        or phrase.end - phrase.start > 2
        or doc[phrase.head].text.isupper()
    ):
        return False
    return at == encounter.until or doc[at].head.i == encounter.trigger.i or any(at == p.end for p in encounter.parties)


def _phrase_after(sentence: Sentence, at: int) -> int | None:
    for i in range(at + 1, min(at + 4, sentence.span.end)):
        index = sentence.starting(i)
        if index is not None:
            return index
        if sentence.doc[i].pos_ not in {"DET", "ADJ", "ADV", "PUNCT"}:
            return sentence.covering(i)
    return None


def is_place(sentence: Sentence, phrase: Phrase) -> bool:
    """Whether ``phrase`` names a place or a venue, and no event, time or person."""
    doc = sentence.doc
    head = doc[phrase.head]
    low = head.lower_
    if phrase.kind in {"pronoun", "pair", "group", "role"} or low in _EVENTS or head.lemma_.lower() in _EVENTS:
        return False
    if phrase.kind == "person":
        return False
    label = head.ent_type_
    if label in {"DATE", "TIME", "CARDINAL", "ORDINAL", "EVENT", "PERCENT", "MONEY"}:
        return False
    if label in {"GPE", "LOC", "FAC"}:
        return True
    if low in _VENUES:
        return phrase.end - phrase.start > 1 or head.text[:1].isupper()
    text = doc[phrase.start : phrase.end].text
    return any(t.text[:1].isupper() for t in doc[phrase.start : phrase.end]) and locate(text) is not None


def place_end(sentence: Sentence, index: int) -> int:
    """Behind the place that begins with phrase ``index``: "the Palacio de la Moncloa in Madrid, Spain"."""
    doc = sentence.doc
    end = sentence.phrases[index].end
    for _ in range(4):
        if end + 1 < sentence.span.end and doc[end].lower_ in {"in", "of", "at", "outside", "near", "de"}:
            following = sentence.starting(end + 1)
            if following is not None and (
                is_place(sentence, sentence.phrases[following])
                or (
                    (doc[end].lower_ in {"of", "de"} and doc[end + 1].text[:1].isupper())
                    or (doc[end].lower_ == "of" and doc[end + 1].lower_ == "the" and doc[end + 2].text[:1].isupper())
                )
            ):
                end = sentence.phrases[following].end
                continue
        if end + 1 < sentence.span.end and doc[end].text == ",":
            following = sentence.starting(end + 1)
            if following is not None and _is_region(sentence, sentence.phrases[following]):
                end = sentence.phrases[following].end
                continue
        break
    return end


def _is_region(sentence: Sentence, phrase: Phrase) -> bool:
    """Whether ``phrase`` behind a comma says where the place before it lies: a country, a state."""
    doc = sentence.doc
    text = doc[phrase.start : phrase.end].text
    following = doc[phrase.end] if phrase.end < sentence.span.end else None
    if phrase.kind not in {"country", "name", "other"} or not text[:1].isupper() or locate(text) is None:
        return False
    return not (
        (following is not None and following.lower_ in {"and", "met"})
        or (
            doc[phrase.head].dep_ in {"nsubj"}
            and following is not None
            and following.pos_ in {"VERB", "AUX"}
            and following.tag_ in {"VBD", "VBZ", "MD"}
        )
    )


def _cost(encounter: Encounter, preposition: Token) -> int:
    doc, trigger = encounter.sentence.doc, encounter.trigger
    anchors = {trigger.i} | ({encounter.verb.i} if encounter.verb is not None else set())
    above = {t.i for t in grammar.chain(trigger)}
    if (
        preposition.head.pos_ == "NOUN"
        and preposition.head.i != trigger.i
        and preposition.head.lemma_.lower() in _TOPICAL
    ):
        return 12
    node = preposition
    for step in range(10):
        if node.i in anchors:
            return 1
        if node.pos_ in grammar.VERBAL and step:
            break
        if node.head is node:
            break
        node = node.head
    low, high = sorted((trigger.i, preposition.i))
    verbs = sum(t.tag_ in {"VBD", "VBZ", "VBP", "MD"} for t in doc[low + 1 : high])
    after_parties = preposition.i == encounter.until or any(preposition.i == p.end for p in encounter.parties)
    if after_parties:
        return 1
    if node.i in above:
        return 3 + 2 * verbs
    inside = any(p.start <= preposition.head.i < p.end for p in encounter.parties)
    if inside:
        return 4
    if node.pos_ in grammar.VERBAL:
        up = {t.i for t in grammar.chain(node)}
        if anchors & up and node.dep_ in {"xcomp", "advcl", "acl", "conj"}:
            return 7 + verbs
        if node.lemma_ in frames().verbs or node.lemma_ in {"hold", "take", "be"}:
            return 6 + 2 * verbs
        return 12
    if node.pos_ in {"NOUN", "PROPN"} and node.lemma_.lower() in frames().nouns and preposition.i > trigger.i:
        return 5 + verbs
    return 6 + 3 * verbs if preposition.i > trigger.i else 9


def _where_clause(encounter: Encounter) -> Where | None:
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


def _travelled(encounter: Encounter) -> list[tuple[int, int, int, int]]:
    """Places that a verb of travel leads to: "visited Moscow, where he met", "to visit Beijing for talks with"."""
    sentence, _doc = encounter.sentence, encounter.sentence.doc
    found: list[tuple[int, int, int, int]] = []
    related = {t.i for t in grammar.chain(encounter.trigger)}
    for token in sentence.span:
        is_verb = token.pos_ == "VERB" and token.lemma_ in _TRAVEL
        if not is_verb and not (token.pos_ == "NOUN" and token.lemma_ in _TRIP):
            continue
        near = (
            token.i in related
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
                index = _phrase_after(sentence, child.i)
            if index is None or not is_place(sentence, sentence.phrases[index]):
                continue
            start = sentence.phrases[index].start
            if (
                start in {i for p in encounter.parties if p.kind != "person" for i in range(p.start, p.end)}
                and token.i not in related
            ):
                continue
            cost = 4 if token.i in related or encounter.trigger.i in {t.i for t in token.subtree} else 7
            found.append((cost, abs(start - encounter.trigger.i), start, place_end(sentence, index)))
    return found


def _before_noun(encounter: Encounter) -> Where | None:
    """ "a White House lunch", "the Oval Office meeting"."""
    if not encounter.noun:
        return None
    doc, noun = encounter.sentence.doc, encounter.trigger
    start = noun.i
    while (
        start > encounter.sentence.span.start
        and doc[start - 1].text[:1].isupper()
        and doc[start - 1].is_alpha
        and doc[start - 1].ent_type_ in {"FAC", "GPE", "LOC", "ORG"}
    ):
        start -= 1
    if start == noun.i or any(p.start <= start < p.end for p in encounter.parties):
        return None
    located = locate(doc[start : noun.i].text)
    return Where(start, noun.i, "sentence") if located is not None and located.latitude is not None else None


def as_row(sentence: Sentence, found: Where) -> Place:
    """The row for a place: its words, located by the first part that the gazetteer knows."""
    doc, start, end = sentence.doc, found.start, found.end
    while start < end - 1 and doc[start].lower_ in {"the", "a", "an"}:
        start += 1
    name = " ".join(doc[start:end].text.split()).removesuffix("'s").removesuffix("’s").strip(" ,.")
    located = locate(name)
    pieces = [
        p.strip()
        for part in name.split(",")
        for p in part.replace(" outside ", " in ").replace(" near ", " in ").split(" in ")
    ]
    if located is None and len(pieces) > 1:
        for i in range(len(pieces)):
            located = locate(", ".join(pieces[i:])) or locate(pieces[i])
            if located is not None:
                break
    return Place(
        place_name(name),
        located.country if located else None,
        located.latitude if located else None,
        located.longitude if located else None,
        found.source,
    )


def from_context(encounter: Encounter, reading: Reading, status: str) -> Where | None:
    """The place that the sentence before leaves the party in ("travelled to Abuja. He met ..."); None where there is none."""
    if status not in {"held", "ongoing"} or encounter.sentence.span.start == 0:
        return None
    previous = reading.doc[encounter.sentence.span.start - 1].sent
    if not any(t.pos_ for t in previous):
        return None
    before = Sentence(reading, previous, encounter.sentence.number - 1)
    for token in previous:
        if token.pos_ == "VERB" and token.lemma_ in _TRAVEL and token.tag_ in {"VBD", "VBN", "VBG"}:
            for child in token.children:
                index = None
                if child.dep_ == "dobj" and token.lemma_ in {"visit", "tour"}:
                    index = before.covering(child.i)
                elif child.lower_ in {"to", "in", "at"} and child.dep_ == "prep":
                    index = _phrase_after(before, child.i)
                if index is not None and is_place(before, before.phrases[index]):
                    stops = [p for p in before.phrases[index:] if is_place(before, p)]
                    last = stops[-1]
                    if (
                        len(stops) > 2 and last.kind == "country"
                    ):  # "to Sokoto and Abuja, Nigeria": which one is not said
                        return Where(last.start, last.end, "document")
                    return Where(before.phrases[index].start, place_end(before, index), "document")
    return None
