"""From a noun of encounter to who met whom: "A's meeting with B", "talks between A and B"."""

import dataclasses
from collections.abc import Iterator

from spacy.tokens import Token

from transforms import lexicon
from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import Frames, NounFrame, traps
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.eligible import could_attend, is_named, only_listens
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.encounters.owners import owner_of, paired_names
from transforms.meetings.encounters.party_lists import (
    is_repeated,
    left_of,
    list_at,
    names_of,
    objects_of,
    partners_behind,
    preposition_before,
)
from transforms.meetings.parties.sentence import Party, Sentence

# "hundreds of meetings": none of them is told
_MASSES = {"dozens", "scores", "hundreds", "thousands"}
Segment = tuple[list[Party], int, tuple[int, int] | None]
_WITH = {"with", "between", "among", "amongst", "alongside"}


def is_encounter(sentence: Sentence, noun: Token, frame: NounFrame) -> bool:
    """Whether ``noun`` means an encounter here: no "call for", no press conference."""
    before = sentence.doc[max(sentence.span.start, noun.i - 3) : noun.i]
    if noun.dep_ == "pobj" and noun.head.lower_ == "of" and noun.head.head.lower_ in _MASSES:
        return False
    if frame.modifiers:
        with_whom = noun.i + 1 < sentence.span.end and sentence.doc[noun.i + 1].lower_ == "with"
        return (with_whom or any(t.lower_ in frame.modifiers for t in before)) and not any(
            t.lower_ in {"press", "news"} for t in before
        )
    if any(t.lower_ in {"press", "news"} for t in before):
        return False
    following = sentence.doc[noun.i + 1].lower_ if noun.i + 1 < sentence.span.end else ""
    if noun.dep_ == "compound" and noun.head.i > noun.i and noun.head.pos_ in {"NOUN", "PROPN"}:
        return noun.head.lemma_.lower() in {"meeting", "talk", "talks", "date"}
    if noun.lemma_.lower() == "call":
        if following == "-" or any(t.lower_ in traps("other_calls") for t in before[-1:]):
            return False
        if following == "to" and noun.i + 2 < sentence.span.end and sentence.doc[noun.i + 2].tag_ == "VB":
            return False  # "calls to resign"
        dated = noun.i + 2 < sentence.span.end and sentence.doc[noun.i + 2].ent_type_ in {"DATE", "TIME"}
        return following not in {"for", "on", "upon", "center", "centre", "centers"} or (following == "on" and dated)
    if (
        noun.lemma_.lower() in {"exchange", "talk"}
        and noun.tag_ == "NN"
        and not any(t.lower_ in {"phone", "telephone"} for t in before)
    ):
        return (noun.lemma_.lower() == "exchange" and following == "with") or following == "with" or noun.dep_ == "dobj"
    return True


def match_noun(sentence: Sentence, noun: Token, frame: NounFrame, table: Frames) -> Iterator[Encounter]:
    """The encounters that ``noun`` tells of, each with its parties as they stand."""
    if _is_occasion(sentence, noun):
        return
    owner, pair = owner_of(sentence, noun), paired_names(sentence, noun)
    relative = next((c for c in noun.children if c.dep_ == "relcl" and c.lemma_ in table.support), None)
    segments = _partners(sentence, noun, frame, relative)
    partners, end, _dated = segments[0] if segments else ([], noun.i + 1, None)
    own_group, end = ([], end) if partners else _own_group(sentence, noun)
    between = bool(partners) and preposition_before(sentence, partners[0]) in {"between", "among", "amongst"}
    verb = grammar.governor(noun)
    why = {"trigger": noun.text, "partners": names_of(partners or own_group), "possessor": names_of([*owner, *pair])}
    beside = pair if pair and not partners else [*owner, *pair]
    parties = partners if between and owner else [*beside, *partners, *own_group]
    complete = between or len(pair) >= 2 or bool(own_group)
    outer: list[Party] = []
    if not complete and not (owner and partners) and not any(p.kind == "pronoun" and p.plural for p in owner):
        outer = _subject_of(sentence, noun, relative) or _other_side(
            sentence, noun, verb, frame, table, bool(partners) or bool(pair), list(parties)
        )
        why["subject"] = names_of(outer)
    if not partners and not outer:
        outer = _asked(sentence, noun)
    if not partners and not parties and not outer and (told := _told(sentence, noun, table)) is not None:
        outer, verb = told
    full = _unique([*outer, *parties])
    if not _enough_noun(full, complete) or (not between and full == partners and len(full) == 1):
        return  # "is having breakfast with us": the other side is nobody
    first = Encounter(
        frame.name,
        noun,
        sentence,
        full,
        frame.mode,
        frame.weight,
        verb,
        list(outer) if verb is not None and verb.lemma_ == "host" else [],
        True,
        max(end, noun.i + 1),
        None,
        why,
        repeated=is_repeated(sentence, noun),
    )
    yield first
    for more, stop, when in segments[1:]:
        yield dataclasses.replace(first, parties=_unique([*outer, *owner, *more]), until=stop, date_span=when)


