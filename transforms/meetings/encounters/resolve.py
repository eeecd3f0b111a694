"""Parties that only point at someone ("he", "the two", "the Japanese minister") replaced by whom they stand for."""

import dataclasses

from transforms.language.mentions.coreference import Memory, is_quoted
from transforms.language.mentions.entities import Reading
from transforms.language.pipeline import is_word
from transforms.language.world import countries
from transforms.lexicon import vocabulary
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.parties.sentence import Party, Sentence

_COUNTS = {"two": 2, "both": 2, "pair": 2, "duo": 2, "three": 3, "trio": 3, "four": 4}


class Resolver:
    """Resolves the parties of one article's encounters in reading order."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._memory = Memory(reading)
        self._last: list[Party] = []

    def resolve(self, encounter: Encounter) -> list[Party]:
        """The parties of ``encounter``, each known as far as the article tells, without doubles."""
        found: list[Party] = []
        others = [p for p in encounter.parties if p.kind not in {"pronoun", "pair"}]
        for party in encounter.parties:
            found.extend(self._one(party, encounter, [*others, *found]))
        found = _distinct(found)
        if len(found) >= 2:
            self._last = found
        return found

    def last(self, encounter: Encounter) -> list[Party]:
        """The parties of the meeting told last, for a noun that points back at it."""
        at = encounter.trigger.i
        return [dataclasses.replace(p, start=at, end=at + 1, head=at) for p in self._last]

    def one(self, party: Party, sentence: Sentence) -> list[Party]:
        """Whom ``party`` of ``sentence`` stands for."""
        if party.kind == "pronoun" and not party.plural:
            return [self._singular(party, sentence, [])]
        if party.kind == "group" and not party.plural and party.title:
            index = self._memory.office(party.title, party.country, party.start)
            return [self._person(index, party)] if index is not None else [party]
        return [party]

    def _one(self, party: Party, encounter: Encounter, others: list[Party]) -> list[Party]:
        sentence = encounter.sentence
        low = party.name.casefold()
        if party.kind == "pronoun" and not party.plural:
            return [self._singular(party, sentence, others)]
        if (
            party.kind == "pronoun"
            and low in {"we", "us", "our"}
            and not is_quoted(sentence.doc[party.head])
            and self._memory.author() is None
        ):
            return [dataclasses.replace(party, kind="group")]  # the writer's own
        if party.kind in {"pronoun", "pair"} or self._points_back(party, sentence):
            several = self._several(party, sentence, encounter, _count(low))
            return several or [dataclasses.replace(party, kind="group")]
        if party.kind == "group" and sentence.doc[party.start].lower_ == "its" and (owner := _owner(party, sentence)):
            return owner
        if party.kind == "group" and not party.plural and party.entity is None:
            index = (
                self._memory.office(party.title or "", party.country, party.start)
                if party.title and party.title != "counterpart"
                else None
            )
            if index is not None:
                return [self._person(index, party)]
        return [party]

    def _singular(self, party: Party, sentence: Sentence, others: list[Party]) -> Party:
        token = sentence.doc[party.head]
        previous = self._before(sentence)
        role = self._role_of(previous) if previous is not None else None
        if token.lower_ in {"he", "she", "his", "her"}:
            if previous is not None:
                self._name_subjects(previous, previous.span.end)
            self._name_subjects(sentence, token.i)
        index = self._memory.pronoun(token, sentence.span)
        inside = self._memory.people_before(token.i, sentence.span.start)
        if role is not None and not inside and token.lower_ in {"he", "she"}:
            return dataclasses.replace(role, start=party.start, end=party.end, head=party.head)
        taken = {p.entity for p in others}
        if index is not None and index in taken:
            later = self._memory.cataphor(token, sentence.span)
            inside = [i for i in self._memory.people_before(sentence.span.end, sentence.span.start) if i not in taken]
            earlier = [i for i in self._memory.people_before(sentence.span.start) if i not in taken]
            index = later if later is not None and later not in taken else next(iter(inside or earlier), None)
        if index is None:
            return dataclasses.replace(party, kind="person")
        return self._person(index, party)

    def _name_subjects(self, sentence: Sentence, before: int) -> None:
        """Takes a bare name that is a subject before "he" for a person, whatever the model took it for."""
        reading = self._reading
        for token in sentence.doc[sentence.span.start : before]:
            if (
                token.dep_ not in {"nsubj", "nsubjpass"}
                or not token.text[:1].isupper()
                or token.ent_type_ == "LOC"
                or reading.person_at(token.i) is not None
            ):
                continue
            index = sentence.covering(token.i)
            if (
                index is None
                or sentence.phrases[index].kind != "name"
                or sentence.phrases[index].end - sentence.phrases[index].start > 3
            ):
                continue
            if token.text.isupper() or (is_word(token) and token.pos_ != "PROPN"):
                continue
            sentence.read_one(index)  # makes it a person of the reading

    def _before(self, sentence: Sentence) -> Sentence | None:
        """The sentence before ``sentence``; None where there is none or it was not parsed."""
        if sentence.span.start == 0:
            return None
        previous = self._reading.doc[sentence.span.start - 1].sent
        return Sentence(self._reading, previous, sentence.number - 1) if any(t.pos_ for t in previous) else None

    def _role_of(self, sentence: Sentence) -> Party | None:
        """The office without a name that is the subject of ``sentence`` ("The Secretary travelled ...")."""
        subject = next((t for t in sentence.span if t.dep_ in {"nsubj", "nsubjpass"}), None)
        index = sentence.covering(subject.i) if subject is not None else None
        if index is None or sentence.phrases[index].kind != "role":
            return None
        return next(iter(sentence.read_list(index)[0]), None)

    def _several(self, party: Party, sentence: Sentence, encounter: Encounter, count: int) -> list[Party]:
        if set(party.name.casefold().split()) & vocabulary("nations"):
            return self._nations(party, count)
        listed = self._listed(sentence, party)
        if len(listed) == count or (len(listed) >= 2 and party.kind == "pronoun"):
            return listed
        before = self._memory.people_before(party.start, sentence.span.start)
        if len(before) >= count:
            return [self._person(i, party) for i in self._memory.pair(party.start, sentence.span, count)]
        if party.kind == "pronoun" and (group := self._group_before(sentence, party)):
            return group
        if len(self._last) >= 2:
            return [dataclasses.replace(p, start=party.start, end=party.end, head=party.head) for p in self._last]
        return [self._person(i, party) for i in self._memory.pair(party.start, sentence.span, count)]

    def _nations(self, party: Party, count: int) -> list[Party]:
        """The countries that "both nations" stands for: the last ``count`` before it."""
        seen: list[int] = []
        for start in range(party.start - 1, max(-1, party.start - 150), -1):
            index = self._reading.at.get(start)
            if index is None or index in seen:
                continue
            draft = self._reading.entities[index]
            if draft.label == "GPE" and draft.country and countries.is_country_name(draft.name):
                seen.append(index)
            if len(seen) == count:
                at = party.start, party.end, party.head
                named = ((i, self._reading.entities[i]) for i in reversed(seen))
                return [Party("country", each.name, i, each.country, None, *at, False) for i, each in named]
        return []

    def _listed(self, sentence: Sentence, party: Party) -> list[Party]:
        """The subject list of the same sentence, before or behind the pronoun: countries, groups and people."""
        for index, phrase in enumerate(sentence.phrases):
            if phrase.kind in {"person", "country", "role", "group", "body", "name"} and phrase.end <= party.start:
                parties, _ = sentence.read_list(index)
                if (
                    len(parties) >= 2
                    and parties[-1].end <= party.start
                    and all(p.kind not in {"pronoun", "pair"} for p in parties)
                ):
                    return parties
        return []

    def _group_before(self, sentence: Sentence, party: Party) -> list[Party]:
        """The nearest named group before "they" in its sentence: "expect OPEC ministers to agree when they meet"."""
        for index in reversed(range(len(sentence.phrases))):
            phrase = sentence.phrases[index]
            group = phrase.end <= party.start and phrase.kind == "group" and phrase.plural
            if group and any(
                t.text[:1].isupper() and t.i > sentence.span.start for t in sentence.doc[phrase.start : phrase.end]
            ):
                return sentence.read_one(index)[0]
        return []

    def _points_back(self, party: Party, sentence: Sentence) -> bool:
        """Whether a plural office with "the" and nothing behind it means those who met before: "the ministers"."""
        if party.kind != "group" or not party.plural or not self._last or party.country:
            return False
        first = sentence.doc[party.start].lower_
        return (
            first in {"the", "both", "these"}
            and party.end - party.start <= 3
            and party.head == party.end - 1
            and not any(t.text[:1].isupper() for t in sentence.doc[party.start + 1 : party.end - 1])
        )

    def _person(self, index: int, party: Party) -> Party:
        draft = self._reading.entities[index]
        return Party("person", draft.name, index, draft.country, draft.title, party.start, party.end, party.head, False)


def _owner(party: Party, sentence: Sentence) -> list[Party]:
    """The country or body whose "its negotiators" are: the nearest one before them that does something."""
    if sentence.doc[party.head].lemma_.lower() not in vocabulary("delegations"):
        return []
    for index in reversed(range(len(sentence.phrases))):
        phrase = sentence.phrases[index]
        acts = sentence.doc[phrase.head].dep_ in {"nsubj", "nsubjpass"}
        if phrase.end <= party.start and acts and phrase.kind in {"country", "body"}:
            return sentence.read_one(index)[0]
    return []


def _count(words: str) -> int:
    return next((n for word, n in _COUNTS.items() if word in words.split()), 2)


def _distinct(parties: list[Party]) -> list[Party]:
    seen: set[object] = set()
    kept: list[Party] = []
    for party in parties:
        key: object = party.entity if party.entity is not None and party.kind == "person" else party.name.casefold()
        if key not in seen:
            seen.add(key)
            kept.append(party)
    return kept
