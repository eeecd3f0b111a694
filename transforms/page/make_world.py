"""Makes ``assets/world.json`` from ``countries-110m.json`` of the npm package world-atlas.

python -m transforms.page.make_world node_modules/world-atlas/countries-110m.json
"""

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import pycountry

from transforms.page.world_map import project


def main(source: str) -> None:
    """Writes the file beside this module."""
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    arcs = [_absolute(arc, topology["transform"]) for arc in topology["arcs"]]
    made = []
    for shape in topology["objects"]["countries"]["geometries"]:
        found = pycountry.countries.get(numeric=str(shape.get("id", "")).zfill(3))
        if shape.get("id") != "010":  # the Antarctic, where nobody meets
            rings = shape["arcs"] if shape["type"] == "Polygon" else [r for polygon in shape["arcs"] for r in polygon]
            made.append((found.alpha_2 if found else "", "".join(_path(ring, arcs) for ring in rings)))
    target = Path(__file__).with_name("assets") / "world.json"
    target.write_text(json.dumps(made, separators=(",", ":")), encoding="utf-8")


def _absolute(arc: list[list[int]], transform: dict[str, Any]) -> list[tuple[float, float]]:
    """An arc's points, which come as differences, as degrees east and north."""
    x = y = 0
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * sx + tx, y * sy + ty))
    return points


def _path(ring: list[int], arcs: list[list[tuple[float, float]]]) -> str:
    points: list[tuple[float, float]] = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    drawn = (dict.fromkeys(project(latitude, longitude) for longitude, latitude in piece) for piece in _apart(points))
    return "".join(f"M{'L'.join(f'{x:g},{y:g}' for x, y in piece)}Z" for piece in drawn)


def _apart(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """A ring that crosses the date line as a piece on either side of it."""
    pieces = [[points[0]]]
    for before, point in itertools.pairwise(points):
        if abs(point[0] - before[0]) > 180:
            pieces.append([])
        pieces[-1].append(point)
    if len(pieces) > 1:
        pieces[0] = pieces.pop() + pieces[0]
    return pieces


if __name__ == "__main__":
    main(sys.argv[1])
