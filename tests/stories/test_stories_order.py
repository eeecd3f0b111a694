"""The same reports give the same meetings, whatever the order and the batches in which they come."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import making
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from told_stories import tellings

from transforms import rows
from transforms.stories import connected_parts
from transforms.stories.same_meeting import Search, blocks_of, connected, merge, wanted_by, wanted_of
from transforms.stories.told import Source, told

REPORTS = [t.told for split in ("dev", "test") for t in tellings(split)]


def merged(reports):
    """Meeting -> the reports that tell of it."""
    return {meeting.meeting_id: {t.report_id for t in meeting.reports} for meeting in merge(reports)}


AT_ONCE = merged(REPORTS)


class Grown:
    """Meetings that grow by batches, each merged with nothing but what a search finds."""

    def __init__(self) -> None:
        self.told = {}
        self.meetings = {}

    def find(self, wanted: Sequence[Search]):
        return [
            t
            for t in self.told.values()
            if any(one.reaches(t.first, t.last) and one.keys & blocks_of(t) for one in wanted)
        ]

    def add(self, batch) -> None:
        self.told |= {t.report_id: t for t in batch}
        found = connected(batch, self.find)
        for one in found:
            self.meetings.pop(one.meeting_id, None)
        self.meetings |= merged(found)

    def remove(self, gone) -> None:
        assert wanted_by(blocks_of(gone)) == wanted_of(gone)
        del self.told[gone.report_id]
        self.meetings.pop(next(of for of, reports in self.meetings.items() if gone.report_id in reports))
        self.add(self.find([Search(wanted_by(blocks_of(gone)), gone.first, gone.last)]))


@settings(max_examples=25)
@given(st.permutations(REPORTS), st.integers(1, 40))
def test_any_order_and_any_batches_give_what_all_at_once_gives(order, size):
    grown = Grown()
    for start in range(0, len(order), size):
        grown.add(order[start : start + size])
    assert grown.meetings == AT_ONCE


@settings(max_examples=10)
@given(st.permutations(REPORTS))
def test_merging_at_once_does_not_look_at_the_order(order):
    assert merged(order) == AT_ONCE


@settings(max_examples=25)
@given(st.lists(st.sampled_from(REPORTS), unique=True, min_size=1, max_size=12))
def test_reports_that_are_gone_leave_what_would_be_without_them(gone):
    grown = Grown()
    grown.add(REPORTS)
    for one in gone:
        grown.remove(one)
    left = [t for t in REPORTS if t not in gone]
    assert grown.meetings == merged(left)


def by_parts(reports, at_once):
    """What comes of the reports by day, merged part by part as they are connected."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connected_parts, "_AT_ONCE", at_once)
        by_day = sorted(((t.first, t) for t in reports), key=lambda pair: pair[0])
        made = [merged(part) for part in connected_parts.connected_parts(by_day)]
    together = {of: group for part in made for of, group in part.items()}
    assert sum(map(len, made)) == len(together)
    return together


@pytest.mark.parametrize("at_once", [1, 7, 1000])
def test_parts_that_are_connected_give_what_all_at_once_gives(at_once):
    assert by_parts(REPORTS, at_once) == AT_ONCE


def test_a_part_is_given_as_soon_as_no_later_report_can_come_to_it(monkeypatch):
    monkeypatch.setattr(connected_parts, "_AT_ONCE", 1)
    spread = [t._replace(report_id=f"{t.report_id} {year}", first=t.first.replace(year=year), last=t.last.replace(year=year)) for t in REPORTS for year in range(2000, 2020)]  # fmt: skip
    taken = 0

    def given():
        nonlocal taken
        for one in sorted(spread, key=lambda t: t.first):
            taken += 1
            yield one.first, one

    waiting = [
        taken - done for done, _ in enumerate(t for part in connected_parts.connected_parts(given()) for t in part)
    ]
    assert max(waiting) < len(spread) / 10


PARTIES = [
    ("Ana Orlov", "person", "Foreign Minister", "RU"),
    ("Orlov", "person", None, None),
    ("Bo Lund", "person", "Prime Minister", "NO"),
    ("the Norwegian Handball Federation", "organization", None, None),
    ("Nordic Players' Union", "organization", None, None),
    ("United Nations", "organization", None, None),
    ("dock workers", "group", None, None),
    ("Hamas", "organization", None, None),
    ("Chile", "country", None, "CL"),
    ("Peru", "country", None, "PE"),
    ("the prime minister", "person", "Prime Minister", "NO"),
    ("rebel commander", "person", None, None),
]
DAY = date(2026, 10, 16)


@st.composite
def reports(draw):
    """Reports of a few people, bodies, groups, countries and offices in three days, each from an article of its own."""
    made = []
    for number in range(draw(st.integers(2, 9))):
        article = f"article {number}"
        published = datetime.combine(DAY + timedelta(draw(st.integers(0, 2))), time(9), UTC).isoformat()
        chosen = draw(st.lists(st.sampled_from(PARTIES), min_size=1, max_size=3, unique=True))
        day = draw(st.sampled_from([None, *(str(DAY + timedelta(days)) for days in range(3))]))
        names, mode = sorted(name for name, *_ in chosen), draw(st.sampled_from(["in_person", "unknown"]))
        report = making.report(
            making.article(article, article_id=article, published=published),
            draw(st.sampled_from(["held", "planned"])),
            rows.derive_id(*names, day or published[:10], mode),
            participants=[rows.Participant(None, n, kind, title, country, None) for n, kind, title, country in chosen],
            mode=mode,
            date=day and rows.MeetingDate(day, day, "day", None, "sentence"),
            place=None,
        )
        made.append(told(report, Source(draw(st.sampled_from(["Talks", "Correction: Talks"])), None)))
    return made


@settings(max_examples=300)
@given(reports(), st.integers(1, 3))
def test_whoever_met_people_bodies_groups_or_countries_order_and_batches_do_not_matter(given_reports, size):
    grown = Grown()
    for start in range(0, len(given_reports), size):
        grown.add(given_reports[start : start + size])
    assert grown.meetings == merged(given_reports) == by_parts(given_reports, size)
