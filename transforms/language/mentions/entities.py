"""An article's entities: each person, body and place once, with every mention of it.

A later short name is the full name's ("Blinken" is "Antony Blinken"), whatever the model called it; an office is
handed on along with it.
"""

import dataclasses
import re
from collections.abc import Container, Iterator

from rapidfuzz import fuzz
from spacy.tokens import Doc

from transforms.language.names import bare, fold
from transforms.language.people.offices import Office
from transforms.language.people.person_names import PersonMention, find_people, named_bodies
from transforms.language.words import words
from transforms.language.world import countries
from transforms.language.world.places import locate
from transforms.lexicon import vocabulary

KEPT = ("PERSON", "ORG", "GPE", "LOC", "FAC", "EVENT", "NORP")
# Two spellings of one full name: transliteration variants ("Zelenskyy", "Zelensky") reach this, other people do not.
_SAME_SPELLING = 88
_SUFFIX = re.compile(r",?\s+(?:Jr\.?|Sr\.?|II|III|IV|MP)$")
_NICKNAME = re.compile(r"\s*[“\"\[(][^”\"\])]*[”\"\])]")
_ROYAL = re.compile(r"(?:king|queen|pope|prince|princess|emperor|crown prince|crown princess|emir|sultan)$")


@dataclasses.dataclass
class EntityDraft:
    """One entity of one article while it is read.

    Attributes:
        name: The fullest name seen.
        label: PERSON, ORG, GPE, LOC, FAC, EVENT or NORP.
        title: A person's office in lower case.
        country: ISO 3166-1 alpha-2.
        spans: (first token, behind the last token) of each mention's name.
    """

    name: str
    label: str
    title: str | None = None
    country: str | None = None
    spans: list[tuple[int, int]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Reading:
    """What is known about the names of one text.

    Attributes:
        doc: The text.
        entities: The entities, in the order in which they appear.
        people: The mentions of people, in order.
        offices: Offices without a name.
        at: Token -> the entity whose name it belongs to.
    """

    doc: Doc
    entities: list[EntityDraft]
    people: list[PersonMention]
    offices: list[Office]
    at: dict[int, int]

    def person_at(self, token: int) -> int | None:
        """The person whose name holds ``token``; None where there is none."""
        index = self.at.get(token)
        return index if index is not None and self.entities[index].label == "PERSON" else None

    def at_names(self, labels: Container[str]) -> list[tuple[int, int]]:
        """(first token, behind the last token) of each mention of the entities of ``labels``, in order."""
        return sorted({span for entity in self.entities if entity.label in labels for span in entity.spans})

    def add(self, draft: EntityDraft, start: int, end: int) -> int:
        """A new entity that is named by tokens ``start`` to ``end``."""
        draft.spans.append((start, end))
        self.entities.append(draft)
        index = len(self.entities) - 1
        self.at.update(dict.fromkeys(range(start, end), index))
        return index

    def add_person(self, start: int, end: int, country: str | None = None) -> int:
        """The person that tokens ``start`` to ``end`` name, known already or new."""
        mention = PersonMention(start, end, start, None, country, False, False)
        index = _known(self, mention)
        if index is None:
            return self.add(EntityDraft(display_name(self.doc, mention), "PERSON", None, country), start, end)
        self.entities[index].spans.append((start, end))
        self.at.update(dict.fromkeys(range(start, end), index))
        return index


def display_name(doc: Doc, mention: PersonMention) -> str:
    """The name of ``mention`` on one line, with a monarch's or pope's title."""
    name = " ".join(doc[mention.name_start : mention.end].text.split())
    name = name.removesuffix("'s").removesuffix("’s").strip(" ,;")
    name = name.translate(str.maketrans("", "", '[]"“”()'))
    if mention.title and _ROYAL.search(mention.title) and len(name.split()) <= 2:
        title = " ".join(
            word.capitalize() for word in mention.title.split()[-2:] if word in {"crown"} or _ROYAL.match(word)
        )
        name = f"{title} {name}" if title else name
    return name


def read_entities(doc: Doc) -> Reading:
    """Finds every entity of ``doc`` and gives each one a single draft."""
    people, offices = find_people(doc)
    reading = Reading(doc, [], people, offices, {})
    in_full = [m for m in people if _length(doc, m) > 1]
    for mention in in_full:  # full names first, so that a short name before the full one finds it
        _take(reading, mention)
    for mention in people:
        if _length(doc, mention) <= 1:
            _take(reading, mention)
    _spread(reading)
    for start, end, label in _others(doc):
        if any(i in reading.at for i in range(start, end)):
            continue
        _take_other(reading, start, end, label)
    return reading


def _length(doc: Doc, mention: PersonMention) -> int:
    return len(doc[mention.name_start : mention.end].text.split())


def _take(reading: Reading, mention: PersonMention) -> None:
    doc = reading.doc
    name = display_name(doc, mention)
    if not name:
        return
    index = _known(reading, mention)
    span = (mention.name_start, mention.end)
    if index is None:
        reading.add(EntityDraft(name, "PERSON", mention.title, mention.country), *span)
        return
    draft = reading.entities[index]
    draft.spans.append(span)
    reading.at.update(dict.fromkeys(range(*span), index))
    if len(_SUFFIX.sub("", name).split()) > len(_SUFFIX.sub("", draft.name).split()):
        draft.name = name
    if mention.title and (not draft.title or draft.title.endswith("counterpart") or draft.title == "candidate"):
        draft.title = mention.title
    draft.country = draft.country or mention.country


def _known(reading: Reading, mention: PersonMention) -> int | None:
    """The person of the article whom ``mention`` names again; the last named one where two share a surname."""
    name = reading.doc[mention.name_start : mention.end].text
    want = fold(_SUFFIX.sub("", _NICKNAME.sub("", name))).split()
    if not want:
        return None
    best: tuple[tuple[float, int], int] | None = None
    for index, draft in enumerate(reading.entities):
        if draft.label != "PERSON":
            continue
        have = fold(_SUFFIX.sub("", _NICKNAME.sub("", draft.name))).split()
        rank = _fit(want, have, draft.name.split()[0].isupper() and len(draft.name.split()[0]) > 2)
        if not rank:
            continue
        before = [start for start, _ in draft.spans if start < mention.start]
        titled = bool(mention.title and draft.title and (mention.title in draft.title or draft.title in mention.title))
        near = max(before, default=-1)
        first = -min(s for s, _ in draft.spans)
        order = rank * 4 + 2 * titled + (draft.title not in (None, "first lady")), near if rank > 2 else first
        if best is None or order > best[0]:
            best = order, index
    return best[1] if best else None


def _fit(want: list[str], have: list[str], surname_first: bool = False) -> float:
    """How well two folded names name one person: 3 the same, 2 one is a longer form, 1 a surname, 0.5 a first name, 0 not at all."""
    if want == have or sorted(want) == sorted(have):
        return 3
    short, full = sorted((want, have), key=len)
    if len(short) == 1:
        word = short[0]
        if full[-1] == word or full[-1].removeprefix("al ") == word:
            return 1
        if surname_first and full[0] == word:
            return 1
        first = full[0] == word and (word in words("surnames_first") or len(word) > 1)
        if len(full) > 1 and first and (word in words("surnames_first")):
            return 1
        return int(word in full[1:] and len(word) > 3) or (
            0.5 if len(full) > 1 and full[0] == word and len(word) > 2 else 0
        )
    if len(short) < len(full):
        return 2 if set(short) <= set(full) and (short[-1] == full[-1] or short[0] == full[0]) else 0
    if len(short) == len(full) and short[0][0] == full[0][0]:
        return 3 if fuzz.ratio(" ".join(short), " ".join(full)) >= _SAME_SPELLING else 0
    return 0


def _spread(reading: Reading) -> None:
    """Finds further mentions of a known person's surname that the model took for something else or missed."""
    doc = reading.doc
    surnames: dict[str, int] = {}
    for index, draft in enumerate(reading.entities):
        parts = _SUFFIX.sub("", draft.name).split()
        if not parts:
            continue
        keys = [parts[-1]] if len(parts) > 1 or draft.title else []
        keys += [parts[0]] if len(parts) > 1 and fold(parts[0]) in words("surnames_first") else []
        if parts[0].isupper() and len(parts[0]) > 2:
            keys.append(parts[0].capitalize())
        for key in keys:
            if len(key) > 1:
                surnames.setdefault(key, index)
    for token in doc:
        if token.i in reading.at or token.text not in surnames:
            continue
        if token.ent_type_ in {"ORG", "FAC", "EVENT", "WORK_OF_ART", "LAW", "GPE", "PRODUCT"} and _inside_longer(
            doc, token.i
        ):
            continue
        if (
            token.i + 1 < len(doc)
            and doc[token.i + 1].text[:1].isupper()
            and doc[token.i + 1].pos_ in {"PROPN", "NOUN"}
        ):
            following = doc[token.i + 1].lower_
            if following in words("not_names") and following not in vocabulary("weekdays"):
                continue
        mention = PersonMention(token.i, token.i + 1, token.i, None, None, False, True)
        known = _known(reading, mention)
        index = surnames[token.text] if known is None else known
        reading.entities[index].spans.append((token.i, token.i + 1))
        reading.at[token.i] = index
    for draft in reading.entities:
        draft.spans.sort()


def _inside_longer(doc: Doc, at: int) -> bool:
    """Whether the model's entity around ``at`` holds other words than a possessive or a bracketed remark."""
    start = end = at
    while start > 0 and doc[start].ent_iob_ == "I":
        start -= 1
    while end + 1 < len(doc) and doc[end + 1].ent_iob_ == "I":
        end += 1
    return any(
        doc[i].is_alpha and i != at and doc[i].lower_ not in {"s", "r", "l", "the", "and"}
        for i in range(start, end + 1)
    )


def _others(doc: Doc) -> Iterator[tuple[int, int, str]]:
    """Places, bodies, peoples and events: the lexicon's countries first, then the model's."""
    at, seen = 0, [False] * len(doc)
    for start, end in named_bodies(doc):
        yield start, end, "ORG"
        seen[start:end] = [True] * (end - start)
    while at < len(doc):
        stop = _country_end(doc, at) if not seen[at] else at
        if stop > at:
            text = doc[at:stop].text
            yield at, stop, "GPE" if countries.is_country_name(text) else "NORP"
            seen[at:stop] = [True] * (stop - at)
            at = stop
        else:
            at += 1
    for start, end, label in _from_model(doc):
        if label in KEPT and label != "PERSON":
            while start < end and (doc[start].lower_ == "the" or doc[start].is_space or doc[start].is_punct):
                start += 1
            while end > start and (
                doc[end - 1].text in {"'s", "’s", "'", "’"} or doc[end - 1].is_space or doc[end - 1].is_punct
            ):
                end -= 1
            if start < end and not any(seen[start:end]) and any(c.isalpha() for c in doc[start:end].text):
                yield start, end, label


def _from_model(doc: Doc) -> Iterator[tuple[int, int, str]]:
    """The model's entities; what it took for one name but is a list of single words ("Lula, Petro") is taken apart."""
    for ent in doc.ents:
        if len(ent) % 2 and len(ent) > 1 and all((t.text == ",") == bool(i % 2) for i, t in enumerate(ent)):
            yield from ((t.i, t.i + 1, ent.label_) for t in ent if t.text != ",")
        elif not any(
            t.pos_ == "VERB" and t.text.islower() for t in ent
        ):  # but a headline: "Carver meets Zorin in Kyiv"
            yield ent.start, ent.end, ent.label_


def _country_end(doc: Doc, at: int) -> int:
    """Behind the country or demonym that begins at ``at`` and is no part of a longer name; ``at`` where there is none."""
    token = doc[at]
    if not token.text[:1].isupper() or not countries.begins_country(token.text):
        return at
    for stop in range(min(at + 6, len(doc)), at, -1):
        if doc[stop - 1].is_punct or doc[stop - 1].is_space:
            continue
        text = doc[at:stop].text
        if "\n" in text or not countries.country_of(text):
            continue
        if token.ent_type_ in {"ORG", "FAC", "EVENT", "PERSON", "WORK_OF_ART", "LAW"} and _longer(doc, at, stop):
            return at
        return stop
    return at


def _longer(doc: Doc, start: int, end: int) -> bool:
    before = doc[start].ent_iob_ == "I" and start > 0 and doc[start - 1].lower_ != "the"
    after = end < len(doc) and doc[end].ent_iob_ == "I" and doc[end].text not in {"'s", "’s", "'", "’"}
    return before or after


def _take_other(reading: Reading, start: int, end: int, label: str) -> None:
    text = " ".join(reading.doc[start:end].text.split())
    name = bare(text)
    if not name:
        return
    country = countries.country_of(name)
    key = fold(countries.name_of(country) or name) if country and label == "GPE" else fold(name)
    for index, draft in enumerate(reading.entities):
        known = (
            fold(countries.name_of(draft.country) or draft.name)
            if label == "GPE" and draft.country and countries.is_country_name(draft.name)
            else fold(draft.name)
        )
        if draft.label == label and known == key:
            draft.spans.append((start, end))
            reading.at.update(dict.fromkeys(range(start, end), index))
            return
    if label in {"GPE", "LOC"} and country is None:
        located = locate(name)
        country = located.country if located else None
    reading.add(EntityDraft(name, label, None, country), start, end)
