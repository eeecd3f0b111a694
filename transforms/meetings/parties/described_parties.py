"""Whom a noun phrase stands for: one party, several for "leaders of A, B and C", or nobody."""

import dataclasses

from transforms.language.mentions.phrases import Phrase
from transforms.language.words import noun_kind, plurals, words
from transforms.language.world import countries
from transforms.lexicon import vocabulary
from transforms.meetings.parties.party import Party
from transforms.meetings.parties.sentence_layout import Layout

_POSSESSIVE = {"'s", "’s", "'", "’"}
_MOST_COMPLEMENTS = 3
_WHERE_OR_WHEN = {"GPE", "LOC", "FAC", "DATE", "TIME"}
_COMPLEMENT = {"of", "from", "for", "representing", "in", "at", "on"}


_COUNTED = {"some", "many", "several", "all", "most", "one"}


# Before the name of a place.
_WHERE = {"in", "at", "from", "near", "into", "to", "outside", "around"}


class Described(Layout):
    """A sentence whose phrases can be read as parties."""

    def read_one(self, index: int) -> tuple[list[Party], int]:
        """(the party that phrase ``index`` stands for, the token behind it with its complement).

        More than one for "leaders of A, B and C"; none where the phrase stands for nobody.
        """
        phrase = self.phrases[index]
        at = phrase.start, phrase.end, phrase.head
        if phrase.kind == "person" and phrase.entity is not None:
            draft = self.reading.entities[phrase.entity]
            country, end = self._home(phrase)
            return [Party("person", draft.name, phrase.entity, draft.country or country, draft.title, *at, False)], end
        if phrase.kind == "other":
            return [], phrase.end
        if phrase.kind in {"pair", "pronoun"}:
            counted = phrase.kind == "pronoun" and self.doc[phrase.head].lower_ in _COUNTED
            name = self.named(phrase.start, phrase.end)
            return ([] if counted else [Party(phrase.kind, name, None, None, None, *at, phrase.plural)]), phrase.end
        if phrase.kind == "country":
            name = self.named(phrase.start, phrase.end)
            return [Party("country", name, phrase.entity, phrase.country, None, *at, False)], phrase.end
        if phrase.kind == "name":
            return self._at_home(self._unknown(phrase), phrase)
        nations = self._by_demonyms(phrase)
        return (nations, phrase.end) if nations else self._described(phrase)

    def _by_demonyms(self, phrase: Phrase) -> list[Party]:
        """The countries of "the Greek, Turkish and Cypriot foreign ministers"; none where it is one party.

        "Her Greek and Turkish counterparts" are people.
        """
        doc, head = self.doc, self.doc[phrase.head]
        lemma = head.lemma_.lower()
        for_states = noun_kind(head.text) == "office" or lemma in vocabulary("delegations")
        if not phrase.plural or lemma == "counterpart" or not (for_states or head.lower_ in vocabulary("one_a_state")):
            return []
        found: list[Party] = []
        for token in doc[phrase.start : phrase.head]:
            country = countries.country_of(token.text) if countries.is_demonym(token.text) else None
            if country is not None:
                name = countries.name_of(country) or token.text
                found.append(Party("country", name, None, country, None, token.i, token.i + 1, phrase.head, False))
        joined = any(t.lower_ == "and" for t in doc[phrase.start : phrase.head])
        return found if len(found) > 1 and joined else []

    def _at_home(self, found: list[Party], phrase: Phrase) -> tuple[list[Party], int]:
        """(``found``, token behind) of the name in ``phrase``, with the country that a person is of."""
        if [party.kind for party in found] != ["person"]:
            return found, phrase.end
        country, end = self._home(phrase)
        return [dataclasses.replace(found[0], country=found[0].country or country)], end

    def _home(self, phrase: Phrase) -> tuple[str | None, int]:
        """(country, token behind) of a person's "of Norway", "from the Labour Party", "of Orbit Bank", "(Norway)"."""
        at = phrase.end
        if at + 1 >= self.span.end or self.doc[at].lower_ not in {"of", "from", "("}:
            return None, at
        index = self.starting(at + 1)
        if index is None or self.phrases[index].kind not in {"country", "body", "name"}:
            return None, at
        home = self.phrases[index]
        if self.doc[at].text == "(" and (home.end >= self.span.end or self.doc[home.end].text != ")"):
            return None, at
        return home.country, home.end + (self.doc[at].text == "(")

    def named(self, start: int, end: int) -> str:
        """The words of tokens ``start`` to ``end`` on one line, without an article."""
        while start < end - 1 and self.doc[start].lower_ in {"a", "an", "the"}:
            start += 1
        return " ".join(self.doc[start:end].text.split()).strip(' ,.;:"“”')

    def _unknown(self, phrase: Phrase) -> list[Party]:
        """A name of which nothing is known yet: a person, unless it looks like a body."""
        start, end, owner = phrase.start, phrase.end, None
        if owned := [t.i for t in self.doc[start : end - 1] if t.text in _POSSESSIVE]:  # "UK's Carver"
            owner = countries.country_of(self.named(start, owned[-1]))
            start = owned[-1] + 1 if owner else start
        while start < end and (
            (self.doc[start].pos_ in {"DET", "ADJ", "ADV", "NOUN"} and not self.doc[start].text[:1].isupper())
            or self.doc[start].lower_ == "the"
        ):
            start += 1
        name = " ".join(self.doc[start:end].text.split())
        if not name or name[0].islower() or any(c.isdigit() for c in name):
            return []
        if phrase.start < start and self.doc[phrase.start].lower_ in {"the", "a", "an"}:
            kind = "organization"
        else:
            kind = "person"
        entity = self.reading.at.get(end - 1)
        if kind == "person" and self.reading.person_at(end - 1) is None:
            if entity is not None:
                draft = self.reading.entities[entity]
                if len(draft.spans) == 1 and not self._is_where(phrase, draft.country):
                    draft.label, draft.country = "PERSON", None
                    draft.name = name
            else:
                entity = self.reading.add_person(start, end)
        country = (self.reading.entities[entity].country if entity is not None else None) or owner
        return [Party(kind, name, entity, country, None, phrase.start, phrase.end, phrase.head, False)]

    def _is_where(self, phrase: Phrase, country: str | None) -> bool:
        """Whether a known place stands behind "in" or "from": it is looked at here, and no one's name."""
        above = self.doc[phrase.head]
        return country is not None and above.dep_ == "pobj" and above.head.lower_ in _WHERE

    def _described(self, phrase: Phrase) -> tuple[list[Party], int]:
        """A group, role or body with its complement."""
        doc, head = self.doc, self.doc[phrase.head].lower_
        end, country, steps = phrase.end, phrase.country, 0
        while (index := self._complement(phrase, end, steps)) is not None:
            inner = self.phrases[index]
            if steps == 0 and self._are_officers(phrase) and doc[end].lower_ in {"of", "from"} and _is_named(inner):
                nations, stop = self._nations(index)
                if len(nations) > 1:
                    return nations, stop
            country = country or inner.country
            end = inner.end
            steps += 1
            if inner.kind == "person":
                break
        name = self.named(phrase.start, end - 1 if self._says_what_it_is(phrase, end) else end)
        is_body = phrase.kind == "body" and (phrase.entity is not None or doc[phrase.head].text[:1].isupper())
        kind = "organization" if is_body else "group"
        plural = phrase.plural or (head in vocabulary("counting") and steps > 0)
        offices = self.reading.offices if phrase.kind == "role" else []
        office = next((o for o in offices if o.start <= phrase.head < o.end), None)
        if office is not None:
            end, country = max(end, office.end), office.country or country
        title = office.title if office else None
        return [Party(kind, name, phrase.entity, country, title, phrase.start, end, phrase.head, plural)], end

    def _complement(self, phrase: Phrase, at: int, steps: int) -> int | None:
        """The index of the phrase that token ``at`` joins to ``phrase``: "leaders *of Japan*"; None where none is.

        ``steps`` is how many were joined before.
        """
        doc = self.doc
        if steps >= _MOST_COMPLEMENTS or at + 1 >= self.span.end or doc[at].lower_ not in _COMPLEMENT:
            return None
        head = doc[phrase.head]
        counts = head.lower_.removesuffix("s") in vocabulary("counting")
        if phrase.kind == "body" and not (counts or phrase.plural or not head.text[:1].isupper()):
            return None
        index = self.starting(at + 1)
        if index is None:
            return None
        inner = self.phrases[index]
        if doc[at].lower_ in {"in", "at", "on"} and self._tells_where(phrase, inner, at, steps):
            return None
        is_purpose = phrase.kind != "role" and not _is_named(inner) and noun_kind(doc[inner.head].text) is None
        return None if doc[at].lower_ == "for" and is_purpose else index

    def _tells_where(self, phrase: Phrase, inner: Phrase, at: int, steps: int) -> bool:
        """Whether "in", "at" or "on" at token ``at`` says where or when, and not which."""
        doc = self.doc
        if steps or inner.kind in {"country", "pronoun", "person", "name"} or self._label(inner) in _WHERE_OR_WHEN:
            return True
        own_place = doc[inner.head].lower_ in vocabulary("areas") or doc[inner.start].tag_ == "PRP$"
        if own_place and doc[at].lower_ != "on":
            return True
        return doc[at].head.i not in range(phrase.start, at)

    def _are_officers(self, phrase: Phrase) -> bool:
        """Whether ``phrase`` is several who hold an office: "leaders", "foreign ministers"."""
        head = self.doc[phrase.head].lower_
        return phrase.plural and (head in _state_offices() or noun_kind(head) == "office")

    def _says_what_it_is(self, phrase: Phrase, end: int) -> bool:
        """Whether the last word before ``end`` only says what the name before it is: "the leader of the Seljuk Party"."""
        return (
            end - phrase.end > 2
            and self.doc[end - 1].lower_ in {"party", "group", "movement", "union"}
            and self.doc[end - 2].text[:1].isupper()
        )

    def _label(self, phrase: Phrase) -> str:
        return self.doc[phrase.head].ent_type_

    def _nations(self, index: int) -> tuple[list[Party], int]:
        """The countries or bodies of "Japan, China and Germany", "Erstmark Bank and the insurer Alpina"."""
        found: list[Party] = []
        at = self.phrases[index].start
        end, closed = at, False
        while (position := self.starting(at)) is not None:
            phrase = self.phrases[position]
            named = self.starting(phrase.end) if phrase.kind in {"other", "role"} and found else None
            if named is not None:  # "the insurer Alpina"
                phrase = self.phrases[named]
            if phrase.kind not in {"country", "body", "name"} and not (found and phrase.kind == "person"):
                break
            party = self._member(phrase)
            if party is None:
                break
            found.append(party)
            end = phrase.end
            joint, behind = self.separator(phrase.end)
            if not joint or closed:
                break
            closed = joint != (",",)
            at = behind
        return (found, end) if closed or len(found) < 2 else (found[:1], found[0].end)

    def _member(self, phrase: Phrase) -> Party | None:
        """One country or body of a list behind "leaders of"."""
        if phrase.kind == "country":
            name = self.named(phrase.start, phrase.end)
            at = phrase.start, phrase.end, phrase.head
            return Party("country", name, phrase.entity, phrase.country, None, *at, False)
        start = phrase.start
        while (
            start < phrase.end - 1
            and not self.doc[start].text[:1].isupper()
            and any(t.text[:1].isupper() for t in self.doc[start : phrase.end])
        ):
            start += 1
        name = self.named(start, phrase.end)
        entity = self.reading.at.get(phrase.end - 1)
        return Party("organization", name, entity, phrase.country, None, phrase.start, phrase.end, phrase.head, False)


def _is_named(phrase: Phrase) -> bool:
    return phrase.kind in {"country", "body", "name"}


def _state_offices() -> frozenset[str]:
    return words("state_offices") | plurals("state_offices") | vocabulary("several_offices")
