"""The world as SVG: countries in the Equal Earth projection, and circles where meetings were.

Shapes are Natural Earth's (public domain), as the npm package world-atlas (ISC) has them; ``make_world.py`` makes the file.
"""

import functools
import json
import math
from importlib.resources import files
from typing import Any

WIDTH, HEIGHT = 960, 420
_A = (1.340264, -0.081106, 0.000893, 0.003796)
_M = math.sqrt(3) / 2
_SCALE = 177.2


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to a point of the map; Equal Earth (Šavrič, Patterson and Jenny, 2018)."""
    t = math.asin(_M * math.sin(math.radians(latitude)))
    a, t2 = _A, t * t
    t6 = t2**3
    x = math.radians(longitude) * math.cos(t) / (_M * (a[0] + 3 * a[1] * t2 + t6 * (7 * a[2] + 9 * a[3] * t2)))
    y = t * (a[0] + a[1] * t2 + t6 * (a[2] + a[3] * t2))
    return round(WIDTH / 2 + _SCALE * x, 1), round(232 - _SCALE * y, 1)


@functools.cache
def countries() -> list[tuple[str, str]]:
    """Each country's code (``""`` for none) and its outline as an SVG path."""
    text = (files("transforms.page") / "assets" / "world.json").read_text(encoding="utf-8")
    return [(code, path) for code, path in json.loads(text)]


def circles(places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """``places`` with a point and a radius each; area goes with the number of meetings, small ones lie on top."""
    most = max((place["meetings"] for place in places), default=1)
    made = []
    for place in places:
        x, y = project(place["latitude"], place["longitude"])
        radius = round(max(3.0, 22 * math.sqrt(place["meetings"] / most)) if most > 1 else 4.5, 1)
        made.append({**place, "x": x, "y": y, "radius": radius})
    return made
