"""Who stands on either side of a verb or noun: the lists of parties before it and behind its prepositions."""

from collections.abc import Iterator

from spacy.tokens import Token

from transforms.lexicon import vocabulary
from transforms.lexicon.meeting_words import VerbFrame, frames
from transforms.meetings.encounters import grammar
from transforms.meetings.parties.sentence import PARTY_KINDS, Party, Sentence

_CIRCUMSTANCES = {"DATE", "TIME", "GPE", "LOC", "FAC"}
# How far behind a trigger its "with" may stand, over adverbs, dates and places.
_REACH = 16


def names_of(parties: list[Party]) -> str:
    """The names of ``parties`` for an explanation."""
    return "; ".join(p.name for p in parties)


def is_repeated(sentence: Sentence, token: Token) -> bool:
    """Whether "separate" makes several encounters of a list."""
    near = sentence.doc[max(sentence.span.start, token.i - 5) : min(token.i + 2, sentence.span.end)]
    return any(t.lower_ in vocabulary("separate") for t in near)


def subjects_of(sentence: Sentence, verb: Token, frame: VerbFrame) -> list[Party]:
    """Who does what ``verb`` says."""
    who = grammar.subject(verb)
    if who is None or not sentence.span.start <= who.i < sentence.span.end:
        return left_of(sentence, verb)
    return list_at(sentence, who, verb) or left_of(sentence, verb)


def left_of(sentence: Sentence, verb: Token) -> list[Party]:
    """Parties right before ``verb`` where the parse gives no subject: "Xi, Putin meet"."""
    at = verb.i
    while at > sentence.span.start and sentence.doc[at - 1].pos_ in {"AUX", "ADV", "PART"}:
        at -= 1
    index = sentence.covering(at - 1) if at > sentence.span.start else None
    if index is None or sentence.phrases[index].kind not in PARTY_KINDS:
        return []
    return list_at(sentence, sentence.doc[sentence.phrases[index].head], verb)


def list_at(sentence: Sentence, token: Token, trigger: Token) -> list[Party]:
    """The list of parties that holds ``token``, from its first phrase on."""
    index = sentence.covering(token.i)
    if index is None:
        return []
    first = first_of_list(sentence, index, trigger)
    return _plausible(sentence, sentence.read_list(first, trigger.i, _is_headline(sentence, trigger))[0])


def _plausible(sentence: Sentence, parties: list[Party]) -> list[Party]:
    return [p for p in parties if sentence.doc[p.head].lemma_.lower() not in vocabulary("said_by")]


def _is_headline(sentence: Sentence, trigger: Token) -> bool:
    """A short sentence without an article before the verb, where a comma stands for "and"."""
    if len(sentence.span) > 16 or sentence.span[-1].text == ".":
        return False
    return not any(t.pos_ == "DET" and t.i < trigger.i for t in sentence.span)


def first_of_list(sentence: Sentence, index: int, trigger: Token) -> int:
    """The first phrase of the coordination that ``index`` is part of."""
    first = index
    seen_and = len(sentence.read_list(index, trigger.i)[0]) > 1
    headline = _is_headline(sentence, trigger)
    while first > 0:
        previous, current = sentence.phrases[first - 1], sentence.phrases[first]
        if previous.kind not in PARTY_KINDS:
            break
        _, stop = sentence.read_one(first - 1)
        stop = sentence.skip(stop)
        between = tuple(t.lower_ for t in sentence.doc[stop : current.start])
        head = sentence.doc[previous.head]
        loose = headline or (seen_and and previous.kind in {"person", "name", "country"})
        linked = head.dep_ not in {"pobj", "dobj", "npadvmod"} or (head.dep_ == "npadvmod" and loose)
        joined = between in {
            ("and",),
            (",", "and"),
            ("&",),
            ("as", "well", "as"),
            (",", "along", "with"),
            ("along", "with"),
        }
        if joined and linked:
            seen_and = True
        elif (
            between == (",",)
            and linked
            and (seen_and or headline or (previous.kind in {"person", "role"} and current.kind in {"person", "role"}))
        ):
            pass
        else:
            break
        first -= 1
    return first


def objects_of(sentence: Sentence, verb: Token) -> tuple[list[Party], int]:
    """(parties, token behind them) of the object of ``verb``."""
    things = grammar.children(verb, "dobj", "dative", "oprd")
    token = things[0] if things else None
    if token is None or token.i < verb.i:
        index = sentence.starting(verb.i + 1)
        if index is None and verb.i + 2 < sentence.span.end and sentence.doc[verb.i + 1].pos_ in {"ADJ", "VERB", "ADV"}:
            index = sentence.starting(verb.i + 2)
        if index is None:
            index = _late_object(sentence, verb)
    else:
        index = sentence.covering(token.i)
    if index is None or sentence.phrases[index].start <= verb.i:
        return [], verb.i + 1
    parties, end = sentence.read_list(index, verb.i)
    if end < sentence.span.end and sentence.doc[end].text in {"'s", "’s", "'", "’"}:
        return [], verb.i + 1
    return parties, (end if parties else verb.i + 1)


