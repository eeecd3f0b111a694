"""People by name: what the model calls a person, repaired by titles, honorifics and the lexicon of countries.

The small models lose bare surnames ("Hayashi" as an organization), cut names ("State Antony Blinken") and swallow
titles; the words around a name are the better witness.
"""

from typing import NamedTuple

from spacy.tokens import Doc

from transforms.language.people.offices import Office, find_offices
from transforms.language.pipeline import is_word
from transforms.language.words import noun_kind, words
from transforms.language.world import countries
from transforms.language.world.organisations import begins_organisation, organisation_of
from transforms.language.world.places import locate
from transforms.lexicon import vocabulary

_POSSESSIVE = {"'s", "’s", "'", "’"}
_HYPHENS = {"-", "‐", "–"}
# Entities that a name never runs into.
_FOREIGN = {"DATE", "TIME", "GPE", "MONEY", "CARDINAL", "ORDINAL", "PERCENT", "QUANTITY"}


class PersonMention(NamedTuple):
    """One mention of a person by name.

    Attributes:
        start: First token, with the office before the name.
        end: Behind the last token of the name.
        name_start: First token of the name itself.
        title: The office in lower case; None without one.
        country: ISO 3166-1 alpha-2, where the words around the name say it.
        former: "former", "then-", "late" stands before the office.
        sure: Named by the model as a person or led in by an office or honorific.
    """

    start: int
    end: int
    name_start: int
    title: str | None
    country: str | None
    former: bool
    sure: bool


# Months that people are called by.
_GIVEN_MONTHS = frozenset({"Jan", "April", "May", "June", "August"})
_TITLE_CASE = "meetwire_title_case"


def title_case(doc: Doc) -> set[int]:
    """The tokens of headlines in title case, where a capital letter tells no name."""
    known: set[int] | None = doc.user_data.get(_TITLE_CASE)
    if known is None:
        known, start = set(), 0
        for token in doc:
            if token.i + 1 == len(doc) or "\n" in token.text or "\u2029" in token.text:
                line = [t for t in doc[start : token.i + 1] if t.is_alpha and len(t) > 3]
                small = sum(t.text[0].islower() for t in line)
                if len(line) >= 4 and small <= len(line) / 6 and token.i - start < 40:
                    known.update(range(start, token.i + 1))
                start = token.i + 1
        doc.user_data[_TITLE_CASE] = known
    return known


def is_namelike(doc: Doc, at: int) -> bool:
    """Whether token ``at`` can be part of a personal name: a capital letter and no word that never is."""
    token = doc[at]
    text = token.text
    if at in title_case(doc) and is_word(token) and token.ent_type_ != "PERSON":
        return False
    if token.like_num or not text[:1].isupper() or not (token.is_alpha or any(mark in text for mark in ".'’-")):
        return False
    if text in _POSSESSIVE or (
        token.lower_.removesuffix("." if len(text) > 2 else "") in words("not_names")
        and not _surname_like_a_word(doc, at)
    ):
        return False
    return not (noun_kind(text) and text.istitle() and noun_kind(text) != "people")


def _surname_like_a_word(doc: Doc, at: int) -> bool:
    """Whether a word that is no part of names is one here: "He Lifeng", "Park Min-ho", "Jan Lipavsky", "Beth Hall"."""
    token = doc[at]
    before, behind = doc[at - 1] if at else token, doc[at + 1] if at + 1 < len(doc) else token
    if token.ent_type_ == "PERSON" and token.lower_ in words("surnames_last") and before.ent_type_ == "PERSON":
        return before.text[:1].isupper()
    leads = behind.i > at and behind.text[:1].isupper()
    if token.text in _GIVEN_MONTHS or (token.lower_ in words("surnames_first") and token.text != "He"):
        return leads and token.ent_type_ == behind.ent_type_ == "PERSON" and behind.ent_iob_ == "I"
    named = token.text == "He" and (before.is_alpha or before.text == ",") and before.i < at
    return named and leads and behind.lower_ not in words("not_names")


