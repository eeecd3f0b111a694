"""What a title says: the office, the country whose office it is, and whether it is held now.

"U.S. Secretary of State" and "Britain's foreign secretary" are both the office that a counterpart abroad would call
"foreign minister". The tables are ``lexicon/titles.yaml`` and, for offices of one country alone,
``lexicon/offices.yaml``.
"""

import functools
import re
from typing import Any, NamedTuple

from transforms import lexicon
from transforms.language.names import bare
from transforms.language.words import unique_offices
from transforms.language.world import countries, organisations


class Title(NamedTuple):
    """A title taken apart.

    Attributes:
        office: The office in small letters as the text has it, without country and modifiers (``secretary of state``).
        counterpart: The same office as any country would have it (``foreign minister``).
        country: ISO 3166-1 alpha-2; None where the title does not say.
        organisation: The body whose office it is (``European Union``); None for a country's.
        standing: ``former``, ``acting``, ``elect`` or ``outgoing``; None for one who holds it.
    """

    office: str
    counterpart: str
    country: str | None
    organisation: str | None
    standing: str | None


@functools.cache
def _tables() -> dict[str, Any]:
    return lexicon.table("titles")


@functools.cache
def honorifics() -> frozenset[str]:
    """Words before a name that are no office, in small letters without full stops (``mr``, ``dr``)."""
    return frozenset(word.lower() for word in _tables()["honorifics"])


def general_titles() -> dict[str, list[str]]:
    """General words for an office ("leader") with the offices that they may mean."""
    return dict(_tables()["general"])


_SEPARATOR = re.compile(r"[\s]+")
_OF_PORTFOLIO = re.compile(r"^(?P<rank>.*?)\b(?P<head>minister|secretary) (?:of|for) (?:the )?(?P<what>.+)$")
_PORTFOLIO = re.compile(r"^(?P<what>.+?) (?P<head>minister|secretary|chief)$")
_TAIL = re.compile(r"^(?P<office>.+) (?:of|for|to|at|in) (?:the )?(?P<owner>[A-Z].+)$")


@functools.lru_cache(maxsize=8192)
def parse_title(text: str) -> Title | None:
    """``text`` ("then-Japanese Foreign Minister", "the EU's foreign policy chief") taken apart; None for no office.

    Never raises. The text holds the title alone, not the name that it belongs to.
    """
    words = [w.strip(",") for w in _SEPARATOR.split(re.sub(r"[’‘]", "'", bare(text))) if w.strip(",")][:16]
    words, standing = _standing(words)
    words, country, body = _owner(words)
    while len(words) > 1 and _is_decoration(words):
        words = words[1:]
    if not words:
        return None
    plain = " ".join(words)
    tail = _TAIL.match(plain)
    if tail is not None and _portfolio(plain.lower()) is None and plain.lower() not in _tables()["offices"]:
        if country is None and body is None:
            country = countries.country_of(tail["owner"])
            found = organisations.organisation_of(tail["owner"])
            body = found.name if found else None
        plain = tail["office"]
    office = plain.lower().replace("defence", "defense").strip(" .")
    counterpart = _counterpart(office)
    if counterpart is None:
        return None
    if country is None and body is None:
        country = unique_offices().get(office)
    return Title(office, counterpart, country, body, standing)


def _standing(words: list[str]) -> tuple[list[str], str | None]:
    """The words without those that say whether the office is held, and what they say."""
    modifiers = _tables()["modifiers"]
    standing: str | None = None
    kept: list[str] = []
    for word in words:
        pieces = word.split("-")
        while len(pieces) > 1 and pieces[0].lower() in modifiers:
            standing = standing or modifiers[pieces.pop(0).lower()]
        while len(pieces) > 1 and pieces[-1].lower() in modifiers:
            standing = standing or modifiers[pieces.pop().lower()]
        rest = "-".join(pieces)
        if rest.lower() in modifiers:
            standing = standing or modifiers[rest.lower()]
        elif rest:
            kept.append(rest)
    return kept, standing


def _is_decoration(words: list[str]) -> bool:
    """Whether the first word is a party, a creed or a form of address before an office."""
    first = words[0].lower().rstrip(".")
    if " ".join(words).lower() in _tables()["offices"]:
        return False
    return first in honorifics() or first in _tables()["parties"]


def _owner(words: list[str]) -> tuple[list[str], str | None, str | None]:
    """The words without a country or body in front, and that country and body."""
    for length in range(min(5, len(words) - 1), 0, -1):
        head = " ".join(words[:length])
        country = countries.country_of(head)
        if country is not None:
            return words[length:], country, None
        body = organisations.organisation_of(head)
        if body is not None:
            return words[length:], body.country, body.name
    return words, None, None


def _known(office: str) -> str | None:
    counterpart: str | None = _tables()["offices"].get(office)
    return counterpart


def _counterpart(office: str) -> str | None:
    """The office as any country would have it; None where no word of it is an office."""
    tables = _tables()
    known = _known(office)
    if known is not None:
        return known
    portfolio = _portfolio(office)
    if portfolio is not None:
        return portfolio
    rank, rest = _split_rank(office)
    if rank and rest in tables["offices"]:
        return f"{rank} {tables['offices'][rest]}"
    if rank and rest != office:
        inner = _counterpart(rest)
        return f"{rank} {inner}" if inner else None
    head = office.rsplit(" ", 1)[-1]
    return _known(head)


def _portfolio(office: str) -> str | None:
    """ "defense minister" for "minister of national defense" and the like; None for an unknown field."""
    for pattern in (_OF_PORTFOLIO, _PORTFOLIO):
        match = pattern.match(office)
        if match is None or match["head"] == "chief":
            continue
        rank, what = (match.groupdict().get("rank") or "").strip(), match["what"]
        if not rank:
            rank, what = _split_rank(what)
        field = _tables()["portfolios"].get(what)
        if field is not None:
            return f"{rank} {field} minister".strip()
    return None


def _split_rank(office: str) -> tuple[str, str]:
    """("deputy", "foreign minister") for "deputy foreign minister"; the rank is empty where there is none."""
    for rank in sorted(_tables()["ranks"], key=len, reverse=True):
        for joint in (" ", "-"):
            if office.startswith(rank + joint):
                return rank, office[len(rank) + 1 :]
    return "", office
