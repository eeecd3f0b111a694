"""Floors under the figures rise by themselves and fall only where somebody says so."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation import floors

NONE = {"model": None, "sets": {}}
shares = st.dictionaries(st.sampled_from(["meeting.f1", "date", "quiet"]), st.floats(0, 1), min_size=3)


def pin(figures, digest="d" * 64, name="dev", pinned=NONE, lower=False):
    return floors.raised(name, digest, figures, pinned, lower)


def test_a_set_without_floors_is_never_below():
    assert floors.below("mine", "d", {"meeting.f1": 0.0}, NONE) == []


@given(shares)
def test_figures_hold_the_floors_pinned_from_them(figures):
    pinned, falling = pin(figures)
    assert falling == []
    assert floors.below("dev", "d" * 64, figures, pinned) == []


@given(shares)
def test_a_floor_is_at_most_a_hundredth_below_what_was_measured(figures):
    pinned, _ = pin(figures)
    for figure, floor in pinned["sets"]["dev"]["floors"].items():
        assert floor - 1e-6 <= figures[figure] < floor + 0.01 + 1e-6


def test_a_figure_below_its_floor_is_named_with_both():
    pinned, _ = pin({"date": 0.91, "place": 0.8})
    assert floors.below("dev", "d" * 64, {"date": 0.9, "place": 0.9}, pinned) == [
        "dev: date 0.9000 is below its floor 0.91"
    ]


def test_a_figure_that_is_gone_is_below_its_floor():
    pinned, _ = pin({"date": 0.91})
    assert len(floors.below("dev", "d" * 64, {}, pinned)) == 1


def test_floors_hold_for_one_set_byte_for_byte():
    pinned, _ = pin({"date": 0.1})
    (fault,) = floors.below("dev", "e" * 64, {"date": 1.0}, pinned)
    assert "not the set whose floors are pinned" in fault


def test_floors_rise():
    pinned, _ = pin({"date": 0.5})
    pinned, falling = pin({"date": 0.7}, pinned=pinned)
    assert (pinned["sets"]["dev"]["floors"], falling) == ({"date": 0.7}, [])


def test_lowering_is_refused_and_the_set_keeps_its_floors():
    pinned, _ = pin({"date": 0.7, "place": 0.5})
    kept, falling = pin({"date": 0.6, "place": 0.9}, pinned=pinned)
    assert kept["sets"] == pinned["sets"]
    assert falling == ["dev: date 0.60 < 0.70"]


def test_lowering_is_done_where_it_is_asked_for():
    pinned, _ = pin({"date": 0.7})
    lowered, falling = pin({"date": 0.6}, pinned=pinned, lower=True)
    assert lowered["sets"]["dev"]["floors"] == {"date": 0.6}
    assert falling == ["dev: date 0.60 < 0.70"]


def test_pinning_one_set_leaves_the_others():
    pinned, _ = pin({"date": 0.7})
    pinned, _ = pin({"date": 0.2}, name="test", pinned=pinned)
    assert set(pinned["sets"]) == {"dev", "test"}


def test_alarms_become_the_share_of_articles_left_quiet():
    part = {"p": 0.5, "r": 0.4, "f1": 0.45}
    figures = {"meeting": part, "participant": part, "perfect": part, "date": {"accuracy": 0.3, "given": 7}}
    flat = floors.pinnable({**figures, "negatives": {"articles": 10, "alarms": 1}})
    assert flat["quiet"] == pytest.approx(0.9)
    assert flat["date"] == 0.3
    assert "quiet" not in floors.pinnable({**figures, "negatives": {"articles": 0, "alarms": 0}})


def test_dates_have_one_floor():
    assert floors.pinnable({"right": 59, "of": 61}) == {"dates": 59 / 61}


def test_floors_are_read_as_they_were_written(tmp_path):
    pinned, _ = pin({"date": 0.7})
    floors.write(tmp_path / "floors.json", pinned)
    assert floors.read(tmp_path / "floors.json") == pinned
    assert floors.read(tmp_path / "none.json") == NONE


@pytest.mark.parametrize("text", ["[]", "{", "{}", '{"sets": 3}', json.dumps([1])])
def test_a_broken_file_of_floors_is_named(tmp_path, text):
    path = tmp_path / "floors.json"
    path.write_text(text)
    with pytest.raises(floors.FloorsError, match=str(path)):
        floors.read(path)
