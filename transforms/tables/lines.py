"""Converts rows to lines, their conformed JSON, so that they can be sorted and deduplicated."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from transforms.clock import Clock, utc_now
from transforms.tables.conform import ConformError, conform, to_json
from transforms.tables.dead_letters import letter_of_row
from transforms.tables.layout import key


class Line(NamedTuple):
    """A conformed row as text, which is cheap to sort, compare and send to another process.

    Attributes:
        table: Its table.
        key: The values of its key columns.
        json: The row, as ``to_json`` writes it.
    """

    table: str
    key: tuple[str, ...]
    json: str


def to_lines(rows: Mapping[str, Iterable[Any]], clock: Clock = utc_now) -> tuple[list[Line], Counter[str]]:
    """Converts rows to lines.

    Returns:
        The lines, with a dead letter in place of each row that fits no table, and the number of these by table.
    """
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
    """Returns lines sorted by table and key, each key once: of several rows the one whose JSON sorts last."""
    kept = {(line.table, line.key): line for line in sorted(lines)}
    return sorted(kept.values())
