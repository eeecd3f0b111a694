"""Frames over the parse: from a verb or noun of encounter to who met whom."""

import dataclasses
from collections.abc import Iterator

from spacy.tokens import Token

from transforms.language import countries
from transforms.language.organisations import organisation_of
from transforms.language.words import noun_kind, plurals, words
from transforms.meetings import grammar
from transforms.meetings.encounter import Encounter
from transforms.meetings.lexicon import Frames, NounFrame, VerbFrame, frames
from transforms.meetings.parties import PARTY_KINDS, Party, Sentence

# How far behind a trigger its "with" may stand, over adverbs, dates and places.
_REACH = 16
_WITH = {"with", "between", "among", "amongst", "alongside"}
_SAID_BY = {
    "spokesman",
    "spokeswoman",
    "spokesperson",
    "spokesmen",
    "analyst",
    "expert",
    "reporter",
    "observer",
    "source",
    "statement",
    "report",
}
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
                found.extend(_verb(sentence, token, frame, table))
        elif token.pos_ in {"NOUN", "PROPN"}:
            noun = table.nouns.get(lemma) or table.nouns.get(token.lower_)
            if noun is not None and not _is_gerund(sentence, token) and _is_encounter(sentence, token, noun):
                found.extend(_noun(sentence, token, noun, table))
            elif (
                token.tag_ == "NN"
                and token.lower_.endswith("ing")
                and (gerund := table.forms.get(token.lower_))
                and _is_gerund(sentence, token)
            ):
                found.extend(_verb(sentence, token, gerund, table))
            elif (verb := table.verbs.get(lemma) or table.forms.get(token.lower_)) and _stands_as_verb(sentence, token):
                found.extend(_verb(sentence, token, verb, table))
    return found


def _is_gerund(sentence: Sentence, token: Token) -> bool:
    """Whether "meeting" right behind a verb and before a person is no noun: "denied meeting trader Luca Ferri"."""
    if token.lower_ != "meeting" or token.i == sentence.span.start or token.i + 1 >= sentence.span.end:
        return False
    before = sentence.doc[token.i - 1]
    if before.pos_ != "VERB" or before.lemma_ in frames().support - {"deny", "avoid", "recall", "describe", "mention"}:
        return False
    index = sentence.covering(token.i + 1)
    return index is not None and sentence.phrases[index].kind == "person" and sentence.phrases[index].end > token.i + 1


def _stands_as_verb(sentence: Sentence, token: Token) -> bool:
    """Whether a noun right behind a person is a headline's or caption's verb: "Erdogan greets Bahceli"."""
    if token.i == sentence.span.start:
        return False
    index = sentence.covering(token.i - 1)
    return (
        index is not None
        and sentence.phrases[index].kind in {"person", "role"}
        and sentence.phrases[index].end == token.i
    )


# ---- verbs


