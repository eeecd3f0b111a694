"""Scores count what the guideline says: right meetings, right people, right fields, and every kind of failure once."""

import copy
import importlib.util
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation.agree import pair_meetings, same_date, same_participant, same_place, words
from pipelines.evaluation.calibration import calibration, calibration_error
from pipelines.evaluation.score import by_kind, score

ROOT = Path(__file__).parents[4]
NEIGHBOUR = ROOT.parent / "shared" / "meetings"
OWN = sorted((ROOT / "tests" / "evaluation").glob("*.jsonl"))


def meeting(*names, article_id="a", **fields):
    return {"article_id": article_id, "participants": [{"name": name} for name in names], **fields}


def gold(*meetings, id="a", **fields):
    return {"id": id, "text": "", "meetings": list(meetings), **fields}


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ("Iva Horvat", "Horvat"),
        ("Han Seo-jun", "Han"),
        ("Foreign Minister Iva Horvat", "Iva Horvat"),
        ("Étienne Vasseur", "Etienne Vasseur"),
        ("Horvat", "Horvat's"),
        ("the Republic of Chad", "Chad"),
        ("President Kaya", "Kaya"),
    ],
)
def test_one_participant_goes_by_many_names(known, found):
    assert same_participant({"name": known}, found)
    assert same_participant({"name": found}, known)


@pytest.mark.parametrize(
    ("known", "found"), [("Otávio Silva", "Caio Silva"), ("Iva Horvat", "Kosta Ilic"), ("Chad", "")]
)
def test_different_participants_stay_different(known, found):
    assert not same_participant({"name": known}, found)


def test_an_alias_is_as_good_as_the_name():
    assert same_participant({"name": "Eastside Tenants' Association", "aliases": ["tenants"]}, "the tenants")


@pytest.mark.parametrize(
    ("wanted", "found", "right"),
    [
        ({"start": "2024-03"}, {"start": "2024-03-31"}, True),
        ({"start": "2024-03-01"}, {"start": "2024-03-02"}, False),
        ({"start": None}, None, True),
        ({"start": None}, {"start": "2024-03-02"}, False),
        ({"start": "2024"}, None, False),
    ],
)
def test_a_date_is_right_within_what_the_text_says(wanted, found, right):
    assert same_date(wanted, found) is right


@pytest.mark.parametrize(
    ("wanted", "found", "right"),
    [
        ({"name": "Tehran"}, {"name": "Tehran, Iran"}, True),
        ({"name": "Government Palace", "aliases": ["Sofia"]}, {"name": "Sofia"}, True),
        ({"name": "Sofia"}, {"name": "Varna"}, False),
        ({"name": None}, {"name": "Varna"}, False),
        ({"name": None}, {"name": None}, True),
        ({"name": "Sofia"}, None, False),
    ],
)
def test_a_place_is_right_by_its_words(wanted, found, right):
    assert same_place(wanted, found) is right


def test_a_meeting_is_right_where_its_participants_overlap_by_half():
    assert pair_meetings([meeting("Ann Bo", "Cy Du")], [meeting("Ann Bo", "Ed Fo")]) == [(0, 0)]
    assert pair_meetings([meeting("Ann Bo", "Cy Du", "Gi Ho")], [meeting("Ann Bo", "Ed Fo")]) == []


def test_two_meetings_of_the_same_people_pair_by_their_dates():
    wanted = [meeting("Bo", "Du", date={"start": "2024-01-01"}), meeting("Bo", "Du", date={"start": "2024-02-02"})]
    assert sorted(pair_meetings(wanted, wanted[::-1])) == [(0, 1), (1, 0)]


def test_the_gold_itself_scores_one_in_everything():
    for path in OWN:
        articles = read(path)
        found = [{**one, "article_id": article["id"]} for article in articles for one in article["meetings"]]
        figures = score(articles, found).figures()
        assert [figures[name]["f1"] for name in ("meeting", "participant", "perfect")] == [1, 1, 1]
        assert figures["failures"] == {}
        assert figures["negatives"]["alarms"] == 0


def test_finding_nothing_scores_nothing():
    total = score([gold(meeting("Bo", "Du"))], [])
    assert total.figures()["meeting"] == {"p": 0, "r": 0, "f1": 0, "hits": 0, "predicted": 0, "gold": 1}
    assert [failure.kinds for failure in total.failures] == [("missed",)]


def test_an_optional_meeting_is_neither_right_nor_wrong():
    articles = [gold(meeting("Bo", "Du", optional=True), meeting("Gi", "Ho"))]
    without = score(articles, [meeting("Gi", "Ho")])
    with_it = score(articles, [meeting("Gi", "Ho"), meeting("Bo", "Du")])
    assert without.figures() == with_it.figures()
    assert without.figures()["perfect"]["f1"] == 1


