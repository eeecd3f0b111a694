"""Whose encounter a noun is: "Lavrov's meeting", "their talks", "the Biden-Kishida summit"."""

from spacy.tokens import Token

from transforms.language.words import noun_kind, words
from transforms.language.world import countries
from transforms.language.world.organisations import organisation_of
from transforms.lexicon import vocabulary
from transforms.meetings.encounters.party_lists import first_of_list
from transforms.meetings.parties.sentence import PARTY_KINDS, Party, Sentence


def owner_of(sentence: Sentence, noun: Token) -> list[Party]:
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
                return sentence.read_list(first_of_list(sentence, index, noun), noun.i)[0]
    above = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "of" else None
    if above is not None and above.lemma_.lower() in vocabulary("rounds"):
        for token in above.children:
            if token.dep_ == "poss":
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
        plural = token.tag_ in {"NNS", "NNPS"}
        return [Party("group", name, None, None, None, start, token.i + 1, token.i, plural)]
    if token.pos_ == "PROPN":
        index = reading.add_person(token.i, token.i + 1)
        draft = reading.entities[index]
        return [Party("person", draft.name, index, draft.country, draft.title, token.i, token.i + 1, token.i, False)]
    return []


def paired_names(sentence: Sentence, noun: Token) -> list[Party]:
    """The parties of "the Biden-Kishida summit" and "Japan-U.S. talks"."""
    doc = sentence.doc
    at = noun.i - 1
    while at > sentence.span.start and doc[at].lower_ in vocabulary("summit_words"):
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