def _partners(sentence: Sentence, noun: Token, frame: NounFrame, relative: Token | None) -> list[Segment]:
    """Those whom "with" and the like name behind ``noun``, behind its relative clause or behind its verb."""
    prepositions = _WITH | ({"to", "from"} if frame.mode == "phone" else set())
    found = list(partners_behind(sentence, noun.i + 1, prepositions))
    if relative is not None and not found:
        found = list(partners_behind(sentence, relative.i + 1, prepositions))
    if not found and (behind := _behind_verb(noun)) is not None:
        found = list(partners_behind(sentence, behind, {"between", "with"}))
    if frame.mode == "phone" and found and preposition_before(sentence, found[0][0][0]) in {"to", "from"}:
        found = [
            segment
            for segment in found
            if all(is_named(sentence, party, "speak-with") for party in segment[0])
            and not only_listens(sentence, segment[0])
        ]
    return found


def _own_group(sentence: Sentence, noun: Token) -> tuple[list[Party], int]:
    """(the several of "a meeting of A and B", the token behind them)."""
    behind = noun.i + 1
    if behind < sentence.span.end and sentence.doc[behind].lower_ in {"of", "involving", "by"}:
        index = sentence.starting(behind + 1)
        if index is not None:
            group, end = sentence.read_list(index)
            if len(group) >= 2 or (group and group[0].plural):
                return group, end
    return [], behind


def _subject_of(sentence: Sentence, noun: Token, relative: Token | None) -> list[Party]:
    """Who is the subject of the clause that tells more of ``noun``: "the talks that A held"."""
    if relative is None or (subject := grammar.subject(relative)) is None or subject == noun:
        return []
    return list_at(sentence, subject, relative)


def _behind_verb(noun: Token) -> int | None:
    """Where the partners of a subject may stand: "Talks will resume in Doha between A and B", "was the first between"."""
    verb = noun.head
    if noun.dep_ not in {"nsubj", "nsubjpass"} or verb.pos_ not in grammar.VERBAL:
        return None
    last = [verb, *grammar.children(verb, "attr", "acomp"), *grammar.children(verb, "xcomp")]
    if verb.lemma_ != "be" and grammar.children(verb, "dobj"):
        return None
    return max(token.i for token in last) + 1


def _is_occasion(sentence: Sentence, noun: Token) -> bool:
    """Whether the noun is the event on whose margins something else took place."""
    start = noun.left_edge.i if noun.i - noun.left_edge.i <= 12 else noun.i
    low = [t.lower_ for t in sentence.doc[max(sentence.span.start, start - 4) : start + 1]]
    return any(word in vocabulary("margins") for word in low)


def _unique(parties: list[Party]) -> list[Party]:
    seen: set[tuple[int | None, str]] = set()
    kept: list[Party] = []
    for party in parties:
        key = (party.entity, party.name.casefold() if party.entity is None or party.kind != "person" else "")
        if party.kind in {"pronoun", "pair"}:
            key = (None, f"{party.name}@{party.start}")
        if key not in seen:
            seen.add(key)
            kept.append(party)
    return kept


def _enough_noun(parties: list[Party], complete: bool) -> bool:
    count = sum(2 if p.kind == "pair" or (p.kind == "pronoun" and p.plural) else 1 for p in parties)
    if count >= 2:
        return True
    return complete and len(parties) == 1 and parties[0].plural


def _other_side(
    sentence: Sentence,
    noun: Token,
    verb: Token | None,
    frame: NounFrame,
    table: Frames,
    partnered: bool,
    have: list[Party],
) -> list[Party]:
    """Those who met the partners: the subject of the verb above, or those who told each other something there."""
    if not partnered and not have and _told(sentence, noun, table) is not None:
        return []
    if _topic_of(noun):
        return []
    if verb is None:
        return _fragment_side(sentence, noun)
    path = _path(noun, verb)
    if "nsubj" in path or "nsubjpass" in path:
        return []
    who = grammar.subject(verb)
    if grammar.is_passive(verb) and (by := grammar.agent(verb)) is not None and by != noun:
        who = by
    parties = (
        [p for p in list_at(sentence, who, verb) if p.kind != "other"] if who is not None else left_of(sentence, verb)
    )
    if partnered:
        return _blamed(sentence, noun, verb, table) or [p for p in parties if could_attend(sentence, p)]
    supported = verb.lemma_ in table.support and ("dobj" in path or "pobj" in path)
    if supported and (have or (len(parties) + sum(p.plural for p in parties) >= 2 and frame.mode != "phone")):
        return parties
    if have and "pobj" in path:  # "his meeting": the pronoun is the subject already
        return []
    lasting = noun.head.lower_ == "of" and noun.head.head.ent_type_ in {"DATE", "TIME"}  # "two days of negotiations"
    if noun.tag_ == "NNS" and noun.lemma_ != "talk" and not lasting and not grammar.children(noun, "det", "poss"):
        return []
    return _among(sentence, noun, verb, table, parties) if supported or "pobj" in path else []


