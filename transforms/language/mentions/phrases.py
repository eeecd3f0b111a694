"""Noun phrases that can stand for someone: people with their offices, countries, bodies, groups, pronouns.

The parser's base noun phrases are reliable where its attachments are not, so the participants are read from the
order of phrases and the words between them.
"""

import re
from typing import NamedTuple

from spacy.tokens import Span, Token

from transforms.language.mentions.entities import Reading
from transforms.language.people.person_names import PersonMention
from transforms.language.pipeline import is_word
from transforms.language.words import is_plural_noun, noun_kind, words
from transforms.language.world import countries
from transforms.language.world.organisations import organisation_of
from transforms.language.world.places import locate
from transforms.lexicon import vocabulary

_POSSESSIVE = {"'s", "’s", "'", "’"}
_PAIR = re.compile(
    r"(?:the |these )?(?:two|three|four|pair|duo|trio|both)(?: \S+)?$|both(?: the)?(?: \w+)? \w+$|the (?:two|three|four) (?:\w+ )?\w+$"
)
_PERSONAL = {"he", "she", "they", "we", "i", "him", "her", "them", "us", "me", "you", "it", "his", "their"}


class Phrase(NamedTuple):
    """One noun phrase, tokens ``start`` to ``end`` (behind the last).

    Attributes:
        start: First token, with determiner and office.
        end: Behind the last token.
        head: The token that the phrase hangs by.
        kind: person, country, body, group, role, pair, pronoun, name or other.
        entity: Index of the entity that it names.
        plural: It stands for several.
        country: ISO 3166-1 alpha-2 of whom it stands for.
    """

    start: int
    end: int
    head: int
    kind: str
    entity: int | None
    plural: bool
    country: str | None


def phrases_of(reading: Reading, sentence: Span) -> list[Phrase]:
    """The noun phrases of ``sentence`` in order, none within another; empty where it was not parsed."""
    doc = reading.doc
    taken: set[int] = set()
    # Span.noun_chunks would go through the whole text for each sentence.
    chunks = [(start, end, doc[start:end].root.i) for start, end, _ in doc.noun_chunks_iterator(sentence)]  # type: ignore[attr-defined]
    owned = {
        i
        for start, end, root in chunks
        if noun_kind(doc[root].text)
        for i in range(start, end - 1)
        if doc[i].text in _POSSESSIVE and i < root
        for i in range(start, i)
    }
    found = _people(reading, sentence, chunks, owned, taken)
    for start, end, root in chunks:
        found += _rest_of_chunk(reading, start, end, root, taken)
    for start, end in _loose_numbers(sentence, taken):
        found.append(Phrase(start, end, end - 1, "pair", None, True, None))
        taken.update(range(start, end))
    for start, end in _loose_names(reading, sentence, taken):
        found.append(_classify(reading, start, end, end - 1))
        taken.update(range(start, end))
    return sorted(found)


def _people(
    reading: Reading, sentence: Span, chunks: list[tuple[int, int, int]], owned: set[int], taken: set[int]
) -> list[Phrase]:
    """The people named in ``sentence``, except in tokens ``owned`` by another noun; their tokens are ``taken`` then."""
    found: list[Phrase] = []
    mentions = {m.name_start: m for m in reading.people}
    people = ((i, span) for i, draft in enumerate(reading.entities) if draft.label == "PERSON" for span in draft.spans)
    for index, (start, end) in people:
        if not sentence.start <= start < sentence.end or start in owned or start in taken:
            continue
        phrase = _person(reading, index, start, end, mentions.get(start), sentence.start)
        phrase = _to_chunk(reading, phrase, chunks)
        if not taken.isdisjoint(range(phrase.start, phrase.end)):
            phrase = phrase._replace(start=start)
        found.append(phrase)
        taken.update(range(phrase.start, phrase.end))
    return found


def _rest_of_chunk(reading: Reading, start: int, end: int, root: int, taken: set[int]) -> list[Phrase]:
    """What the parser's noun phrase in tokens ``start`` to ``end`` holds before and behind the people named in it."""
    doc, found = reading.doc, []
    while end > start and (end - 1 in taken or _is_joint(doc[end - 1])):
        end -= 1
    inner = [i for i in range(start, end) if i in taken]
    if inner:
        before = _trimmed(reading, start, min(inner))
        if before is not None:  # "Trump and Vice President-elect Mike Pence" as one noun phrase
            found.append(_classify(reading, *before, before[1] - 1))
            taken.update(range(*before))
        start = max(inner) + 1
        while start < end and (doc[start].text in _POSSESSIVE or doc[start].is_punct):
            start += 1
    while start < end and (_is_joint(doc[start]) and doc[start].text not in {"“", '"'}):
        start += 1
    if start < end:
        found.append(_classify(reading, start, end, root if start <= root < end else end - 1))
        taken.update(range(start, end))
    return found


