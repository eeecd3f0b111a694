"""Thresholds are written where the product reads them, and figures are what they say."""

import dataclasses
import shutil

import pytest
import yaml

from pipelines.evaluation.score import Score
from training import choose
from transforms.meetings.reports.combine import Decisions


def test_what_is_chosen_is_read_again_and_the_comments_stay(tmp_path):
    path = shutil.copy(choose.FILE, tmp_path / "decisions.yaml")
    for limits in (
        Decisions(filter=0.15, merge=0.4, rules={"always": -2.0, "people": 1.5}, both={"rules": 1.0}),
        Decisions(),
    ):
        choose.write(limits, path)
        assert yaml.safe_load(path.read_text()) == dataclasses.asdict(limits)
        assert "a report is dropped below it" in path.read_text()


def test_figures_are_of_all_articles_together():
    one = Score(gold=2, found=1, paired=1, perfect=0, gold_participants=4, found_participants=2, paired_participants=2)
    other = Score(gold=0, found=1, found_participants=2)
    found = choose.figures([one, other])
    assert found["meeting"] == pytest.approx(0.5)
    assert found["participant"] == pytest.approx(0.5)
    assert (found["perfect"], found["precision"], found["recall"]) == (0, 0.5, 0.5)


def test_the_interval_of_a_figure_that_does_not_change_is_nothing():
    each = [Score(gold=1, found=1, paired=1, perfect=1) for _ in range(5)]
    assert choose.interval(each, each, "meeting", times=40) == (0, 0)
