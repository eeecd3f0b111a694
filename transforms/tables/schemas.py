"""The schemas of the tables, made from the rows: BigQuery JSON and Arrow."""

import functools
import inspect
import re
import types
import typing
from collections.abc import Sequence
from typing import Any, NamedTuple

import pyarrow as pa

SCALARS: dict[type, str] = {str: "STRING", int: "INTEGER", float: "FLOAT", bool: "BOOLEAN"}
ARROW: dict[str, pa.DataType] = {
    "STRING": pa.string(),
    "INTEGER": pa.int64(),
    "FLOAT": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "DATE": pa.date32(),
}
_ATTRIBUTE = re.compile(r"^(?P<name>\w+)(?: \((?P<type>[A-Z]+)\))?: (?P<text>.+)$")


class Column(NamedTuple):
    """One column of a table, or one field of a record.

    Attributes:
        name: Its name.
        kind: STRING, INTEGER, FLOAT, BOOLEAN, TIMESTAMP, DATE or RECORD.
        mode: REQUIRED, NULLABLE or REPEATED.
        description: One line from the row's docstring.
        columns: The fields of a RECORD.
        row: The NamedTuple of a RECORD.
    """

    name: str
    kind: str
    mode: str
    description: str
    columns: "tuple[Column, ...]" = ()
    row: type | None = None


@functools.cache
def columns(row: type) -> tuple[Column, ...]:
    """The columns of a row class, in its order.

    Raises:
        TypeError: an attribute has no description, or a type that no table can hold.
    """
    described = _descriptions(row)
    made = []
    for name, kind in typing.get_type_hints(row).items():
        if name not in described:
            raise TypeError(f"{row.__name__}.{name}: no description under 'Attributes:'")
        declared, text = described[name]
        mode, kind = _mode(kind)
        if hasattr(kind, "_fields"):
            made.append(Column(name, "RECORD", mode, text, columns(kind), kind))
        elif kind in SCALARS:
            made.append(Column(name, declared or SCALARS[kind], mode, text))
        else:
            raise TypeError(f"{row.__name__}.{name}: no column type for {kind!r}")
    return tuple(made)


def _mode(kind: Any) -> tuple[str, Any]:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return "NULLABLE", next(a for a in arguments if a is not type(None))
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return "REPEATED", arguments[0]
    return "REQUIRED", kind


def _descriptions(row: type) -> dict[str, tuple[str | None, str]]:
    """Attribute -> (column type in brackets, description) from the docstring's ``Attributes:``."""
    _, _, listed = inspect.cleandoc(row.__doc__ or "").partition("Attributes:\n")
    found: dict[str, tuple[str | None, str]] = {}
    for line in inspect.cleandoc(listed).splitlines():
        if match := _ATTRIBUTE.match(line):
            found[match["name"]] = (match["type"], match["text"])
        elif line.strip() and found:
            last = next(reversed(found))
            found[last] = (found[last][0], f"{found[last][1]} {line.strip()}")
    return found


def summary(row: type) -> str:
    """The first paragraph of a row's docstring, in one line."""
    return " ".join(inspect.cleandoc(row.__doc__ or "").split("\n\n")[0].split())


def bigquery_schema(row: type) -> list[dict[str, Any]]:
    """The BigQuery schema JSON of a row class, as ``bq mk --schema`` takes it."""
    return [_bigquery_field(column) for column in columns(row)]


def _bigquery_field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.kind, "mode": column.mode}
    if column.columns:
        field["fields"] = [_bigquery_field(inner) for inner in column.columns]
    return {**field, "description": column.description}


@functools.cache
def arrow_schema(row: type, strict: bool = True) -> pa.Schema:
    """The Arrow schema of a row class: microseconds in UTC; null only where the rows may be null, if ``strict``."""
    return pa.schema([_arrow_field(column, strict) for column in columns(row)])


def _arrow_field(column: Column, strict: bool) -> pa.Field:
    inner = [_arrow_field(field, strict) for field in column.columns]
    kind = pa.struct(inner) if inner else ARROW[column.kind]
    if column.mode == "REPEATED":
        kind = pa.list_(pa.field("element", kind, nullable=not strict))
    nullable = not strict or column.mode == "NULLABLE"
    return pa.field(column.name, kind, nullable, {"description": column.description})