def test_each_wrong_field_is_named_once():
    wanted = meeting("Bo", "Du", status="held", mode="phone", date={"start": "2024-01"}, place={"name": None})
    found = meeting("Bo", "Du", "Gi", status="planned", mode="video", date=None, place={"name": "Sofia"})
    total = score([gold(wanted)], [found])
    assert [failure.kinds for failure in total.failures] == [("participants", "date", "place", "status", "mode")]
    assert total.figures()["meeting"]["f1"] == 1
    assert total.figures()["perfect"]["f1"] == 0


def test_an_article_without_a_meeting_that_yields_one_is_an_alarm():
    articles = [gold(id="a"), gold(id="b")]
    assert score(articles, [meeting("Bo", "Du", article_id="b")]).figures()["negatives"] == {"articles": 2, "alarms": 1}


def test_a_meeting_of_no_gold_article_is_spurious():
    total = score([gold()], [meeting("Bo", "Du", article_id="elsewhere")])
    assert (total.found, total.failures[0].kinds) == (1, ("spurious",))


def test_country_and_role_are_judged_by_participant():
    wanted = {"participants": [{"name": "Bo", "country": "SE", "role": "host"}, {"name": "Du", "country": "DK"}]}
    found = {"article_id": "a", "participants": [{"name": "Bo", "country": "SE", "role": "visitor"}, {"name": "Du"}]}
    figures = score([gold(wanted)], [found]).figures()
    assert figures["country"] == {"accuracy": 0.5, "given": 2}
    assert figures["role"] == {"accuracy": 0.0, "given": 1}
    assert figures["perfect"]["f1"] == 1


def test_each_kind_of_article_has_its_own_score():
    articles = [gold(meeting("Bo", "Du"), id="a", kinds=["phone", "list"]), gold(id="b", kind="trap"), gold(id="c")]
    kinds = by_kind(articles, [meeting("Bo", "Du", article_id="b")])
    assert list(kinds) == ["list", "phone", "trap"]
    assert (kinds["trap"].alarms, kinds["phone"].gold, kinds["phone"].found) == (1, 1, 0)


def test_calibration_tells_for_each_span_of_confidence_how_much_was_right():
    table = calibration([(0.95, True, True), (0.97, True, False), (0.4, False, False), (1.0, True, True)])
    assert [(row.reports, row.precision, row.perfect) for row in table] == [(1, 0, 0), (3, 1, 0.6667)]
    assert calibration_error(table) == pytest.approx((0.4 + 3 * (1 - 2.92 / 3)) / 4, abs=1e-3)
    assert calibration_error([]) == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans())))
def test_every_report_lies_in_one_span(reports):
    table = calibration(reports)
    assert sum(row.reports for row in table) == len(reports)
    assert all(row.low <= row.confidence + 1e-4 and row.confidence <= row.high + 1e-4 for row in table)


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_the_words_of_a_name_are_folded_once_and_for_all(name):
    assert words(" ".join(words(name))) == words(name)


def spoiled(articles, seed):
    """Found meetings made from the gold ones by leaving out, adding and changing."""
    dice = random.Random(seed)
    for article in articles:
        for one in copy.deepcopy(article["meetings"]):
            if dice.random() < 0.2:
                continue
            one["article_id"] = article["id"]
            if dice.random() < 0.3:
                one["participants"].append({"name": "Zed Zorro"})
            if dice.random() < 0.3:
                one["participants"].pop(0)
            one.update({"status": "planned"} if dice.random() < 0.3 else {})
            one.update({"date": {"start": "2020-01-01"}} if dice.random() < 0.3 else {})
            one.update({"place": None} if dice.random() < 0.3 else {})
            for participant in one["participants"]:
                if dice.random() < 0.3:
                    participant["name"] = participant["name"].split()[-1]
            yield one
        if dice.random() < 0.1:
            yield meeting("Ann Other", article_id=article["id"])
    yield meeting("x", article_id="nowhere")


@pytest.mark.skipif(not (NEIGHBOUR / "score.py").exists(), reason="the other scorer does not lie beside this checkout")
@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_the_other_scorer(seed):
    spec = importlib.util.spec_from_file_location("other_score", NEIGHBOUR / "score.py")
    other = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(other)
    for path in [*sorted(NEIGHBOUR.glob("*.jsonl")), *OWN]:
        articles = read(path)
        found = list(spoiled(articles, seed))
        theirs, ours = other.score(articles, found), score(articles, found).figures()
        assert {name: ours.get(name) for name in theirs} == theirs, path.name
