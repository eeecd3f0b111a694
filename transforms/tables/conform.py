"""Conforms rows to their columns before any sink sees them, or reports why a row cannot be conformed.

Made right: times in another zone (to UTC), times finer than a microsecond, lone surrogates and NUL in text (one
replacement character each, so that offsets stay true), NaN and infinity where a column may be null, nulls in repeated
fields, a whole number in a column of fractions. Anything else that does not fit is a ``ConformError``.
"""

import functools
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from transforms.errors import MeetwireError
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import Column, columns

# BigQuery takes rows up to 10 MB, and less once it has added its own; half of that is sure to pass.
MAX_ROW_BYTES = 5_000_000
# Whole elements of any size must stay replayable.
UNLIMITED = ("dead_letters",)
_REPLACED = re.compile("[\x00\ud800-\udfff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?([.,]\d+)?([Zz]|[+-]\d\d:?\d\d(:\d\d)?)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_Row = TypeVar("_Row")


class ConformError(MeetwireError, ValueError):
    """A value does not fit its column; the message names table, field and reason in one line."""


def conform(table: str, row: _Row) -> _Row:
    """Returns ``row`` with every value conformed to its column of ``table``. Conforming it again changes nothing.

    Raises:
        ConformError: a value cannot be made right, or the row is over 5 MB as JSON.
    """
    wanted = LAYOUTS[table].row
    if not isinstance(row, wanted):
        raise ConformError(f"{table}: {type(row).__name__} is not a row of this table (a {wanted.__name__} is)")
    fitted: _Row = _record(wanted)(row, table)
    if table not in UNLIMITED:
        size = len(to_json(table, fitted).encode())
        if size > MAX_ROW_BYTES:
            raise ConformError(f"{table}: the row is {size:,} bytes long (at most {MAX_ROW_BYTES:,})")
    return fitted


def to_json(table: str, row: Any) -> str:
    """Returns a conformed row as one line of JSON with every field in the order of the schema; equal rows give equal lines."""
    return json.dumps(to_dict(LAYOUTS[table].row, row), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_dict(row: type, value: Any) -> dict[str, Any]:
    """Converts a row, and the rows nested in it, to plain dicts and lists."""
    made: dict[str, Any] = {}
    for column in columns(row):
        field = getattr(value, column.name)
        if column.row is not None and field is not None:
            inner = column.row
            field = [to_dict(inner, item) for item in field] if column.mode == "REPEATED" else to_dict(inner, field)
        made[column.name] = field
    return made


def from_dict(row: type, value: dict[str, Any]) -> Any:
    """Converts the result of ``to_dict`` back to a row; missing columns become None or empty lists."""
    made: dict[str, Any] = {}
    for column in columns(row):
        field = value.get(column.name)
        if column.mode == "REPEATED":
            field = [from_dict(column.row, item) if column.row else item for item in field or []]
        elif column.row is not None and field is not None:
            field = from_dict(column.row, field)
        made[column.name] = field
    return row(**made)


@functools.cache
def _record(row: type) -> Callable[[Any, str], Any]:
    """The function that conforms a row class."""
    fits = [(column, _value(column)) for column in columns(row)]

    def fit(value: Any, place: str) -> Any:
        if not isinstance(value, row):
            raise ConformError(f"{place}: {_shown(value)} is not a {row.__name__}")
        return row(*[check(getattr(value, column.name), place, column.name) for column, check in fits])

    return fit


def _value(column: Column) -> Callable[[Any, str, str], Any]:
    """The function that conforms one column's value, with its mode."""
    if column.row is not None:
        record = _record(column.row)

        def one(value: Any, place: str, name: str) -> Any:
            return record(value, f"{place}.{name}")
    else:
        scalar = _SCALARS[column.kind]

        def one(value: Any, place: str, name: str) -> Any:
            try:
                return scalar(value)
            except ConformError as error:
                raise ConformError(f"{place}.{name}: {error}") from None

    def nullable(value: Any, place: str, name: str) -> Any:
        return None if value is None or (type(value) is float and not math.isfinite(value)) else one(value, place, name)

    def required(value: Any, place: str, name: str) -> Any:
        if value is None:
            raise ConformError(f"{place}.{name}: null in a required field")
        return one(value, place, name)

    def repeated(value: Any, place: str, name: str) -> Any:
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            raise ConformError(f"{place}.{name}: {_shown(value)} is not a list")
        return [one(item, place, f"{name}[{index}]") for index, item in enumerate(value) if item is not None]

    return {"NULLABLE": nullable, "REQUIRED": required, "REPEATED": repeated}[column.mode]


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ConformError(f"{_shown(value)} is not text")
    value = str(value)
    return value if value.isascii() and "\0" not in value else _REPLACED.sub("�", value)


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ConformError(f"{_shown(value)} is not a whole number")
    if not -(2**63) <= value < 2**63:
        raise ConformError(f"{_shown(value)} is out of range (64 bits)")
    return int(value)


def _float(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ConformError(f"{_shown(value)} is not a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ConformError(f"{_shown(value)} is not a finite number")
    return number + 0.0 if number else 0.0


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConformError(f"{_shown(value)} is not true or false")
    return value


def _timestamp(value: Any) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ConformError(f"{_shown(value)} is not a time with its offset from UTC (such as 2023-04-17T03:00:00Z)")
    try:
        return rfc3339(datetime.fromisoformat(value).astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise ConformError(f"{_shown(value)} is no time between the years 1 and 9999 ({error})") from None


def rfc3339(time: datetime) -> str:
    """Formats a time as the tables hold it: ``2023-04-17T03:00:00Z``, with a fraction only if it has one."""
    return time.replace(tzinfo=None).isoformat() + "Z"


def _date(value: Any) -> str:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise ConformError(f"{_shown(value)} is not a date (such as 2023-04-17)")


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "STRING": _string,
    "INTEGER": _integer,
    "FLOAT": _float,
    "BOOLEAN": _boolean,
    "TIMESTAMP": _timestamp,
    "DATE": _date,
}
