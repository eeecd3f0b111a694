"""Rows as lines: conformed, as text that sorts and compares, each once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from transforms.clock import Clock, utc_now
from transforms.tables.conform import ConformError, conform, to_json
from transforms.tables.dead_letters import letter_of_row
from transforms.tables.layout import key


class Line(NamedTuple):
    """A conformed row on its way into a table: text, so that it sorts, compares and travels at no cost.

    Attributes:
        table: Its table.
        key: What makes it one row.
        json: The row, as ``to_json`` writes it.
    """

    table: str
    key: tuple[str, ...]
    json: str


def to_lines(rows: Mapping[str, Iterable[Any]], clock: Clock = utc_now) -> tuple[list[Line], Counter[str]]:
    """Every row as a line, those that fit no table as lines of ``dead_letters``; and table -> how many these are."""
    lines: list[Line] = []
    refused: Counter[str] = Counter()
    for table, given in rows.items():
        for row in given:
            try:
                fitted = conform(table, row)
            except ConformError as error:
                refused[table] += 1
                table_, fitted = "dead_letters", conform("dead_letters", letter_of_row(table, row, error, clock()))
            else:
                table_ = table
            lines.append(Line(table_, key(table_, fitted), to_json(table_, fitted)))
    return lines, refused


def once(lines: Iterable[Line]) -> list[Line]:
    """Each row once, sorted by table and key: of rows with one key the one whose text sorts last."""
    kept = {(line.table, line.key): line for line in sorted(lines)}
    return sorted(kept.values())