def name_end(doc: Doc, start: int, limit: int | None = None) -> int:
    """Behind the last token of the name that begins at ``start``; ``start`` itself where there is none."""
    limit = min(len(doc), start + 9, limit if limit is not None else len(doc))
    at = start
    particles = words("particles")
    while at < limit:
        token = doc[at]
        if at > start and token.ent_type_ in _FOREIGN and token.ent_iob_ == "B" and not _in_name(doc, at):
            break
        if (
            is_namelike(doc, at)
            or (token.lower_ in vocabulary("name_suffixes") and at > start)
            or (token.lower_ in particles and at + 1 < limit and _carries_on(doc, at, limit))
        ):
            at += 1
        elif (
            token.text in _HYPHENS and start < at < limit - 1 and not token.whitespace_ and not doc[at - 1].whitespace_
        ):
            if doc[at + 1].text[:1].isalpha() and (is_namelike(doc, at + 1) or doc[at - 1].lower_ in particles):
                at += 2
            elif doc[at + 1].text.islower() and doc[at + 1].is_alpha and len(doc[at + 1]) <= 5 and doc[at - 1].is_title:
                at += 2  # Sang-gyun
            else:
                break
        elif token.text in {"“", '"', "[", "("} and at + 2 < limit and doc[at + 2].text in {"”", '"', "]", ")"}:
            if (
                at == start
                or not is_namelike(doc, at + 1)
                or (token.text == "(" and at + 3 < limit and not is_namelike(doc, at + 3))
            ):
                break
            at += 3
        else:
            break
    return at


def _carries_on(doc: Doc, at: int, limit: int) -> bool:
    """Whether the particle at ``at`` leads on to more of the name."""
    following = doc[at + 1]
    if following.text in _HYPHENS and at + 2 < limit:
        return doc[at + 2].text[:1].isupper()
    return is_namelike(doc, at + 1) or following.lower_ in words("particles")


def _in_name(doc: Doc, at: int) -> bool:
    """Whether the model's entity at ``at`` is more likely a part of a name than the place or number it was taken for."""
    token = doc[at]
    if token.lower_ in words("not_names"):
        return False
    if token.ent_type_ in {"DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY"}:
        return token.is_alpha  # months and weekdays are no names, so this is what the model mistook
    return (
        token.ent_type_ == "GPE"
        and not countries.country_of(token.text)
        and not countries.capital_metonym(token.text)
        and (at + 1 >= len(doc) or doc[at + 1].ent_iob_ != "I")
    )


def _skip_honorifics(doc: Doc, at: int, limit: int) -> tuple[int, bool]:
    """(next, found): past "Mr.", "the Honorable", "H.E. Ms.", "Sir"."""
    found = False
    while at < limit:
        if doc[at].is_space and found:
            at += 1
            continue
        low = doc[at].lower_.rstrip(".")
        if low in words("honorifics") and doc[at].text[:1].isupper() and (at + 1 < limit):
            if low in {"he", "judge", "justice", "chief"} and not doc[at].text.isupper():
                break
            at, found = at + 1, True
        elif (
            low == "the"
            and at + 1 < limit
            and doc[at + 1].lower_ in {"honorable", "honourable", "hon.", "right", "rev."}
        ) or (
            low == "right"
            and found is False
            and at + 1 < limit
            and doc[at + 1].lower_ in {"honorable", "honourable", "hon."}
        ):
            at += 1
        else:
            break
    return at, found


def find_people(doc: Doc) -> tuple[list[PersonMention], list[Office]]:
    """Every mention of a person by name, in order and without overlaps, and the offices that lead in none of them."""
    offices = find_offices(doc)
    taken = [False] * (len(doc) + 1)
    for start, end in named_bodies(doc):
        taken[start:end] = [True] * (end - start)
    found: list[PersonMention] = []
    bare: list[Office] = []
    for office in offices:
        mentions = _with_office(doc, office, taken)
        if not mentions:
            bare.append(office)
        for mention in mentions:
            found.append(mention)
            for i in range(mention.start, mention.end):
                taken[i] = True
    at = 0
    while at < len(doc):
        if not taken[at] and doc[at].text[:1].isalpha():
            after, honoured = _skip_honorifics(doc, at, len(doc))
            if honoured and after < len(doc):
                end = name_end(doc, after)
                if end > after and not any(taken[after:end]):
                    found.append(PersonMention(at, end, after, None, None, False, True))
                    taken[at:end] = [True] * (end - at)
                    at = end
                    continue
        at += 1
    for mention in _after_country(doc, taken):
        found.append(mention)
        taken[mention.start : mention.end] = [True] * (mention.end - mention.start)
    for ent in doc.ents:
        if ent.label_ == "PERSON" and not _is_place(doc, ent.start, ent.end):
            for mention in _from_model(doc, ent.start, ent.end, taken):
                found.append(mention)
                taken[mention.start : mention.end] = [True] * (mention.end - mention.start)
    found.sort()
    return [_with_apposition(doc, mention, bare) for mention in found], bare


