"""From a verb of encounter to who met whom: "A met B", "A was received by B"."""

from collections.abc import Iterator

from spacy.tokens import Token

from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import VerbFrame
from transforms.meetings.encounters import grammar
from transforms.meetings.encounters.eligible import is_addressed, is_named, only_listens
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.encounters.party_lists import (
    another_day,
    behind_with,
    is_repeated,
    list_at,
    names_of,
    objects_of,
    partners_behind,
    subjects_of,
)
from transforms.meetings.encounters.verb_meanings import (
    PURPOSES,
    is_acquaintance,
    is_courtship,
    is_phone_call,
    is_seeing,
    speak_by_means,
    speak_together,
    told_already,
)
from transforms.meetings.parties.place_phrases import is_place, phrase_after
from transforms.meetings.parties.sentence import Party, Sentence


def match_verb(sentence: Sentence, verb: Token, frame: VerbFrame) -> Iterator[Encounter]:
    """The encounters that ``verb`` tells of, each with its parties as they stand."""
    if verb.lemma_ == "call" and (visited := _called_on(sentence, verb)):
        yield from _courtesy(sentence, verb, frame, visited)
        return
    if not _tells(sentence, verb, frame):
        return
    subjects = subjects_of(sentence, verb, frame)
    passive, mutual = grammar.is_passive(verb), _is_mutual(verb)
    objects, until = _objects(sentence, verb, frame, passive)
    if objects is None:
        return
    segments = _partners(sentence, verb, frame, until, passive)
    if mutual:
        objects = []
    elif "object" in frame.parties and not objects and "with" not in frame.parties and not passive:
        return
    if _is_no_encounter(sentence, verb, frame, objects, bool(segments)):
        return
    spans = segments or [([], until, None)]
    if objects and not segments and (more := another_day(sentence, until)) is not None:
        spans = [(objects, until, (verb.i, more[2][0])), more]
        objects = []
    for extra, end, dated in spans:
        others = [*objects, *extra]
        together = frame.name == "speak-with" and not extra and speak_by_means(sentence, verb)
        if not _enough([*subjects, *others], frame.two and not together, subjects, others):
            continue
        host = (subjects if not passive else objects) if frame.host == "subject" else []
        yield Encounter(
            frame.name,
            verb,
            sentence,
            [*subjects, *others],
            frame.mode,
            frame.weight,
            verb,
            list(host),
            False,
            max(end, verb.i + 1),
            dated if len(spans) > 1 else None,
            {"trigger": verb.text, "subject": names_of(subjects), "partners": names_of(others)},
            repeated=is_repeated(sentence, verb),
        )


def _courtesy(sentence: Sentence, verb: Token, frame: VerbFrame, visited: list[Party]) -> Iterator[Encounter]:
    """The encounter of "called on President X"."""
    if callers := subjects_of(sentence, verb, frame):
        why = {"trigger": "called on", "subject": names_of(callers), "partners": names_of(visited)}
        parties = [*callers, *visited]
        yield Encounter("call-on", verb, sentence, parties, "in_person", 0.6, verb, until=visited[-1].end, why=why)


def _tells(sentence: Sentence, verb: Token, frame: VerbFrame) -> bool:
    """Whether the words around ``verb`` let it mean its frame: its particle, what it needs, no habit, no adjective."""
    doc, end = sentence.doc, sentence.span.end
    if frame.particle and not any(t.lower_ in frame.particle for t in doc[verb.i + 1 : verb.i + 3]):
        return False
    if (verb.lemma_ == "call" and not is_phone_call(verb)) or (verb.lemma_ == "see" and not is_seeing(sentence, verb)):
        return False
    if any(
        t.lower_ in vocabulary("habitual") for t in doc[max(sentence.span.start, verb.i - 3) : min(verb.i + 5, end)]
    ):
        return False
    if frame.needs and not _has_needed(sentence, verb, frame.needs):
        return False
    return not (verb.dep_ in {"amod", "compound"} and verb.tag_ in {"VBG", "VBN"} and verb.head.i > verb.i)


