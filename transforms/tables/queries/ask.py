"""Runs SQL over the tables, in files or BigQuery, and returns plain values that JSON can hold."""

import base64
import contextlib
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from transforms.tables.conform import rfc3339
from transforms.tables.queries.database import QueryError, connect, select

__all__ = ["Answer", "QueryError", "ask", "plain_value"]


class Answer(NamedTuple):
    """The result of a statement.

    Attributes:
        columns: Names, in order; equal names get a number.
        rows: The rows, each a list of plain values, fetched lazily.
    """

    columns: Sequence[str]
    rows: Iterable[list[Any]]


@contextlib.contextmanager
def ask(target: str, sql: str) -> Iterator[Answer]:
    """Runs one SELECT over the tables of ``target`` (a value of ``tables`` in the settings).

    Delta tables are asked in DuckDB's dialect, BigQuery in its own.

    Raises:
        QueryError: The statement is not valid, or is not a SELECT.
        FileNotFoundError: There are no tables.
    """
    if target.startswith("bigquery://"):
        from transforms.tables.bigquery.answers import rows_of

        names, found = rows_of(target, sql)
        yield Answer(different(names), ([plain_value(value) for value in row] for row in found))
        return
    with connect(target) as connection:
        reader = select(connection, sql).to_arrow_reader(10_000)
        yield Answer(different(reader.schema.names), _rows(reader))


def _rows(reader: Any) -> Iterator[list[Any]]:
    for batch in reader:
        columns = [[plain_value(value) for value in column.to_pylist()] for column in batch.columns]
        yield from map(list, zip(*columns, strict=True))


def different(names: Sequence[str]) -> list[str]:
    """Returns ``names`` with ``_1``, ``_2``, … appended to repeated ones."""
    made: list[str] = []
    for name in names:
        new, count = name, 0
        while new in made:
            count += 1
            new = f"{name}_{count}"
        made.append(new)
    return made


def plain_value(value: Any) -> Any:
    """A value as the tables' JSON has it: RFC 3339 times, null for NaN, base64 for bytes."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return rfc3339(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(name): plain_value(field) for name, field in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    return str(value)
