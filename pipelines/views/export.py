"""Meetings, participants, pairs or sources as CSV, JSON lines, a graph or a database, for spreadsheets and any tool.

  meetwire export > meetings.csv                     one line a meeting
  meetwire export participants > participants.csv    one line a participant of a meeting
  meetwire export dyads > dyads.csv                  one line a pair, with CAMEO and PLOVER codes
  meetwire export sources > sources.csv              one line an article of a meeting: title, link, sentences
  meetwire export --format jsonl                     the same flat lines as JSON
  meetwire export --format jsonl --nested            meetings as the tables hold them
  meetwire export entities --format jsonl            a whole table, row by row: articles, entities, meeting_reports,
                                                     dead_letters, feed_health, actor_decisions
  meetwire export --format sqlite --output meetings.sqlite      all of this as a SQLite file
  meetwire export --format postgres --output postgresql://USER@HOST/DATABASE    and as tables of the schema meetwire
  meetwire export --format gexf --output met.gexf    who met whom as a graph for Gephi; graphml for other tools
  meetwire export --who "Ana Ruiz" --country JP      only these meetings; the flags are those of meetwire meetings
  meetwire export --since 2023-04-01 --until 2023-05-01 --status held --output meetings.csv

--since and --until take meetings by their own date (the last day of a range counts); those without a date are left
out then. Each line carries title, link and sentence of the article that its fields come from (of each article, for
meetings, with `` || `` between them). Codes: docs/tables.md. A database gets every table of these, whole tables too.
"""

import argparse
import csv
import importlib.util
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.views.choose import add_choice, condition, read_actors, when_and_what
from transforms.rows import Meeting, MeetingSource
from transforms.tables.layout import GIVEN, LAYOUTS
from transforms.tables.queries.ask import Answer, ask
from transforms.tables.queries.flat import KEYS, KINDS, WHAT
from transforms.tables.queries.relational import Relation, write_postgres, write_sqlite
from transforms.tables.schemas import columns
from transforms.wording import counted

# Formats of ``graph``, whose library is loaded where they are asked for.
_GRAPHS = ("gexf", "graphml")
_DATABASES: dict[str, Callable[[str, Iterable[Relation]], int]] = {"sqlite": write_sqlite, "postgres": write_postgres}
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to export, how, and which meetings."""
    chosen = "(default: meetings; into a database, all of them)"
    parser.add_argument("what", nargs="?", choices=(*WHAT, *GIVEN), help=chosen)
    parser.add_argument(
        "--format", choices=("csv", "jsonl", *_GRAPHS, *_DATABASES), default="csv", help="(default: csv)"
    )
    parser.add_argument("--nested", action="store_true", help="JSON lines of whole meetings, as the tables hold them")
    add_choice(parser, "default: 0")
    output = "a file or postgresql://USER@HOST/DATABASE, written whole or not at all (default: stdout)"
    parser.add_argument("--output", metavar="FILE", help=output)


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes the lines; 0, or 2 for settings that do not go together."""
    _check(arguments)
    target = settings.tables[0]
    if arguments.format in _DATABASES:
        count = _DATABASES[arguments.format](arguments.output, _relations(arguments, target))
        say(counted(count, "row"))
        return 0
    arguments.what = arguments.what or "meetings"
    if arguments.format in _GRAPHS:
        _write_whole(_graph(arguments, target), arguments.output)
        return 0
    with ask(target, _sql(arguments.what, arguments, target)) as answer:
        lines = _lines(arguments.what, answer, nested=arguments.nested)
        if arguments.output is None:
            terminal.takes_every_letter()
            count = _write(lines, arguments, sys.stdout)
        else:
            text = io.StringIO(newline="")
            count = _write(lines, arguments, text)
            _write_whole(text.getvalue(), arguments.output)
    say(counted(count, "line"))
    return 0


def _graph(arguments: argparse.Namespace, target: str) -> str:
    """Who met whom as a graph in the format that is asked for."""
    from transforms.tables.queries.graph import GRAPHS, graph_of

    with ask(target, _sql("meetings", arguments, target)) as answer:
        graph = graph_of(_lines("meetings", answer, nested=True), read_actors(target))
    say(f"{counted(graph.number_of_nodes(), 'actor')}, {counted(graph.number_of_edges(), 'pair')}")
    return GRAPHS[arguments.format](graph)


