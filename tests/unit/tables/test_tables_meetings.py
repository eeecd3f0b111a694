"""``meetings``: one row for a meeting, from all its reports."""

import pytest
from making import article, content, report, ticking

from transforms import rows
from transforms.tables.sinks import Tables

COLUMNS = rows.Meeting._fields


def merged(tmp_path, *reports):
    """The meetings that come of (status, day, fields) reports, one article each."""
    articles = [article(f"a{n}", published=f"2023-04-{day:02}T00:00:00Z") for n, (_, day, _) in enumerate(reports)]
    made = [report(of, status, **fields) for of, (status, _, fields) in zip(articles, reports, strict=True)]
    Tables([str(tmp_path)], ticking()).write_all({"articles": articles, "entities": [], "meeting_reports": made})
    return [dict(zip(COLUMNS, row, strict=True)) for row in content(tmp_path)["meetings"]]


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([("planned", 1), ("held", 3)], "held"),
        ([("held", 3), ("planned", 5)], "held"),  # a preview that came late
        ([("held", 3), ("ongoing", 4), ("proposed", 5)], "held"),
        ([("planned", 1), ("cancelled", 2)], "cancelled"),
        ([("proposed", 1), ("planned", 2)], "planned"),
        ([("cancelled", 1), ("planned", 2)], "planned"),
        ([("held", 1), ("denied", 2)], "denied"),
        ([("denied", 1), ("held", 2), ("planned", 3)], "held"),
    ],
)
def test_held_beats_what_was_expected_else_the_newest_report_wins(tmp_path, reports, status):
    (meeting,) = merged(tmp_path, *[(s, day, {}) for s, day in reports])
    assert meeting["status"] == status


def test_one_row_tells_who_reported_when_and_how_often(tmp_path):
    (meeting,) = merged(tmp_path, ("planned", 1, {}), ("held", 3, {}), ("held", 2, {}))
    assert meeting["first_reported"] == "2023-04-01T00:00:00Z"
    assert meeting["last_reported"] == "2023-04-03T00:00:00Z"
    assert (meeting["report_count"], meeting["articles"]) == (3, ["a0", "a1", "a2"])
    assert [p["name"] for p in meeting["participants"]] == ["Ann Lee", "Bo Kim"]


def test_what_the_best_report_leaves_open_comes_from_the_next(tmp_path):
    (meeting,) = merged(
        tmp_path,
        (
            "held",
            1,
            {"occasion": "the summit", "place": rows.Place("Oslo", "NO", None, None, "sentence"), "topics": ["x"]},
        ),
        ("held", 2, {"place": None, "topics": [], "mode": "unknown", "date": None}),
    )
    assert (meeting["occasion"], meeting["place"]["name"], meeting["topics"]) == ("the summit", "Oslo", ["x"])
    assert (meeting["mode"], meeting["date"]["start"]) == ("in_person", "2023-04-17")


def test_each_article_is_a_source_once_with_its_sentences_in_its_order_and_the_first_gave_the_fields(tmp_path):
    def said(start, text):
        return rows.Evidence(start, start + len(text), text, "body")

    one = article("a", title="Preview", link="https://a.example/1", feed_title="A", published="2023-04-01T00:00:00Z")
    two = article("b", title="", link=None, feed_title=None, published="2023-04-02T00:00:00Z")
    made = [
        report(one, "planned", evidence=[said(40, "It rains."), said(5, "They will meet.")], confidence=0.95),
        report(two, "held", evidence=[said(9, "They met.")], confidence=0.7),
        report(two, "ongoing", evidence=[said(9, "They met."), said(0, "Talks.")], confidence=0.6),
    ]
    Tables([str(tmp_path)], ticking()).write_all({"articles": [one, two], "entities": [], "meeting_reports": made})
    (row,) = content(tmp_path)["meetings"]
    meeting = dict(zip(COLUMNS, row, strict=True))
    assert (meeting["status"], meeting["confidence"]) == ("held", 0.985)
    published = ("2023-04-02T00:00:00Z", "2023-04-01T00:00:00Z")
    assert meeting["sources"] == [
        rows.MeetingSource("b", None, None, None, published[0], ["Talks.", "They met."], None)._asdict(),
        rows.MeetingSource(
            "a", "A", "Preview", "https://a.example/1", published[1], ["They will meet.", "It rains."], None
        )._asdict(),
    ]


def test_reports_without_a_published_date_count_too(tmp_path):
    made = article("a", published=None)
    Tables([str(tmp_path)]).write_all({"articles": [made], "entities": [], "meeting_reports": [report(made)]})
    (row,) = content(tmp_path)["meetings"]
    meeting = dict(zip(COLUMNS, row, strict=True))
    assert (meeting["first_reported"], meeting["last_reported"], meeting["report_count"]) == (None, None, 1)
