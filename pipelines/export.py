"""Meetings, participants, pairs or sources as CSV or JSON lines, for spreadsheets, statistics and comparison.

  meetwire export > meetings.csv                     one line a meeting
  meetwire export participants > participants.csv    one line a participant of a meeting
  meetwire export dyads > dyads.csv                  one line a pair, with CAMEO and PLOVER codes
  meetwire export sources > sources.csv              one line an article of a meeting: title, link, sentences
  meetwire export --format jsonl                     the same flat lines as JSON
  meetwire export --format jsonl --nested            meetings as the tables hold them
  meetwire export entities --format jsonl            a whole table, row by row: articles, entities, meeting_reports,
                                                     dead_letters, feed_health
  meetwire export --since 2023-04-01 --until 2023-05-01 --status held --output meetings.csv

--since and --until take meetings by their own date (the last day of a range counts); those without a date are left
out then. Each line carries title, link and sentence of the article that its fields come from (of each article, for
meetings, with `` || `` between them). Codes: docs/tables.md.
"""

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from pipelines import terminal
from pipelines.checks import confidence_flag
from pipelines.progress import counted, say
from pipelines.settings import Settings, SettingsError
from transforms.rows import Meeting, MeetingSource
from transforms.tables.ask import ask
from transforms.tables.flat import WHAT
from transforms.tables.layout import LAYOUTS

STATUSES = ("held", "ongoing", "planned", "proposed", "cancelled", "denied")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to export, how, and which meetings."""
    parser.add_argument("what", nargs="?", choices=(*WHAT, *LAYOUTS), default="meetings", help="(default: meetings)")
    parser.add_argument("--format", choices=("csv", "jsonl"), default="csv", help="(default: csv)")
    parser.add_argument("--nested", action="store_true", help="JSON lines of whole meetings, as the tables hold them")
    parser.add_argument("--since", type=_day, metavar="DATE", help="meetings that end on this day or later")
    parser.add_argument("--until", type=_day, metavar="DATE", help="meetings that begin before this day")
    parser.add_argument("--status", action="append", choices=STATUSES, help="only these; again and again")
    parser.add_argument(
        "--min-confidence", type=confidence_flag, metavar="P", help="meetings with at least this confidence, 0 to 1"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="written whole or not at all (default: stdout)")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes the lines; 0, or 2 for settings that do not go together."""
    if arguments.since and arguments.until and arguments.since >= arguments.until:
        raise SettingsError(f"--since {arguments.since} is not before --until {arguments.until}")
    if arguments.nested and (arguments.what != "meetings" or arguments.format != "jsonl"):
        raise SettingsError("--nested is for meetings with --format jsonl")
    whole = arguments.what in LAYOUTS
    chosen = (arguments.since, arguments.until, arguments.status, arguments.min_confidence)
    if whole and (arguments.format != "jsonl" or any(chosen)):
        raise SettingsError(f"{arguments.what} goes out whole, with --format jsonl; meetwire query chooses rows")
    with ask(settings.tables[0], _sql(arguments)) as answer:
        rows = (dict(zip(answer.columns, row, strict=True)) for row in answer.rows)
        lines = rows if arguments.nested or whole else WHAT[arguments.what](rows)
        if arguments.output is None:
            terminal.takes_every_letter()
            count = _write(lines, arguments, sys.stdout)
        else:
            text = io.StringIO(newline="")
            count = _write(lines, arguments, text)
            aside = arguments.output.with_name(f".{arguments.output.name}.part")
            aside.write_text(text.getvalue(), encoding="utf-8", newline="")
            aside.replace(arguments.output)
    say(counted(count, "line"))
    return 0


def _sql(arguments: argparse.Namespace) -> str:
    """The same in DuckDB and in BigQuery, where a reserved word behind a dot is a name."""
    if arguments.what in LAYOUTS:
        return f"SELECT * FROM {arguments.what} ORDER BY {', '.join(LAYOUTS[arguments.what].keys)}"
    tests = []
    if arguments.since:
        tests.append(f"m.date.end >= DATE '{arguments.since}'")
    if arguments.until:
        tests.append(f"m.date.start < DATE '{arguments.until}'")
    if arguments.status:
        tests.append(f"status IN ({', '.join(repr(status) for status in arguments.status)})")
    if arguments.min_confidence:
        tests.append(f"confidence >= {arguments.min_confidence!r}")
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT * FROM meetings AS m{where} ORDER BY m.date.start IS NULL, m.date.start, meeting_id"


def _write(lines: Iterable[dict[str, Any]], arguments: argparse.Namespace, out: TextIO) -> int:
    return _write_csv(lines, out, arguments.what) if arguments.format == "csv" else _write_jsonl(lines, out)


def _write_jsonl(lines: Iterable[dict[str, Any]], out: TextIO) -> int:
    count = 0
    for line in lines:
        count += 1
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return count


def _write_csv(lines: Iterable[dict[str, Any]], out: TextIO, what: str) -> int:
    """CSV with a line of names, even where there is no meeting. Text that a spreadsheet would run gets a ``'``."""
    writer = csv.DictWriter(out, list(_names(what)), lineterminator="\n")
    writer.writeheader()
    count = 0
    for line in lines:
        count += 1
        writer.writerow({name: _safe(value) for name, value in line.items()})
    return count


def _names(what: str) -> Iterator[str]:
    party = {"name": "", "kind": "", "title": None, "country": None, "role": None}
    source: dict[str, Any] = dict.fromkeys(MeetingSource._fields, "") | {"sentences": []}
    example: dict[str, Any] = dict.fromkeys(Meeting._fields, "")
    example |= {"date": None, "place": None, "topics": [], "participants": [party, party], "sources": [source]}
    return iter(next(WHAT[what]([example])))


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _day(text: str) -> date:
    return date.fromisoformat(text)
