"""Meetings of reports: pairs by blocks, moved by corrections, scored, and joined from the surest down.

A report is compared with those that share a block (names or countries of those who met) and days within reach.
Two groups are joined where their surest pair is above 0 and none of their pairs is ruled out. What a group becomes
depends on the reports that are connected with it by pairs above 0, and on no order.
"""

import bisect
import functools
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from typing import NamedTuple

from transforms.rows import derive_id
from transforms.stories.compare import CORRECTED_DAYS, UNDATED_DAYS, compare, is_moved, related
from transforms.stories.spelling import skeleton
from transforms.stories.told import Told, surely_dated

# How far apart the days of two reports of one meeting can be, and of two that both give a date.
REACH, CORRECTED = timedelta(UNDATED_DAYS + CORRECTED_DAYS), timedelta(CORRECTED_DAYS)

# Pairs of reports that are remembered while groups are joined.
_REMEMBERED = 100_000
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
    """Every report in one meeting; meetings by their earliest report, and no two with one id."""
    by_id: dict[str, list[Told]] = defaultdict(list)
    for group in sorted(join(list(reports)).groups, key=lambda group: group[0].order):
        by_id[group[0].meeting_id] += group
    return [Meeting(of, tuple(sorted(group, key=lambda t: t.order))) for of, group in by_id.items()]


class Search(NamedTuple):
    """What may have a say in what becomes of a report: reports of one of the blocks, with days within reach.

    Attributes:
        keys: Blocks.
        first: The first day that the meeting can have been on.
        last: The last such day.
    """

    keys: frozenset[str]
    first: date
    last: date

    def reaches(self, first: date, last: date) -> bool:
        """Whether the days of another report are within reach."""
        reach = _reach(*(surely_dated((end - begin).days) for begin, end in ((self.first, self.last), (first, last))))
        return max(first - self.last, self.first - last) <= reach


def _reach(one_dated: bool, other_dated: bool) -> timedelta:
    """How far apart the days of two reports of one meeting can be."""
    return CORRECTED if one_dated and other_dated else REACH


def search_of(told: Told) -> Search:
    """What to look for beside a report."""
    return Search(frozenset(wanted_of(told)), told.first, told.last)


def connected(seeds: Iterable[Told], find: Callable[[Sequence[Search]], Iterable[Told]]) -> list[Told]:
    """``seeds`` with every report that a chain of related ones connects with them: merged, these are merged for good.

    ``find`` gives the reports that any of some searches asks for; it may give more.
    """
    known = {told.report_id: told for told in seeds}
    edge = list(known.values())
    while edge:
        lying = Lying(edge)
        new = {
            t.report_id: t
            for t in find([search_of(told) for told in edge])
            if t.report_id not in known and any(related(t, other) for other in lying.near(t))
        }
        known |= new
        edge = list(new.values())
    return list(known.values())


class Lying:
    """Reports by their blocks, and in each those with a date and those without by their first days."""

    def __init__(self, reports: Iterable[Told]) -> None:
        self._blocks: dict[tuple[str, bool], list[tuple[date, str, Told]]] = defaultdict(list)
        self._longest: dict[tuple[str, bool], timedelta] = defaultdict(timedelta)
        for told in sorted(reports, key=lambda t: (t.first, t.report_id)):
            for key in blocks_of(told):
                block = key, told.dated
                self._blocks[block].append((told.first, told.report_id, told))
                self._longest[block] = max(self._longest[block], told.last - told.first)

    def near(self, one: Told) -> Iterable[Told]:
        """Those that ``one`` may tell of the same meeting with, each once; who is near whom is mutual."""
        met = {one.report_id}
        for key, dated in itertools.product(wanted_of(one), (True, False)):
            block = self._blocks.get((key, dated))
            if block is None:
                continue
            reach = _reach(one.dated, dated)
            back = reach + self._longest[key, dated]
            for place in range(bisect.bisect_left(block, (max(one.first, date.min + back) - back,)), len(block)):
                first, report_id, told = block[place]
                if first - one.last > reach:
                    break
                if report_id not in met and one.first - told.last <= reach:
                    met.add(report_id)
                    yield told


def corrected(reports: Iterable[Told]) -> list[Told]:
    """The reports, by publication, with the days that later corrections give them."""
    made = sorted(reports, key=lambda t: t.order)
    corrections = [t for t in made if t.correction]
    for place, told in enumerate(made):
        for correction in corrections:
            if is_moved(told, correction):
                told = made[place] = told._replace(first=correction.first, last=correction.last)
    return made


class Joined(NamedTuple):
    """Reports in groups, and the pairs that made them so.

    Attributes:
        groups: Each report in one group, the reports of a group by publication.
        pairs: The two reports by which two groups became one, the surest first.
    """

    groups: list[tuple[Told, ...]]
    pairs: list[tuple[Told, Told]]


