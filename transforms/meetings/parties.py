"""Who takes part: a list of noun phrases read as parties, with coordination, apposition and "leaders of A, B and C"."""

import dataclasses
from collections.abc import Sequence

from spacy.tokens import Doc, Span

from transforms.language import countries
from transforms.language.entities import Reading
from transforms.language.phrases import COUNTING, Phrase, phrases_of
from transforms.language.words import noun_kind, plurals, words

_POSSESSIVE = {"'s", "’s", "'", "’"}
PARTY_KINDS = frozenset({"person", "country", "body", "group", "role", "pair", "pronoun", "name"})
_JOINING = {
    ("and",),
    (",", "and"),
    ("as", "well", "as"),
    (",", "as", "well", "as"),
    ("along", "with"),
    ("together", "with"),
    ("&",),
    (",", "along", "with"),
    (",", "together", "with"),
    ("plus",),
    ("or",),
    ("and", "then"),
    ("and", "also"),
    ("and", "later"),
    (",", "then"),
    (",", "and", "then"),
    (",", "and", "also"),
    ("alongside",),
    ("and", "with"),
    ("accompanied", "by"),
    (",", "accompanied", "by"),
    (",", "flanked", "by"),
    (",", "joined", "by"),
    ("joined", "by"),
    (",", "alongside"),
    (",", "plus"),
}
_INCLUDING = {
    ("including",),
    (",", "including"),
    ("such", "as"),
    (",", "such", "as"),
    (",", "among", "them"),
    (":",),
    (",", "namely"),
}
_COMPLEMENT = {"of", "from", "for", "representing", "in", "at", "on"}
_POSITION = {"left", "right", "center", "centre", "l", "r", "c", "rear", "front"}


@dataclasses.dataclass(frozen=True)
class Party:
    """One party of an encounter.

    Attributes:
        kind: person, country, organization or group; pair and pronoun until they are resolved.
        name: As the article gives it, without article.
        entity: Index of its entity in the reading.
        country: ISO 3166-1 alpha-2.
        title: Office in lower case.
        start: First token.
        end: Behind the last token.
        head: The token that the party hangs by.
        plural: Several people.
    """

    kind: str
    name: str
    entity: int | None
    country: str | None
    title: str | None
    start: int
    end: int
    head: int
    plural: bool


