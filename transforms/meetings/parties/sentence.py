"""Who takes part: a list of noun phrases read as parties, with coordination and apposition."""

import dataclasses
from collections.abc import Sequence

from transforms.language.words import noun_kind
from transforms.lexicon import vocabulary
from transforms.meetings.parties.described_parties import Described
from transforms.meetings.parties.party import Party
from transforms.meetings.parties.sentence_layout import INCLUDING, LED

__all__ = ["PARTY_KINDS", "Party", "Sentence"]

PARTY_KINDS = frozenset({"person", "country", "body", "group", "role", "pair", "pronoun", "name"})
_COMMA = (",",)


class Sentence(Described):
    """One parsed sentence, ready to be asked who takes part in what it tells."""

    def read_list(self, first: int, trigger: int | None = None, headline: bool = False) -> tuple[list[Party], int]:
        """(parties, token behind them) of the list that begins with phrase ``first``.

        A comma joins only where "and" joins the last; an apposition is one party, not two. ``trigger`` is the verb whose
        subject or object the list is. In a ``headline`` a comma is enough.
        """
        parties, at = self.read_one(first)
        if not parties:
            return [], at
        if len(parties) > 1 and (people := self._their_people(parties, at)) is not None:
            parties, at = people
        pending: list[Party] = []
        end = at
        while (step := self._next(at, trigger)) is not None:
            joint, index, more, stop = step
            if joint in INCLUDING or joint in LED:
                listed, stop = self.read_list(index, trigger)
                whole = [*parties, *pending]
                if joint in LED and not self._is_delegation(whole[-1], listed):
                    break
                named = joint in LED or joint == (":",) or self._is_nameless(whole[-1])
                keep = whole[:-1] if named else whole
                parties, pending, end, at = [*keep, *listed], [], stop, stop
                continue
            if joint == _COMMA:
                holder = pending or parties
                if more[0].start > holder[-1].start and (shape := self._apposition(holder[-1], more)):
                    behind = self._fold(holder, shape, index, more, stop, trigger)
                    if behind is None:
                        break
                    if not pending:
                        end = behind
                    at = self._past_comma(behind)
                    if not pending:
                        end = at
                    continue
                pending.extend(more)
                at = stop
                continue
            parties, pending = self._merged([*parties, *pending], more, joint), []
            end = at = stop
        if pending and (headline or self._closed_by_verb(at) or all(p.title for p in [*parties, *pending])):
            return [*parties, *pending], at
        return parties, end

    def _their_people(self, states: list[Party], at: int) -> tuple[list[Party], int] | None:
        """(the people, token behind them) who are named behind ``states``: "the leaders of Chile and Peru, A and B,"."""
        joint, behind = self.separator(at)
        index = self.starting(behind if joint == _COMMA else at)
        kinds = {p.kind for p in self.phrases[index : index + len(states)]} if index is not None else set()
        if index is None or not {"person"} <= kinds <= {"person", "name"}:
            return None
        people, stop = self.read_list(index)
        if len(people) != len(states) or any(p.kind != "person" for p in people):
            return None
        pairs = zip(people, states, strict=True)
        return [dataclasses.replace(p, country=p.country or s.country) for p, s in pairs], self._past_comma(stop)

    def _is_delegation(self, party: Party, leaders: list[Party]) -> bool:
        """Whether ``party`` was made for the meeting, so that it is the people who lead it."""
        made = party.kind == "group" and self.doc[party.head].lemma_.lower() in vocabulary("delegations")
        return made and all(leader.kind == "person" for leader in leaders)

    def _is_nameless(self, party: Party) -> bool:
        """Whether ``party`` is several people of whom only those listed behind are known: "ministers including A and B"."""
        words = self.doc[party.start : party.end]
        return party.kind == "group" and party.plural and not any(t.text[:1].isupper() for t in words)

    def _next(self, at: int, trigger: int | None) -> tuple[tuple[str, ...], int, list[Party], int] | None:
        """(joint, phrase, parties, token behind) of the next item of a list at ``at``; None where the list ends."""
        at = self.over_date(self.skip(at))
        joint, behind = self.separator(at)
        if not joint and at > 0 and self.doc[at - 1].text == ",":  # the comma that closed an apposition
            joint, behind = _COMMA, at
            if self.starting(at) is None:
                return None
        if not joint:
            return None
        index = self.phrase_near(behind)
        if (
            index is None
            or self.phrases[index].kind not in PARTY_KINDS
            or self.opens_clause(self.phrases[index], trigger)
        ):
            return None
        more, stop = self.read_one(index)
        return (joint, index, more, stop) if more else None

    def _fold(
        self, holder: list[Party], shape: str, index: int, more: list[Party], stop: int, trigger: int | None
    ) -> int | None:
        """Folds an apposition into the last party of ``holder``; the token behind it, None where it is none after all."""
        last = holder[-1]
        if shape == "absorb":
            holder[-1] = _titled(last, more[0])
            return stop
        if last.plural:
            listed, stop = self.read_list(index, trigger)
            if len(listed) < 2:
                return None
            holder[-1:] = listed
            return stop
        holder[-1] = _titled(more[0], last)
        return stop

    def _past_comma(self, at: int) -> int:
        if at < self.span.end and self.doc[at].text == "," and self.separator(at)[0] == _COMMA:
            return at + 1
        return at

    def _closed_by_verb(self, at: int) -> bool:
        """Whether "and" with a verb behind it ends the list: "will meet A, B and visit C"."""
        tokens = self.doc[at : min(at + 3, self.span.end)]
        return len(tokens) >= 2 and tokens[0].lower_ in {"and", ","} and any(t.pos_ == "VERB" for t in tokens[1:])

    def _apposition(self, party: Party, more: Sequence[Party]) -> str | None:
        """ "absorb" where the second phrase only describes the first, "replace" where it names it, else None."""
        if len(more) != 1:
            return None
        second = more[0]
        if party.kind == "person" and second.kind == "group" and not second.plural:
            return "absorb"
        if second.kind != "person":
            return None
        if party.kind == "pair" or (party.kind == "group" and party.plural):
            return "replace"
        owned = self.doc[party.start].tag_ == "PRP$"  # "his brother, the treasurer Suresh Rana"
        if party.kind == "group" and (owned or self._is_bare_name(second)):
            return "replace"
        return None

    def _is_bare_name(self, party: Party) -> bool:
        """Whether no office leads in the name, so that it can name the office before it."""
        mention = next((m for m in self.reading.people if party.start <= m.name_start < party.end), None)
        if mention is None or mention.title is None or mention.title in vocabulary("forms_of_address"):
            return True
        return not any(noun_kind(t.text) for t in self.doc[mention.start : mention.name_start])

    def _merged(self, before: list[Party], more: list[Party], joint: tuple[str, ...]) -> list[Party]:
        """``before`` and ``more``; "reporters and editors from The Times" is one party."""
        last = before[-1]
        if (
            joint == ("and",)
            and len(more) == 1
            and last.kind == more[0].kind == "group"
            and last.plural
            and more[0].plural
            and last.end + 1 == more[0].start
            and (
                self._is_bare(last)
                or (self.doc[last.head].lower_ in vocabulary("counting") and more[0].end - more[0].start > 1)
            )
            and not (self.doc[more[0].start].pos_ == "DET" or self.doc[more[0].start].tag_ == "PRP$")
            and not any(t.text[:1].isupper() for t in self.doc[more[0].start : more[0].head])
        ):
            joined = self.named(last.start, more[0].end)
            country = last.country or more[0].country
            return [*before[:-1], dataclasses.replace(last, name=joined, end=more[0].end, country=country)]
        return [*before, *more]

    def _is_bare(self, party: Party) -> bool:
        text = self.doc[party.start : party.end]
        complement = any(t.lower_ in {"of", "from", "for", "in"} and party.head < t.i < party.end - 1 for t in text)
        return not complement and not any(t.text[:1].isupper() for t in text if t.i > party.start)


def _titled(person: Party, describing: Party) -> Party:
    """``person`` with the office and country that an apposition gives."""
    if person.kind != "person":
        return person
    return dataclasses.replace(
        person, title=person.title or describing.title, country=person.country or describing.country
    )
