"""Which noun phrases name a place, and where they end: "the Palacio de la Moncloa in Madrid, Spain"."""

from typing import NamedTuple

from transforms.language.mentions.phrases import Phrase
from transforms.language.world.places import locate, place_name
from transforms.lexicon import vocabulary
from transforms.meetings.parties.sentence import Sentence
from transforms.rows import Place


class Where(NamedTuple):
    """A place as tokens, and where it was named."""

    start: int
    end: int
    source: str


def phrase_after(sentence: Sentence, at: int) -> int | None:
    """The phrase right behind the preposition at ``at``, over articles and adjectives."""
    for i in range(at + 1, min(at + 4, sentence.span.end)):
        index = sentence.starting(i)
        if index is not None:
            return index
        if sentence.doc[i].pos_ not in {"DET", "ADJ", "ADV", "PUNCT"}:
            return sentence.covering(i)
    return None


def is_place(sentence: Sentence, phrase: Phrase) -> bool:
    """Whether ``phrase`` names a place or a venue, and no event, time or person."""
    doc = sentence.doc
    head = doc[phrase.head]
    low = head.lower_
    if (
        phrase.kind in {"pronoun", "pair", "group", "role"}
        or low in vocabulary("events")
        or head.lemma_.lower() in vocabulary("events")
    ):
        return False
    if phrase.kind == "person":
        return False
    label = head.ent_type_
    if label in {"DATE", "TIME", "CARDINAL", "ORDINAL", "EVENT", "PERCENT", "MONEY"}:
        return False
    if label in {"GPE", "LOC", "FAC"}:
        return True
    if low in vocabulary("venues"):
        return phrase.end - phrase.start > 1 or head.text[:1].isupper()
    text = doc[phrase.start : phrase.end].text
    return any(t.text[:1].isupper() for t in doc[phrase.start : phrase.end]) and locate(text) is not None


def place_end(sentence: Sentence, index: int) -> int:
    """Behind the place that begins with phrase ``index``: "the Palacio de la Moncloa in Madrid, Spain"."""
    doc = sentence.doc
    end = sentence.phrases[index].end
    for _ in range(4):
        if end + 1 < sentence.span.end and doc[end].lower_ in {"in", "of", "at", "outside", "near", "de"}:
            following = sentence.starting(end + 1)
            if following is not None and (
                is_place(sentence, sentence.phrases[following])
                or (
                    (doc[end].lower_ in {"of", "de"} and doc[end + 1].text[:1].isupper())
                    or (doc[end].lower_ == "of" and doc[end + 1].lower_ == "the" and doc[end + 2].text[:1].isupper())
                )
            ):
                end = sentence.phrases[following].end
                continue
        if end + 1 < sentence.span.end and doc[end].text == ",":
            following = sentence.starting(end + 1)
            if following is not None and _is_region(sentence, sentence.phrases[following]):
                end = sentence.phrases[following].end
                continue
        break
    return end


def _is_region(sentence: Sentence, phrase: Phrase) -> bool:
    """Whether ``phrase`` behind a comma says where the place before it lies: a country, a state."""
    doc = sentence.doc
    text = doc[phrase.start : phrase.end].text
    following = doc[phrase.end] if phrase.end < sentence.span.end else None
    if phrase.kind not in {"country", "name", "other"} or not text[:1].isupper() or locate(text) is None:
        return False
    return not (
        (following is not None and following.lower_ in {"and", "met"})
        or (
            doc[phrase.head].dep_ in {"nsubj"}
            and following is not None
            and following.pos_ in {"VERB", "AUX"}
            and following.tag_ in {"VBD", "VBZ", "MD"}
        )
    )


def as_row(sentence: Sentence, found: Where) -> Place:
    """The row for a place: its words, located by the first part that the gazetteer knows."""
    doc, start, end = sentence.doc, found.start, found.end
    while start < end - 1 and doc[start].lower_ in {"the", "a", "an"}:
        start += 1
    name = " ".join(doc[start:end].text.split()).removesuffix("'s").removesuffix("’s").strip(" ,.")
    located = locate(name)
    pieces = [
        p.strip()
        for part in name.split(",")
        for p in part.replace(" outside ", " in ").replace(" near ", " in ").split(" in ")
    ]
    if located is None and len(pieces) > 1:
        for i in range(len(pieces)):
            located = locate(", ".join(pieces[i:])) or locate(pieces[i])
            if located is not None:
                break
    return Place(
        place_name(name),
        located.country if located else None,
        located.latitude if located else None,
        located.longitude if located else None,
        found.source,
    )
