"""Rows survive the way into plain values and back."""

import pytest

from transforms.articles.article_message import decode_article, encode_article
from transforms.plain import from_plain, to_plain
from transforms.rows import Article, Dateline, Evidence, MeetingDate, MeetingReport, Participant, Place

ARTICLE = Article(
    "a1", "r1", 1, "feed", None, "id", "guid", None, None, "Title \ud800", None, "Text\x00", ["A"], [], "en",
    "2023-04-17T03:00:00Z", "+09:00", None, "2023-04-17T03:01:00Z", None, ["odd"], Dateline("KARUIZAWA", None), 2, None,
)  # fmt: skip
REPORT = MeetingReport(
    "p1", "m1", "a1", "r1", [Participant(None, "A", "person", None, "JP", None)], "held", "phone", "bilateral",
    MeetingDate("2023-04-17", "2023-04-17", "day", "Monday", "sentence"), Place("K", None, 1.5, 2.0, "sentence"),
    20, None, ["x"], None, [Evidence(0, 1, "T", "body")], 0.5, "rules", None,
)  # fmt: skip


@pytest.mark.parametrize("row", [ARTICLE, REPORT, ARTICLE._replace(dateline=None)])
def test_a_row_comes_back_as_it_was(row):
    assert from_plain(type(row), to_plain(row)) == row


def test_an_article_comes_back_from_its_dead_letter():
    assert decode_article(encode_article(ARTICLE)) == ARTICLE


@pytest.mark.parametrize(
    ("change", "message"),
    [({"title": 3}, "'title' is int"), ({"revision": True}, "'revision' is bool"), ({"authors": "A"}, "'authors'")],
)
def test_a_field_that_does_not_fit_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        from_plain(Article, {**to_plain(ARTICLE), **change})


def test_a_missing_field_is_named():
    fields = to_plain(ARTICLE)
    del fields["text"]
    with pytest.raises(ValueError, match="Article lacks the field 'text'"):
        from_plain(Article, fields)


@pytest.mark.parametrize("data", [b"[]", b"{", b"{}"])
def test_what_is_no_article_is_refused(data):
    with pytest.raises(ValueError, match=r"object|JSON|Expecting|lacks"):
        decode_article(data)
