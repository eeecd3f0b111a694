"""SQL over the tables, in DuckDB's dialect (BigQuery's, where the tables are there).

  meetwire query "select date.start, participants, place.name from meetings where status = 'planned'"
  meetwire query --csv "select * from articles" > articles.csv
  meetwire query "show tables"

Tables: articles, entities, meeting_reports, meetings, dead_letters, feed_health, and article_revisions with every
revision of an article. Each id is there once, and only the newest revision of an article counts. Statements only read;
runs may write meanwhile. Without SQL on the command line it is read from stdin.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.settings import Settings
from transforms.tables.ask import Answer, QueryError, ask


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The statement, and ``--csv``."""
    parser.add_argument("sql", nargs="?", metavar="SQL", help="the statement; '-' or nothing: from stdin")
    parser.add_argument("--csv", action="store_true", help="print CSV, nested values as JSON")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the rows. 2 where the statement is at fault, 1 where the tables cannot be read."""
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
        print(f"meetwire query: {error}", file=sys.stderr)
        return 2
    return 0


def write_json(answer: Answer) -> None:
    """A JSON array of one object a row, one a line."""
    before = "["
    for row in _rows(answer):
        print(before, json.dumps(row, ensure_ascii=False), sep="\n", end="")
        before = ","
    print("[]" if before == "[" else "\n]")


def write_csv(answer: Answer) -> None:
    """CSV with a line of names."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in _rows(answer):
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def write_table(answer: Answer) -> None:
    """A table for people; how many rows it has goes to stderr."""
    if answer.columns == ["explain_key", "explain_value"]:
        print(*(row[1] for row in answer.rows), sep="\n")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    rows = list(_rows(answer))
    for place, name in enumerate(answer.columns):
        values = [list(row.values())[place] for row in rows]
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values if v is not None)
        table.add_column(Text(plain(name)), justify="right" if numbers and any(values) else "left", overflow="fold")
    for row in rows:
        table.add_row(*[Text(plain(shown(value))) for value in row.values()])
    terminal = sys.stdout.isatty()
    Console(file=sys.stdout, width=None if terminal else 10_000, highlight=False).print(table)
    print(f"({len(rows)} row{'' if len(rows) == 1 else 's'})", file=sys.stderr)


def shown(value: Any) -> str:
    """A value as people read it: no nulls, names of fields only where there is more than one."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(shown(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(field)}" for name, field in value.items() if field not in (None, []))
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain(text: str) -> str:
    """``text`` in one line and without what a terminal would obey: feeds are hostile input."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def _rows(answer: Answer) -> Iterator[dict[str, Any]]:
    for row in answer.rows:
        yield dict(zip(answer.columns, row, strict=True))
