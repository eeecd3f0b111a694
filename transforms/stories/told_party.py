"""One who met, as a report names them, and whether two reports name the same one."""

import functools
from typing import Any, NamedTuple

from transforms.language.names import bare, fold
from transforms.language.people.titles import honorifics, parse_title
from transforms.language.words import noun_kind
from transforms.language.world import countries
from transforms.language.world.organisations import is_organisation
from transforms.stories.spelling import same_name, same_word, words_of

# From here on two parties are taken for one; between LIKELY and SURE something else has to speak for it.
SURE, LIKELY = 0.8, 0.45
# Offices that say next to nothing alone.
_VAGUE = frozenset({"minister", "official", "leader", "chief", "head", "chairman", "counterpart", "spokesman"})


class Party(NamedTuple):
    """One who met, prepared for comparing.

    Attributes:
        words: The words of the name; empty for one who is not named.
        office: The office as any country would have it (``foreign minister``).
        country: ISO 3166-1 alpha-2.
        body: The words of the title or description, for bodies and those who speak for them.
        kind: named, office, country or described.
        actor: The actor that it is by decision; None where names say who it is.
    """

    words: tuple[str, ...]
    office: str | None
    country: str | None
    body: frozenset[str]
    kind: str
    actor: str | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """What sorts parties, the same in every process."""
        return self.words, self.office or "", self.country or "", self.kind, sorted(self.body), self.actor or ""


class Agreement(NamedTuple):
    """Whether two parties are one.

    Attributes:
        score: From 0 to 1.
        reason: Why, in a few words.
    """

    score: float
    reason: str


_NO = Agreement(0.0, "nothing in common")
_DECIDED_OTHERS = Agreement(0.0, "others by decision")


@functools.lru_cache(maxsize=8192)
def party_of(name: str, kind: str, title: str | None, country: str | None) -> Party:
    """A party of a report, from the columns of ``participants``."""
    before, name = _untitled(bare(name))
    held = parse_title(title) if title else None
    whole = parse_title(name)
    described = frozenset(fold(title or "").split())
    country = country or (held.country if held else None)
    if before is not None:
        country = country or before.country
    office = (held or before).counterpart if held or before else None
    if kind == "country" or (kind != "person" and countries.is_country_name(name)):
        return Party((), None, country or countries.country_of(name), described, "country")
    if whole is not None:
        return Party(
            (), whole.counterpart, country or whole.country, frozenset(fold(name).split()) | described, "office"
        )
    words = words_of(name)
    if not words or kind in ("group", "organization") or _is_description(name):
        return Party((), office, country, frozenset(fold(name).split()) | described, "described")
    return Party(words, office, country, described, "named")


def _untitled(name: str) -> tuple[Any, str]:
    """The office in front of a name, and the name without it: "Archbishop Samuel Adebayo", "Australia's Megan Thornbury"."""
    pieces = name.split()
    while len(pieces) > 1 and fold(pieces[0]) in honorifics():
        pieces = pieces[1:]
    if parse_title(" ".join(pieces)) is not None:
        return None, " ".join(pieces)
    if len(pieces) > 1 and pieces[0].endswith(("'s", "’s")) and countries.country_of(pieces[0]):
        pieces = pieces[1:]
    for length in range(len(pieces) - 1, 0, -1):
        title = parse_title(" ".join(pieces[:length]))
        if title is not None and pieces[length][:1].isupper():
            return title, " ".join(pieces[length:])
    return None, " ".join(pieces)


def _is_description(name: str) -> bool:
    """Whether a name is none: "head of the dockers' union", "American envoy", "Tripoli and Tobruk delegations"."""
    words = name.split()
    return is_organisation(name) or any(
        noun_kind(word.strip("'’,")) is not None and word[:1].islower() for word in words
    )


@functools.lru_cache(maxsize=16384)
def agree(one: Party, other: Party) -> Agreement:
    """Whether two parties are one; a surname alone never is enough."""
    if one.actor and other.actor:
        return Agreement(1.0, "decided") if one.actor == other.actor else _DECIDED_OTHERS
    if one.kind == other.kind == "named":
        return _names(one, other)
    if one.kind == other.kind == "country":
        return Agreement(1.0, "same country") if one.country == other.country else _NO
    if "country" in (one.kind, other.kind):
        same = one.country is not None and one.country == other.country
        return Agreement(0.5, "country in the person's stead") if same else _NO
    if "described" in (one.kind, other.kind):
        return _described(one, other)
    if not (one.office and other.office):  # a name without an office against an office alone
        same = one.country is not None and one.country == other.country
        return Agreement(0.5, "an office of the same country") if same else _NO
    if _countries_differ(one, other) or offices_differ(one, other):
        return _NO
    if one.country and one.country == other.country:
        return (
            Agreement(0.85, "same office and country") if one.office == other.office else Agreement(0.6, "like office")
        )
    return Agreement(0.3 if one.office in _VAGUE else 0.55, "same office")


def _names(one: Party, other: Party) -> Agreement:
    score, reason = same_name(one.words, other.words)
    if score and len(one.words) > 1:
        return (
            Agreement(score * 0.9, f"{reason}, other country")
            if _countries_differ(one, other)
            else Agreement(score, reason)
        )
    small, large = sorted((one.words, other.words), key=len)
    if len(small) != 1 or not any(same_word(small[0], word) for word in large) or _countries_differ(one, other):
        return Agreement(0.0, reason)
    if one.country and one.country == other.country:
        return Agreement(0.85, "surname and country")
    if one.office and one.office == other.office:
        return Agreement(0.8, "surname and office")
    end = same_word(small[0], large[-1]) or same_word(small[0], large[0])
    return Agreement(0.6 if end else LIKELY, "surname alone")


def _described(one: Party, other: Party) -> Agreement:
    """A description against a name with its title, or another description: by the words that they share."""
    small, large = sorted((one.body, other.body), key=lambda words: (len(words), sorted(words)))
    shared = {word for word in small & large if len(word) > 3}
    if _countries_differ(one, other) or not shared:
        return _NO
    share = len(shared) / len({word for word in small if len(word) > 3})
    return (
        Agreement(0.7, "same description")
        if share == 1 and len(shared) > 1
        else Agreement(0.5 * share, "like description")
    )


def offices_differ(one: Party, other: Party) -> bool:
    """Whether the two hold offices that one person does not; "minister" may be any minister."""
    a, b = one.office, other.office
    if not a or not b or a == b or _VAGUE & {a, b} - {"minister"}:
        return False
    return not ("minister" in (a, b) and a.endswith("minister") and b.endswith("minister"))


def contradict(one: Party, other: Party) -> bool:
    """Whether the two cannot be one, even where one of them is not named."""
    return _countries_differ(one, other) or offices_differ(one, other) or one.kind == other.kind == "named"


def _countries_differ(one: Party, other: Party) -> bool:
    return bool(one.country and other.country and one.country != other.country)


def namesakes(one: Party, other: Party) -> bool:
    """Whether both are named in full, share a word of the name, and are two people."""
    apart = bool(one.actor and other.actor and one.actor != other.actor)
    return (
        len(one.words) > 1
        and len(other.words) > 1
        and (apart or not same_name(one.words, other.words)[0])
        and any(same_word(a, b) for a in one.words for b in other.words)
    )
