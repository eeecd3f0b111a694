"""From a verb of encounter to who met whom: "A met B", "A was received by B"."""

from collections.abc import Iterator

from spacy.tokens import Token

from transforms.meetings import grammar
from transforms.meetings.eligible import BARE_AUDIENCE, is_named, only_listens
from transforms.meetings.encounter import Encounter
from transforms.meetings.lexicon import Frames, VerbFrame
from transforms.meetings.parties import Party, Sentence
from transforms.meetings.senses import (
    HABITUAL,
    PURPOSES,
    is_acquaintance,
    is_courtship,
    is_phone_call,
    is_seeing,
    speak_by_means,
    speak_together,
    told_already,
)
from transforms.meetings.sides import (
    another_day,
    behind_with,
    is_repeated,
    list_at,
    names_of,
    objects_of,
    partners_behind,
    preposition_before,
    subjects_of,
)


def match_verb(sentence: Sentence, verb: Token, frame: VerbFrame, table: Frames) -> Iterator[Encounter]:
    """The encounters that ``verb`` tells of, each with its parties as they stand."""
    doc = sentence.doc
    if frame.particle and not any(t.lower_ == frame.particle for t in doc[verb.i + 1 : verb.i + 3]):
        return
    if verb.lemma_ == "call" and (visited := _called_on(sentence, verb)):
        callers = subjects_of(sentence, verb, frame)
        if callers:
            yield Encounter(
                "call-on",
                verb,
                sentence,
                [*callers, *visited],
                "in_person",
                0.6,
                verb,
                until=visited[-1].end,
                why={"trigger": "called on", "subject": names_of(callers), "partners": names_of(visited)},
            )
        return
    if verb.lemma_ == "call" and not is_phone_call(verb):
        return
    if any(
        t.lower_ in HABITUAL for t in doc[max(sentence.span.start, verb.i - 3) : min(verb.i + 5, sentence.span.end)]
    ):
        return
    if verb.lemma_ == "see" and not is_seeing(sentence, verb):
        return
    if frame.needs and not any(t.lower_ in frame.needs for t in doc[verb.i : min(verb.i + 30, sentence.span.end)]):
        return
    if verb.dep_ in {"amod", "compound"} and verb.tag_ in {"VBG", "VBN"} and verb.head.i > verb.i:
        return
    subjects = subjects_of(sentence, verb, frame)
    objects: list[Party] = []
    until = verb.i + 1
    passive = grammar.is_passive(verb)
    if passive and "object" in frame.parties:
        by = grammar.agent(verb)
        objects = list(list_at(sentence, by, verb)) if by is not None else []
        if not objects and frame.two:
            return
    elif "object" in frame.parties:
        objects, until = objects_of(sentence, verb)
        if all(sentence.doc[o.head].lower_ in BARE_AUDIENCE and o.end - o.start <= 2 for o in objects):
            objects = []
        if frame.named_object and not any(is_named(sentence, o, frame.name) for o in objects):
            objects = []
        if _inanimate_object(sentence, verb, objects) and not behind_with(sentence, verb.i + 1, {"with"}):
            return
    segments: list[tuple[list[Party], int, tuple[int, int] | None]] = []
    prepositions = {p for p in frame.parties if p not in {"subject", "object"}}
    if prepositions and not (passive and verb.tag_ == "VBN" and "object" in frame.parties):
        segments = list(partners_behind(sentence, until, prepositions))
    if frame.named_object and prepositions:
        segments = [
            (p, e, d)
            for p, e, d in segments
            if any(is_named(sentence, q, frame.name) for q in p) and not only_listens(sentence, p)
        ]
    if (
        verb.lemma_ in {"speak", "talk", "chat"}
        and segments
        and preposition_before(sentence, segments[0][0][0]) == "to"
    ):
        segments = [(p, e, d) for p, e, d in segments if not only_listens(sentence, p)]
    mutual = [t.lower_ for t in doc[verb.i + 1 : verb.i + 3]] in (["each", "other"], ["one", "another"])
    if mutual:
        objects = []
    if "object" in frame.parties and not objects and "with" not in prepositions and not passive and not mutual:
        return
    if frame.name == "speak-with" and not segments and not speak_together(sentence, verb):
        return
    if frame.name in PURPOSES and "to" in grammar.auxiliaries(verb) and told_already(sentence, verb):
        return
    if is_acquaintance(sentence, objects) or (frame.name == "meet-with" and is_courtship(sentence)):
        return
    spans = segments or [([], until, None)]
    if objects and not segments and (more := another_day(sentence, until)) is not None:
        spans = [(objects, until, (verb.i, more[2][0])), more]
        objects = []
    for extra, end, dated in spans:
        parties = [*subjects, *objects, *extra]
        together = frame.name == "speak-with" and not extra and speak_by_means(sentence, verb)
        if not _enough(sentence, parties, frame.two and not together, subjects, [*objects, *extra]):
            continue
        host = (subjects if not passive else objects) if frame.host == "subject" else []
        yield Encounter(
            frame.name,
            verb,
            sentence,
            parties,
            frame.mode,
            frame.weight,
            verb,
            list(host),
            False,
            max(end, verb.i + 1),
            dated if len(spans) > 1 else None,
            {"trigger": verb.text, "subject": names_of(subjects), "partners": names_of([*objects, *extra])},
            repeated=is_repeated(sentence, verb),
        )


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


def _inanimate_object(sentence: Sentence, verb: Token, objects: list[Party]) -> bool:
    """Whether the verb has an object that is nobody: "met its targets"."""
    if objects:
        return False
    return any(thing.ent_type_ not in {"DATE", "TIME"} and thing.i > verb.i for thing in grammar.children(verb, "dobj"))


def _enough(sentence: Sentence, parties: list[Party], two: bool, subjects: list[Party], others: list[Party]) -> bool:
    """Whether these can be the parties of one encounter: two, or a group that met among itself."""
    count = sum(2 if p.kind == "pair" else 1 for p in parties)
    if count >= 2:
        return bool(subjects) or len(others) >= 2
    if two or len(parties) != 1:
        return False
    only = parties[0]
    return bool(subjects) and (only.plural or only.kind == "pair")
