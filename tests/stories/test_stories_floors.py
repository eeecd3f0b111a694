"""How well reports of invented stories become meetings and people; half of the stories chose no rule and no weight."""

import pytest
from told_stories import Telling, b_cubed, pairwise, tellings

from transforms.stories.same_actor import actors
from transforms.stories.same_meeting import merge

# Split -> least B-cubed and pairwise F1 of meetings, and pairwise F1 of actors.
FLOORS = {"dev": (0.99, 0.99, 0.95), "test": (0.98, 0.96, 0.90)}


def found(given: list[Telling]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Report -> meeting; participant -> true actor; participant -> actor found."""
    by_report = {t.report.report_id: t for t in given}
    meetings, people, truth = {}, {}, {}
    for meeting in merge([t.told for t in given]):
        participants = {t.report_id: by_report[t.report_id].report.participants for t in meeting.reports}
        for report_id, who in actors(meeting, participants).items():
            meetings[report_id] = meeting.meeting_id
            story = by_report[report_id].meeting.partition(":")[0]
            for place, actor in enumerate(who):
                people[f"{report_id}/{place}"] = actor.actor_id
                truth[f"{report_id}/{place}"] = f"{story}/{by_report[report_id].actors[place]}"
    return meetings, truth, people


@pytest.mark.parametrize("split", FLOORS)
def test_reports_become_meetings_and_names_become_people(split):
    given = tellings(split)
    meetings, truth, people = found(given)
    gold = {t.report.report_id: t.meeting for t in given}
    reached = b_cubed(gold, meetings), pairwise(gold, meetings), pairwise(truth, people)
    print(split, *(f"{value:.3f}" for value in reached))
    assert all(value >= floor for value, floor in zip(reached, FLOORS[split], strict=True)), reached


@pytest.mark.parametrize("split", FLOORS)
def test_no_two_meetings_of_the_stories_become_one(split):
    given = tellings(split)
    meetings, *_ = found(given)
    by_report = {t.report.report_id: t for t in given}
    mixed = [
        m for m in set(meetings.values()) if len({by_report[r].meeting for r, of in meetings.items() if of == m}) > 1
    ]
    assert mixed == []
