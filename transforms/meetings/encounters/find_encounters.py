"""Frames over the parse: every encounter that a verb or a noun of a sentence tells of."""

from transforms.lexicon.meeting_words import frames
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.encounters.noun_encounters import is_encounter, match_noun
from transforms.meetings.encounters.verb_encounters import match_verb
from transforms.meetings.encounters.verb_meanings import is_gerund, stands_as_verb
from transforms.meetings.parties.sentence import Sentence


def match(sentence: Sentence) -> list[Encounter]:
    """Every encounter that a frame finds in ``sentence``, in order."""
    table = frames()
    found: list[Encounter] = []
    for token in sentence.span:
        lemma = token.lemma_.lower()
        verb = table.verbs.get(lemma) or table.forms.get(token.lower_)
        if token.pos_ in grammar.VERBAL:
            found.extend(match_verb(sentence, token, verb) if verb is not None else [])
        elif token.pos_ in {"NOUN", "PROPN"}:
            noun = table.nouns.get(lemma) or table.nouns.get(token.lower_)
            gerund = is_gerund(sentence, token)
            if noun is not None and not gerund and is_encounter(sentence, token, noun):
                found.extend(match_noun(sentence, token, noun, table))
            elif verb is not None and (gerund or stands_as_verb(sentence, token)):
                found.extend(match_verb(sentence, token, verb))
    return found
