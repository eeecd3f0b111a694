"""One report a meeting: what several sentences of an article tell of one encounter is put together."""

import re
from typing import Any

from transforms.language.world import countries
from transforms.lexicon import vocabulary
from transforms.meetings.parties.party import Party
from transforms.meetings.reports.draft import Draft

# held beats planned; what was called off stays so.
_RANK = {"held": 5, "ongoing": 4, "cancelled": 3, "planned": 2, "proposed": 1, "denied": 0}


def merge(drafts: list[Draft]) -> list[Draft]:
    """``drafts`` in reading order, each meeting once."""
    merged: list[Draft] = []
    for draft in drafts:
        known = next((other for other in reversed(merged) if same(other, draft)), None)
        if known is not None:
            absorb(known, draft)
        elif draft.kinds == ["headline"] and merged:
            _headline(merged, draft)
        elif not draft.encounters[0].points_back or (draft.when is not None and draft.status.status in _OPEN):
            merged.append(draft)
    return merged


_OPEN = {"planned", "cancelled", "ongoing"}


def _headline(merged: list[Draft], draft: Draft) -> None:
    """A headline tells of a meeting in the body, by shorter names; only one with two other names is its own."""
    named = {p.entity for p in draft.parties if p.kind == "person" and p.entity is not None}
    if len(named) >= 2 and not any(len(named & other.keys) >= 1 for other in merged):
        merged.append(draft)
        return
    for other in merged:
        if named & other.keys and _modes_agree(other, draft):
            other.encounters.extend(draft.encounters)
            other.kinds.extend(draft.kinds)
            return


def same(one: Draft, other: Draft) -> bool:
    """Whether two drafts of one article tell of the same meeting; ``one`` stands first."""
    if not _parties_agree(one, other) or not _modes_agree(one, other) or not _dates_agree(one, other):
        return False
    if not _statuses_agree(one, other) or (one.keys != other.keys and (_is_apart(one) or _is_apart(other))):
        return False
    trigger = other.encounters[0].trigger
    before = {
        t.lower_ for t in trigger.doc[max(other.encounters[0].sentence.span.start, trigger.i - 4) : trigger.i + 3]
    }
    return not (one.encounters[0].sentence is not other.encounters[0].sentence and {"again", "another"} & before)


def _is_apart(draft: Draft) -> bool:
    """Whether those who met did so without others who met too: "met on their own"."""
    trigger = draft.encounters[0].trigger
    behind = trigger.doc[trigger.i + 1 : trigger.i + 8].text.lower()
    return any(re.search(rf"\b{words}\b", behind) for words in vocabulary("apart"))


def _parties_agree(one: Draft, other: Draft) -> bool:
    a, b = one.keys, other.keys
    if a == b:
        return True
    small, large = sorted((a, b), key=len)
    if len(small) >= 2 and small <= large:
        return True
    return _one_is_nameless(one, other) or _are_their_people(one, other) or _by_office_alone(one, other)


def _by_office_alone(one: Draft, other: Draft) -> bool:
    """Whether ``other`` calls the two people of ``one`` by what they are: "the senator met with the candidate"."""
    people = [p.country for p in one.parties if p.kind == "person" and p.entity is not None]
    doc = other.encounters[0].trigger.doc
    known = all(_is_nameless(p) and not p.plural and doc[p.start].lower_ == "the" for p in other.parties)
    if not known or not len(people) == len(one.parties) == len(other.parties) == 2:
        return False
    return all(p.country in {None, *people} or None in people for p in other.parties)


def _are_their_people(one: Draft, other: Draft) -> bool:
    """Whether one names the states and the other, in another sentence, their people: "Chile and Peru" for two ministers."""
    if one.encounters[0].sentence is other.encounters[0].sentence:
        return False
    for states, people in ((one, other), (other, one)):
        codes = sorted(code for p in states.parties for code in _states(p, states))
        persons = sorted(p.country or "" for p in people.parties if p.kind == "person")
        trigger = states.encounters[0].trigger
        if "summit" in {trigger.lower_, trigger.doc[trigger.i - 1].lower_}:  # that is the leaders', not the ministers'
            continue
        if len(codes) >= 2 and len(persons) == len(people.parties) and codes == persons:
            return True
    return False


