"""Sentences that add to a meeting told before: "the talks lasted an hour", "she was accompanied by the ambassador"."""

import dataclasses

from spacy.tokens import Token

from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import frames
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.sentence import Party, Sentence

_FRAMES = {"meeting", "talks", "summit", "phone-call", "conversation", "conference", "audience", "meal"}
_POINTING = {"the", "this", "that", "these", "those"}
_DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "yesterday"}


def pointing_back(sentence: Sentence, found: list[Encounter]) -> list[Encounter]:
    """Encounters without parties of their own, as the subject of what happened: "The talks had been due Thursday"."""
    triggers = {e.trigger.i for e in found}
    table = frames()
    back: list[Encounter] = []
    for token in sentence.span:
        noun = table.nouns.get(token.lemma_.lower()) or table.nouns.get(token.lower_)
        if noun is None or noun.name not in _FRAMES or token.pos_ != "NOUN" or token.i in triggers:
            continue
        if token.dep_ == "pobj" and token.head.head.lower_ == "place":  # "in place of the talks that were called off"
            continue
        happens = token.dep_ in {"nsubj", "nsubjpass"} and token.head.lemma_ in vocabulary("happening")
        happens = happens and not _takes_a_place(token.head)
        told = next((c for c in grammar.children(token, "relcl", "acl") if c.lemma_ in vocabulary("happening")), None)
        if not (_of_a_day(token) or ((happens or told is not None) and _points(token))):
            continue
        if any(child.dep_ == "prep" and child.lower_ in {"with", "between", "of"} for child in token.children):
            continue
        back.append(
            Encounter(
                noun.name,
                token,
                sentence,
                [],
                noun.mode,
                0.3,
                token.head if happens else told,
                noun=True,
                until=token.i + 1,
                points_back=True,
            )
        )
    return back


def _takes_a_place(verb: Token) -> bool:
    """Whether a meeting "takes the place of" another, rather than takes place."""
    return any(t.lower_ == "place" and any(t.children) for t in grammar.children(verb, "dobj"))


def _points(noun: Token) -> bool:
    """Whether ``noun`` means the meeting told last: "the talks", "Monday's meeting"."""
    if (frame := frames().nouns.get(noun.lemma_.lower())) is None or frame.name not in _FRAMES:
        return False
    return _of_a_day(noun) or any(c.dep_ == "det" and c.lower_ in _POINTING for c in noun.children)


def _of_a_day(noun: Token) -> bool:
    return any(c.dep_ == "poss" and c.lower_ in _DAYS for c in noun.children)


def only_attended(encounter: Encounter) -> bool:
    """Whether the sentence only tells who else was at the meeting told last: "B and C attended the talks too"."""
    verb = encounter.verb
    return encounter.noun and verb is not None and verb.lemma_ == "attend" and _points(encounter.trigger)


def company(sentence: Sentence) -> list[tuple[Party | None, list[Party]]]:
    """(who, with whom) of a sentence that adds parties to a meeting told before; who is None for those who met last.

    "Anong was accompanied by the ambassador", "the talks were also attended by B", "B attended the meeting too",
    "also present were B and C".
    """
    found: list[tuple[Party | None, list[Party]]] = []
    for verb in sentence.span:
        passive = grammar.is_passive(verb)
        if verb.lemma_ == "accompany" and passive:
            who = grammar.subject(verb)
            subjects = _listed(sentence, who, verb) if who is not None else []
            others = _agents(sentence, verb)
            found += [(dataclasses.replace(subjects[0]), others)] if subjects and others else []
        elif verb.lemma_ in {"attend", "join"} and any(_points(t) for t in grammar.children(verb, "nsubjpass", "dobj")):
            who = grammar.subject(verb)
            found.append((None, _agents(sentence, verb) if passive else _listed(sentence, who, verb) if who else []))
        elif _takes_part(verb):
            who = next(iter(grammar.children(verb, "nsubj", "attr")), None)
            found.append((None, _listed(sentence, who, verb) if who is not None else []))
    return [(who, [p for p in others if p.kind == "person"]) for who, others in found]


def _takes_part(verb: Token) -> bool:
    """ "took part in the meeting", "sat in on the talks", "were also present", "also in attendance were"."""
    if verb.lemma_ == "be" and any(c.lower_ == "present" for c in grammar.children(verb, "acomp")):
        return True
    below = [t for c in verb.children if c.i != verb.i and c.dep_ in {"prep", "prt", "dobj"} for t in c.subtree]
    if any(t.lower_ == "attendance" for t in below):
        return True
    part = verb.lemma_ == "participate" or (verb.lemma_, "part") in {(verb.lemma_, t.lower_) for t in below}
    sits_in = verb.lemma_ == "sit" and verb.i + 1 < len(verb.doc) and verb.nbor().lower_ == "in"
    return (part or sits_in) and any(_points(t) for t in below)


def _listed(sentence: Sentence, token: Token, verb: Token) -> list[Party]:
    index = sentence.covering(token.i)
    return sentence.read_list(index, verb.i)[0] if index is not None else []


def _agents(sentence: Sentence, verb: Token) -> list[Party]:
    """Everyone behind a "by" of ``verb``."""
    others: list[Party] = []
    for at in range(verb.i, min(verb.i + 25, sentence.span.end - 1)):
        start = sentence.starting(at + 1)
        if sentence.doc[at].lower_ == "by" and start is not None:
            others.extend(sentence.read_list(start)[0])
    return others