def named_bodies(doc: Doc) -> list[tuple[int, int]]:
    """The bodies of the lexicon in ``doc``, which the model often takes apart ("the International Atomic Energy Agency")."""
    found: list[tuple[int, int]] = []
    behind = 0
    for token in doc:
        at = token.i
        if at < behind or not token.text[:1].isupper() or not begins_organisation(token.text):
            continue
        ends = range(min(at + 7, len(doc)), at + 1, -1)
        stop = next((end for end in ends if organisation_of(doc[at:end].text)), None)
        if stop is not None:
            found.append((at, stop))
            behind = stop
    return found


def _with_office(doc: Doc, office: Office, taken: list[bool]) -> list[PersonMention]:
    """The names that ``office`` leads in: none, one, or a list behind a plural ("presidents A and B")."""
    at = office.end
    while at < len(doc) and doc[at].text in {"[", "“", '"'} and office.end == at:
        at += 1
    at, _honoured = _skip_honorifics(doc, at, min(len(doc), at + 4))
    if at >= len(doc) or (not doc[at].text[:1].isupper() and not _carries_on_at(doc, at)):
        return []
    end = name_end(doc, at)
    if end == at or any(taken[at:end]):
        return []
    if end - at == 1 and countries.is_demonym(doc[at].text) and doc[at].ent_type_ != "PERSON":
        return []
    if doc[at].ent_type_ in {"ORG", "FAC"} and end - at > 1 and doc[end - 1].lower_ in words("bodies"):
        return []
    first = PersonMention(office.start, end, at, office.title, office.country, office.former, True)
    mentions = [_suffixed(doc, first)]
    while office.plural and mentions[-1].end + 1 < len(doc) and doc[mentions[-1].end].lower_ in {"and", ",", "&"}:
        at = mentions[-1].end + 1
        if doc[at].lower_ == "and":
            at += 1
        end = name_end(doc, at) if at < len(doc) else at
        if end == at or any(taken[at:end]):
            break
        mentions.append(PersonMention(at, end, at, office.title.removesuffix("s"), office.country, office.former, True))
    return mentions


def _carries_on_at(doc: Doc, at: int) -> bool:
    return doc[at].lower_ in words("particles") and at + 1 < len(doc) and _carries_on(doc, at, len(doc))


def _suffixed(doc: Doc, mention: PersonMention) -> PersonMention:
    """``mention`` with the country of "Prime Minister Cameron of the United Kingdom"."""
    at = mention.end
    if mention.country or at + 1 >= len(doc) or doc[at].lower_ != "of":
        return mention
    at += 1 + (doc[at + 1].lower_ == "the")
    for stop in range(min(at + 6, len(doc)), at, -1):
        code = countries.country_of(doc[at:stop].text)
        if code and countries.is_country_name(doc[at:stop].text):
            return mention._replace(country=code)
    return mention


