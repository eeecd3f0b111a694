"""Sentences that add to a meeting told before: "the talks lasted an hour", "she was accompanied by the ambassador"."""

import dataclasses

from spacy.tokens import Token

from transforms.meetings import grammar
from transforms.meetings.encounter import Encounter
from transforms.meetings.lexicon import frames
from transforms.meetings.parties import Party, Sentence

_FRAMES = {"meeting", "talks", "summit", "phone-call", "conversation", "meal"}
_POINTING = {"the", "this", "that", "these", "those"}
_HAPPENING = {
    "be", "last", "take", "hold", "start", "begin", "end", "conclude", "open", "resume", "continue", "postpone", "cancel", "suspend",
    "delay", "break", "collapse", "focus", "centre", "center", "cover", "come", "follow", "go", "run", "schedule", "set", "occur", "fall",
}  # fmt: skip
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
        if token.dep_ not in {"nsubj", "nsubjpass"} or token.head.lemma_ not in _HAPPENING or not _points(token):
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
                token.head,
                noun=True,
                until=token.i + 1,
                points_back=True,
            )
        )
    return back


def _points(noun: Token) -> bool:
    for child in noun.children:
        if child.dep_ == "det" and child.lower_ in _POINTING:
            return True
        if child.dep_ == "poss" and child.lower_ in _DAYS:
            return True
    return False


def company(sentence: Sentence) -> list[tuple[Party, list[Party]]]:
    """(who, by whom accompanied) of "Anong was accompanied by the ambassador and by a botanist"."""
    found: list[tuple[Party, list[Party]]] = []
    for verb in sentence.span:
        if verb.lemma_ != "accompany" or verb.pos_ != "VERB" or not grammar.is_passive(verb):
            continue
        who = grammar.subject(verb)
        index = sentence.covering(who.i) if who is not None else None
        if index is None:
            continue
        subjects, _ = sentence.read_list(index, verb.i)
        others: list[Party] = []
        for at in range(verb.i, min(verb.i + 25, sentence.span.end - 1)):
            start = sentence.starting(at + 1)
            if sentence.doc[at].lower_ == "by" and start is not None:
                others.extend(p for p in sentence.read_list(start)[0] if p.kind == "person")
        if subjects and others:
            found.append((dataclasses.replace(subjects[0]), others))
    return found