def _is_joint(token: Token) -> bool:
    return token.is_space or token.is_punct or token.pos_ == "CCONJ"


def _trimmed(reading: Reading, start: int, end: int) -> tuple[int, int] | None:
    """The name before "and" in tokens ``start`` to ``end``; None where none is left."""
    doc = reading.doc
    if end - start < 2 or doc[end - 1].pos_ not in {"CCONJ", "PUNCT"}:
        return None
    while end > start and doc[end - 1].pos_ in {"CCONJ", "PUNCT", "SPACE"}:
        end -= 1
    return (start, end) if end > start and doc[end - 1].pos_ in {"PROPN", "NOUN"} else None


def _loose_numbers(sentence: Span, taken: set[int]) -> list[tuple[int, int]]:
    """ "The two" and "both" without a noun, which are no noun phrases to the parser."""
    found: list[tuple[int, int]] = []
    for token in sentence:
        if token.i in taken or token.lower_ not in {"two", "three", "four", "both"}:
            continue
        last = token.i + 1 < sentence.end and token.nbor().lower_ in {"last", "first"} and token.nbor() == token.head
        if token.dep_ in {"preconj", "det", "cc"} or (token.dep_ == "nummod" and not last):
            continue
        led = token.i > sentence.start and token.nbor(-1).lower_ == "the" and token.i - 1 not in taken
        if (led or token.lower_ == "both") and not any(child.lower_ == "of" for child in token.children):
            found.append((token.i - led, token.i + 1 + last))  # "the two last met"
    return found


def _loose_names(reading: Reading, sentence: Span, taken: set[int]) -> list[tuple[int, int]]:
    """Capitalized names, groups and "the two" that the parser put into no noun phrase."""
    doc, found, at = reading.doc, [], sentence.start
    while at < sentence.end:
        token = doc[at]
        if at in taken or not token.is_alpha:
            at += 1
            continue
        stop = at
        while (
            stop < sentence.end
            and stop not in taken
            and (
                (doc[stop].text[:1].isupper() and doc[stop].is_alpha and doc[stop].lower_ not in words("not_names"))
                or (noun_kind(doc[stop].text) and doc[stop].pos_ in {"NOUN", "PROPN"})
            )
        ):
            stop += 1
        if (
            stop > at
            and not (
                stop - at == 1
                and at == sentence.start
                and token.pos_ not in {"PROPN", "NOUN"}
                and not token.ent_type_
                and is_word(token)
            )
            and (
                any(t.pos_ in {"PROPN", "NOUN"} or not is_word(t) for t in doc[at:stop])
                or any(i in reading.at for i in range(at, stop))
            )
        ):
            found.append((at, stop))
        at = max(stop, at + 1)
    return found


def _person(reading: Reading, index: int, start: int, end: int, mention: PersonMention | None, floor: int) -> Phrase:
    first = mention.start if mention else start
    doc = reading.doc
    while first > floor and _leads_in(reading, first - 1):
        first -= 1
    head = end - 1
    while head > start and (doc[head].is_punct or doc[head].text in _POSSESSIVE):
        head -= 1
    for i in range(first, end):  # the token that hangs outside the phrase
        if not first <= doc[i].head.i < end and doc[i].dep_ not in {"punct", "case", "det", "poss"}:
            head = i
    return Phrase(first, end, head, "person", index, False, reading.entities[index].country)


def _to_chunk(reading: Reading, phrase: Phrase, chunks: list[tuple[int, int, int]]) -> Phrase:
    """``phrase`` from where its noun phrase begins: "Sudanese aid commissioner Amna Idris"."""
    doc = reading.doc
    for start, end, root in chunks:
        if start < phrase.start < end and phrase.start <= root < phrase.end:
            before = doc[start : phrase.start]
            if any(
                t.text in _POSSESSIVE or t.is_punct or t.pos_ == "CCONJ" or reading.person_at(t.i) is not None
                for t in before
            ):
                return phrase
            country = _country_in(reading, start, phrase.start)
            if country and phrase.entity is not None and reading.entities[phrase.entity].country is None:
                reading.entities[phrase.entity].country = country
            while start < phrase.start and doc[start].lower_.endswith("ing") and doc[start].pos_ == "NOUN":
                start += 1  # "denied meeting trader X": the parser took the verb in
            return phrase._replace(start=start, country=phrase.country or country)
    return phrase