def _among(sentence: Sentence, noun: Token, verb: Token, table: Frames, parties: list[Party]) -> list[Party]:
    """Who met among those of whom ``verb`` tells: subject and listeners, several subjects, or those who sit together."""
    told = grammar.children(verb, "dobj", "dative", "nsubjpass") if verb.lemma_ in table.telling else []
    if told and told[0].i != noun.i:
        listeners = list_at(sentence, told[0], verb)
        if listeners and parties and not only_listens(sentence, listeners):
            return [*parties, *listeners]
    if len(parties) >= 2 and all(p.kind in {"person", "role", "country", "pronoun", "group"} for p in parties):
        return parties
    if len(parties) == 1 and parties[0].kind == "pair":
        return parties
    if parties and verb.lemma_ in vocabulary("postures"):  # "sits across from B during a meeting"
        beside = list(partners_behind(sentence, verb.i + 1, {"from", "with", "beside", "alongside", "opposite"}))
        return [*parties, *beside[0][0]] if beside else []
    return []


def _asked(sentence: Sentence, noun: Token) -> list[Party]:
    """Who asked whom: "declined a request from B for a meeting", "accepted B's invitation to a summit"."""
    thing = _request_above(noun)
    verb = grammar.governor(thing) if thing is not None else None
    if thing is None or verb is None:
        return []
    behind = [c for t in (thing, noun, verb) for by in t.children if by.lower_ == "from" for c in by.children]
    askers = [p for token in (*grammar.children(thing, "poss"), *behind) for p in list_at(sentence, token, verb)]
    who = grammar.subject(verb)
    return [*list_at(sentence, who, verb), *askers] if who is not None and askers else []


def _request_above(noun: Token) -> Token | None:
    """What asks for the encounter: the "request" of "declined a request from B for a meeting"."""
    requests = lexicon.words("status", "requests")
    if noun.dep_ != "pobj" or noun.head.lower_ not in {"for", "to"}:
        return None
    for token in grammar.chain(noun.head):
        if token.pos_ in grammar.VERBAL:
            return next((t for t in grammar.children(token, "dobj") if t.lemma_.lower() in requests), None)
    return None


def _blamed(sentence: Sentence, noun: Token, verb: Token, table: Frames) -> list[Party]:
    """Who is blamed for the encounter: "impeached the president over meetings with B", "questioned her about it"."""
    if verb.lemma_ not in table.blaming or grammar.below(noun, verb).lower_ not in {"over", "for", "about"}:
        return []
    thing = next(iter(grammar.children(verb, "nsubjpass") or grammar.children(verb, "dobj")), None)
    return list_at(sentence, thing, verb) if thing is not None else []


def _told(sentence: Sentence, noun: Token, table: Frames) -> tuple[list[Party], Token] | None:
    """Who told whom in this call: "In a call on Saturday, A told B", "A told B, in a call, that"."""
    start = noun.left_edge.i if noun.i - noun.left_edge.i <= 8 else noun.i
    lead = [t.lower_ for t in sentence.doc[max(sentence.span.start, start - 1) : noun.i]]
    if not {"in", "during", "on", "over", "by"} & set(lead):
        return None
    verbs = [t for t in sentence.span if t.pos_ == "VERB" and t.lemma_ in table.telling and abs(t.i - noun.i) <= 25]
    for verb in sorted(verbs, key=lambda t: abs(t.i - noun.i)):
        who = grammar.subject(verb)
        objects, _ = objects_of(sentence, verb)
        subjects = list_at(sentence, who, verb) if who is not None else []
        if (
            subjects
            and objects
            and not only_listens(sentence, objects)
            and all(could_attend(sentence, p) for p in subjects)
        ):
            return [*subjects, *objects], verb
    return None


def _topic_of(noun: Token) -> bool:
    """Whether the encounter is only what is spoken about: "conferred about the talks with Iran"."""
    for token in grammar.chain(noun):
        if token.pos_ == "ADP":
            return token.lower_ in {"about", "on", "regarding", "concerning", "toward", "towards", "against"}
        if token.pos_ in grammar.VERBAL:
            return False
    return False


def _path(low: Token, high: Token) -> set[str]:
    """The dependency labels from ``low`` up to below ``high``."""
    labels: set[str] = set()
    for token in grammar.chain(low):
        if token == high:
            break
        labels.add(token.dep_)
    return labels


def _fragment_side(sentence: Sentence, noun: Token) -> list[Party]:
    """In a sentence without a verb: those named before the noun's preposition."""
    for token in grammar.chain(noun):
        if token != noun and token.pos_ in {"NOUN", "PROPN"} and token.i < noun.i:
            index = sentence.covering(token.i)
            if index is not None and sentence.phrases[index].kind in {"person", "name"}:
                return list_at(sentence, token, noun)
    return []
