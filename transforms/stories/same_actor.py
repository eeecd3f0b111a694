"""One stable id a person or body, whatever an article calls them.

Within a meeting those whom the reports name alike are one: the surname, the office alone, the country in a minister's
stead. The fullest and most frequent name of them makes the id (where no decision does), so that it is the same in every meeting, for every
transliteration of that name, and does not depend on the order of articles. A surname alone is nobody's id: it is
joined with the country or the office, else with the meeting.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from transforms.rows import Participant, derive_id
from transforms.stories.decided import NONE, Decisions
from transforms.stories.pairing import pair
from transforms.stories.same_meeting import Meeting
from transforms.stories.spelling import name_key
from transforms.stories.told_party import LIKELY, Party, agree

# Reasons that need no telling: the article gives the very name, or nobody else has one like it.
OWN_NAME, NAMED_ONCE = "named so", "named once"


class Identity(NamedTuple):
    """Who a participant is.

    Attributes:
        actor_id: Derived from the fullest name that the meeting's reports give, or who it is by decision.
        reason: Why the participant is this actor.
    """

    actor_id: str
    reason: str


class _Known(NamedTuple):
    """Whom a group of parties is.

    Attributes:
        actor_id: The actor.
        joined: The decision that made it another than its name; empty where none did.
        namer: The party whose full name it is; None where there is no full name.
    """

    actor_id: str
    joined: str
    namer: Party | None


Cast = tuple[Party, ...]  # the parties of a report
Place = tuple[Cast, int]  # one of them


def actors(
    meeting: Meeting, participants: Mapping[str, Sequence[Participant]], decisions: Decisions = NONE
) -> dict[str, list[Identity]]:
    """For each report of ``meeting`` an actor for each of its ``participants``, which are given by report."""
    casts = Counter(told.parties for told in meeting.reports)
    known = {
        place: _known(group, casts, meeting, decisions) for group in set(_groups(casts).values()) for place in group
    }
    return {
        told.report_id: [_actor(p, told.parties, known, meeting, decisions) for p in participants[told.report_id]]
        for told in meeting.reports
    }


def _groups(casts: Iterable[Cast]) -> dict[Place, tuple[Place, ...]]:
    """Each party of each cast with all that are the same one; two of one cast never are."""
    ordered = sorted(casts, key=lambda cast: [party.order for party in cast])
    group: dict[Place, tuple[Place, ...]] = {(cast, j): ((cast, j),) for cast in ordered for j in range(len(cast))}
    matches = [(m, a, b) for a, b in itertools.combinations(ordered, 2) for m in pair(a, b).matches]
    for match, a, b in sorted(matches, key=lambda found: -found[0].agreement.score):  # of equals the first
        one, other = group[a, match.one], group[b, match.other]
        if one is not other and _can_be_one(one, other):
            joined = one + other
            group.update(dict.fromkeys(joined, joined))
    return group


def _can_be_one(one: Sequence[Place], other: Sequence[Place]) -> bool:
    """Whether no report names both, and no decision says that they are two."""
    decided = {cast[j].actor for cast, j in (*one, *other)} - {None}
    return len(decided) < 2 and not {cast for cast, _ in one} & {cast for cast, _ in other}


def _known(group: Sequence[Place], casts: Counter[Cast], meeting: Meeting, decisions: Decisions) -> _Known:
    """The actor of a group, by decision or by its name."""
    parties = sorted((cast[j] for cast, j in group), key=lambda party: party.order)
    decided = next((party for party in parties if party.actor), None)
    if decided is not None and decided.actor is not None:
        return _Known(decided.actor, "", decided)
    name = _name(group, casts, meeting)
    namer = next((party for party in parties if len(party.words) > 1 and name_key(party.words) == name), None)
    return _kept(name, decisions, namer)


def _kept(name: str, decisions: Decisions, namer: Party | None) -> _Known:
    own = derive_id("actor", name)
    return _Known(decisions.kept(own), decisions.why_joined(own) or "", namer)


def _why(party: Party, namer: Party | None) -> str:
    """Why a party of a group is the one whose name the group has."""
    if namer is None or party.words == namer.words:
        return OWN_NAME
    found = agree(party, namer)
    return found.reason if found.score else "by others of the meeting"


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


def _actor(
    participant: Participant, cast: Cast, known: Mapping[Place, _Known], meeting: Meeting, decisions: Decisions
) -> Identity:
    party = decisions.party(participant)
    scores = [agree(party, other) for other in cast]
    best = max(range(len(scores)), key=lambda j: (cast[j] == party, scores[j].score, -j))
    if cast[best] == party or scores[best].score >= LIKELY:
        actor_id, joined, namer = known[cast, best]
        reason = _why(party, namer) if cast[best] == party else scores[best].reason
    else:
        reason = NAMED_ONCE
        name = name_key(party.words) or party.office or " ".join(sorted(party.body)) or party.country or ""
        actor_id, joined, _ = _kept(name or meeting.meeting_id, decisions, None)
    decided = decisions.of(participant.name, party)
    return Identity(actor_id, decided.reason if decided else "; ".join(filter(None, [reason, joined])))
