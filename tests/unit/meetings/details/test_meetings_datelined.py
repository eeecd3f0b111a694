from datetime import UTC, datetime

import pytest

from transforms.meetings.details.datelined import dateline_place
from transforms.rows import Article, Dateline, MeetingDate, Participant

ANCHOR = datetime(2023, 4, 17, 12, tzinfo=UTC)
TODAY = MeetingDate("2023-04-17", "2023-04-17", "day", "on Monday", "sentence")


def article(place):
    fields = dict.fromkeys(Article._fields)
    return Article(**(fields | {"dateline": Dateline(place, None) if place else None}))


def party(country):
    return Participant(None, "Roe", "person", None, country, None)


def place(printed="OSLO", countries=("NO", "GB"), status="held", mode="in_person", when=TODAY):
    return dateline_place(article(printed), [party(c) for c in countries], status, mode, when, ANCHOR)


def test_a_meeting_of_these_days_in_the_country_of_a_party_was_where_the_dateline_says():
    found = place()
    assert (found.name, found.country, found.source) == ("Oslo", "NO", "dateline") and found.latitude is not None
    assert place(when=None).name == "Oslo"
    assert place(status="ongoing").name == "Oslo"
    assert place("KARUIZAWA, Japan", ("JP",)).name == "Karuizawa"


@pytest.mark.parametrize(
    ("printed", "countries"),
    [
        ("DAVOS, Switzerland", ("US", "DE")),
        ("GENEVA", ("RU", "CN")),
        ("MANILA", ("JP", "KR")),
        ("NEW YORK", ("CL", "FI")),
        ("DOHA, Qatar", (None, "AF")),
        ("NAIROBI", (None, None)),
    ],
)
def test_a_dated_meeting_of_others_was_there_too(printed, countries):
    assert place(printed, countries).source == "dateline"
    assert place(printed, countries, when=None) is None


@pytest.mark.parametrize(
    "but",
    [
        {"countries": ("RU", "CN"), "when": None},
        {"countries": (None, None), "when": None},
        {"status": "planned"},
        {"status": "denied"},
        {"mode": "phone"},
        {"mode": "unknown"},
        {"printed": None},
        {"printed": "QWERTZVILLE"},
        {"when": MeetingDate("2023-02-01", "2023-02-01", "day", "on Feb. 1", "sentence")},
        {"when": MeetingDate("2023-03-01", "2023-03-31", "month", "in March", "sentence")},
    ],
)
def test_another_countrys_planned_distant_or_remote_meeting_was_not(but):
    assert place(**but) is None