def _verb(sentence: Sentence, verb: Token, frame: VerbFrame, table: Frames) -> Iterator[Encounter]:
    doc = sentence.doc
    if frame.particle and not any(t.lower_ == frame.particle for t in doc[verb.i + 1 : verb.i + 3]):
        return
    if verb.lemma_ == "call" and (visited := _called_on(sentence, verb)):
        callers = _subjects(sentence, verb, frame)
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
                why={"trigger": "called on", "subject": _words(callers), "partners": _words(visited)},
            )
        return
    if verb.lemma_ == "call" and not _is_phone_call(verb):
        return
    if any(
        t.lower_ in _HABITUAL for t in doc[max(sentence.span.start, verb.i - 3) : min(verb.i + 5, sentence.span.end)]
    ):
        return
    if verb.lemma_ == "see" and not _is_seeing(sentence, verb):
        return
    if frame.needs and not any(t.lower_ in frame.needs for t in doc[verb.i : min(verb.i + 30, sentence.span.end)]):
        return
    if verb.dep_ in {"amod", "compound"} and verb.tag_ in {"VBG", "VBN"} and verb.head.i > verb.i:
        return
    subjects = _subjects(sentence, verb, frame)
    objects: list[Party] = []
    until = verb.i + 1
    passive = grammar.is_passive(verb)
    if passive and "object" in frame.parties:
        by = grammar.agent(verb)
        objects = list(_list_at(sentence, by, verb)) if by is not None else []
        if not objects and frame.two:
            return
    elif "object" in frame.parties:
        objects, until = _objects(sentence, verb)
        if all(sentence.doc[o.head].lower_ in _BARE_AUDIENCE and o.end - o.start <= 2 for o in objects):
            objects = []
        if frame.named_object and not any(_is_named(sentence, o, frame.name) for o in objects):
            objects = []
        if _inanimate_object(sentence, verb, objects) and not _behind_with(sentence, verb.i + 1, {"with"}):
            return
    segments: list[tuple[list[Party], int, tuple[int, int] | None]] = []
    prepositions = {p for p in frame.parties if p not in {"subject", "object"}}
    if prepositions and not (passive and verb.tag_ == "VBN" and "object" in frame.parties):
        segments = list(_segments(sentence, until, prepositions))
    if frame.named_object and prepositions:
        segments = [
            (p, e, d)
            for p, e, d in segments
            if any(_is_named(sentence, q, frame.name) for q in p) and not _audience(sentence, p)
        ]
    if (
        verb.lemma_ in {"speak", "talk", "chat"}
        and segments
        and _preposition_before(sentence, segments[0][0][0]) == "to"
    ):
        segments = [(p, e, d) for p, e, d in segments if not _audience(sentence, p)]
    mutual = [t.lower_ for t in doc[verb.i + 1 : verb.i + 3]] in (["each", "other"], ["one", "another"])
    if mutual:
        objects = []
    if "object" in frame.parties and not objects and "with" not in prepositions and not passive and not mutual:
        return
    if frame.name == "speak-with" and not segments and not _speak_together(sentence, verb):
        return
    if frame.name in _PURPOSES and "to" in grammar.auxiliaries(verb) and _told_already(sentence, verb):
        return
    if _is_acquaintance(sentence, objects):
        return
    spans = segments or [([], until, None)]
    if objects and not segments and (more := _another_day(sentence, until)) is not None:
        spans = [(objects, until, (verb.i, more[2][0])), more]
        objects = []
    for extra, end, dated in spans:
        parties = [*subjects, *objects, *extra]
        if not _enough(sentence, parties, frame.two, subjects, [*objects, *extra]):
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
            {"trigger": verb.text, "subject": _words(subjects), "partners": _words([*objects, *extra])},
            repeated=_is_repeated(sentence, verb),
        )


# "met to discuss": what an encounter was for is no second one.
_PURPOSES = {"discuss", "exchange-views", "negotiate", "confer"}


def _told_already(sentence: Sentence, verb: Token) -> bool:
    table = frames()
    return any(
        t.i != verb.i and (t.lemma_.lower() in table.nouns or (t.pos_ == "VERB" and t.lemma_ in table.verbs))
        for t in sentence.doc[max(sentence.span.start, verb.i - 30) : verb.i]
    )


def _speak_together(sentence: Sentence, verb: Token) -> bool:
    """Whether people who "spoke" did so with each other, and not in front of the Pentagon or to the media."""
    at = verb.i + 1
    while at < sentence.span.end and (sentence.doc[at].pos_ == "ADV" or sentence.doc[at].ent_type_ in {"DATE", "TIME"}):
        at += 1
    if at >= sentence.span.end or sentence.doc[at].is_punct:
        return True
    low = sentence.doc[at].lower_
    following = {t.lower_ for t in sentence.doc[at : at + 4]}
    if low in {"by", "over", "via"} or (
        low == "on" and (following & {"phone", "telephone"} or sentence.doc[at + 1].ent_type_ == "DATE")
    ):
        return True
    return low in {"for", "again", "and"} or "each" in following


def _is_acquaintance(sentence: Sentence, objects: list[Party]) -> bool:
    """ "met the woman of my dreams", "met his wife": no encounter of parties."""
    if len(objects) != 1 or objects[0].kind != "group" or objects[0].plural:
        return False
    return sentence.doc[objects[0].head].lower_ in {
        "woman",
        "man",
        "girl",
        "boy",
        "wife",
        "husband",
        "girlfriend",
        "boyfriend",
        "friend",
        "person",
    }


def _words(parties: list[Party]) -> str:
    return "; ".join(p.name for p in parties)


def _is_repeated(sentence: Sentence, token: Token) -> bool:
    near = sentence.doc[max(sentence.span.start, token.i - 5) : min(token.i + 2, sentence.span.end)]
    return any(t.lower_ in {"separate", "separately", "individual", "individually"} for t in near)


_HABITUAL = {
    "every",
    "often",
    "usually",
    "regularly",
    "daily",
    "nightly",
    "weekly",
    "sometimes",
    "always",
    "rarely",
    "routinely",
    "annually",
}