def _from_model(doc: Doc, start: int, end: int, taken: list[bool]) -> list[PersonMention]:
    """The people in the model's PERSON entity at ``start``: trimmed, or split where it holds several."""
    found: list[PersonMention] = []
    at = start
    while at < end:
        if taken[at] or not (is_namelike(doc, at) or _carries_on_at(doc, at)):
            at += 1
            continue
        stop = name_end(doc, at)
        stop = min(stop, next((i for i in range(at, stop) if taken[i]), stop))
        hyphen = next(
            (i for i in range(at + 1, stop - 1) if doc[i].text in _HYPHENS and _joins_two(doc, i, stop)), None
        )
        if hyphen is not None:
            stop = hyphen
        if stop <= at:
            at += 1
            continue
        text = doc[at:stop].text
        if stop < len(doc) and doc[stop].text[:1].isupper() and doc[stop].lower_ in vocabulary("premises"):
            at = stop + 1
            continue
        if not (countries.is_country_name(text) or countries.is_demonym(text)) or stop - at > 1:
            found.append(_possessed(doc, PersonMention(at, stop, at, None, None, False, True)))
        at = stop
    return found


def _after_country(doc: Doc, taken: list[bool]) -> list[PersonMention]:
    """The names in "Japan's Kishida and South Korea's Yoon", which the model takes for places."""
    found: list[PersonMention] = []
    for token in doc[1:-1]:
        if (
            token.text not in {"'s", "’s"}
            or taken[token.i + 1]
            or doc[token.i + 1].ent_type_ not in {"", "GPE", "PERSON", "NORP", "LOC"}
        ):
            continue
        end = name_end(doc, token.i + 1)
        if end == token.i + 1 or any(taken[token.i + 1 : end]) or locate(doc[token.i + 1 : end].text) is not None:
            continue
        if any(noun_kind(t.text) for t in doc[token.i + 1 : end]) or (
            end < len(doc) and doc[end].pos_ in {"NOUN", "PROPN", "ADJ"}
        ):
            continue
        mention = _possessed(doc, PersonMention(token.i + 1, end, token.i + 1, None, None, False, True))
        if mention.country:
            found.append(mention)
    return found


def _is_place(doc: Doc, start: int, end: int) -> bool:
    """Whether the model took a place for a person: it is on the map and stands behind "in", "to" or "near"."""
    if start == 0 or doc[start - 1].lower_ not in {"in", "to", "at", "near", "outside", "from", "of"}:
        return False
    return locate(doc[start:end].text) is not None and (
        doc[start - 1].lower_ in {"in", "near", "outside"} or end - start == 1
    )


def _joins_two(doc: Doc, hyphen: int, stop: int) -> bool:
    """Whether the hyphen parts two people ("Trump-Putin meeting") and not one name ("Ing-wen")."""
    if stop >= len(doc) or not doc[hyphen + 1].text[:1].isupper():
        return False
    low = doc[stop].lower_
    return low in vocabulary("between_two")


def _possessed(doc: Doc, mention: PersonMention) -> PersonMention:
    """``mention`` with the country of "Japan's Kishida" or "Turkish Erdogan"."""
    at = mention.start
    if at >= 2 and doc[at - 1].text in _POSSESSIVE:
        for first in range(max(0, at - 5), at - 1):
            code = countries.country_of(doc[first : at - 1].text)
            if code:
                return mention._replace(start=first, country=code)
    if at >= 1 and countries.is_demonym(doc[at - 1].text):
        return mention._replace(start=at - 1, country=countries.country_of(doc[at - 1].text))
    return mention


def _with_apposition(doc: Doc, mention: PersonMention, offices: list[Office]) -> PersonMention:
    """``mention`` with the office around it: "the mayor, Ana Ruiz,", "Katsuya Okada, Minister for Foreign Affairs of Japan,"."""
    if mention.title and mention.country:
        return mention
    at = mention.end
    if at + 1 >= len(doc) or doc[at].text not in {",", "."}:
        return mention
    before = next((o for o in offices if o.end == mention.start - 1 and doc[o.end].text == ","), None)
    if before is not None and not before.plural and not mention.title:  # "the mayor, Ana Ruiz, said"
        return mention._replace(title=before.title, country=mention.country or before.country)
    if doc[at].text == ".":
        return mention
    at += 1
    while at < len(doc) and doc[at].lower_ in {"the", "a", "an", "then", "also"}:
        at += 1
    for office in offices:
        if office.start <= at <= office.head and not office.plural and office.head - at <= 5:
            return mention._replace(title=mention.title or office.title, country=mention.country or office.country)
        if office.start > at:
            break
    return mention
