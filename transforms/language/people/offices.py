"""Offices in running text: "Japanese Foreign Minister", "the leader of Australia", "Secretary of State".

An office is read from tokens alone, so it is found in headlines and in paragraphs that were not parsed.
"""

import re
from typing import NamedTuple

from spacy.tokens import Doc

from transforms.language.names import fold
from transforms.language.words import is_plural_noun, noun_kind, unique_offices, words
from transforms.language.world import countries
from transforms.language.world.gazetteer import regions
from transforms.language.world.organisations import organisation_of
from transforms.lexicon import vocabulary

_POSSESSIVE = {"'s", "’s", "'", "’"}
_LONGEST_BEFORE, _LONGEST_AFTER = 9, 9


class Office(NamedTuple):
    """One office, as tokens ``start`` to ``end`` (behind the last).

    Attributes:
        start: The first token, with country or body ("Japan's", "NATO").
        end: Behind the last token, with what follows "of" or "for".
        head: The token of the office itself ("Minister").
        title: The office in lower case, without country and article.
        country: ISO 3166-1 alpha-2, where the words say it.
        plural: Several people hold it ("presidents").
        former: Introduced by "former", "ex-", "late" and the like.
    """

    start: int
    end: int
    head: int
    title: str
    country: str | None
    plural: bool
    former: bool


def _country_at(doc: Doc, start: int, end: int) -> tuple[int, str] | None:
    """(end, code) of the longest country or demonym that begins at ``start``."""
    if not doc[start].text[:1].isupper():
        return None
    for stop in range(min(start + 6, end), start, -1):
        if doc[stop - 1].text in _POSSESSIVE or doc[stop - 1].is_punct:
            continue
        code = countries.country_of(doc[start:stop].text)
        if code:
            return stop, code
    return None


def _before(doc: Doc, head: int, floor: int) -> int:
    """The first token of the office whose noun is ``head``, going left over what belongs to it."""
    start = head
    limit = max(floor, head - _LONGEST_BEFORE)
    offices, portfolios = words("before_office"), words("portfolios")
    while start > limit:
        token = doc[start - 1]
        low = token.lower_
        if token.is_space or low in {",", ";", ":", "(", ")", '"', "“", "”", "—", "–"}:
            break
        if low in offices or low in portfolios or (low in words("creeds")):
            start -= 1
        elif (token.text in _POSSESSIVE and start - 1 > limit and doc[start - 2].text[:1].isupper()) or (
            token.text == "-" and start - 1 > limit and doc[start - 2].lower_ in offices | {"u.s", "us"}
        ):
            start -= 2
        elif token.text[:1].isupper() and low not in words("not_names") and token.is_alpha | ("." in token.text):
            if start == head and noun_kind(low):  # "President General" keeps both, "Governor" of another person ends
                break
            start -= 1
        elif low == "and" and start - 1 > limit and doc[start - 2].lower_ in portfolios:
            start -= 2
        elif low == "of" and start - 1 > limit and noun_kind(doc[start - 2].text) == "office" and start == head:
            break
        else:
            break
    return start


def _after(doc: Doc, head: int, ceiling: int) -> tuple[int, str | None]:
    """(end, country) of the office whose noun is ``head``: over "-elect", "General", "of State", "for Foreign Affairs"."""
    end, country = head + 1, None
    ceiling = min(ceiling, head + _LONGEST_AFTER)
    while end < ceiling and doc[end].lower_ in vocabulary("office_suffixes"):
        end += 1
    if end + 1 < ceiling and doc[end].text == "-" and doc[end + 1].lower_ in {"elect", "designate", "general"}:
        end += 2
    portfolios = words("portfolios")
    while end + 1 < ceiling and doc[end].lower_ in {"of", "for", "to"}:
        at = end + 1
        if doc[at].lower_ == "the" and at + 1 < ceiling:
            at += 1
        if doc[at].lower_ in {"republic", "kingdom", "state"} and at + 2 < ceiling and doc[at + 1].lower_ == "of":
            named = at + 2 + (doc[at + 2].lower_ == "the")
            at = named if named < ceiling and _country_at(doc, named, ceiling) else at
        found = _country_at(doc, at, ceiling)
        if found:
            end, country = found
            continue
        stop = at
        while stop < ceiling and (
            doc[stop].lower_ in portfolios
            or (
                doc[stop].lower_ in {"and", ",", "&"}
                and stop > at
                and stop + 1 < ceiling
                and doc[stop + 1].lower_ in portfolios
            )
        ):
            stop += 1
        if stop == at:
            body = next(
                (
                    e
                    for e in range(min(at + 7, ceiling), at + 1, -1)
                    if doc[at].text[:1].isupper() and organisation_of(doc[at:e].text)
                ),
                0,
            )
            if body:
                stop = body
            elif doc[at].ent_type_ in {"ORG", "GPE", "LOC"} and doc[at].text[:1].isupper() and doc[end].lower_ != "to":
                while (
                    stop < ceiling
                    and doc[stop].ent_type_ == doc[at].ent_type_
                    and (stop == at or doc[stop].ent_iob_ == "I")
                ):
                    stop += 1
            else:
                break
        end = stop
    return end, country


