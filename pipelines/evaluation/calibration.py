"""What a confidence has meant: of the meetings reported with it, the share that was right."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

# Lower bounds of the bins; narrower where most reports lie.
BINS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)


class Bin(NamedTuple):
    """The reports of one span of confidence.

    Attributes:
        low: Smallest confidence of the span.
        high: Behind the largest one.
        reports: How many reports lie in it.
        confidence: Their mean confidence.
        precision: The share of them that are the gold's meetings.
        perfect: The share of them that are right in every field.
    """

    low: float
    high: float
    reports: int
    confidence: float
    precision: float
    perfect: float


def calibration(confidences: Iterable[tuple[float, bool, bool]], bins: Sequence[float] = BINS) -> list[Bin]:
    """The bins that hold a report, from (confidence, is right, is perfect) of each report.

    ``bins`` are lower bounds in rising order, the first of them 0.
    """
    reports = list(confidences)
    table = []
    for low, high in zip(bins, [*bins[1:], float("inf")], strict=True):
        inside = [report for report in reports if low <= report[0] < high]
        if inside:
            mean, precision, perfect = (round(sum(column) / len(inside), 4) for column in zip(*inside, strict=True))
            table.append(Bin(low, min(high, 1.0), len(inside), mean, precision, perfect))
    return table


def calibration_error(table: Sequence[Bin]) -> float:
    """Expected calibration error: the mean distance of confidence and precision, weighted by reports."""
    total = sum(row.reports for row in table)
    return round(sum(row.reports * abs(row.confidence - row.precision) for row in table) / total, 4) if total else 0.0
