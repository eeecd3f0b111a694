"""How sure a report is, from 0 to 1; ``docs/evaluation.md`` says what each figure has meant on real news.

Two logistic regressions whose weights ``lexicon/decisions.yaml`` holds: one over what the rules found, and, where the
taught reader has read the report, one over the first and what the reader says.
"""

import math
from collections.abc import Mapping

from transforms.meetings.reports.combine import Decisions
from transforms.meetings.reports.draft import Draft
from transforms.meetings.reports.register import newslike


def confidence_of(draft: Draft, limits: Decisions) -> float:
    """How often reports like ``draft`` are right."""
    alone = logistic(features(draft), limits.rules)
    if not limits.both or "meeting" not in draft.said:
        return round(alone, 2)
    return round(logistic(features_of_both(draft, limits), limits.both), 2)


def features(draft: Draft) -> dict[str, float]:
    """What tells how sure the rules are of ``draft``: above all who is known by name, and whether the text is news."""
    people = [p for p in draft.parties if p.kind == "person" and p.entity is not None]
    return {
        "always": 1.0,
        "people": min(len(people), 2) / 2,
        "titles": min(sum(p.title is not None for p in draft.parties), 2) / 2,
        "two": float(len(draft.parties) == 2),
        "date": float(draft.when is not None),
        "place": float(draft.where is not None),
        "open": float(draft.status.status in {"proposed", "denied"}),
        "frame": draft.weight,
        "news": newslike(draft.encounters[0].sentence.doc.text),
    }


def features_of_both(draft: Draft, limits: Decisions) -> dict[str, float]:
    """The same of rules and reader together."""
    alone = logistic(features(draft), limits.rules)
    return {"always": 1.0, "rules": _logit(alone), "meeting": _logit(draft.said["meeting"])}


def logistic(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """1 / (1 + exp(-(sum of weight times value)))."""
    return 1 / (1 + math.exp(-sum(weights.get(name, 0.0) * value for name, value in values.items())))


def _logit(probability: float) -> float:
    bounded = min(max(probability, 0.01), 0.99)
    return math.log(bounded / (1 - bounded))
