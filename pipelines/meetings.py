"""Who met whom: the meetings that the tables hold, newest first, as a readable table.

One line a meeting, merged from every article that tells of it: when, whether it happened, who, where, how, on what
occasion or about what, and how many articles say so. ``--json`` prints each meeting whole, one a line, as the
``meetings`` table holds it. ``meetwire query`` asks anything else.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from pipelines.settings import Settings, SettingsError
from transforms.tables.ask import ask

_NEWEST_FIRST = """
    SELECT * FROM meetings
    ORDER BY coalesce("date".start, CAST(last_reported AS DATE)) DESC, last_reported DESC, meeting_id
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``meetings``."""
    parser.add_argument("--limit", type=int, metavar="N", help="only the newest N")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the meetings of the first folder of tables."""
    print_meetings(newest_meetings(settings, arguments.limit), arguments.json)
    return 0


def local_folder(settings: Settings) -> str:
    """The first of the settings' tables that is a folder of this machine, as the settings name it.

    Raises:
        SettingsError: none of them is.
    """
    for target in settings.tables:
        if "://" not in target:
            return target
    raise SettingsError(f"tables: {', '.join(settings.tables)}: none is a folder; ask BigQuery itself, or add a folder")


def newest_meetings(settings: Settings, limit: int | None = None) -> list[dict[str, Any]]:
    """Rows of ``meetings``, newest first, at most ``limit``."""
    sql = _NEWEST_FIRST + (f"LIMIT {limit:d}" if limit is not None else "")
    with ask(local_folder(settings), sql) as answer:
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def print_meetings(meetings: Sequence[dict[str, Any]], as_json: bool) -> None:
    """Prints a table on stdout, as wide as the terminal, 150 columns where there is none; or JSON, a line a meeting."""
    if as_json:
        for meeting in meetings:
            print(json.dumps(meeting, ensure_ascii=False))
        return
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 150, highlight=False, emoji=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("when", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("who met whom", ratio=6)
    table.add_column("where", ratio=2)
    table.add_column("how", no_wrap=True)
    table.add_column("occasion or topic", ratio=4)
    table.add_column("articles", justify="right")
    for meeting in meetings:
        table.add_row(*map(_plain, _cells(meeting)))
    console.print(table)


def _plain(text: str) -> str:
    """Text from the news as text: brackets are no markup of the table's."""
    return text.replace("[", r"\[")


def _cells(meeting: dict[str, Any]) -> tuple[str, ...]:
    return (
        _when(meeting["date"]),
        meeting["status"],
        ", ".join(_party(participant) for participant in meeting["participants"]),
        _where(meeting["place"]),
        meeting["mode"].replace("_", " "),
        meeting["occasion"] or "; ".join(meeting["topics"]),
        str(meeting["report_count"]),
    )


def _when(date: dict[str, Any] | None) -> str:
    if not date or not date["start"]:
        return "?"
    start, end = str(date["start"]), str(date["end"] or date["start"])
    short = {"month": start[:7], "year": start[:4]}.get(date["precision"])
    return short or (start if start == end else f"{start}–{end[5:]}")


def _party(participant: dict[str, Any]) -> str:
    name, country = str(participant["name"]), participant["country"]
    return f"{name} ({country})" if country and participant["kind"] != "country" else name


def _where(place: dict[str, Any] | None) -> str:
    return ", ".join(filter(None, (place["name"], place["country"]))) if place else ""
