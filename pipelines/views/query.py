"""SQL over the tables, in DuckDB's dialect (BigQuery's, where the tables are there).

  meetwire query "select date.start, participants, place.name from meetings where status = 'planned'"
  meetwire query --csv "select * from articles" > articles.csv
  meetwire query "show tables"

Tables: articles, entities, meeting_reports, meetings, actors, who_met_whom (a row a pair and meeting), actor_decisions, dead_letters,
feed_health, and article_revisions with every revision of an article. Each id is there once, and only the newest revision of an article counts. Statements only read;
runs may write meanwhile. Without SQL on the command line it is read from stdin.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError
from transforms.tables.queries.ask import Answer, QueryError, ask
from transforms.wording import counted

# Lines that a cell may have on a terminal, and columns of the screen below which a cell is no longer read with ease.
MOST_LINES, LEAST = 3, 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The statement, and ``--csv``."""
    parser.add_argument("sql", nargs="?", metavar="SQL", help="the statement; '-' or nothing: from stdin")
    parser.add_argument("--csv", action="store_true", help="print CSV, nested values as JSON")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the rows. 2 where the statement is at fault, 1 where the tables cannot be read."""
    if arguments.csv and arguments.json:
        raise SettingsError("--csv or --json, not both")
    sql = arguments.sql if arguments.sql not in (None, "-") else sys.stdin.read()
    try:
        with ask(settings.tables[0], sql) as answer:
            if arguments.json:
                write_json(answer)
            elif arguments.csv:
                write_csv(answer)
            else:
                write_table(answer)
    except QueryError as error:
        say(f"meetwire query: {error}")
        return 2
    return 0


def write_json(answer: Answer) -> None:
    """A JSON array of one object a row, one a line."""
    before = "["
    for row in _rows(answer):
        print(before, terminal.as_json(row), sep="\n", end="")
        before = ","
    print("[]" if before == "[" else "\n]")


def write_csv(answer: Answer) -> None:
    """CSV with a line of names."""
    terminal.takes_every_letter()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in _rows(answer):
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def write_table(answer: Answer) -> None:
    """A table for people; how many rows it has goes to stderr.

    On a terminal a cell has at most ``MOST_LINES`` lines, and where the columns find no room beside each other each row
    is a list of them. Elsewhere a row is a line, however long.
    """
    if answer.columns == ["explain_key", "explain_value"]:
        print(*(row[1] for row in answer.rows), sep="\n")
        return
    console = terminal.console()
    rows = list(answer.rows)
    cells = [[terminal.plain(shown(value)) for value in row] for row in rows]
    names = [terminal.plain(name) for name in answer.columns]
    numeric = [_is_numeric([row[place] for row in rows]) for place in range(len(names))]
    if not sys.stdout.isatty():
        console.width = 2 + sum(
            max(map(cell_len, (name, *column))) + 2 for name, *column in zip(names, *cells, strict=True)
        )
        console.print(_table(names, numeric, cells))
    elif _needed(names, cells) <= console.width:
        console.print(_table(names, numeric, _cut(console, names, cells)))
    else:
        _print_records(console, names, cells)
    say(f"({counted(len(rows), 'row')})")


def _is_numeric(values: list[Any]) -> bool:
    return any(v is not None for v in values) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in values if v is not None
    )


def _needed(names: list[str], cells: list[list[str]]) -> int:
    """Columns of the screen that a table must have at least: ``LEAST`` each, fewer where all that is in it is shorter."""
    widest = [max(map(cell_len, column)) for column in zip(names, *cells, strict=True)]
    return sum(min(wide, LEAST) + 2 for wide in widest)


def _table(names: list[str], numeric: list[bool], cells: list[list[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, number in zip(names, numeric, strict=True):
        table.add_column(Text(name), justify="right" if number else "left", overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    return table


def _cut(console: Console, names: list[str], cells: list[list[str]]) -> list[list[str]]:
    """``cells`` cut to what ``MOST_LINES`` lines of an even share of the screen hold, as far as that is needed."""
    if sum(max(map(cell_len, column)) + 2 for column in zip(names, *cells, strict=True)) <= console.width:
        return cells
    return [
        [_cut_cell(cell, MOST_LINES * max(LEAST, console.width // len(names) - 2)) for cell in row] for row in cells
    ]


def _cut_cell(cell: str, columns: int) -> str:
    return cell if cell_len(cell) <= columns else f"{set_cell_size(cell, columns - 1).rstrip()}…"


def _print_records(console: Console, names: list[str], cells: list[list[str]]) -> None:
    """Each row as a list of its columns, one below the other."""
    indent = min(max(map(cell_len, names)) + 2, console.width // 3)
    for number, row in enumerate(cells, 1):
        console.print(Text(f"row {number}", style="bold"))
        for name, cell in zip(names, row, strict=True):
            if cell:
                first = set_cell_size(name, indent - 2) + "  "
                room = MOST_LINES * (console.width - indent) - console.width // 8  # words break before the line's end
                terminal.print_lines(console, Text(_cut_cell(cell, room)), first, indent)


def shown(value: Any) -> str:
    """A value as people read it: no nulls, names of fields only where there is more than one."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(field)}" for name, field in value.items() if field not in (None, []))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rows(answer: Answer) -> Iterator[dict[str, Any]]:
    for row in answer.rows:
        yield dict(zip(answer.columns, row, strict=True))
