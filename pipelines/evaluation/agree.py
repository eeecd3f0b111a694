"""When a meeting that was found is the meeting that an annotator wrote down.

Names agree by their words, without accents, titles and possessives; meetings are paired one to one, the best overlap of
participants first. Gold meetings and found ones are mappings, as the command line prints them.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

Meeting = Mapping[str, Any]

# Words of office and rank: with or without them it is the same person.
_OFFICE = frozenset(
    re.findall(
        r"\w+",
        """mr mrs ms dr sir dame lord king queen pope general gen ambassador chancellor premier chief
        president prime foreign minister secretary state of the""",
    )
)
# Words that come and go in the names of bodies and countries.
_FILLER = frozenset({"the", "of", "and", "republic", "government", "ministry"})
# Two meetings can only be the same where their participants overlap with an F1 of at least this.
OVERLAP = 0.5


def words(text: str) -> list[str]:
    """The words of a name, folded: no accents, no case, no possessive ``'s``."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
    return re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", plain))


def _without(tokens: list[str], dropped: frozenset[str]) -> list[str]:
    return [token for token in tokens if token not in dropped]


def _one_name(found: list[str], wanted: list[str]) -> bool:
    """True where two spelled-out names denote one participant.

    A shorter form agrees with a longer one that holds all of its words and ends alike (family name last) or begins
    alike (family name first).
    """
    if found == wanted:
        return True
    shorter, longer = _without(found, _OFFICE) or found, _without(wanted, _OFFICE) or wanted
    if shorter == longer:
        return True
    if len(shorter) > len(longer):
        shorter, longer = longer, shorter
    within = set(shorter) <= set(longer)
    if within and (shorter[-1] == longer[-1] or shorter[0] == longer[0]):
        return True
    return _without(found, _FILLER) == _without(wanted, _FILLER)


def same_participant(gold: Mapping[str, Any], name: str) -> bool:
    """True where ``name`` is the gold participant's name or one of its ``aliases``."""
    found = words(name)
    known = (words(known) for known in [gold["name"], *(gold.get("aliases") or [])])
    return bool(found) and any(_one_name(found, wanted) for wanted in known if wanted)


def pair_participants(gold: Meeting, found: Meeting) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """One-to-one pairs of gold and found participants, each found one taking the first gold one that is left."""
    left = list(gold.get("participants") or [])
    pairs = []
    for participant in found.get("participants") or []:
        match = next((known for known in left if same_participant(known, participant.get("name") or "")), None)
        if match is not None:
            left.remove(match)
            pairs.append((match, participant))
    return pairs


def same_date(gold: Mapping[str, Any], found: Mapping[str, Any] | None) -> bool:
    """True where the found start lies in the gold one (``2024-03`` is all of March), or both are without."""
    start, wanted = (found or {}).get("start"), gold.get("start")
    if not wanted:
        return not start
    return bool(start) and str(start).startswith(wanted)


def same_place(gold: Mapping[str, Any], found: Mapping[str, Any] | None) -> bool:
    """True where one place's words hold the other's (``Tehran`` and ``Tehran, Iran``), or both are without."""
    name, wanted = (found or {}).get("name"), gold.get("name")
    if not wanted or not name:
        return not wanted and not name
    got = set(words(name))
    known = [set(words(place)) for place in [wanted, *(gold.get("aliases") or [])]]
    return any(got <= place or place <= got for place in known)


def same_field(field: str, gold: Meeting, found: Meeting) -> bool | None:
    """Whether ``field`` (date, place, status or mode) agrees; None where the annotator gave none."""
    if gold.get(field) is None:
        return None
    if field == "date":
        return same_date(gold["date"], found.get("date"))
    if field == "place":
        return same_place(gold["place"], found.get("place"))
    return bool(gold[field] == found.get(field))


def overlap(gold: Meeting, found: Meeting) -> float:
    """F1 of the participants that two meetings share; 0 where either has none."""
    total = len(gold.get("participants") or []), len(found.get("participants") or [])
    return 2 * len(pair_participants(gold, found)) / sum(total) if all(total) else 0.0


def pair_meetings(gold: Sequence[Meeting], found: Sequence[Meeting]) -> list[tuple[int, int]]:
    """One-to-one pairs of indices, best first; among equal overlaps the one that agrees in more fields."""
    candidates = []
    for i, wanted in enumerate(gold):
        for j, meeting in enumerate(found):
            shared = overlap(wanted, meeting)
            if shared >= OVERLAP:
                # Sorted as sums of hundredths, so that a nearly equal overlap can lose to an agreeing date.
                agreeing = [
                    same_field(field, wanted, meeting) for field in ("date", "status", "place") if wanted.get(field)
                ]
                candidates.append((-(shared + 0.01 * agreeing.count(True)), i, j))
    pairs: list[tuple[int, int]] = []
    for _, i, j in sorted(candidates):
        if all(i != taken_gold and j != taken_found for taken_gold, taken_found in pairs):
            pairs.append((i, j))
    return pairs