def office_at(doc: Doc, head: int, floor: int, ceiling: int) -> Office | None:
    """The office whose noun is token ``head``, within tokens ``floor`` to ``ceiling``; None where it is none."""
    if noun_kind(doc[head].text) != "office":
        return None
    start = _before(doc, head, floor)
    end, country = _after(doc, head, ceiling)
    at = start
    while at < head:
        found = _country_at(doc, at, head)
        if found:
            country = country or found[1]
            break
        at += 1
    title = _title(doc, start, end)
    country = _american_state(doc, start, end, title, country)
    code = country or unique_offices().get(re.sub(r"^(?:then|former|ex|acting|deputy)[ -]+", "", title))
    former = any(doc[i].lower_ in vocabulary("former") for i in range(start, head))
    return Office(start, end, head, title, code, is_plural_noun(doc[head].text), former)


def _american_state(doc: Doc, start: int, end: int, title: str, country: str | None) -> str | None:
    """``US`` where an office of its states stands behind one of them ("Georgia Governor"), else ``country``."""
    if country not in {None, "GE"} or not any(title.endswith(each) for each in words("american_state_offices")):
        return country
    for at in range(start, end):
        for stop in range(min(at + 3, end), at, -1):
            called = regions(fold(doc[at:stop].text)) if doc[at].text[:1].isupper() else ()
            if any(region.country == "US" for region in called):
                return "US"
    return country


_ABBREVIATED = {"gov": "governor", "lt": "lieutenant", "sen": "senator", "rep": "representative"}


def _title(doc: Doc, start: int, end: int) -> str:
    kept: list[str] = []
    at = start
    while at < end:
        found = _country_at(doc, at, end)
        if found:
            at = found[0]
            if kept and kept[-1].lower() in {"of", "the"}:
                while kept and kept[-1].lower() in {"of", "the", "for"}:
                    kept.pop()
        elif doc[at].text in _POSSESSIVE or doc[at].is_space:
            at += 1
        else:
            kept.append(_ABBREVIATED.get(doc[at].lower_.rstrip("."), doc[at].text))
            at += 1
    text = " ".join(kept).lower().replace(" - ", "-").strip(" -.,;:")
    return re.sub(
        r"^(?:(?:the|visiting|outgoing|incoming|then|former|under|his|her|current|late|[-' ]+)[ -])+", "", text
    )


def find_offices(doc: Doc) -> list[Office]:
    """Every office of ``doc``, in order, without overlaps; sentence by sentence where there are sentences."""
    found: list[Office] = []
    floor = 0
    for token in doc:
        if token.is_space or token.text in {".", "!", "?"}:
            floor = token.i + 1
            continue
        if found and token.i < found[-1].end:
            continue
        if token.text[:1].isalpha() and noun_kind(token.text) == "office":
            office = office_at(doc, token.i, max(floor, found[-1].end if found else 0), len(doc))
            if office is not None:
                found.append(_joined(doc, found, office))
    return found


def _joined(doc: Doc, found: list[Office], office: Office) -> Office:
    """``office``, joined with the one right before it: "Secretary" + "General", "Foreign minister and deputy premier"."""
    if not found:
        return office
    last = found[-1]
    between = [t.lower_ for t in doc[last.end : office.start]]
    led_in = last.start > 0 and doc[last.start - 1].lower_ in {"the", "a", "an", "his", "her", "their"}
    owned = any(t.text in _POSSESSIVE for t in doc[office.start : office.head])  # "and Uganda's president"
    if between == [] or (between == ["and"] and not (led_in or owned or last.plural or office.plural)):
        found.pop()
        title = " ".join([last.title, *between, office.title])
        country = _american_state(doc, last.start, office.end, title, last.country or office.country)
        return Office(last.start, office.end, office.head, title, country, office.plural, last.former)
    return office