def _late_object(sentence: Sentence, verb: Token) -> int | None:
    """The object behind where and when: "received in audience on Thursday at the palace the president of Peru"."""
    at, end = verb.i + 1, min(sentence.span.end, verb.i + _REACH)
    while at < end:
        token, index = sentence.doc[at], sentence.starting(at)
        dated = token.ent_type_ in {"DATE", "TIME"}
        if index is not None and not dated and sentence.phrases[index].kind in {"person", "role"}:
            return index if at > verb.i + 1 and sentence.doc[at - 1].pos_ not in {"ADP", "CCONJ", "PUNCT"} else None
        if token.pos_ == "ADP" and (behind := sentence.phrase_near(at + 1)) is not None:
            at = sentence.phrases[behind].end
        elif dated or token.pos_ in {"ADP", "ADV"}:
            at += 1
        else:
            return None
    return None


def _is_when(sentence: Sentence, index: int) -> bool:
    """Whether phrase ``index`` is a date and nobody's name: the model takes the name of "met with Ana Ruiz Friday" in."""
    phrase = sentence.phrases[index]
    return phrase.kind != "person" and sentence.doc[phrase.head].ent_type_ in {"DATE", "TIME"}


def preposition_before(sentence: Sentence, party: Party) -> str:
    """The word before ``party`` in lower case."""
    return sentence.doc[party.start - 1].lower_ if party.start > 0 else ""


def partners_behind(
    sentence: Sentence, start: int, prepositions: set[str]
) -> Iterator[tuple[list[Party], int, tuple[int, int] | None]]:
    """The lists of parties behind each "with" from token ``start`` on: (parties, end, tokens of its own date)."""
    doc, at, end = sentence.doc, start, sentence.span.end
    limit = min(end, start + _REACH)
    since, got, nouns = start, False, frames().nouns
    while at < limit:
        token = doc[at]
        if token.lower_ in prepositions and doc[at - 1].lower_ not in {
            "according",
            "due",
            "thanks",
            "prior",
            "together" if got else "",
        }:
            index = sentence.starting(at + 1)
            if index is None:
                index = _near(sentence, at + 1)
            if index is not None and not _is_when(sentence, index):
                parties, stop = sentence.read_list(index)
                if parties and not _is_relation(sentence, at, start):
                    yield parties, stop, (since, at)
                    got, since, at = True, stop, stop
                    limit = min(end, stop + 6)
                    if not (
                        (at < end and doc[at].lower_ in {"and", "—", "-"})
                        or (at + 1 < end and doc[at].text == "," and doc[at + 1].lower_ == "and")
                    ):
                        return
                    continue
        if token.pos_ in {"VERB", "AUX"} and token.tag_ in {"VBD", "VBZ", "VBP", "MD"}:
            return
        if token.text in {";", ":"} or (got and token.pos_ in {"PRON", "SCONJ"}):
            return
        if token.pos_ == "SCONJ" and token.lower_ in {"that", "because", "although", "while", "as"}:
            return
        if (
            at > start
            and token.pos_ == "NOUN"
            and token.lemma_.lower() in nouns
            and token.lemma_.lower() not in vocabulary("talk_over")
        ):
            return
        at += 1


def _is_relation(sentence: Sentence, preposition: int, start: int) -> bool:
    """Whether the "with" at ``preposition`` belongs to a relation and not to the encounter."""
    before = sentence.doc[preposition - 1]
    if before.lower_ == "link" and sentence.doc[preposition - 2].lower_ in {"video", "satellite", "audio", "telephone"}:
        return False
    return (
        preposition - 1 >= start
        and before.pos_ in {"NOUN", "PROPN"}
        and before.lemma_.lower() in vocabulary("relations")
    )


def another_day(sentence: Sentence, at: int) -> tuple[list[Party], int, tuple[int, int]] | None:
    """The second partner of "met A in Oslo on Monday and B in Bern on Tuesday": (parties, end, tokens around both)."""
    doc, end = sentence.doc, sentence.span.end
    stop = _behind_circumstances(sentence, at)
    if stop == at or stop + 1 >= end or doc[stop].lower_ != "and" or (index := sentence.starting(stop + 1)) is None:
        return None
    parties, behind = sentence.read_list(index)
    last = _behind_circumstances(sentence, behind)
    if not parties or not any(t.ent_type_ == "DATE" for t in doc[behind:last]):
        return None
    return parties, behind, (stop, last)


def _behind_circumstances(sentence: Sentence, at: int) -> int:
    """The token behind the days and places that begin at token ``at``."""
    doc, stop, joints = sentence.doc, at, {"on", "in", "at"}
    while stop < min(sentence.span.end, at + 9):
        unknown = doc[stop].pos_ == "PROPN" and doc[stop - 1].lower_ in {"in", "at"}
        if not unknown and doc[stop].ent_type_ not in _CIRCUMSTANCES and doc[stop].lower_ not in joints:
            break
        stop += 1
    return stop


def _near(sentence: Sentence, at: int) -> int | None:
    """The phrase that begins within three tokens of ``at`` over adverbs and adjectives."""
    for i in range(at, min(at + 4, sentence.span.end)):
        index = sentence.starting(i)
        if index is not None:
            return index
        if sentence.doc[i].pos_ not in {"ADV", "ADJ", "DET", "NUM", "PUNCT", "VERB"}:
            return None
    return None


def behind_with(sentence: Sentence, start: int, prepositions: set[str]) -> bool:
    """Whether a party stands behind one of ``prepositions``."""
    return next(partners_behind(sentence, start, prepositions), None) is not None
