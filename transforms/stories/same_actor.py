"""One stable id a person or body, whatever an article calls them.

Within a meeting those whom the reports name alike are one: the surname, the office alone, the country in a minister's
stead. The fullest and most frequent name of them makes the id, so that it is the same in every meeting, for every
transliteration of that name, and does not depend on the order of articles. A surname alone is nobody's id: it is
joined with the country or the office, else with the meeting.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transforms.rows import Participant, derive_id
from transforms.stories.pairing import pair
from transforms.stories.same_meeting import Meeting
from transforms.stories.spelling import is_letter, skeleton
from transforms.stories.told_party import LIKELY, Party, agree, party_of


class Identity(NamedTuple):
    """Who a participant is.

    Attributes:
        actor_id: Derived from the name below.
        name: The fullest name that the meeting's reports give, as it is compared.
        reason: Why the participant is this actor.
    """

    actor_id: str
    name: str
    reason: str


Cast = tuple[Party, ...]  # the parties of a report
Place = tuple[Cast, int]  # one of them


def actors(meeting: Meeting, participants: dict[str, Sequence[Participant]]) -> dict[str, list[Identity]]:
    """For each report of ``meeting`` an actor for each of its ``participants``, which are given by report."""
    casts = Counter(told.parties for told in meeting.reports)
    named = {place: _name(group, casts, meeting) for group in set(_groups(casts).values()) for place in group}
    return {
        told.report_id: [
            _actor(party_of(p.name, p.kind, p.title, p.country), told.parties, named, meeting)
            for p in participants[told.report_id]
        ]
        for told in meeting.reports
    }


def _groups(casts: Iterable[Cast]) -> dict[Place, tuple[Place, ...]]:
    """Each party of each cast with all that are the same one; two of one cast never are."""
    ordered = sorted(casts, key=lambda cast: [party.order for party in cast])
    group: dict[Place, tuple[Place, ...]] = {(cast, j): ((cast, j),) for cast in ordered for j in range(len(cast))}
    matches = [(m, a, b) for a, b in itertools.combinations(ordered, 2) for m in pair(a, b).matches]
    for match, a, b in sorted(matches, key=lambda found: -found[0].agreement.score):  # of equals the first
        one, other = group[a, match.one], group[b, match.other]
        if one is not other and not {cast for cast, _ in one} & {cast for cast, _ in other}:
            joined = one + other
            group.update(dict.fromkeys(joined, joined))
    return group


def _name(group: Sequence[Place], casts: Counter[Cast], meeting: Meeting) -> str:
    """The key of the fullest name in a group, else of country, office or body with what tells it apart."""
    parties = [cast[j] for cast, j in group for _ in range(casts[cast])]
    full = Counter(name_key(p.words) for p in parties if len(p.words) > 1)
    if full:
        return min(full, key=lambda name: (-full[name], -len(name), name))
    countries = Counter(p.country for p in parties if p.country)
    offices = Counter(p.office for p in parties if p.office)
    country = min(countries, key=lambda c: (-countries[c], c), default=None)
    office = min(offices, key=lambda o: (-offices[o], o), default=None)
    surname = min((" ".join(p.words) for p in parties if p.words), default=None)
    if surname is None and office is None and country and any(p.kind == "country" for p in parties):
        return country
    if surname or office:
        return " of ".join([surname or office or "", country or office or meeting.meeting_id])
    body = min(" ".join(sorted(p.body)) for p in parties)
    return " of ".join(filter(None, [body, country]))


def name_key(words: Sequence[str]) -> str:
    """What spellings and orders of one full name have in common."""
    return " ".join(sorted(_word_key(word) for word in words if not is_letter(word)))


def _word_key(word: str) -> str:
    return word if len(word) < 4 else skeleton(word) + ("a" if word.endswith("a") else "")


def _actor(party: Party, cast: Cast, named: dict[Place, str], meeting: Meeting) -> Identity:
    scores = [agree(party, other) for other in cast]
    best = max(range(len(scores)), key=lambda j: (cast[j] == party, scores[j].score, -j))
    if cast[best] == party or scores[best].score >= LIKELY:
        reason = "named so" if cast[best] == party else scores[best].reason
        name = named[cast, best]
    else:
        reason = "named once"
        name = name_key(party.words) or party.office or " ".join(sorted(party.body)) or party.country or ""
    return Identity(derive_id("actor", name or meeting.meeting_id), name, reason)