def _states(party: Party, draft: Draft) -> list[str]:
    """The states that ``party`` is, or whose sides it is: "China", "the Irish and Egyptian delegations"."""
    if party.kind == "country":
        return [party.country] if party.country else [party.name]
    if party.kind != "group" or not party.plural or party.entity is not None:
        return [party.name]
    words = draft.encounters[0].trigger.doc[party.start : party.end]
    return [code for t in words if countries.is_demonym(t.text) and (code := countries.country_of(t.text))] or [
        party.name
    ]


def _one_is_nameless(one: Draft, other: Draft) -> bool:
    """Whether the two share someone and one names its further parties less: "a senior commander" is "negotiator Tarek"."""
    shared = one.keys & other.keys
    first, second = ([p for p in draft.parties if not shared & {p.entity, p.name.casefold()}] for draft in (one, other))
    if not shared or not first or not second or one.encounters[0].sentence is other.encounters[0].sentence:
        return False
    for vague, known in ((first, second), (second, first)):
        if len(vague) == 1 and _is_nameless(vague[0]) and not any(_is_nameless(p) for p in known):
            single = len(known) == 1 and known[0].kind == "person"
            return vague[0].plural != single and vague[0].country in {None, *(p.country for p in known)}
    return False


def _is_nameless(party: Party) -> bool:
    return party.kind == "group" and party.entity is None


def _modes_agree(one: Draft, other: Draft) -> bool:
    a, b = one.mode[0], other.mode[0]
    return a == b or "unknown" in (a, b)


def _dates_agree(one: Draft, other: Draft) -> bool:
    if one.when is None or other.when is None:
        return True
    a, b = one.when[0].span, other.when[0].span
    return a.start <= b.end and b.start <= a.end


def _statuses_agree(one: Draft, other: Draft) -> bool:
    a, b = one.status.status, other.status.status
    if a == b:
        return True
    pair = {a, b}
    same_sentence = one.encounters[0].sentence is other.encounters[0].sentence
    dated = one.when is not None and other.when is not None
    if pair <= {"held", "ongoing"}:
        return True
    if pair == {"held", "planned"}:
        if dated:
            return True
        return a == "planned" or same_sentence or (other.when is None and "caption" in one.kinds + other.kinds)
    if pair <= {"planned", "cancelled", "proposed", "ongoing"}:
        return True
    if pair == {"held", "proposed"}:
        return a == "proposed"
    return False


def _worth(draft: Draft) -> tuple[int, int, int]:
    """How well ``draft`` tells who met: how many, how many by name, how many people."""
    names = sum(not _is_nameless(p) for p in draft.parties)
    return len(draft.parties), names, sum(p.kind == "person" for p in draft.parties)


def absorb(known: Draft, draft: Draft) -> None:
    """Adds to ``known`` what ``draft`` says beyond it."""
    if _RANK[draft.status.status] > _RANK[known.status.status]:
        known.status = draft.status
    if known.mode[0] == "unknown" and draft.mode[0] != "unknown":
        known.mode = draft.mode
    if _worth(draft) > _worth(known):
        known.parties = draft.parties
    known.when = _finer(known.when, draft.when)
    if known.where is None or (
        draft.where is not None and known.where[0].source != "sentence" and draft.where[0].source == "sentence"
    ):
        known.where = draft.where or known.where
    if known.occasion is None or (draft.occasion and known.occasion.lower().endswith("talks")):
        known.occasion = draft.occasion or known.occasion
    known.duration = known.duration or draft.duration
    known.topics = _widest([*known.topics, *draft.topics])
    known.attribution = known.attribution or draft.attribution
    known.encounters.extend(draft.encounters)
    known.kinds.extend(draft.kinds)
    known.weight = 1 - (1 - known.weight) * (1 - 0.5 * draft.weight)


_ORDER = {"day": 0, "week": 1, "month": 2, "year": 3}


def _finer(one: Any, other: Any) -> Any:
    if one is None or other is None:
        return one or other
    return other if _ORDER[other[0].span.precision] < _ORDER[one[0].span.precision] else one


def _widest(topics: list[str]) -> list[str]:
    """Each topic once, without those whose words stand in a longer one: "visas" beside "a backlog in visas"."""
    padded = {f" {topic.casefold()} ": topic for topic in topics}
    return [topic for words, topic in padded.items() if not any(words in other and words != other for other in padded)]
