"""Floors under the figures: quality may rise, and falls only where somebody says so.

A floor holds for one set, byte for byte (its SHA-256), and one model. Floors are pinned a little below what was
measured: down to whole hundredths, so that another processor's rounding does not fail the check.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transforms.errors import MeetwireError

FILE = Path("tests/evaluation/floors.json")
Figures = Mapping[str, float]
_PINNED = (("meeting", "p"), ("meeting", "r"), ("meeting", "f1"), ("participant", "f1"), ("perfect", "f1"))


class FloorsError(MeetwireError, ValueError):
    """A file of floors that cannot be used; its text names the file and the way out."""


def pinnable(figures: Mapping[str, Any]) -> dict[str, float]:
    """The figures of one set that have a floor, each from 0 to 1, larger is better.

    ``quiet`` is the share of the articles without a meeting in which none was found.
    """
    if "right" in figures:
        return {"dates": figures["right"] / figures["of"]}
    flat = {f"{name}.{part}": figures[name][part] for name, part in _PINNED}
    flat |= {name: figures[name]["accuracy"] for name in ("date", "place", "status", "mode") if name in figures}
    negatives = figures["negatives"]
    if negatives["articles"]:
        flat["quiet"] = 1 - negatives["alarms"] / negatives["articles"]
    return flat


def read(path: Path) -> dict[str, Any]:
    """The floors in ``path``: ``{"model", "sets": {name: {"sha256", "floors": {figure: floor}}}}``.

    Without a file there are none.

    Raises:
        FloorsError: the file is not a file of floors.
    """
    if not path.exists():
        return {"model": None, "sets": {}}
    try:
        floors: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        floors["sets"].items()
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise FloorsError(f"{path}: not a file of floors; restore it, or remove it and run --update-floors") from None
    return floors


def figures(path: Path) -> dict[str, Figures]:
    """Gold set -> its floors, which are what the last evaluation found; nothing without a file of floors."""
    return {name: held["floors"] for name, held in sorted(read(path)["sets"].items())}


def write(path: Path, floors: Mapping[str, Any]) -> None:
    """Writes ``floors`` so that a change reads well in a diff."""
    path.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def below(name: str, sha256: str, figures: Figures, floors: Mapping[str, Any]) -> list[str]:
    """What is wrong with a set's figures, one line each; nothing where the set has no floors."""
    pinned = floors["sets"].get(name)
    if pinned is None:
        return []
    if pinned["sha256"] != sha256:
        return [f"{name}: not the set whose floors are pinned (sha256 {sha256[:12]}, not {pinned['sha256'][:12]})"]
    return [
        f"{name}: {figure} {figures.get(figure, 0.0):.4f} is below its floor {floor:.2f}"
        for figure, floor in pinned["floors"].items()
        if round(figures.get(figure, 0.0), 6) < floor
    ]


def raised(
    name: str, sha256: str, figures: Figures, floors: Mapping[str, Any], lower: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """The floors with those of one set raised to its ``figures``, and a line for each that would have to fall.

    With ``lower`` they fall. Without, the set keeps its old floors where any would fall.
    """
    pinned = floors["sets"].get(name, {"floors": {}})
    measured = {figure: math.floor(round(value * 100, 6)) / 100 for figure, value in figures.items()}
    falling = [
        f"{name}: {figure} {measured.get(figure, 0.0):.2f} < {floor:.2f}"
        for figure, floor in pinned["floors"].items()
        if measured.get(figure, 0.0) < floor
    ]
    if falling and not lower:
        return dict(floors), falling
    return {**floors, "sets": {**floors["sets"], name: {"sha256": sha256, "floors": measured}}}, falling
