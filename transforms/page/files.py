"""The pages as files: a folder that opens from disk, with no server and no network."""

import json
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from transforms.browse import listing, overview, who
from transforms.browse.connection import Reader
from transforms.browse.filters import Filter
from transforms.browse.rows_shown import actor_of, searched
from transforms.page import downloads, operation, pages
from transforms.page.render import Addresses, mode, names, page, when

Row = dict[str, Any]
# Meetings that a folder holds at most: the newest.
MOST = 10_000


class Files(Addresses):
    """Where pages are in a folder, as seen from one that lies ``depth`` folders below its top."""

    is_live = False

    def __init__(self, there: frozenset[str], depth: int = 0) -> None:
        super().__init__("../" * depth)
        self._there = there

    def __call__(self, path: str, query: str = "") -> str:
        """The file of the page, as seen from here; files have no queries."""
        return f"{self.root}{path or 'index'}{'' if '.' in path else '.html'}"

    def has(self, path: str) -> bool:
        """Whether the folder holds this page."""
        return path in self._there

    def below(self, path: str) -> "Files":
        """The same as seen from the page ``path``."""
        return Files(self._there, path.count("/"))


def write(reader: Reader, folder: Path, today: date, quality: operation.Quality) -> int:
    """Writes all pages into ``folder``; how many meetings they show. The calendar of no meetings is that of ``today``."""
    chosen = Filter()
    held = list(downloads.loaded(downloads.bodies(reader, chosen, MOST)))
    actors = dict.fromkeys(actor_of(party) for meeting in held for party in meeting["participants"])
    months = [name for name, _ in overview.months(reader)] or [f"{today:%Y-%m}"]
    years = [year for year, _ in listing.facets(reader, chosen)["year"]]
    paths = {"", "actors", "map", "graph", "calendar", "pipeline"}
    paths |= {f"meetings/{meeting['meeting_id']}" for meeting in held} | {f"actors/{actor}" for actor in actors}
    paths |= {f"calendar/{month}" for month in months} | {f"map/{year}" for year in years}
    paths |= {
        f"pairs/{found['one']}/{found['other']}"
        for found in who.pairs(reader, MOST)
        if {found["one"], found["other"]} <= actors.keys()
    }
    at = Files(frozenset(paths))
    shutil.copytree(str(files("transforms.page") / "assets"), folder / "assets", dirs_exist_ok=True)
    (folder / "assets" / "index.js").write_text(_index(held), encoding="utf-8")
    for path in sorted(paths):
        _write(folder, path, _page(reader, at.below(path), path, months, quality))
    _write_list(reader, folder, at, held)
    _write_downloads(folder, held, today)
    return len(held)


def _page(reader: Reader, to: Files, path: str, months: list[str], quality: operation.Quality) -> str | None:
    kind, _, rest = path.partition("/")
    if kind == "meetings":
        return pages.meeting(reader, to, rest)
    if kind == "actors":
        return pages.actor(reader, to, rest) if rest else pages.actors(reader, to, "", None, MOST)
    if kind == "pairs":
        return pages.pair(reader, to, *rest.split("/"))
    if kind == "map":
        return pages.map_of(reader, to, rest)
    if kind == "graph":
        return pages.graph(reader, to)
    if kind == "calendar":
        first = operation.month_of(rest or months[-1])
        return operation.month(reader, to, first) if first else None
    return operation.pipeline(reader, to, None, quality) if kind == "pipeline" else None


def _write_list(reader: Reader, folder: Path, to: Files, held: list[Row]) -> None:
    """The list, so many meetings a file: ``index.html``, ``page-2.html``, …"""
    parts = [held[at : at + pages.PER_PAGE] for at in range(0, max(1, len(held)), pages.PER_PAGE)]
    named = ["", *(f"page-{number}" for number in range(2, len(parts) + 1))]
    count, unlikely = listing.counts(reader, Filter())
    links = [(name, f"meetings.{kind}") for name, kind in pages.DOWNLOADS.items()] + [("Atom feed", "atom.xml")]
    for number, (path, part) in enumerate(zip(named, parts, strict=True)):
        text = page(
            "meetings.html", to, here="", totals=overview.totals(reader), chosen=Filter(), hidden=[], count=count,
            unlikely=unlikely, pending=0, facets=[], shown=pages.with_actors(part), downloads=links,
            newer=to(named[number - 1]) if number else None,
            older=to(named[number + 1]) if number + 1 < len(parts) else None,
        )  # fmt: skip
        _write(folder, path, text)


def _write_downloads(folder: Path, held: list[Row], today: date) -> None:
    with (folder / "meetings.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(downloads.as_csv(held))
    with (folder / "meetings.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(meeting, ensure_ascii=False)}\n" for meeting in held)
    (folder / "meetings.ics").write_bytes(downloads.as_calendar(held, ""))
    (folder / "meetings.parquet").write_bytes(downloads.as_parquet(held))
    feed = downloads.as_atom(held[: downloads.IN_FEED], "", "", f"{today}T00:00:00Z", page="meetings/{}.html")
    (folder / "atom.xml").write_bytes(feed)


def _write(folder: Path, path: str, text: str | None) -> None:
    if text is not None:
        file = folder / f"{path or 'index'}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _index(held: list[Row]) -> str:
    """What search.js looks through: page, date, status, who, where and how, and the words of each meeting."""
    lines = []
    for meeting in held:
        who_met, place = names(meeting["participants"], 8), (meeting["place"] or {}).get("name")
        facts = " · ".join(filter(None, [place, mode(meeting["mode"]), "; ".join(meeting["topics"])]))
        titles = [party["title"] or "" for party in meeting["participants"]]
        text = " ".join(
            [names(meeting["participants"]), *titles, facts, *(s["title"] or "" for s in meeting["sources"])]
        )
        words = " " + " ".join(dict.fromkeys(searched(text)))
        href = f"meetings/{meeting['meeting_id']}.html"
        lines.append([href, when(meeting["date"]), meeting["status"], who_met, facts, words])
    return f"window.MEETWIRE = {json.dumps(lines, ensure_ascii=True)};\n"
