"""How sure a report is, from 0 to 1; ``docs/evaluation.md`` says what each figure has meant on gold articles."""

from itertools import pairwise

from transforms.meetings.draft import Draft

# (score, share of reports with that score that were right) on the development sets, one added to right and wrong;
# straight lines between. ``meetwire evaluate --calibration`` prints the table.
_CALIBRATION = ((0.0, 0.4), (0.25, 0.5), (0.45, 0.8), (0.65, 0.87), (0.8, 0.97), (1.0, 0.99))


def confidence_of(draft: Draft) -> float:
    """How often reports like ``draft`` are right: by their frames' weight, less for parties without a name and for
    plans without a day."""
    score = draft.weight
    named = sum(p.kind in {"person", "country", "organization"} and p.entity is not None for p in draft.parties)
    if named == 0:
        score *= 0.5
    elif named == 1:
        score *= 0.8
    if any(p.kind == "person" and p.entity is None for p in draft.parties):
        score *= 0.6
    if draft.status.status in {"planned", "proposed"}:
        score *= 0.9 if draft.when or draft.where else 0.7
    if all(e.pattern for e in draft.encounters):
        score *= 0.8
    if len(draft.parties) == 1:
        score *= 0.6
    return _calibrated(score)


def _calibrated(score: float) -> float:
    for (low, low_right), (high, high_right) in pairwise(_CALIBRATION):
        if score <= high:
            return round(low_right + (high_right - low_right) * (score - low) / (high - low), 2)
    return _CALIBRATION[-1][1]
