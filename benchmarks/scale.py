"""A day of the internet's news, replayed from measured costs: backlog, workers and money by the minute, as a plot.

    python benchmarks/scale.py [--articles 1000000] [--seconds 0.09] [--delay 15] [--out build/scale.png]

Articles arrive by a daily rhythm (most at noon, least at night), with a burst of ten times the mean for half an hour. A worker is
one core that extracts an article in ``--seconds`` of CPU; an autoscaler looks at the backlog every minute, and a worker
that it asks for is there after three. Says the most that waited, how long an article waited at most, core hours and
their price. Numbers in, numbers out: nothing here runs the pipeline.
"""

import argparse
import bisect
import itertools
import math
from pathlib import Path
from typing import NamedTuple

import matplotlib

MINUTES = 24 * 60
BURST = range(15 * 60, 15 * 60 + 30)
BURST_TIMES = 10
# How much less than the mean arrives at night, and more at noon.
SWING = 0.6
START_MINUTES = 3
# A worker that has no work is kept so long: starting one costs a model's loading.
KEPT_MINUTES = 10
# Dollars for one vCPU of a worker and an hour, an assumption: --price says another.
PRICE = 0.06


class Minute(NamedTuple):
    """What one minute of the day was like.

    Attributes:
        arrived: Articles that came.
        backlog: Articles that waited at its end.
        workers: Workers that were there.
    """

    arrived: float
    backlog: float
    workers: int


def arrivals(articles: float) -> list[float]:
    """Articles by the minute: ``articles`` in a day without the burst, which comes on top."""
    mean = articles / MINUTES
    usual = [mean * (1 - SWING * math.cos(2 * math.pi * minute / MINUTES)) for minute in range(MINUTES)]
    return [BURST_TIMES * mean if minute in BURST else one for minute, one in enumerate(usual)]


def replay(arrived: list[float], seconds: float, delay: float, least: int = 1) -> list[Minute]:
    """The day with an autoscaler that has the backlog worked off within ``delay`` minutes.

    Args:
        arrived: Articles by the minute.
        seconds: CPU seconds an article.
        delay: Minutes within which the backlog is to be gone.
        least: Workers that are always there.
    """
    per_worker = 60 / seconds
    backlog, day = 0.0, []
    asked: list[int] = []
    for minute, came in enumerate(arrived):
        wanted = max(least, math.ceil((came + backlog / delay) / per_worker))
        asked.append(wanted)
        # There is what was asked for when it could start since, and what is kept from a while ago.
        ready = asked[max(0, minute - KEPT_MINUTES - START_MINUTES) : max(1, minute - START_MINUTES + 1)]
        workers = max(ready)
        backlog = max(0.0, backlog + came - workers * per_worker)
        day.append(Minute(came, backlog, workers))
    return day


def longest_wait(day: list[Minute]) -> int:
    """Minutes that the article waited that waited longest: first come, first served."""
    arrived = list(itertools.accumulate(one.arrived for one in day))
    done = [came - one.backlog for came, one in zip(arrived, day, strict=True)]
    return max(bisect.bisect_left(done, came - 1e-6) - minute for minute, came in enumerate(arrived))


def plot(day: list[Minute], out: Path) -> None:
    """Arrivals, backlog and workers over the hours, one under the other."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(3, sharex=True, figsize=(8, 6))
    hours = [minute / 60 for minute in range(len(day))]
    for axis, name in zip(axes, Minute._fields, strict=True):
        axis.plot(hours, [getattr(one, name) for one in day])
        axis.set_ylabel({"arrived": "articles a minute"}.get(name, name))
        axis.set_ylim(bottom=0)
    axes[-1].set_xlabel("hour of the day")
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(out, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=0.09)
    parser.add_argument("--delay", type=float, default=15)
    parser.add_argument("--price", type=float, default=PRICE)
    parser.add_argument("--out", type=Path, default=Path("build/scale.png"))
    asked = parser.parse_args()
    day = replay(arrivals(asked.articles), asked.seconds, asked.delay)
    hours = sum(one.workers for one in day) / 60
    needed = sum(one.arrived for one in day) * asked.seconds / 3600
    print(f"{sum(one.arrived for one in day):,.0f} articles, {asked.seconds} s of CPU each")
    print(f"workers: {min(one.workers for one in day)} to {max(one.workers for one in day)}")
    print(f"most that waited: {max(one.backlog for one in day):,.0f} articles; longest wait: {longest_wait(day)} min")
    print(f"core hours: {hours:,.0f}, of which {needed / hours:.0%} at work; {hours * asked.price:,.2f} dollars a day")
    plot(day, asked.out)
    print(f"plot: {asked.out}")


if __name__ == "__main__":
    main()