def _write_whole(text: str, file: str | None) -> None:
    """Writes a file whole or not at all; to stdout without one."""
    if file is None:
        terminal.takes_every_letter()
        sys.stdout.write(text)
        return
    output = Path(file)
    aside = output.with_name(f".{output.name}.part")
    aside.write_text(text, encoding="utf-8", newline="")
    aside.replace(output)


def _check(arguments: argparse.Namespace) -> None:
    if arguments.nested and (arguments.what not in (None, "meetings") or arguments.format != "jsonl"):
        raise SettingsError("--nested is for meetings with --format jsonl")
    chosen = (arguments.since, arguments.until, arguments.status, arguments.min_confidence, *_whom(arguments))
    if arguments.format in _GRAPHS and arguments.what not in (None, "meetings"):
        raise SettingsError(f"--format {arguments.format} is a graph of meetings: leave {arguments.what} out")
    if arguments.what in GIVEN and (arguments.format == "csv" or any(chosen)):
        raise SettingsError(f"{arguments.what} goes out whole, with --format jsonl; meetwire query chooses rows")
    output = arguments.output or ""
    if arguments.format == "sqlite" and not output:
        raise SettingsError("--format sqlite needs --output FILE")
    is_postgres = _names_a_database(output)
    if is_postgres != (arguments.format == "postgres"):
        raise SettingsError("--format postgres goes with --output postgresql://USER@HOST/DATABASE")
    if is_postgres and importlib.util.find_spec("pg8000") is None:
        raise SettingsError("--format postgres needs pg8000: pip install 'meetwire[postgres]'")


def _whom(arguments: argparse.Namespace) -> Sequence[str | None]:
    return arguments.who, arguments.other, arguments.country, arguments.place


def _names_a_database(output: str) -> bool:
    try:
        parts = urlsplit(output)
        return parts.scheme in ("postgres", "postgresql") and bool(
            parts.hostname and parts.path[1:] and parts.port != 0
        )
    except ValueError:  # the port is none
        return False


def _relations(arguments: argparse.Namespace, target: str) -> Iterator[Relation]:
    """What goes into a database: one table, or every one."""
    for what in [arguments.what] if arguments.what else [*WHAT, *(name for name in GIVEN if name not in WHAT)]:
        with ask(target, _sql(what, arguments, target)) as answer:
            lines = _lines(what, answer)
            if what in WHAT:
                kinds = {name: KINDS.get(name, "STRING") for name in _names(what)}
                yield Relation(what, kinds, KEYS.get(what, ()), (list(line.values()) for line in lines))
            else:
                held = columns(LAYOUTS[what].row)
                kinds = {c.name: "JSON" if c.columns or c.mode == "REPEATED" else c.kind for c in held}
                yield Relation(what, kinds, LAYOUTS[what].keys, ([line[name] for name in kinds] for line in lines))


def _lines(what: str, answer: Answer, nested: bool = False) -> Iterable[dict[str, Any]]:
    rows = (dict(zip(answer.columns, row, strict=True)) for row in answer.rows)
    return WHAT[what](rows) if what in WHAT and not nested else rows


def _where(arguments: argparse.Namespace, target: str) -> str:
    if not any(_whom(arguments)):
        return when_and_what(arguments)
    if target.startswith("bigquery://"):
        raise SettingsError("--who, --with, --country and --place ask a folder or bucket, named first in tables")
    return condition(arguments, target)


def _sql(what: str, arguments: argparse.Namespace, target: str) -> str:
    """The same in DuckDB and in BigQuery."""
    if what in GIVEN:
        return f"SELECT * FROM {what} ORDER BY {', '.join(LAYOUTS[what].keys)}"
    where = f"{_where(arguments, target)} AND m.confidence >= {arguments.min_confidence or 0.0!r}"
    return f"SELECT * FROM meetings AS m WHERE {where} ORDER BY m.date.start IS NULL, m.date.start, meeting_id"


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