def _is_seeing(sentence: Sentence, verb: Token) -> bool:
    """Whether "see" is to meet: "will see both brothers next Monday", "had last seen each other in Riyadh"."""
    following = [t.lower_ for t in sentence.doc[verb.i + 1 : verb.i + 3]]
    if following == ["each", "other"] or following == ["one", "another"]:
        return True
    if grammar.children(verb, "ccomp", "xcomp", "neg") or not grammar.children(verb, "dobj"):
        return False
    return bool(grammar.auxiliaries(verb) & {"will", "to"}) and any(
        t.ent_type_ in {"DATE", "TIME"} for t in sentence.doc[verb.i : verb.i + 9]
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


def _is_phone_call(verb: Token) -> bool:
    """Whether "call" is to telephone: no "call for", "call on", "call B a liar", "so-called"."""
    following = verb.nbor(1).lower_ if verb.i + 1 < len(verb.doc) else ""
    if following in {"for", "on", "upon", "out", "off", "in", "itself", "themselves", "himself", "into"}:
        return False
    if any(c.dep_ in {"oprd", "ccomp", "xcomp", "attr", "acomp"} for c in verb.children):
        allowed = [
            c for c in verb.children if c.dep_ in {"xcomp"} and c.pos_ == "VERB" and "to" in grammar.auxiliaries(c)
        ]
        if not allowed:
            return False
    if verb.tag_ == "VBN" and not grammar.children(verb, "aux"):
        return False
    objects = grammar.children(verb, "dobj", "dative")
    if len(objects) > 1 or any(t.text in {'"', "“"} for t in verb.doc[verb.i + 1 : verb.i + 8]):
        return False
    # "called the attacks barbarous": something stands behind the object that describes it
    for thing in objects:
        end = max(t.i for t in thing.subtree) + 1
        if end < len(verb.doc) and verb.doc[end].pos_ in {"ADJ", "DET", "NOUN"}:
            if verb.doc[end].ent_type_ in {"DATE", "TIME"} or verb.doc[end].lower_ in {
                "this",
                "last",
                "today",
                "tomorrow",
                "early",
                "late",
            }:
                continue
            return False
    return True


def _subjects(sentence: Sentence, verb: Token, frame: VerbFrame) -> list[Party]:
    who = grammar.subject(verb)
    if grammar.is_passive(verb) and "object" not in frame.parties and (by := grammar.agent(verb)) is not None:
        who = by
    if who is None or not sentence.span.start <= who.i < sentence.span.end:
        return _left_of(sentence, verb)
    return _list_at(sentence, who, verb) or _left_of(sentence, verb)


def _left_of(sentence: Sentence, verb: Token) -> list[Party]:
    """Parties right before ``verb`` where the parse gives no subject: "Xi, Putin meet"."""
    at = verb.i
    while at > sentence.span.start and (
        sentence.doc[at - 1].pos_ in {"AUX", "ADV", "PART"} or sentence.doc[at - 1].lower_ in {"will", "to", "also"}
    ):
        at -= 1
    index = sentence.covering(at - 1) if at > sentence.span.start else None
    if index is None or sentence.phrases[index].kind not in PARTY_KINDS:
        return []
    return _list_at(sentence, sentence.doc[sentence.phrases[index].head], verb)


def _list_at(sentence: Sentence, token: Token, trigger: Token) -> list[Party]:
    """The list of parties that holds ``token``, from its first phrase on."""
    index = sentence.covering(token.i)
    if index is None:
        return []
    first = _first_of_list(sentence, index, trigger)
    headline = _is_headline(sentence, trigger)
    while first <= index:
        parties, _ = sentence.read_list(first, trigger.i, headline)
        if any(p.start <= token.i < p.end for p in parties) or (
            parties and first < index and parties[-1].end > token.i
        ):
            return _plausible(sentence, parties)
        if first == index:
            return _plausible(sentence, parties)
        first += 1
    return []


def _plausible(sentence: Sentence, parties: list[Party]) -> list[Party]:
    return [p for p in parties if sentence.doc[p.head].lemma_.lower() not in _SAID_BY or p.kind == "person"]


def _is_headline(sentence: Sentence, trigger: Token) -> bool:
    """A short sentence without an article before the verb, where a comma stands for "and"."""
    if len(sentence.span) > 16 or sentence.span[-1].text == ".":
        return False
    return not any(t.pos_ == "DET" and t.i < trigger.i for t in sentence.span)


def _first_of_list(sentence: Sentence, index: int, trigger: Token) -> int:
    """The first phrase of the coordination that ``index`` is part of."""
    first, seen_and = index, False
    headline = _is_headline(sentence, trigger)
    while first > 0:
        previous, current = sentence.phrases[first - 1], sentence.phrases[first]
        if previous.kind not in PARTY_KINDS:
            break
        _, stop = sentence.read_one(first - 1)
        stop = sentence.skip(stop)
        between = tuple(t.lower_ for t in sentence.doc[stop : current.start])
        head = sentence.doc[previous.head]
        linked = head.dep_ not in {"pobj", "dobj", "npadvmod"} or (head.dep_ == "npadvmod" and headline)
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


def _objects(sentence: Sentence, verb: Token) -> tuple[list[Party], int]:
    things = grammar.children(verb, "dobj", "dative", "oprd")
    token = things[0] if things else None
    if token is None or token.i < verb.i:
        index = sentence.starting(verb.i + 1)
        if index is None and verb.i + 2 < sentence.span.end and sentence.doc[verb.i + 1].pos_ in {"ADJ", "VERB", "ADV"}:
            index = sentence.starting(verb.i + 2)
    else:
        index = sentence.covering(token.i)
        near = sentence.starting(verb.i + 1)
        if (
            near is not None
            and index is not None
            and near < index
            and sentence.phrases[near].kind in {"person", "role", "group"}
        ):
            index = near
    if index is None or sentence.phrases[index].start <= verb.i:
        return [], verb.i + 1
    if _label(sentence, index) in {"DATE", "TIME"}:
        return [], verb.i + 1
    parties, end = sentence.read_list(index, verb.i)
    if end < sentence.span.end and sentence.doc[end].text in {"'s", "’s", "'", "’"}:
        return [], verb.i + 1
    return parties, (end if parties else verb.i + 1)


def _label(sentence: Sentence, index: int) -> str:
    phrase = sentence.phrases[index]
    return str(sentence.doc[phrase.head].ent_type_)


def _inanimate_object(sentence: Sentence, verb: Token, objects: list[Party]) -> bool:
    """Whether the verb has an object that is nobody: "met its targets"."""
    if objects:
        return False
    return any(thing.ent_type_ not in {"DATE", "TIME"} and thing.i > verb.i for thing in grammar.children(verb, "dobj"))


_BARE_AUDIENCE = {
    "press",
    "media",
    "reporters",
    "journalists",
    "crowd",
    "crowds",
    "public",
    "audience",
    "fans",
    "supporters",
}


def _is_named(sentence: Sentence, party: Party, frame: str) -> bool:
    """Whether ``party`` is someone whom one meets by appointment: a person with a name, an office, a delegation."""
    head = sentence.doc[party.head]
    if frame in {"visit-person", "together", "greet", "summon"}:
        return (party.kind == "person" and (party.title is not None or frame != "visit-person")) or (
            party.kind == "group" and noun_kind(head.text) == "office" and not party.plural
        )
    if party.kind == "group":
        return (
            noun_kind(head.text) == "office"
            or head.lemma_.lower() in _DELEGATIONS
            or (party.country is not None and noun_kind(head.text) == "body")
        )
    if party.kind in {"country", "organization"}:
        return (
            frame in {"speak-with", "discuss"}
            or noun_kind(sentence.doc[party.head - 1].text) == "office"
            or _behind_office(sentence, party)
        )
    return True


def _behind_office(sentence: Sentence, party: Party) -> bool:
    """Whether a country stands for its leaders: "hosted the presidents of Uganda and Rwanda"."""
    for token in sentence.doc[max(sentence.span.start, party.start - 9) : party.start]:
        if (
            noun_kind(token.text) == "office"
            and token.i + 1 < party.start
            and sentence.doc[token.i + 1].lower_ in {"of", "from"}
        ):
            return True
    return False


_DELEGATIONS = {"delegation", "team", "group", "mission", "pair", "family", "counterpart", "committee", "panel"}


def _audience(sentence: Sentence, parties: list[Party]) -> bool:
    """Whether those spoken to only listen: reporters, a crowd."""
    heads = words("audience") | plurals("audience")
    return all(
        p.kind in {"group", "organization"} and any(t.lower_ in heads for t in sentence.doc[p.start : p.end])
        for p in parties
    )


def _preposition_before(sentence: Sentence, party: Party) -> str:
    return sentence.doc[party.start - 1].lower_ if party.start > 0 else ""


def _segments(
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
            if index is not None and _label(sentence, index) not in {"DATE", "TIME"}:
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
        if token.text in {";", ":"} or (
            got and (token.pos_ in {"PRON", "SCONJ"} or token.lower_ in {"to", "in", "for"})
        ):
            return
        if token.pos_ == "SCONJ" and token.lower_ in {"that", "because", "although", "while", "as"}:
            return
        if at > start and token.pos_ == "NOUN" and token.lemma_.lower() in nouns and token.lemma_.lower() not in _MEDIA:
            return
        at += 1


# Nouns that a conversation is held by or over: "spoke in a phone call with B".
_MEDIA = {"call", "conversation", "conference", "exchange", "session", "lunch", "dinner", "breakfast"}
# "discussed the war with Iran": what is with Iran is the war.
_RELATIONS = {
    "relation",
    "relations",
    "relationship",
    "tie",
    "ties",
    "war",
    "border",
    "trade",
    "deal",
    "agreement",
    "conflict",
    "cooperation",
    "alliance",
    "partnership",
    "treaty",
    "pact",
    "negotiation",
    "talks",
    "dispute",
    "rapprochement",
    "link",
    "friendship",
    "problem",
    "issue",
    "accord",
    "swap",
    "ceasefire",
    "truce",
    "business",
    "commerce",
    "frontier",
    "engagement",
    "contact",
    "difference",
    "experience",
    "history",
    "struggle",
    "battle",
    "work",
    "frustration",
    "dialogue",
    "disagreement",
    "rift",
    "feud",
    "standoff",
    "tension",
    "crisis",
    "competition",
}


def _is_relation(sentence: Sentence, preposition: int, start: int) -> bool:
    """Whether the "with" at ``preposition`` belongs to a relation and not to the encounter."""
    before = sentence.doc[preposition - 1]
    return preposition - 1 >= start and before.pos_ in {"NOUN", "PROPN"} and before.lemma_.lower() in _RELATIONS


def _another_day(sentence: Sentence, at: int) -> tuple[list[Party], int, tuple[int, int]] | None:
    """The second partner of "met A on Monday and B on Tuesday": (parties, end, tokens around the date)."""
    doc, end = sentence.doc, sentence.span.end
    stop = at
    while (
        stop < end and (doc[stop].ent_type_ in {"DATE", "TIME"} or doc[stop].lower_ in {"on", "in"}) and stop - at < 6
    ):
        stop += 1
    if stop == at or stop + 1 >= end or doc[stop].lower_ != "and" or (index := sentence.starting(stop + 1)) is None:
        return None
    parties, behind = sentence.read_list(index)
    dated = behind + 1 < end and any(t.ent_type_ == "DATE" for t in doc[behind : behind + 3])
    if not dated or not parties or any(p.kind not in {"person", "group"} for p in parties):
        return None
    return parties, behind, (stop, min(behind + 4, end))


def _near(sentence: Sentence, at: int) -> int | None:
    """The phrase that begins within three tokens of ``at`` over adverbs and adjectives."""
    for i in range(at, min(at + 4, sentence.span.end)):
        index = sentence.starting(i)
        if index is not None:
            return index
        if sentence.doc[i].pos_ not in {"ADV", "ADJ", "DET", "NUM", "PUNCT", "VERB"}:
            return None
    return None


def _behind_with(sentence: Sentence, start: int, prepositions: set[str]) -> bool:
    return next(_segments(sentence, start, prepositions), None) is not None


def _enough(sentence: Sentence, parties: list[Party], two: bool, subjects: list[Party], others: list[Party]) -> bool:
    """Whether these can be the parties of one encounter: two, or a group that met among itself."""
    count = sum(2 if p.kind == "pair" else 1 for p in parties)
    if count >= 2:
        return bool(subjects) or len(others) >= 2
    if two or len(parties) != 1:
        return False
    only = parties[0]
    return bool(subjects) and (only.plural or only.kind == "pair")


# ---- nouns


def _is_encounter(sentence: Sentence, noun: Token, frame: NounFrame) -> bool:
    before = sentence.doc[max(sentence.span.start, noun.i - 3) : noun.i]
    if frame.modifiers:
        return any(t.lower_ in frame.modifiers for t in before) and not any(
            t.lower_ in {"press", "news"} for t in before
        )
    if any(t.lower_ in {"press", "news"} for t in before):
        return False
    following = sentence.doc[noun.i + 1].lower_ if noun.i + 1 < sentence.span.end else ""
    if noun.lemma_.lower() == "call":
        dated = noun.i + 2 < sentence.span.end and sentence.doc[noun.i + 2].ent_type_ in {"DATE", "TIME"}
        return following not in {"for", "on", "upon", "center", "centre", "centers"} or (following == "on" and dated)
    if (
        noun.lemma_.lower() in {"exchange", "talk"}
        and noun.tag_ == "NN"
        and not any(t.lower_ in {"phone", "telephone"} for t in before)
    ):
        return (noun.lemma_.lower() == "exchange" and following == "with") or following == "with" or noun.dep_ == "dobj"
    if noun.dep_ == "compound" and noun.head.i > noun.i and noun.head.pos_ in {"NOUN", "PROPN"}:
        return noun.head.lemma_.lower() in {"meeting", "talk", "talks", "date"}
    return True


def _noun(sentence: Sentence, noun: Token, frame: NounFrame, table: Frames) -> Iterator[Encounter]:
    doc = sentence.doc
    if _is_occasion(sentence, noun):
        return
    owner = _possessor(sentence, noun)
    pair = _compound(sentence, noun)
    prepositions = _WITH | ({"to", "from"} if frame.mode == "phone" else set())
    relative = next((c for c in noun.children if c.dep_ == "relcl" and c.lemma_ in table.support), None)
    segments = list(_segments(sentence, noun.i + 1, prepositions))
    if relative is not None and not segments:
        segments = list(_segments(sentence, relative.i + 1, prepositions))
    if frame.mode == "phone" and segments and _preposition_before(sentence, segments[0][0][0]) in {"to", "from"}:
        segments = [
            g
            for g in segments
            if all(_is_named(sentence, p, "speak-with") for p in g[0]) and not _audience(sentence, g[0])
        ]
    partners, end, _dated = segments[0] if segments else ([], noun.i + 1, None)
    between = bool(partners) and _preposition_before(sentence, partners[0]) in {"between", "among", "amongst"}
    own_group: list[Party] = []
    if not partners and noun.i + 1 < sentence.span.end and doc[noun.i + 1].lower_ in {"of", "involving", "by"}:
        index = sentence.starting(noun.i + 2)
        if index is not None:
            own_group, end = sentence.read_list(index)
            if not (len(own_group) >= 2 or (own_group and own_group[0].plural)):
                own_group, end = [], noun.i + 1
    verb = grammar.governor(noun)
    why = {"trigger": noun.text, "partners": _words(partners or own_group), "possessor": _words([*owner, *pair])}
    parties = [*owner, *pair]
    if pair and not partners:
        parties = [*pair]
    complete = between or len(pair) >= 2 or bool(own_group)
    parties = [*parties, *partners, *own_group] if not (between and owner) else partners
    outer: list[Party] = []
    if not complete and not (owner and partners) and not any(p.kind == "pronoun" and p.plural for p in owner):
        outer = (
            _list_at(sentence, subject, relative)
            if relative is not None and (subject := grammar.subject(relative)) is not None and subject != noun
            else []
        )
        outer = outer or _other_side(sentence, noun, verb, frame, table, bool(partners) or bool(pair), list(parties))
        why["subject"] = _words(outer)
    if not partners and not parties and not outer and (told := _told(sentence, noun, table)) is not None:
        outer, verb = told
    full = _unique([*outer, *parties])
    if not _enough_noun(full, complete):
        return
    host = outer if verb is not None and verb.lemma_ == "host" else []
    first = Encounter(
        frame.name,
        noun,
        sentence,
        full,
        frame.mode,
        frame.weight,
        verb,
        list(host),
        True,
        max(end, noun.i + 1),
        None,
        why,
        repeated=_is_repeated(sentence, noun),
    )
    yield first
    for more, stop, when in segments[1:]:
        yield dataclasses.replace(first, parties=_unique([*outer, *owner, *more]), until=stop, date_span=when)


def _is_occasion(sentence: Sentence, noun: Token) -> bool:
    """Whether the noun is the event on whose margins something else took place."""
    start = noun.left_edge.i if noun.i - noun.left_edge.i <= 12 else noun.i
    low = [t.lower_ for t in sentence.doc[max(sentence.span.start, start - 4) : start + 1]]
    return any(word in {"sidelines", "sideline", "margins", "margin", "fringes", "fringe"} for word in low)


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


def _possessor(sentence: Sentence, noun: Token) -> list[Party]:
    """Whose meeting: "Lavrov's meeting", "their talks", "the foreign ministers' summit"."""
    for child in noun.children:
        if child.dep_ == "poss" and child.i < noun.i:
            index = sentence.covering(child.i)
            if index is None:
                return []
            phrase = sentence.phrases[index]
            if phrase.start <= noun.i < phrase.end:
                return _inner_possessor(sentence, child)
            if phrase.kind in PARTY_KINDS:
                return sentence.read_list(_first_of_list(sentence, index, noun), noun.i)[0]
    above = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "of" else None
    if above is not None and above.lemma_.lower() in {
        "round",
        "series",
        "string",
        "number",
        "set",
        "flurry",
        "spate",
        "first",
        "second",
        "latest",
    }:
        for token in above.children:
            if token.dep_ == "poss":
                return _inner_possessor(sentence, token)
    before = sentence.covering(noun.i)
    start = sentence.phrases[before].start if before is not None else noun.i
    for token in sentence.doc[start : noun.i]:
        if token.tag_ == "PRP$":
            return _inner_possessor(sentence, token)
    return []


def _inner_possessor(sentence: Sentence, token: Token) -> list[Party]:
    """A possessor inside the noun's own phrase: a pronoun, a country or a body."""
    if token.tag_ == "PRP$":
        plural = token.lower_ in {"their", "our"}
        return [Party("pronoun", token.text, None, None, None, token.i, token.i + 1, token.i, plural)]
    reading = sentence.reading
    if token.lower_ in words("not_names") or token.ent_type_ in {"DATE", "TIME"}:
        return []
    entity = reading.at.get(token.i)
    if entity is not None and reading.entities[entity].label in {"PERSON", "GPE", "ORG"}:
        draft = reading.entities[entity]
        kind = {"PERSON": "person", "GPE": "country", "ORG": "organization"}[draft.label]
        if kind == "country" and not countries.country_of(draft.name) and not countries.capital_metonym(draft.name):
            entity = reading.add_person(token.left_edge.i if token.left_edge.pos_ == "PROPN" else token.i, token.i + 1)
            kind, draft = "person", reading.entities[entity]
        return [Party(kind, draft.name, entity, draft.country, draft.title, token.i, token.i + 1, token.i, False)]
    if noun_kind(token.text):
        start = token.left_edge.i
        name = " ".join(t.text for t in sentence.doc[start : token.i + 1] if t.lower_ not in {"the", "a", "an"})
        return [
            Party(
                "group",
                name,
                None,
                None,
                None,
                start,
                token.i + 1,
                token.i,
                noun_kind(token.text) is not None and token.tag_ in {"NNS", "NNPS"},
            )
        ]
    if token.pos_ == "PROPN":
        index = reading.add_person(token.i, token.i + 1)
        draft = reading.entities[index]
        return [Party("person", draft.name, index, draft.country, draft.title, token.i, token.i + 1, token.i, False)]
    return []


def _compound(sentence: Sentence, noun: Token) -> list[Party]:
    """The parties of "the Biden-Kishida summit" and "Japan-U.S. talks"."""
    doc = sentence.doc
    at = noun.i - 1
    while at > sentence.span.start and doc[at].lower_ in {
        "phone",
        "telephone",
        "video",
        "summit",
        "bilateral",
        "trade",
        "peace",
        "nuclear",
        "foreign",
        "ministers",
        "ministerial",
        "ministers'",
        "'",
        "’",
        "trilateral",
        "leaders",
    }:
        at -= 1
    parts: list[tuple[int, int]] = []
    stop = at + 1
    while at >= sentence.span.start:
        if doc[at].text in {"-", "–", "/"} and stop > at + 1:
            parts.append((at + 1, stop))
            stop = at
            at -= 1
            continue
        if not doc[at].text[:1].isupper() or doc[at].is_punct or (stop > at + 1 and not parts and doc[at].whitespace_):
            break
        if parts and doc[at].whitespace_:
            break
        at -= 1
    if parts and stop > at + 1:
        parts.append((at + 1, stop))
    if len(parts) < 2:
        return []
    if noun.text[:1].isupper() or noun.ent_type_ in {"ORG", "FAC", "EVENT"}:  # "Shangri-La Dialogue" is one name
        known = [countries.country_of(doc[a:b].text) or sentence.reading.person_at(a) is not None for a, b in parts]
        if not all(known):
            return []
    found: list[Party] = []
    for start, end in reversed(parts):
        found.extend(_named_part(sentence, start, end))
    return found if len(found) >= 2 else []


def _named_part(sentence: Sentence, start: int, end: int) -> list[Party]:
    reading = sentence.reading
    name = sentence.doc[start:end].text
    code = countries.country_of(name) or countries.capital_metonym(name)
    entity = reading.at.get(start)
    if code:
        if not countries.is_country_name(name) and countries.is_demonym(name):
            name = countries.name_of(code) or name
        return [Party("country", name, entity, code, None, start, end, end - 1, False)]
    if organisation_of(name) or name.isupper():
        return [Party("organization", name, entity, None, None, start, end, end - 1, False)]
    if entity is None or reading.entities[entity].label != "PERSON":
        entity = reading.add_person(start, end)
    draft = reading.entities[entity]
    return [Party("person", draft.name, entity, draft.country, draft.title, start, end, end - 1, False)]


def _other_side(
    sentence: Sentence,
    noun: Token,
    verb: Token | None,
    frame: NounFrame,
    table: Frames,
    partnered: bool,
    have: list[Party],
) -> list[Party]:
    """Whoever met the partners: the subject of the verb above, or those who told each other something there."""
    if not partnered and not have and _told(sentence, noun, table) is not None:
        return []
    if _topic_of(noun):
        return []
    if verb is None:
        return _fragment_side(sentence, noun)
    path = _path(noun, verb)
    direct = "nsubj" in path or "nsubjpass" in path
    supported = verb.lemma_ in table.support and ("dobj" in path or "pobj" in path)
    if direct:
        return []
    governing = verb
    who = grammar.subject(governing)
    if grammar.is_passive(governing):
        by = grammar.agent(governing)
        who = (
            by
            if by is not None
            and by.i != noun.i
            and not (by.i <= noun.i and noun in list(by.subtree) and by.dep_ == "pobj" and by == noun)
            else who
        )
    parties = _list_at(sentence, who, governing) if who is not None else []
    parties = [p for p in parties if p.kind != "other"]
    if not parties and who is None:
        parties = _left_of(sentence, governing)
    if noun.i in {i for p in parties for i in range(p.start, p.end)}:
        return []
    if partnered:
        return [p for p in parties if _could_attend(sentence, p)]
    if supported and len(parties) + sum(p.plural for p in parties) >= 2 and frame.mode != "phone":
        return parties
    if supported and have:
        return parties
    if have and "pobj" in path:  # "his meeting": the pronoun is the subject already
        return []
    if noun.tag_ == "NNS" and noun.lemma_ != "talk" and not any(c.dep_ in {"det", "poss"} for c in noun.children):
        return []
    if "pobj" in path or supported:
        told = [t for t in grammar.children(governing, "dobj", "dative") if governing.lemma_ in table.telling]
        if told and told[0].i != noun.i:
            listeners = _list_at(sentence, told[0], governing)
            if listeners and parties and not _audience(sentence, listeners):
                return [*parties, *listeners]
        if len(parties) >= 2 and all(p.kind in {"person", "role", "country", "pronoun", "group"} for p in parties):
            return parties
        if len(parties) == 1 and parties[0].kind == "pair":
            return parties
    return []


def _told(sentence: Sentence, noun: Token, table: Frames) -> tuple[list[Party], Token] | None:
    """Who told whom in this call: "In a call on Saturday, A told B", "A told B, in a call, that"."""
    start = noun.left_edge.i if noun.i - noun.left_edge.i <= 8 else noun.i
    lead = [t.lower_ for t in sentence.doc[max(sentence.span.start, start - 1) : noun.i]]
    if not {"in", "during", "on", "over", "by"} & set(lead):
        return None
    verbs = [t for t in sentence.span if t.pos_ == "VERB" and t.lemma_ in table.telling and abs(t.i - noun.i) <= 25]
    for verb in sorted(verbs, key=lambda t: abs(t.i - noun.i)):
        who = grammar.subject(verb)
        objects, _ = _objects(sentence, verb)
        subjects = _list_at(sentence, who, verb) if who is not None else []
        if (
            subjects
            and objects
            and not _audience(sentence, objects)
            and all(_could_attend(sentence, p) for p in subjects)
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


def _could_attend(sentence: Sentence, party: Party) -> bool:
    head = sentence.doc[party.head]
    return head.lemma_.lower() not in _SAID_BY and not (party.title or "").startswith("spokes")


def _path(low: Token, high: Token) -> set[str]:
    """The dependency labels from ``low`` up to below ``high``."""
    labels: set[str] = set()
    for token in grammar.chain(low):
        if token == high:
            break
        labels.add(token.dep_)
    return labels


def _fragment_side(sentence: Sentence, noun: Token) -> list[Party]:
    """In a sentence without a verb: whoever stands before the noun's preposition."""
    for token in grammar.chain(noun):
        if token != noun and token.pos_ in {"NOUN", "PROPN"} and token.i < noun.i:
            index = sentence.covering(token.i)
            if index is not None and sentence.phrases[index].kind == "person":
                return _list_at(sentence, token, noun)
    return []