def _leads_in(reading: Reading, at: int) -> bool:
    """Whether token ``at`` before a name belongs to its phrase: "the", "his brother and rival", "visiting"."""
    token = reading.doc[at]
    if at in reading.at and reading.entities[reading.at[at]].label == "PERSON":
        return False
    if token.pos_ == "DET" or token.tag_ == "PRP$" or token.lower_ in {"visiting", "outgoing", "new"}:
        return True
    if token.lower_ == "and" and at > 0:
        return (
            noun_kind(reading.doc[at - 1].text) is not None
            and not is_plural_noun(reading.doc[at - 1].text)
            and reading.doc[at - 1].text.islower()
            and noun_kind(reading.doc[at + 1].text) is not None
            and reading.doc[at + 1].text.islower()
        )
    if token.pos_ in {"ADJ", "NOUN"} and token.lower_ in words("before_office"):
        return True
    return (
        token.pos_ == "NOUN"
        and token.text.islower()
        and noun_kind(token.text) is not None
        and not is_plural_noun(token.text)
    )


def _classify(reading: Reading, start: int, end: int, root: int) -> Phrase:
    doc = reading.doc
    token = doc[root]
    text = doc[start:end].text
    low = text.casefold()
    code = _country_in(reading, start, end)
    kind = noun_kind(token.text)
    entity = reading.at.get(root)
    if _is_pair(low, token, kind):
        return Phrase(start, end, root, "pair", None, True, None)
    named = " ".join(text.split())
    if countries.is_country_name(named):  # "the US", which is no pronoun; "the United States" is no body
        return Phrase(start, end, root, "country", entity, False, countries.country_of(text))
    if token.pos_ == "PRON" or low in _PERSONAL:
        return Phrase(start, end, root, "pronoun", None, low in {"they", "them", "we", "us"}, None)
    if token.tag_ == "VBG" or (entity is not None and _is_place_name(reading, entity, text)):
        kind = None
    if (token.ent_type_ in {"DATE", "TIME"} and kind is None) or low in words("not_names"):
        return Phrase(start, end, root, "other", None, False, None)
    plural = is_plural_noun(token.text)
    if kind in {"office", "people"}:
        return Phrase(start, end, root, "group" if plural else "role", None, plural, code)
    if kind == "body" and (not token.text[:1].isupper() or root == start == token.sent.start):
        return Phrase(start, end, root, "group" if plural else "body", None, plural, code)
    if organisation_of(named) or kind == "body":
        return Phrase(start, end, root, "body", entity, False, code)
    return _named(reading, start, end, root, named, code)


def _is_pair(low: str, token: Token, kind: str | None) -> bool:
    """Whether a phrase means those told before: "the two", "both leaders", but not "the three farmers"."""
    if not _PAIR.fullmatch(low) or not low.startswith(("both", "the ", "these")):
        return False
    return kind is not None or low.startswith("both") or token.lower_ in {"two", "three", "four", "pair", "duo", "trio"}


def _named(reading: Reading, start: int, end: int, root: int, name: str, code: str | None) -> Phrase:
    """The phrase for a ``name`` of which no noun tells what it is."""
    token, entity = reading.doc[root], reading.at.get(root)
    several = token.tag_ in {"NNPS", "NNS"}
    if countries.is_demonym(name) and several:
        return Phrase(start, end, root, "group", entity, True, countries.country_of(name))
    if (country := countries.capital_metonym(name)) is not None:
        return Phrase(start, end, root, "country", entity, False, country)
    label = reading.entities[entity].label if entity is not None else None
    if label == "NORP" and several:
        return Phrase(start, end, root, "group", entity, True, code)
    if label == "ORG":
        return Phrase(start, end, root, "body" if _is_body_name(name) else "name", entity, False, code)
    if label == "GPE":
        return Phrase(start, end, root, "name" if len(name.split()) <= 2 else "other", entity, False, code)
    capital = token.text[:1].isupper() and (not is_word(token) or start > token.sent.start)
    kind = "name" if token.pos_ == "PROPN" or capital else "other"
    return Phrase(start, end, root, kind, entity, kind == "other" and several, code)


def _is_place_name(reading: Reading, entity: int, text: str) -> bool:
    """Whether a name that ends in an office is a place's all the same: Port-au-Prince."""
    return reading.entities[entity].label == "GPE" and "-" in text and locate(text) is not None


def _is_body_name(name: str) -> bool:
    plain = name.replace(".", "").replace("-", "")
    return (
        (plain.isupper() and len(plain) > 1)
        or len(name.split()) > 3
        or any(c.isdigit() for c in name)
        or any(noun_kind(word) == "body" or word.casefold() in vocabulary("body_words") for word in name.split())
    )


def _country_in(reading: Reading, start: int, end: int) -> str | None:
    for i in range(start, end):
        index = reading.at.get(i)
        if index is not None and reading.entities[index].label in {"GPE", "NORP"}:
            return reading.entities[index].country
    return None