class Sentence:
    """One parsed sentence with its phrases, ready to be asked who stands where."""

    def __init__(self, reading: Reading, span: Span, number: int) -> None:
        self.reading = reading
        self.doc: Doc = reading.doc
        self.span = span
        self.number = number
        self.phrases: list[Phrase] = phrases_of(reading, span)
        self._starts = {p.start: i for i, p in enumerate(self.phrases)}
        self._covers = {t: i for i, p in enumerate(self.phrases) for t in range(p.start, p.end)}

    def covering(self, token: int) -> int | None:
        """The index of the phrase that holds ``token``."""
        return self._covers.get(token)

    def starting(self, token: int) -> int | None:
        """The index of the phrase that begins at ``token``."""
        return self._starts.get(token)

    def skip(self, at: int) -> int:
        """Past brackets and remarks on who stands where in a picture."""
        doc, end = self.doc, self.span.end
        while at < end:
            if doc[at].text == "(":
                close = next((i for i in range(at + 1, min(at + 8, end)) if doc[i].text == ")"), None)
                if close is None:
                    return at
                at = close + 1
            elif doc[at].text == "," and (stop := self._remark(at + 1)) is not None:
                at = stop
            else:
                return at
        return at

    def _over_date(self, at: int) -> int:
        """Past a weekday that parts a group from ", including": "four leaders Saturday, including A"."""
        stop = at
        while stop < min(at + 3, self.span.end) and (self.doc[stop].ent_type_ == "DATE" or (self.doc[stop].lower_ == "on" and stop == at)):
            stop += 1
        if stop > at and stop + 1 < self.span.end and {t.lower_ for t in self.doc[stop : stop + 2]} & {"including"}:
            return stop
        return at

    def _remark(self, at: int) -> int | None:
        """Behind ", left," and ", third from right,", comma and all; None where there is none."""
        doc, end = self.doc, self.span.end
        for stop in range(at, min(at + 5, end)):
            if doc[stop].lower_ in _POSITION and all(
                t.lower_
                in {
                    "hidden",
                    "at",
                    "second",
                    "third",
                    "fourth",
                    "fifth",
                    "far",
                    "from",
                    "top",
                    "bottom",
                    "the",
                    "2nd",
                    "3rd",
                    "and",
                    "in",
                    "on",
                    "seated",
                    "standing",
                }
                for t in doc[at:stop]
            ):
                stop += 1
                return stop + 1 if stop < end and doc[stop].text == "," else stop
            if doc[stop].text == ",":
                return None
        return None

    def separator(self, at: int) -> tuple[tuple[str, ...], int]:
        """(the words that join, the token behind them) at ``at``; ((), at) where nothing joins."""
        doc, end = self.doc, self.span.end
        for length in (4, 3, 2, 1):
            if at + length < end:
                text = tuple(t.lower_ for t in doc[at : at + length])
                if text in _JOINING or text in _INCLUDING or text == (",",):
                    return text, at + length
        return (), at

    def read_list(self, first: int, trigger: int | None = None, headline: bool = False) -> tuple[list[Party], int]:
        """(parties, token behind them) of the list that begins with phrase ``first``.

        A comma joins only where "and" joins the last; an apposition is one party, not two. ``trigger`` is the verb whose
        subject or object the list is. In a ``headline`` a comma is enough.
        """
        parties, at = self.read_one(first)
        if not parties:
            return [], at
        pending: list[Party] = []
        end = at
        replaced = False
        while True:
            at = self._over_date(self.skip(at))
            joint, behind = self.separator(at)
            if not joint:
                break
            index = self._phrase_near(behind)
            if index is None or self.phrases[index].kind not in PARTY_KINDS:
                break
            phrase = self.phrases[index]
            if self._opens_clause(phrase, trigger):
                break
            more, stop = self.read_one(index)
            if not more:
                break
            if joint in _INCLUDING:
                listed, stop = self.read_list(index, trigger)
                keep = parties if joint != (":",) else []
                parties, end, at = [*keep, *listed], stop, stop
                continue
            if not replaced and len(parties) == 1 and not pending and joint == (",",):
                shape = self._apposition(parties[0], more)
                if shape == "absorb":
                    parties = [_titled(parties[0], more[0])]
                    at = self._rest_of_apposition(stop)
                    if at < self.span.end and self.doc[at].text == ",":
                        at += 1
                        end = at
                        joint, _ = self.separator(at)
                        if joint and joint != (",",):
                            at -= 0
                        continue
                    end = at
                    continue
                if shape == "replace":
                    listed, stop = self.read_list(index, trigger)
                    if parties[0].plural and len(listed) < 2:
                        break
                    parties = [_titled(listed[0], parties[0]), *listed[1:]] if not parties[0].plural else listed
                    end = at = stop
                    if at < self.span.end and self.doc[at].text == ",":
                        end = at = at + 1
                    replaced = True
                    continue
            elif joint == (",",) and pending and len(more) == 1 and self._apposition(pending[-1], more) == "absorb":
                pending[-1] = _titled(pending[-1], more[0])
                at = stop
                continue
            if joint == (",",):
                pending.extend(more)
                at = stop
                continue
            merged = self._merged([*parties, *pending], more, joint)
            parties, pending = merged, []
            end = at = stop
        if pending and (headline or self._closed_by_verb(at) or all(p.title for p in [*parties, *pending])):
            return [*parties, *pending], at
        return parties, end

    def _closed_by_verb(self, at: int) -> bool:
        """Whether "and" with a verb behind it ends the list: "will meet A, B and visit C"."""
        tokens = self.doc[at : min(at + 3, self.span.end)]
        return len(tokens) >= 2 and tokens[0].lower_ in {"and", ","} and any(t.pos_ == "VERB" for t in tokens[1:])

    def _rest_of_apposition(self, at: int) -> int:
        """Behind "and chief executive officer of Y" where an apposition goes on."""
        joint, behind = self.separator(at)
        index = self.starting(behind) if joint == ("and",) else None
        if index is None or self.phrases[index].kind != "role":
            return at
        if self.doc[self.phrases[index].start].pos_ == "DET":
            return at
        return self.read_one(index)[1]

    def _phrase_near(self, at: int) -> int | None:
        """The phrase that begins at ``at``, over "with", "also" and adverbs."""
        for skip in range(4):
            index = self.starting(at + skip)
            if index is not None:
                return index
            if at + skip >= self.span.end or self.doc[at + skip].pos_ not in {"ADV", "DET", "ADJ", "NUM"}:
                return None
        return None

    def _opens_clause(self, phrase: Phrase, trigger: int | None) -> bool:
        """Whether ``phrase`` is the subject of another verb behind it."""
        for i in (phrase.head, phrase.end - 1):
            token = self.doc[i]
            if token.dep_ in {"nsubj", "nsubjpass"} and token.head.i >= phrase.end:
                return token.head.i != trigger and not (trigger is not None and phrase.end <= trigger)
        return False

    def _apposition(self, party: Party, more: Sequence[Party]) -> str | None:
        """ "absorb" where the second phrase only describes the first, "replace" where it names it, else None."""
        if len(more) != 1:
            return (
                "replace" if party.plural and party.kind == "group" and all(m.kind == "person" for m in more) else None
            )
        second = more[0]
        if party.kind == "person" and second.kind == "group" and not second.plural:
            return "absorb"
        if party.kind == "group" and not party.plural and second.kind == "person":
            return "replace"
        if party.kind == "group" and party.plural and second.kind == "person":
            return "replace"
        if party.kind == "pair" and second.kind == "person":
            return "replace"
        return None

    def _merged(self, before: list[Party], more: list[Party], joint: tuple[str, ...]) -> list[Party]:
        """``before`` and ``more``; "reporters and editors from The Times" is one party."""
        last = before[-1]
        if (
            joint == ("and",)
            and len(more) == 1
            and last.kind == more[0].kind == "group"
            and last.plural
            and more[0].plural
            and last.end + 1 == more[0].start
            and (self._is_bare(last) or (self.doc[last.head].lower_ in COUNTING and more[0].end - more[0].start > 1))
            and not (self.doc[more[0].start].pos_ == "DET" or self.doc[more[0].start].tag_ == "PRP$")
        ):
            joined = self._named(last.start, more[0].end)
            return [
                *before[:-1],
                dataclasses.replace(last, name=joined, end=more[0].end, country=last.country or more[0].country),
            ]
        return [*before, *more]

    def _is_bare(self, party: Party) -> bool:
        text = self.doc[party.start : party.end]
        return not any(
            t.lower_ in {"of", "from", "for", "in"} and t.i + 1 < party.end and t.i > party.head for t in text
        ) and not any(t.text[:1].isupper() for t in text if t.i > party.start)

    def _named(self, start: int, end: int) -> str:
        while start < end - 1 and self.doc[start].lower_ in {"a", "an", "the"}:
            start += 1
        return " ".join(self.doc[start:end].text.split()).strip(' ,.;:"“”')

    def read_one(self, index: int) -> tuple[list[Party], int]:
        """(the party that phrase ``index`` stands for, the token behind it with its complement).

        More than one for "leaders of A, B and C"; none where the phrase stands for nobody.
        """
        phrase = self.phrases[index]
        if phrase.kind == "person" and phrase.entity is not None:
            draft = self.reading.entities[phrase.entity]
            return [
                Party(
                    "person",
                    draft.name,
                    phrase.entity,
                    draft.country,
                    draft.title,
                    phrase.start,
                    phrase.end,
                    phrase.head,
                    False,
                )
            ], phrase.end
        if phrase.kind == "other":
            return self._counted(phrase)
        if phrase.kind in {"pair", "pronoun"}:
            name = self._named(phrase.start, phrase.end)
            if phrase.kind == "pronoun" and self.doc[phrase.head].lower_ in {
                "some",
                "many",
                "several",
                "all",
                "most",
                "one",
            }:
                return self._counted(phrase)
            return [
                Party(phrase.kind, name, None, None, None, phrase.start, phrase.end, phrase.head, phrase.plural)
            ], phrase.end
        if phrase.kind == "country":
            name = self._named(phrase.start, phrase.end)
            if countries.capital_metonym(name) and phrase.country and not countries.is_country_name(name):
                name = name
            return [
                Party(
                    "country", name, phrase.entity, phrase.country, None, phrase.start, phrase.end, phrase.head, False
                )
            ], phrase.end
        if phrase.kind == "name":
            return self._unknown(phrase), phrase.end
        return self._described(phrase)

    def _unknown(self, phrase: Phrase) -> list[Party]:
        """A name of which nothing is known yet: a person, unless it looks like a body."""
        start, end = phrase.start, phrase.end
        while start < end and (
            self.doc[start].pos_ in {"DET", "ADJ", "ADV"}
            and not self.doc[start].text[:1].isupper()
            or self.doc[start].lower_ == "the"
        ):
            start += 1
        while end > start and self.doc[end - 1].text in _POSSESSIVE:
            end -= 1
        name = " ".join(self.doc[start:end].text.split())
        if not name or name[0].islower() or any(c.isdigit() for c in name):
            return []
        if phrase.start < start and self.doc[phrase.start].lower_ in {"the", "a", "an"}:
            kind = "organization"
        elif name.isupper() and len(name) > 2:
            kind = "organization"
        else:
            kind = "person"
        entity = self.reading.at.get(end - 1)
        if kind == "person" and self.reading.person_at(end - 1) is None:
            if entity is not None:
                draft = self.reading.entities[entity]
                if len(draft.spans) == 1:
                    draft.label, draft.country = "PERSON", None
                    draft.name = name
            else:
                entity = self.reading.add_person(start, end)
        country = self.reading.entities[entity].country if entity is not None else None
        return [Party(kind, name, entity, country, None, phrase.start, phrase.end, phrase.head, False)]

    def _counted(self, phrase: Phrase) -> tuple[list[Party], int]:
        """ "a series of ambassadors": the people behind "of"."""
        at = phrase.end
        if self.doc[phrase.head].lower_ in COUNTING and at + 1 < self.span.end and self.doc[at].lower_ == "of":
            index = self.starting(at + 1)
            if index is not None and self.phrases[index].kind in {"group", "body"}:
                inner, end = self.read_one(index)
                if inner:
                    return [dataclasses.replace(inner[0], plural=True)], end
        return [], phrase.end

    def _described(self, phrase: Phrase) -> tuple[list[Party], int]:
        """A group, role or body with its complement."""
        doc = self.doc
        end, country = phrase.end, phrase.country
        head = doc[phrase.head].lower_
        kind = (
            "organization"
            if phrase.kind == "body" and (phrase.entity is not None or doc[phrase.head].text[:1].isupper())
            else "group"
        )
        steps = 0
        while (
            end + 1 < self.span.end
            and doc[end].lower_ in _COMPLEMENT
            and steps < 3
            and (phrase.kind != "body" or head in COUNTING or not doc[phrase.head].text[:1].isupper())
        ):
            preposition = doc[end].lower_
            index = self.starting(end + 1)
            if index is None:
                break
            inner = self.phrases[index]
            label = self._label(inner)
            if preposition in {"in", "at", "on"} and (
                label in {"GPE", "LOC", "FAC", "DATE", "TIME"}
                or inner.kind in {"country", "pronoun", "person", "name"}
                or steps
            ):
                break
            if preposition in {"in", "at", "on"} and doc[end].head.i not in range(phrase.start, end):
                break
            if (
                preposition == "for"
                and label in {"DATE", "TIME"}
                or (
                    preposition == "for"
                    and noun_kind(doc[inner.head].text) is None
                    and inner.kind not in {"country", "body", "name"}
                    and phrase.kind != "role"
                )
            ):
                break
            if preposition == "for" and doc[inner.head].lower_ in {
                "talks",
                "talk",
                "meeting",
                "meetings",
                "dinner",
                "lunch",
                "negotiations",
                "discussions",
            }:
                break
            if doc[inner.head].lower_ in {"time", "way", "day"} or label in {"DATE", "TIME"}:
                break
            if preposition in {"of", "from"} and inner.kind == "country" and head in _state_offices() and steps == 0:
                nations, stop = self._nations(index)
                if len(nations) > 1 and phrase.plural:
                    return nations, stop
                country = country or inner.country
                end = stop if len(nations) > 1 else inner.end
            else:
                country = country or inner.country
                end = inner.end
            steps += 1
            if inner.kind == "person":
                break
        end_name = end
        if end < self.span.end and doc[end].text == "(" and (close := self.skip(end)) > end and self.phrases:
            end = close
        name = self._named(phrase.start, end_name)
        if end_name - phrase.end > 2 and doc[end_name - 1].lower_ in {"party", "group", "movement", "union"} and doc[end_name - 2].text[:1].isupper():
            name = self._named(phrase.start, end_name - 1)
        title = None
        plural = phrase.plural or (head in COUNTING and steps > 0)
        if phrase.kind == "role":
            office = next((o for o in self.reading.offices if o.start <= phrase.head < o.end), None)
            title = office.title if office else None
            end = max(end, office.end) if office else end
            country = country or (office.country if office else None)
        return [Party(kind, name, phrase.entity, country, title, phrase.start, end, phrase.head, plural)], end

    def _label(self, phrase: Phrase) -> str:
        return self.doc[phrase.head].ent_type_

    def _nations(self, index: int) -> tuple[list[Party], int]:
        """The countries of "Japan, China and Germany"."""
        found: list[Party] = []
        at = self.phrases[index].start
        while True:
            position = self.starting(at)
            if position is None or self.phrases[position].kind not in {"country"}:
                break
            phrase = self.phrases[position]
            found.append(
                Party(
                    "country",
                    self._named(phrase.start, phrase.end),
                    phrase.entity,
                    phrase.country,
                    None,
                    phrase.start,
                    phrase.end,
                    phrase.head,
                    False,
                )
            )
            joint, behind = self.separator(phrase.end)
            if not joint:
                break
            at = behind
        return found, found[-1].end if found else at


def _state_offices() -> frozenset[str]:
    return words("state_offices") | plurals("state_offices") | {"ministers", "leaders"}


def _titled(person: Party, describing: Party) -> Party:
    """``person`` with the office and country that an apposition gives."""
    if person.kind != "person":
        return person
    return dataclasses.replace(
        person, title=person.title or describing.title, country=person.country or describing.country
    )
