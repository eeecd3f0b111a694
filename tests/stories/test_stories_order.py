"""The same reports give the same meetings, whatever the order and the batches in which they come."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from told_stories import tellings

from transforms.stories.same_meeting import Search, blocks_of, connected, merge

REPORTS = [t.told for split in ("dev", "test") for t in tellings(split)]
AT_ONCE = {t.report_id: meeting.meeting_id for meeting in merge(REPORTS) for t in meeting.reports}


class Grown:
    """Meetings that grow by batches, each merged with nothing but what a search finds."""

    def __init__(self) -> None:
        self.told = {}
        self.meeting_of = {}

    def find(self, wanted: Sequence[Search]):
        return [
            t
            for t in self.told.values()
            if any(one.reaches(t.first, t.last) and one.keys & blocks_of(t) for one in wanted)
        ]

    def add(self, batch) -> None:
        self.told |= {t.report_id: t for t in batch}
        for meeting in merge(connected(batch, self.find)):
            self.meeting_of |= dict.fromkeys((t.report_id for t in meeting.reports), meeting.meeting_id)

    def remove(self, gone) -> None:
        del self.told[gone.report_id], self.meeting_of[gone.report_id]
        self.add(self.find([Search(frozenset(blocks_of(gone)), gone.first, gone.last)]))


@settings(max_examples=25, deadline=None)
@given(st.permutations(REPORTS), st.integers(1, 40))
def test_any_order_and_any_batches_give_what_all_at_once_gives(order, size):
    grown = Grown()
    for start in range(0, len(order), size):
        grown.add(order[start : start + size])
    assert grown.meeting_of == AT_ONCE


@settings(max_examples=10, deadline=None)
@given(st.permutations(REPORTS))
def test_merging_at_once_does_not_look_at_the_order(order):
    assert {t.report_id: meeting.meeting_id for meeting in merge(order) for t in meeting.reports} == AT_ONCE


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(REPORTS), unique=True, min_size=1, max_size=12))
def test_reports_that_are_gone_leave_what_would_be_without_them(gone):
    grown = Grown()
    grown.add(REPORTS)
    for told in gone:
        grown.remove(told)
    left = [t for t in REPORTS if t not in gone]
    assert grown.meeting_of == {t.report_id: m.meeting_id for m in merge(left) for t in m.reports}
