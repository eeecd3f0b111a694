"""``meetwire export``: flat and nested, CSV and JSON lines, pairs with the codes of CAMEO and PLOVER."""

import csv
import io
import json

import pytest
from making import article, participant, report, ticking

from pipelines import cli
from transforms import rows
from transforms.tables.queries.flat import alpha3, dyads
from transforms.tables.sinks import Tables


@pytest.fixture
def export(tmp_path, capsys):
    """Three meetings: held in Málaga, planned in May, denied without a date or place."""
    one, other, third = article("a"), article("b"), article("c", published=None)
    may = rows.MeetingDate("2023-05-01", "2023-05-07", "week", "next week", "sentence")
    said = [
        report(one),
        report(
            other, "planned", "n", date=may, participants=[participant("=CMD()"), participant("Bo Kim", country="KR")]
        ),
        report(third, "denied", "o", date=None, place=None),
    ]
    Tables([str(tmp_path / "t")], ticking()).write_all(
        {"articles": [one, other, third], "entities": [], "meeting_reports": said}
    )

    def run(*arguments):
        code = cli.main(["export", "--tables", str(tmp_path / "t"), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def lines_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_one_flat_line_a_meeting_by_date(export):
    code, out, err = export()
    found = lines_of(out)
    assert (code, err) == (0, "3 lines\n")
    assert [line["meeting_id"] for line in found] == ["m", "n", "o"]
    assert found[0]["participants"] == "Ann Lee; Bo Kim"
    assert (found[0]["date_start"], found[0]["place_name"], found[0]["latitude"]) == ("2023-04-17", "Málaga", "36.72")
    assert (found[2]["date_start"], found[2]["place_name"]) == ("", "")


def test_csv_has_its_line_of_names_even_without_a_meeting(export):
    _, out, err = export("--since", "2030-01-01")
    assert out.startswith("meeting_id,status,mode")
    assert (out.count("\n"), err) == (1, "0 lines\n")


def test_a_name_that_a_spreadsheet_would_run_is_text(export):
    assert lines_of(export("participants")[1])[2]["name"] == "'=CMD()"


def test_participants_are_numbered_within_their_meeting(export):
    found = lines_of(export("participants")[1])
    assert [(line["meeting_id"], line["number"], line["name"]) for line in found[:2]] == [
        ("m", "1", "Ann Lee"),
        ("m", "2", "Bo Kim"),
    ]
    assert len(found) == 6


def test_nested_json_lines_are_the_rows_of_the_table(export):
    found = [json.loads(line) for line in export("--format", "jsonl", "--nested")[1].splitlines()]
    assert list(found[0]) == list(rows.Meeting._fields)
    assert found[0]["participants"][0]["name"] == "Ann Lee"
    assert found[0]["date"]["start"] == "2023-04-17"


def test_flat_json_lines_have_what_csv_has(export):
    flat = [json.loads(line) for line in export("--format", "jsonl")[1].splitlines()]
    assert [list(line) for line in flat] == [list(line) for line in lines_of(export()[1])]


@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        (["--since", "2023-05-07"], ["n"]),  # a range that still lasts then
        (["--until", "2023-05-01"], ["m"]),
        (["--since", "2023-04-17", "--until", "2023-05-02"], ["m", "n"]),
        (["--status", "denied", "--status", "planned"], ["n", "o"]),
    ],
)
def test_meetings_are_taken_by_their_own_date_and_status(export, flags, ids):
    assert [line["meeting_id"] for line in lines_of(export(*flags)[1])] == ids


def test_a_file_is_written_whole_and_nothing_is_printed(export, tmp_path):
    assert export("--output", str(tmp_path / "x.csv"))[1] == ""
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == export()[1]
    assert not list(tmp_path.glob(".*"))


def test_nested_goes_with_meetings_as_json_lines_only(export):
    assert export("dyads", "--nested")[0] == 2
    assert export("--nested")[2] == "meetwire export: --nested is for meetings with --format jsonl\n"


