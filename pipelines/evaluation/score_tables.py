"""Scores as readable tables, and a failure as a line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.evaluation.calibration import Bin
from pipelines.evaluation.score import FIELDS, Failure, Score

FAILURES = ("missed", "spurious", "participants", *FIELDS)


def figures_table(scores: Mapping[str, Score]) -> str:
    """One line a set: what was found, and how much of it is right."""
    rows = [["set", "articles", "P", "R", "F1", "people", "perfect", *FIELDS, "alarms"]]
    for name, one in scores.items():
        figures = one.figures()
        meeting = figures["meeting"]
        rows.append(
            [name, str(one.articles)]
            + [_share(meeting[part]) for part in ("p", "r", "f1")]
            + [_share(figures[part]["f1"]) for part in ("participant", "perfect")]
            + [_share(figures[field]["accuracy"]) if field in figures else "-" for field in FIELDS]
            + [f"{one.alarms}/{one.negatives}" if one.negatives else "-"]
        )
    return _columns(rows)


def failures_table(scores: Mapping[str, Score]) -> str:
    """One line a set: how many of its meetings failed in which way. A meeting can fail in several."""
    rows = [["set", "meetings", *FAILURES]]
    for name, one in scores.items():
        counts = one.figures()["failures"]
        rows.append([name, str(one.gold), *(str(counts.get(kind, 0)) for kind in FAILURES)])
    return _columns(rows)


def kinds_table(kinds: Iterable[tuple[str, Score]]) -> str:
    """One line for each kind of gold article, most failures first; kinds without a failure in the last line."""
    totals: dict[str, list[Score]] = {}
    for kind, one in kinds:
        totals.setdefault(kind, []).append(one)
    rows = []
    clean = []
    for kind, scores in totals.items():
        failures = [failure for one in scores for failure in one.failures]
        if not failures:
            clean.append(kind)
            continue
        counts = [str(sum(name in failure.kinds for failure in failures)) for name in FAILURES]
        rows.append([kind, *(str(sum(getattr(one, part) for one in scores)) for part in ("articles", "gold")), *counts])
    rows.sort(key=lambda row: (-sum(map(int, row[3:])), row[0]))
    table = _columns([["kind", "articles", "meetings", *FAILURES], *rows])
    return table + f"\nwithout a failure: {', '.join(sorted(clean)) or 'none'}"


def calibration_table(table: Sequence[Bin], error: float) -> str:
    """One line a span of confidence: how many reports, and how many of them are right and perfect."""
    rows = [["confidence", "reports", "mean", "right", "perfect"]]
    for row in table:
        span = f"{row.low:.2f}-{row.high:.2f}"
        rows.append([span, str(row.reports), *map(_share, (row.confidence, row.precision, row.perfect))])
    return _columns(rows) + f"\nexpected calibration error {error:.3f}"


def failure_line(name: str, failure: Failure) -> str:
    """What went wrong in which article of which set, the gold meeting and the found one."""
    parts = [f"{name} {failure.article_id} {','.join(failure.kinds)}"]
    parts += [f"  gold {_meeting(failure.gold)}"] if failure.gold else []
    parts += [f"  got  {_meeting(failure.found)}"] if failure.found else []
    return "\n".join(parts)


def _meeting(meeting: Mapping[str, Any]) -> str:
    day, place = meeting.get("date") or {}, meeting.get("place") or {}
    parties = " + ".join(str(party.get("name")) for party in meeting.get("participants") or [])
    when = day.get("start") if day.get("start") == day.get("end") else f"{day.get('start')}..{day.get('end')}"
    return f"{parties} | {meeting.get('status')} {meeting.get('mode')} | {when} | {place.get('name')}"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text; the first column to the left, the figures to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        figures = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *figures]))
    return "\n".join(line.rstrip() for line in lines)
