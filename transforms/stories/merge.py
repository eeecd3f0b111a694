"""Meetings of reports: pairs by blocks, moved by corrections, scored, and joined from the surest down.

A report is compared with those that share a block (names or countries of those who met) and days within reach.
Two groups are joined where their surest pair is above 0 and none of their pairs is ruled out. What a group becomes
depends on the reports that are connected with it by pairs above 0, and on no order.
"""

import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from transforms.stories.compare import CORRECTED_DAYS, UNDATED_DAYS, compare, related
from transforms.stories.pairing import pair
from transforms.stories.spelling import skeleton
from transforms.stories.told import Told

# How far apart the days of two reports of one meeting can be.
REACH = timedelta(UNDATED_DAYS + CORRECTED_DAYS)

# Names of a report by which others are found: a list of a hundred guests is found by the first of them.
_NAMED = 8

Group = tuple[str, ...]  # report ids, by publication


class Meeting(NamedTuple):
    """Reports that tell of one meeting.

    Attributes:
        meeting_id: The one that its earliest report alone would have; the others' ids are its aliases.
        reports: By publication.
    """

    meeting_id: str
    reports: tuple[Told, ...]


def merge(reports: Iterable[Told]) -> list[Meeting]:
    """Every report in one meeting; meetings by their earliest report."""
    groups = join(corrected(reports)).groups
    return [Meeting(group[0].meeting_id, group) for group in sorted(groups, key=lambda group: group[0].order)]


class Search(NamedTuple):
    """What may have a say in what becomes of some reports: reports of one of the blocks, with one of the days.

    Attributes:
        keys: Blocks.
        first: The first day.
        last: The last day.
    """

    keys: frozenset[str]
    first: date
    last: date


def search(keys: Iterable[str], first: date, last: date) -> Search:
    """What to look for beside reports of these blocks and days."""
    return Search(frozenset(keys), max(first, date.min + REACH) - REACH, min(last, date.max - REACH) + REACH)


def connected(seeds: Iterable[Told], find: Callable[[Search], Iterable[Told]]) -> list[Told]:
    """``seeds`` with every report that a chain of related ones connects with them: merged, these are merged for good.

    ``find`` gives the reports that a search asks for; it may give more.
    """
    known = {told.report_id: told for told in seeds}
    edge = list(known.values())
    while edge:
        blocks: dict[str, list[Told]] = defaultdict(list)
        for told in edge:
            for key in blocks_of(told):
                blocks[key].append(told)
        found = find(search(blocks, min(t.first for t in edge), max(t.last for t in edge)))
        new = {t.report_id: t for t in found if t.report_id not in known and _touches(t, blocks)}
        known |= new
        edge = list(new.values())
    return list(known.values())


def _touches(told: Told, blocks: Mapping[str, Sequence[Told]]) -> bool:
    return any(related(told, other) for key in blocks_of(told) for other in blocks.get(key, ()))


def corrected(reports: Iterable[Told]) -> list[Told]:
    """The reports, by publication, with the days that later corrections give them."""
    made = sorted(reports, key=lambda t: t.order)
    blocks = _blocks(made)
    for correction in made.copy():
        if not (correction.correction and correction.precision == "day"):
            continue
        for place in sorted({place for key in blocks_of(correction) for place in blocks[key]}):
            if _is_moved(made[place], correction):
                made[place] = made[place]._replace(first=correction.first, last=correction.last)
    return made


def _is_moved(told: Told, correction: Told) -> bool:
    gap = abs((correction.first - told.first).days)
    if told.precision != "day" or told.correction or not 0 < gap <= CORRECTED_DAYS or told.mode != correction.mode:
        return False
    if not 0 <= (correction.published - told.published).days <= 14:
        return False
    pairing = pair(told.parties, correction.parties)
    return pairing.sure >= 2 and not pairing.left and not pairing.right


