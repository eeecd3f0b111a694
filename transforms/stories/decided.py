"""Who is who by decision, whatever the names say: an analyst's, or a line of the user's own file of actors.

A ``join`` makes actors one, a ``split`` makes some of an actor's full names another's, or those of a country, and a
``known`` actor of the file has every name that stands there. Later decisions outweigh earlier ones; what was taken back has no say.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transforms.language.names import bare
from transforms.rows import ActorDecision, Participant, derive_id
from transforms.stories.spelling import is_letter, name_key, words_of
from transforms.stories.told_party import Party, party_of

Name = tuple[str, ...]  # words, sorted: a name in any order


class Decided(NamedTuple):
    """Who someone is.

    Attributes:
        actor_id: The actor.
        reason: Who decided so, and why.
    """

    actor_id: str
    reason: str


class Decisions:
    """The decisions that count, of ``rows``."""

    def __init__(self, rows: Iterable[ActorDecision] = ()) -> None:
        counting = sorted(
            (row for row in rows if row.taken_back_at is None), key=lambda row: (row.decided_at, row.decision_id)
        )
        self._joined: dict[str, Decided] = {}
        self._named: dict[Name, Decided] = {}
        self._own: dict[str, Decided] = {}
        self._parted: dict[str, dict[str, Decided]] = {}
        known = {row.actor_ids[0] for row in counting if row.kind == "known"}
        for row in (row for row in counting if row.kind == "known"):
            self._know(row)
        for row in counting:
            if row.kind == "split" and row.country is None:
                self._split(row)
            elif row.kind == "join":
                self._join(row, known)
        for row in counting:
            if row.kind == "split" and row.country is not None:
                home = self._parted.setdefault(self.kept(row.actor_ids[0]), {})
                home[row.country] = Decided(row.actor_ids[1], _said(row))

    def _know(self, row: ActorDecision) -> None:
        found = Decided(row.actor_ids[0], _said(row))
        for name in row.names:
            self._named[name_words(name)] = found
            if own := own_id(name_words(name)):
                self._own[own] = found

    def _split(self, row: ActorDecision) -> None:
        for name in row.names:
            self._named[name_words(name)] = Decided(row.actor_ids[1], _said(row))
        self._own[row.actor_ids[0]] = Decided(row.actor_ids[0], _said(row))

    def _join(self, row: ActorDecision, known: set[str]) -> None:
        roots = list(dict.fromkeys(self.kept(actor_id) for actor_id in row.actor_ids))
        stays = next((root for root in roots if root in known), roots[0])
        self._joined |= {root: Decided(stays, _said(row)) for root in roots if root != stays}
        for actor_id in row.actor_ids:
            self._own.setdefault(actor_id, Decided(actor_id, _said(row)))

    def kept(self, actor_id: str) -> str:
        """The actor that ``actor_id`` is now."""
        while actor_id in self._joined:
            actor_id = self._joined[actor_id].actor_id
        return actor_id

    def why_joined(self, actor_id: str) -> str | None:
        """The decision by which the actor became another; None where it did not."""
        return self._joined[actor_id].reason if actor_id in self._joined else None

    def of(self, name: str, party: Party) -> Decided | None:
        """Who is called ``name``, and is ``party`` as names are compared; None where no decision says so."""
        if not (self._own or self._named or self._parted):
            return None
        own = own_id(party.words)
        found = self._named.get(_key(name, party)) or (self._own.get(own) if own else None)
        parted = self._parted.get(self.kept(found.actor_id if found else own or ""), {})
        if (
            parted and party.country
        ):  # who is of another country than those that were split off is so by the same decision
            found = parted.get(party.country) or Decided(found.actor_id if found else own or "", _first_reason(parted))
        if found is None:
            return None
        return Decided(self.kept(found.actor_id), self.why_joined(found.actor_id) or found.reason)

    def party(self, participant: Participant) -> Party:
        """``participant`` prepared for comparing, with who it is by decision."""
        party = party_of(participant.name, participant.kind, participant.title, participant.country)
        found = self.of(participant.name, party)
        return party._replace(actor=found.actor_id) if found else party


NONE = Decisions()


class Concerned:
    """Whom some decisions can concern, whether they count or were taken back; ``kept`` says who is who now."""

    def __init__(self, rows: Sequence[ActorDecision], kept: Decisions) -> None:
        self._ids = {actor_id for row in rows for actor_id in row.actor_ids}
        self._names = {name_words(name) for row in rows if row.kind != "join" for name in row.names}
        self._ids |= {own for own in map(own_id, self._names) if own} | {kept.kept(actor_id) for actor_id in self._ids}

    def names(self, participant: Participant) -> bool:
        """Whether a decision says who this one is."""
        party = party_of(participant.name, participant.kind, participant.title, participant.country)
        return _key(participant.name, party) in self._names or own_id(party.words) in self._ids

    def actors(self, actor_ids: Iterable[str]) -> bool:
        """Whether any of the actors is one whom they name."""
        return not self._ids.isdisjoint(actor_ids)


def own_id(words: Sequence[str]) -> str | None:
    """The actor of a full name where nothing else is known of its bearer; None for less than two written-out words."""
    return derive_id("actor", name_key(words)) if sum(not is_letter(word) for word in words) > 1 else None


def _first_reason(parted: dict[str, Decided]) -> str:
    return next(iter(parted.values())).reason


def split_off(actor_id: str, names: Sequence[str], country: str | None = None) -> str:
    """Who is split off an actor: whose the names would be anyway, or someone of their own."""
    if country is not None:
        return derive_id("actor", "split", actor_id, country)
    words = sorted(map(name_words, names))
    own = own_id(words[0])
    return own if own and own != actor_id else derive_id("actor", "split", actor_id, *map(" ".join, words))


def name_words(name: str) -> Name:
    """The words by which a decision finds a name, without a title, in any order."""
    return _key(name, party_of(name, "person", None, None))


def _key(name: str, party: Party) -> Name:
    return tuple(sorted(party.words or words_of(bare(name))))


def _said(row: ActorDecision) -> str:
    return f"{row.kind} by {row.decided_by}: {row.why}"
