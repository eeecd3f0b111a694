"""The gold articles keep to the guideline in docs/meetings.md: what can be checked by program is."""

import datetime
import json
import re
from collections import Counter
from pathlib import Path

import pycountry
import pytest

from pipelines.evaluation.gold import load

HERE = Path(__file__).parent
SETS = {name: load(HERE / f"{name}.jsonl") for name in ("dev", "dev-2", "test")}
ARTICLES = [pytest.param(record, id=record["id"]) for one in SETS.values() for record in one.records]
MEETINGS = [
    pytest.param(record, meeting, id=f"{record['id']}-{number}")
    for one in SETS.values()
    for record in one.records
    for number, meeting in enumerate(record["meetings"])
]


def test_there_are_sixty_articles_and_a_third_holds_no_meeting():
    records = [record for one in SETS.values() for record in one.records]
    assert len(records) >= 60
    assert 0.3 <= sum(not record["meetings"] for record in records) / len(records) <= 0.4
    assert len({record["text"] for record in records}) == len(records)


def test_the_manual_s_article_is_gold(tmp_path):
    page = (HERE.parents[1] / "docs/meetings.md").read_text(encoding="utf-8")
    shown = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
    (tmp_path / "shown.jsonl").write_text(json.dumps(shown), encoding="utf-8")
    (record,) = load(tmp_path / "shown.jsonl").records
    assert set(record) <= {key for one in SETS.values() for each in one.records for key in each}
    assert set(record["meetings"][0]) <= {
        key for one in SETS.values() for r in one.records for m in r["meetings"] for key in m
    }


def test_no_two_parts_share_a_meeting():
    pairs = [
        {frozenset(p["name"] for p in meeting["participants"]) for r in one.records for meeting in r["meetings"]}
        for one in SETS.values()
    ]
    assert len(set.union(*pairs)) == sum(map(len, pairs))


@pytest.mark.parametrize("part", ["dev", "test"])
def test_each_part_holds_every_status_mode_and_hard_kind(part):
    records = SETS[part].records
    meetings = [meeting for record in records for meeting in record["meetings"]]
    assert {m["status"] for m in meetings} == {"held", "ongoing", "planned", "proposed", "cancelled", "denied"}
    assert {m["mode"] for m in meetings} == {"in_person", "phone", "video", "unknown"}
    kinds = Counter(kind for record in records for kind in record["kinds"])
    hard = """place-as-actor repeated coreference the-two counterpart passive host-visitor negation hypothetical planned
    called-off denial appositive caption lexical-trap date-clause summit topic-owner spokesman related-links quotation
    phone video courtesy-call unknown-mode list separate body background ongoing proposed names shared-surname headline
    dateline sidelines comitative rough-date visit no-meeting"""
    assert set(hard.split()) <= set(kinds), set(hard.split()) - set(kinds)


@pytest.mark.parametrize("record", ARTICLES)
def test_an_article_reads_like_news(record):
    assert record["title"]
    assert 3 <= len(record["text"].split("\n\n")) <= 9
    assert len(record["text"].split()) >= 50
    published = datetime.datetime.fromisoformat(record["published"])
    assert published.utcoffset() is not None
    assert ("no-meeting" in record["kinds"]) == (not record["meetings"])


@pytest.mark.parametrize(("record", "meeting"), MEETINGS)
def test_every_name_stands_in_the_article(record, meeting):
    whole = f"{record['title']}\n\n{record['text']}"
    for participant in meeting["participants"]:
        for name in [participant["name"], *participant.get("aliases", [])]:
            assert name in whole
    place = meeting["place"]
    for name in [place["name"], *place.get("aliases", [])] if place and place["name"] else []:
        assert name in whole


@pytest.mark.parametrize(("record", "meeting"), MEETINGS)
def test_every_field_holds_what_the_guideline_allows(record, meeting):
    assert meeting["participants"]
    assert meeting["mode"] not in ("phone", "video") or meeting["place"] == {"name": None}
    for participant in meeting["participants"]:
        assert participant["country"] is None or pycountry.countries.get(alpha_2=participant["country"])
        assert participant.get("role") in (None, "host", "visitor", "chair", "mediator", "attendee")
    if meeting["date"] and meeting["date"]["start"]:
        start, end = meeting["date"]["start"], meeting["date"]["end"]
        assert len(start) == len(end)
        assert start <= end
        if len(start) == 10:
            assert datetime.date.fromisoformat(start) <= datetime.date.fromisoformat(end)


@pytest.mark.parametrize(("record", "meeting"), MEETINGS)
def test_what_happened_lies_before_publication_and_what_is_planned_behind_it(record, meeting):
    if not meeting["date"] or not meeting["date"]["start"]:
        return
    today = record["published"][:10]
    if meeting["status"] in ("held", "denied"):
        assert meeting["date"]["start"] <= today
    if meeting["status"] in ("planned", "proposed"):
        assert meeting["date"]["end"] >= today


def test_a_gold_line_is_plain_json():
    for one in SETS.values():
        for line in one.path.read_text(encoding="utf-8").splitlines():
            assert json.dumps(json.loads(line), ensure_ascii=False) == line
