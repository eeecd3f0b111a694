"""Fits by what a text is known for news: the weights of ``transforms/lexicon/register.yaml``.

    python -m training.news_texts --news FILE [FILE ...] --other FILE [FILE ...]

Files are JSON lines, each with a ``text``, such as ``meetwire query --json "select text from articles"`` prints. Both kinds weigh
the same, however many there are. Prints the weights, and the share of pairs of one of each in which the news has more.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy

from training.choose import fit
from transforms.meetings.reports.register import rates

# A text of fewer words says too little of how it speaks.
_SHORTEST = 25


def rows(paths: Sequence[Path]) -> list[dict[str, float]]:
    """What ``rates`` says of each text of ``paths`` that is long enough."""
    lines = (line for path in paths for line in path.read_text("utf-8").splitlines() if line.strip())
    texts = (str(json.loads(line)["text"]) for line in lines)
    return [rates(text) for text in texts if len(text.split()) >= _SHORTEST]


def ranked(news: Sequence[float], other: Sequence[float]) -> float:
    """The share of pairs in which the news has the higher score; a tie is half a pair."""
    one, two = numpy.array(news)[:, None], numpy.array(other)[None, :]
    return float(((one > two) + 0.5 * (one == two)).mean())


def main() -> int:
    """Fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, nargs="+", required=True, metavar="FILE")
    parser.add_argument("--other", type=Path, nargs="+", required=True, metavar="FILE")
    options = parser.parse_args()
    news, other = rows(options.news), rows(options.other)
    times = max(1, round(len(other) / len(news))), max(1, round(len(news) / len(other)))
    weights = fit([*news * times[0], *other * times[1]], [1.0] * len(news) * times[0] + [0.0] * len(other) * times[1])
    scores = [[sum(weights[name] * value for name, value in row.items()) for row in some] for some in (news, other)]
    print(json.dumps(weights))
    print(f"news {len(news)}, other {len(other)}, in order {ranked(*scores):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
