"""The packages and what they import, from the code itself: ``python tests/unit/package_diagram.py`` draws them anew.

The picture is ``docs/images/packages.svg``.
"""

import functools
import sys
from collections import defaultdict
from pathlib import Path

import grimp

PROJECT = Path(__file__).parents[2]
PICTURE = PROJECT / "docs/images/packages.svg"
# Of the picture, of a row in it, of a box.
WIDTH, STEP, WIDE, HIGH = 720, 84, 120, 36
ROOTS = ("meetwire", "pipelines", "transforms")


@functools.cache
def graph() -> grimp.ImportGraph:
    """Every module of the project with what it imports."""
    return grimp.build_graph(*ROOTS, cache_dir=None)


def package_of(module: str) -> str | None:
    """The package that ``module`` is drawn in; None for the plain modules that all of them share (rows, clock, …)."""
    parts = module.split(".")
    if parts[0] != "transforms":
        return parts[0]
    is_package = len(parts) > 1 and (PROJECT / "transforms" / parts[1]).is_dir()
    return parts[1] if is_package else None


def imports() -> dict[str, set[str]]:
    """Package -> the packages that it imports from."""
    found: dict[str, set[str]] = defaultdict(set)
    for module in graph().modules:
        for other in graph().find_modules_directly_imported_by(module):
            here, there = package_of(module), package_of(other)
            if here and there and here != there:
                found[here].add(there)
    return found


def reduced(of: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same without what follows from the rest: where a imports b and b imports c, a line from a to c says nothing."""

    @functools.cache
    def below(package: str) -> frozenset[str]:
        return frozenset(of.get(package, ())).union(*(below(other) for other in of.get(package, ())))

    return {a: {b for b in direct if not any(b in below(c) for c in direct)} for a, direct in of.items()}


def depths(of: dict[str, set[str]]) -> dict[str, int]:
    """Package -> how many others lie above it, at the longest way down."""
    packages = of.keys() | set().union(*of.values())
    deep = dict.fromkeys(packages, 0)
    for _ in packages:
        for a, others in of.items():
            for b in others:
                deep[b] = max(deep[b], deep[a] + 1)
    return deep


def ways(of: dict[str, set[str]]) -> list[list[str]]:
    """Each arrow as the stations that it passes, one a row: a package, gaps between others (``a>b 2``), a package."""
    deep = depths(of)
    arrows = sorted((a, b) for a, others in of.items() for b in others)
    return [[a, *(f"{a}>{b} {depth}" for depth in range(deep[a] + 1, deep[b])), b] for a, b in arrows]


def places(of: dict[str, set[str]]) -> dict[str, tuple[int, int]]:
    """Where each station of a way is drawn: rows from the top down, each as near as can be below what leads to it."""
    deep = depths(of)
    above: dict[str, list[str]] = defaultdict(list)
    for way in ways(of):
        for number, station in enumerate(way[1:], 1):
            deep.setdefault(station, deep[way[0]] + number)
            above[station].append(way[number - 1])
    at: dict[str, tuple[int, int]] = {}
    for depth in range(max(deep.values()) + 1):
        ideal = {
            station: sum(at[upper][0] for upper in above[station]) / max(1, len(above[station]))
            for station in deep
            if deep[station] == depth
        }
        row = sorted(ideal, key=lambda station: (ideal[station], station))
        for number, station in enumerate(row, 1):
            at[station] = WIDTH * number // (len(row) + 1), STEP * depth + STEP // 2
    return at


def picture() -> str:
    """The packages as SVG: an arrow leads from each to those that it imports."""
    of = reduced(imports())
    at = places(of)
    lines = []
    for way in ways(of):
        x, y = at[way[0]][0], at[way[0]][1] + HIGH // 2
        line = f"M{x},{y}"
        for station in way[1:]:
            to, end = at[station][0], at[station][1] - (HIGH // 2 + 4 if station == way[-1] else 0)
            line += f" C{x},{(y + end) // 2} {to},{(y + end) // 2} {to},{end}"
            x, y = to, end
        lines.append(f'<path d="{line}"/>')
    boxes = [
        f'<rect x="{x - WIDE // 2}" y="{y - HIGH // 2}" width="{WIDE}" height="{HIGH}" rx="6"/>'
        f'<text fill="#004d40" stroke="none" x="{x}" y="{y + 5}">{package}</text>'
        for package, (x, y) in sorted(at.items())
        if ">" not in package
    ]
    height = STEP + max(y for _, y in at.values()) - STEP // 2
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="15">',
            "<title>The packages: an arrow leads to what is imported</title>",
            '<marker id="end" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0,0 L8,4 L0,8 z" fill="#607d8b" stroke="none"/></marker>',
            '<g fill="none" stroke="#607d8b" stroke-width="1.5" marker-end="url(#end)">',
            *lines,
            "</g>",
            '<g fill="#e0f2f1" stroke="#00796b" text-anchor="middle">',
            *boxes,
            "</g>",
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT))
    PICTURE.write_text(picture(), encoding="utf-8")