def test_each_meeting_carries_title_link_and_sentence_of_each_article(tmp_path, capsys):
    one = article("a", title="Talks; part 1 | News", link="https://news.example/1", text="Ministers met\n\nThey met.")
    other = article("b", title="They met again", link="https://other.example/2")
    told = [report(one), report(other, evidence=[rows.Evidence(0, 13, "Ministers met", "body")], confidence=0.6)]
    Tables([str(tmp_path / "t")], ticking()).write_all(
        {"articles": [one, other], "entities": [], "meeting_reports": told}
    )
    assert cli.main(["export", "--tables", str(tmp_path / "t")]) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert sorted(line["article_titles"].split(" || ")) == ["Talks; part 1 | News", "They met again"]
    assert sorted(line["article_links"].split(" || ")) == ["https://news.example/1", "https://other.example/2"]
    assert line["sentences"].split(" || ") == ["Ministers met", "Ministers met"]
    assert line["confidence"] == "0.96"  # two sources: wrong only where both are
    cli.main(["export", "sources", "--tables", str(tmp_path / "t")])
    found = lines_of(capsys.readouterr().out)
    assert [(s["number"], s["article_id"]) for s in found] == list(zip("12", line["articles"].split("; "), strict=True))
    assert {s["article_link"] for s in found} == {"https://news.example/1", "https://other.example/2"}
    assert {s["sentence"] for s in found} == {"Ministers met"}


@pytest.mark.parametrize("what", ["meetings", "participants", "dyads", "sources"])
def test_every_view_names_title_link_and_sentence(export, what):
    names = export(what)[1].splitlines()[0].replace("titles", "title").replace("links", "link")
    assert {"article_title", "article_link"} <= set(names.split(","))
    assert "sentence" in names


@pytest.mark.parametrize("title", [",", ";", " - ", "", None, "…"])
def test_a_title_without_a_letter_is_no_title(tmp_path, capsys, title):
    made = article("a")
    said = report(made, participants=[participant("Ann Lee", title=title), participant("Bo Kim")])
    Tables([str(tmp_path / "t")], ticking()).write_all({"articles": [made], "entities": [], "meeting_reports": [said]})
    cli.main(["export", "--tables", str(tmp_path / "t")])
    assert lines_of(capsys.readouterr().out)[0]["participant_titles"] == "; minister"


def pairs(status="held", mode="in_person", place="ES", parties=(("A", "ES", None), ("B", "FR", None))):
    meeting = {
        "meeting_id": "m",
        "participants": [participant(n, country=c, role=r)._asdict() for n, c, r in parties],
        "status": status,
        "mode": mode,
        "date": None,
        "place": place and {"name": "X", "country": place},
        "report_count": 1,
        "first_reported": None,
        "sources": [],
    }
    return [(d["source_name"], d["target_name"], d["cameo_code"], d["plover_event"]) for d in dyads([meeting])]


@pytest.mark.parametrize(
    ("meeting", "codes"),
    [
        ({}, [("A", "B", "043", "CONSULT"), ("B", "A", "042", "CONSULT")]),
        ({"place": "FR"}, [("A", "B", "042", "CONSULT"), ("B", "A", "043", "CONSULT")]),
        ({"place": "CH"}, [("A", "B", "044", "CONSULT")]),
        ({"place": None}, [("A", "B", "040", "CONSULT")]),
        ({"mode": "phone", "place": None}, [("A", "B", "041", "CONSULT")]),
        ({"mode": "video", "place": None}, [("A", "B", "040", "CONSULT")]),
        ({"status": "planned"}, [("A", "B", "036", "AGREE")]),
        ({"status": "proposed"}, [("A", "B", "036", "AGREE")]),
        ({"status": "denied"}, [("A", "B", "125", "REJECT")]),
        (
            {"place": None, "parties": (("A", None, "host"), ("B", None, "visitor"))},
            [("A", "B", "043", "CONSULT"), ("B", "A", "042", "CONSULT")],
        ),
        (
            {"parties": (("A", "ES", "mediator"), ("B", "FR", None))},
            [("A", "B", "045", "CONSULT"), ("B", "A", "045", "CONSULT")],
        ),
    ],
)
def test_pairs_have_the_codes_that_cameo_and_plover_give_such_a_meeting(meeting, codes):
    assert pairs(**meeting) == codes


def test_a_meeting_of_four_has_six_pairs():
    assert len(pairs(place=None, parties=[(name, None, None) for name in "ABCD"])) == 6


def test_countries_are_given_as_cameo_has_them_too():
    assert [alpha3(code) for code in ("ES", "KR", None, "EU")] == ["ESP", "KOR", None, None]
