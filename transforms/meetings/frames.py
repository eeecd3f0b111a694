"""Frames over the parse: every encounter that a verb or a noun of a sentence tells of."""

from transforms.meetings import grammar
from transforms.meetings.encounter import Encounter
from transforms.meetings.lexicon import frames
from transforms.meetings.noun_frames import is_encounter, match_noun
from transforms.meetings.parties import Sentence
from transforms.meetings.senses import is_gerund, stands_as_verb
from transforms.meetings.verb_frames import match_verb

_BEFORE_NOUN = {
    "in",
    "during",
    "at",
    "after",
    "following",
    "before",
    "on",
    "over",
    "amid",
    "since",
    "to",
    "from",
    "for",
    "of",
    "by",
    "through",
    "via",
    "with",
}


def match(sentence: Sentence) -> list[Encounter]:
    """Every encounter that a frame finds in ``sentence``, in order."""
    table = frames()
    found: list[Encounter] = []
    for token in sentence.span:
        lemma = token.lemma_.lower()
        if token.pos_ in grammar.VERBAL or (token.tag_.startswith("VB") and token.pos_ != "NOUN"):
            frame = table.verbs.get(lemma) or table.forms.get(token.lower_)
            if frame is not None:
                found.extend(match_verb(sentence, token, frame, table))
        elif token.pos_ in {"NOUN", "PROPN"}:
            noun = table.nouns.get(lemma) or table.nouns.get(token.lower_)
            if noun is not None and not is_gerund(sentence, token) and is_encounter(sentence, token, noun):
                found.extend(match_noun(sentence, token, noun, table))
            elif (
                token.tag_ == "NN"
                and token.lower_.endswith("ing")
                and (gerund := table.forms.get(token.lower_))
                and is_gerund(sentence, token)
            ):
                found.extend(match_verb(sentence, token, gerund, table))
            elif (verb := table.verbs.get(lemma) or table.forms.get(token.lower_)) and stands_as_verb(sentence, token):
                found.extend(match_verb(sentence, token, verb, table))
    return found