def join(reports: Sequence[Told]) -> Joined:
    """Joins groups of related reports from the surest pair down, unless any two of them rule it out."""
    now = {t.report_id: t for t in corrected(reports)}
    score = _Scores({t.report_id: t for t in reports}, now)
    alike = _alike(now.values(), score)
    told = {t.report_id: t for t in alike}
    vetoed = functools.lru_cache(maxsize=_REMEMBERED)(lambda one, other: compare(told[one], told[other]).veto)

    def ruled_out(one: Group, other: Group) -> bool:
        return any(vetoed(*sorted((a, b))) for a in one for b in other)

    scored = ((-score(*pair), pair) for pair in candidates(list(told.values())))
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


class _Scores(NamedTuple):
    """What speaks for two reports, named by id, being of one meeting.

    Attributes:
        published: The reports as they were published.
        corrected: The reports with the days that corrections give them.
    """

    published: Mapping[str, Told]
    corrected: Mapping[str, Told]

    def __call__(self, one: str, other: str) -> float:
        """The score of two related reports; 0 or less where they are not related."""
        made = compare(self.corrected[one], self.corrected[other]).score
        as_published = self.published[one], self.published[other]
        if made <= 0 or as_published == (self.corrected[one], self.corrected[other]) or related(*as_published):
            return made
        return 0.0


def _alike(reports: Iterable[Told], score: _Scores) -> dict[Told, list[Told]]:
    """Reports that tell the very same, by the first of them: a thousand papers' copies are compared as one."""
    made: dict[tuple[object, ...], list[Told]] = defaultdict(list)
    for told in sorted(reports, key=lambda t: t.order):
        same = (told.parties, told.status, told.mode, told.first, told.last, told.precision, told.place)
        # A correction is compared for itself: a report that it moves may be related with it alone.
        made[same if len(told.parties) > 1 and not told.correction else (told.report_id,)].append(told)
    alike: dict[Told, list[Told]] = {}
    for first, *others in made.values():
        alike[first] = [first]
        for other in others:
            alike.setdefault(first if score(first.report_id, other.report_id) > 0 else other, []).append(other)
    return alike


def candidates(reports: Sequence[Told]) -> Iterator[tuple[str, str]]:
    """The pairs that are worth comparing, by report_id, each once: one block in common and days within reach."""
    lying = Lying(reports)
    for one in reports:
        for other in lying.near(one):
            if one.report_id < other.report_id:  # who is near whom is mutual
                yield one.report_id, other.report_id


def blocks_of(told: Told) -> set[str]:
    """The blocks in which a report lies.

    These are each pair of words of a name, the article, what the report alone stands for, all parties together, and what
    few words can be of.

    What few words can be of (a surname with its country, two surnames, two countries) begins with ``~``, in a report
    that says so little of somebody, with ``?`` as well.
    """
    keys = _full(told)
    for brief, vague in _vague(told):
        keys |= {f"{mark}{key}" for mark in ("~?" if brief else "~") for key in vague}
    return keys


def wanted_of(told: Told) -> set[str]:
    """The blocks in which the reports lie that may tell of the same meeting: vague ones where either is brief."""
    keys = _full(told)
    for brief, vague in _vague(told):
        mark = "~" if brief else "?"
        keys |= {f"{mark}{key}" for key in vague}
    return keys


def wanted_by(blocks: Set[str]) -> frozenset[str]:
    """What ``wanted_of`` gave for a report that lay in these blocks."""
    vague = {key[1:] for key in blocks if key.startswith("~")}
    brief = {key[1:] for key in blocks if key.startswith("?")}
    full = {key for key in blocks if key[:1] not in {"~", "?"}}
    return frozenset(full | {f"~{key}" for key in brief} | {f"?{key}" for key in vague - brief})


def _full(told: Told) -> set[str]:
    the_same = derive_id(*(repr(party.order) for party in told.parties))
    keys = {told.article_id, told.meeting_id, the_same} | {f"={party.actor}" for party in told.parties if party.actor}
    for party in told.parties[:_NAMED]:
        keys |= {" ".join(two) for two in itertools.combinations(sorted(set(map(skeleton, party.words))), 2)}
    return keys


def _vague(told: Told) -> tuple[tuple[bool, set[str]], tuple[bool, set[str]]]:
    """What few words can be of, and whether the report says no more of somebody: surnames, and those without a name."""
    parties = told.parties[:_NAMED]
    words = [sorted(set(map(skeleton, party.words))) for party in parties]
    posts = [f"{party.office}/{party.country}" if party.office and party.country else "" for party in parties]
    surnames = {
        f"{w}/{of}" for p, name in zip(parties, words, strict=True) for w in name for of in (p.country, p.office) if of
    }
    nameless = {f"{post} {told.first}" for post in posts if post}
    for (one, post), (other, held) in itertools.combinations(zip(words, posts, strict=True), 2):
        surnames |= {"+".join(sorted(two)) for two in itertools.product(one, other)}
        nameless |= {"+".join(sorted((post, word))) for word in (*other, held) if post and word}
        nameless |= {"+".join(sorted((held, word))) for word in one if held}
    countries = sorted({party.country for party in parties if party.country})
    nameless |= {"+".join(two) for two in itertools.combinations(countries, 2)}
    sizes = [len(party.words) for party in told.parties]
    return (min(sizes, default=0) < 2, surnames), (0 in sizes, nameless)
