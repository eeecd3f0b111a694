"""``meetings --explain`` says which reports are one meeting, and by what."""

import json

import pytest
from making import article, participant, report

from pipelines import cli
from transforms import rows
from transforms.tables.sinks import Tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One meeting that three articles tell: in full, by other spellings, and with a wrong day that the third corrects."""
    place = str(tmp_path_factory.mktemp("explain") / "tables")
    told = [
        ("a", "Ministers met", "2026-11-03", ["Kateřina Novotná", "Tran Quoc Bao"]),
        ("b", "Talks in Prague", "2026-11-04", ["Katerina Novotna", "Trần Quốc Bảo"]),
        ("c", "Correction: talks in Prague", "2026-11-03", ["Katerina Novotna", "Tran Quoc Bao"]),
    ]
    articles, reports = [], []
    for number, (name, title, day, names) in enumerate(told):
        made = article(name, title=title, published=f"2026-11-0{number + 4}T09:00:00Z", feed_title="Wire")
        date = rows.MeetingDate(day, day, "day", day, "sentence")
        who = [participant(names[0], country="CZ"), participant(names[1], country="VN", title=None)]
        reports.append(report(made, meeting=name * 32, date=date, participants=who))
        articles.append(made)
    Tables([place]).write_all({"articles": articles, "entities": [], "meeting_reports": reports})
    return place


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_any_id_of_a_meeting_leads_to_its_reports_and_why_they_are_one(folder, name, capsys):
    assert cli.main(["meetings", "--explain", name * 32, "--json", "--tables", folder]) == 0
    explained = json.loads(capsys.readouterr().out)
    assert explained["meeting_id"] == "a" * 32
    assert [row["title"] for row in explained["reports"]] == [
        "Ministers met",
        "Talks in Prague",
        "Correction: talks in Prague",
    ]
    assert list(explained["corrected"].values()) == ["2026-11-03"]
    assert len(explained["joined"]) == 2
    assert all(pair["score"] > 0 and "two sure parties" in pair["features"] for pair in explained["joined"])


def test_people_read_the_day_that_was_corrected_and_the_weights(folder, capsys):
    assert cli.main(["meetings", "--explain", "a" * 32, "--tables", folder]) == 0
    out = capsys.readouterr().out
    assert "2026-11-03 (told 2026-11-04, corrected)" in out
    assert "two sure parties +4" in out


@pytest.mark.parametrize("asked", ["f" * 32, "no id", "'; drop", "-"])
def test_an_id_of_no_meeting_is_one_line(folder, asked, capsys):
    assert cli.main(["meetings", f"--explain={asked}", "--tables", folder]) == 2
    assert capsys.readouterr().err.count("\n") == 1