class Joined(NamedTuple):
    """Reports in groups, and the pairs that made them so.

    Attributes:
        groups: Each report in one group, the reports of a group by publication.
        pairs: The two reports by which two groups became one, the surest first.
    """

    groups: list[tuple[Told, ...]]
    pairs: list[tuple[Told, Told]]


def join(reports: Sequence[Told]) -> Joined:
    """Joins groups of reports from the surest pair down, unless any two of them rule it out."""
    alike = _alike(reports)
    told = {t.report_id: t for t in alike}
    compared = functools.cache(lambda one, other: compare(told[one], told[other]))

    def ruled_out(one: Group, other: Group) -> bool:
        return any(compared(*sorted((a, b))).veto for a in one for b in other)

    scored = [(-compared(*pair).score, pair) for pair in candidates(list(told.values()))]
    group_of: dict[str, Group] = {report_id: (report_id,) for report_id in told}
    pairs = [(first, other) for first, others in alike.items() for other in others[1:]]
    for _, (a, b) in sorted((s, p) for s, p in scored if s < 0):
        one, other = group_of[a], group_of[b]
        if one is not other and not ruled_out(one, other):
            group = tuple(sorted(one + other, key=lambda report_id: told[report_id].order))
            group_of |= dict.fromkeys(group, group)
            pairs.append((told[a], told[b]))
    groups = [
        tuple(sorted((t for r in group for t in alike[told[r]]), key=lambda t: t.order))
        for group in dict.fromkeys(group_of.values())
    ]
    return Joined(groups, pairs)


def _alike(reports: Iterable[Told]) -> dict[Told, list[Told]]:
    """Reports that tell the very same, by the first of them: a thousand papers' copies are compared as one."""
    made: dict[tuple[object, ...], list[Told]] = defaultdict(list)
    for told in sorted(reports, key=lambda t: t.order):
        same = (told.parties, told.status, told.mode, told.first, told.last, told.precision, told.place)
        made[same if len(told.parties) > 1 else (told.report_id,)].append(told)
    alike: dict[Told, list[Told]] = {}
    for first, *others in made.values():
        alike[first] = [first]
        for other in others:
            alike.setdefault(first if compare(first, other).score > 0 else other, []).append(other)
    return alike


def candidates(reports: Sequence[Told]) -> set[tuple[str, str]]:
    """The pairs that are worth comparing, by report_id: one block in common and days within reach."""
    pairs = set()
    for places in _blocks(reports).values():
        block = sorted((reports[place] for place in places), key=lambda t: t.first)
        for place, one in enumerate(block):
            for other in itertools.islice(block, place + 1, None):
                if other.first - one.last > REACH:
                    break
                pairs.add((min(one.report_id, other.report_id), max(one.report_id, other.report_id)))
    return pairs


def _blocks(reports: Sequence[Told]) -> dict[str, list[int]]:
    made: dict[str, list[int]] = defaultdict(list)
    for place, told in enumerate(reports):
        for key in blocks_of(told):
            made[key].append(place)
    return made


def blocks_of(told: Told) -> set[str]:
    """The blocks of a report; two reports of one meeting share one of them, and few others do.

    Two words of one name, a name's word with its country or office, a word or office of each of two, an office with
    the day, two countries, the article.
    """
    keys = {told.article_id}
    parties = told.parties[:_NAMED]
    words = [sorted({skeleton(word) for word in party.words}) for party in parties]
    for party, name in zip(parties, words, strict=True):
        keys |= {" ".join(two) for two in itertools.combinations(name, 2)}
        keys |= {f"{word}/{of}" for word in name for of in (party.country, party.office) if of}
        if party.country and party.office:
            name.append(f"{party.office}/{party.country}")
            keys.add(f"{name[-1]} {told.first}")
    for one, other in itertools.combinations(words, 2):
        keys |= {"+".join(sorted(two)) for two in itertools.product(one, other)}
    countries = sorted({party.country for party in parties if party.country})
    return keys | {"+".join(two) for two in itertools.combinations(countries, 2)}
