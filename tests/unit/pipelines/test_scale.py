"""The reckoning of a day at scale keeps its books: what arrives is worked off or waits, and more work needs more workers."""

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "scale.py"


@pytest.fixture(scope="module")
def scale():
    spec = importlib.util.spec_from_file_location("scale", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_day_holds_its_articles_and_a_burst_of_ten_times_the_mean(scale):
    arrived = scale.arrivals(1_440_000)
    usual = [one for minute, one in enumerate(arrived) if minute not in scale.BURST]
    assert max(arrived) == 10_000
    assert min(usual) == pytest.approx(400)
    assert sum(arrived) == pytest.approx(1_440_000 + 30 * 10_000 - 30 * 1_400, rel=0.01)


def test_no_worker_does_more_than_it_can_and_nothing_is_lost(scale):
    day = scale.replay(scale.arrivals(1_000_000), 0.09, 15)
    before = 0.0
    for one in day:
        done = before + one.arrived - one.backlog
        assert -1e-6 <= done <= one.workers * 60 / 0.09 + 1e-6
        before = one.backlog
    assert day[-1].backlog == 0


def test_an_article_waits_as_long_as_the_work_before_it_takes(scale):
    day = [scale.Minute(100, 90, 1), *[scale.Minute(0, 90 - 10 * past, 1) for past in range(1, 10)]]
    assert scale.longest_wait(day) == 9
    assert scale.longest_wait([scale.Minute(5, 0, 1)] * 3) == 0


def test_dearer_articles_need_more_core_hours(scale):
    hours = [sum(one.workers for one in scale.replay(scale.arrivals(10**6), cost, 15)) for cost in (0.05, 0.1, 0.2)]
    assert hours == sorted(set(hours))