def _has_needed(sentence: Sentence, verb: Token, needs: frozenset[str]) -> bool:
    """Whether one of the words that the frame needs stands behind ``verb``; for "place", where someone was led."""
    behind = sentence.doc[verb.i : min(verb.i + 30, sentence.span.end)]
    if any(t.lower_ in needs for t in behind):
        return True
    return "place" in needs and any(
        _leads_to_place(sentence, t) for t in behind if t.lower_ in {"to", "at", "in"} and t.pos_ == "ADP"
    )


def _leads_to_place(sentence: Sentence, preposition: Token) -> bool:
    index = phrase_after(sentence, preposition.i)
    return index is not None and is_place(sentence, sentence.phrases[index])


def _is_mutual(verb: Token) -> bool:
    return [t.lower_ for t in verb.doc[verb.i + 1 : verb.i + 3]] in (["each", "other"], ["one", "another"])


def _objects(sentence: Sentence, verb: Token, frame: VerbFrame, passive: bool) -> tuple[list[Party] | None, int]:
    """(whom the verb is done to, token behind); the agent of a passive. None where the object is no one."""
    if "object" not in frame.parties:
        return [], verb.i + 1
    if passive:
        by = grammar.agent(verb)
        objects = list(list_at(sentence, by, verb)) if by is not None else []
        return (objects if objects or not frame.two else None), verb.i + 1
    objects, until = objects_of(sentence, verb)
    if all(sentence.doc[o.head].lower_ in vocabulary("bare_audience") and o.end - o.start <= 2 for o in objects):
        objects = []
    if frame.named_object and not any(is_named(sentence, o, frame.name) for o in objects):
        objects = []
    if _inanimate_object(verb, objects) and not behind_with(sentence, verb.i + 1, {"with"}):
        return None, until
    return objects, until


def _partners(
    sentence: Sentence, verb: Token, frame: VerbFrame, until: int, passive: bool
) -> list[tuple[list[Party], int, tuple[int, int] | None]]:
    """The lists of parties behind the frame's prepositions."""
    prepositions = set(frame.parties) - {"subject", "object"}
    if not prepositions or (passive and verb.tag_ == "VBN" and "object" in frame.parties):
        return []
    found = list(partners_behind(sentence, until, prepositions))
    if not frame.named_object:
        return found
    return [
        segment
        for segment in found
        if any(is_named(sentence, p, frame.name) for p in segment[0])
        and not only_listens(sentence, segment[0])
        and not (frame.name == "speak-with" and is_addressed(sentence, segment[0]))
    ]


def _is_no_encounter(sentence: Sentence, verb: Token, frame: VerbFrame, objects: list[Party], partnered: bool) -> bool:
    """Whether people only spoke up, what follows is the purpose of an encounter told already, or a couple met."""
    if frame.name == "speak-with" and not partnered and not speak_together(sentence, verb):
        return True
    if frame.name in PURPOSES and "to" in grammar.auxiliaries(verb) and told_already(sentence, verb):
        return True
    return is_acquaintance(sentence, objects) or (frame.name == "meet-with" and is_courtship(sentence))


def _called_on(sentence: Sentence, verb: Token) -> list[Party]:
    """Who was paid a call ("called on President X"), unless they were called on to do something."""
    doc = sentence.doc
    if (
        verb.i + 2 >= sentence.span.end
        or doc[verb.i + 1].lower_ != "on"
        or (index := sentence.starting(verb.i + 2)) is None
    ):
        return []
    parties, end = sentence.read_list(index)
    if not parties or any(p.kind != "person" or not p.title for p in parties):
        return []
    return [] if any(t.lower_ in {"to", "for"} for t in doc[end : min(end + 3, sentence.span.end)]) else parties


def _inanimate_object(verb: Token, objects: list[Party]) -> bool:
    """Whether the verb has an object that is nobody: "met its targets"."""
    if objects:
        return False
    return any(thing.ent_type_ not in {"DATE", "TIME"} and thing.i > verb.i for thing in grammar.children(verb, "dobj"))


def _enough(parties: list[Party], two: bool, subjects: list[Party], others: list[Party]) -> bool:
    """Whether these can be the parties of one encounter: two, or a group that met among itself."""
    count = sum(2 if p.kind == "pair" else 1 for p in parties)
    if count >= 2:
        return bool(subjects) or len(others) >= 2
    if two or len(parties) != 1:
        return False
    only = parties[0]
    return bool(subjects) and (only.plural or only.kind == "pair")
