"""Rows as plain values, and back: what JSON and DuckDB hold, into the rows of ``transforms.rows``."""

import functools
import types
import typing
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeVar

Row = TypeVar("Row")


def to_plain(value: Any) -> Any:
    """A row with its inner rows as dicts, and sequences as lists."""
    if hasattr(value, "_asdict"):
        return {name: to_plain(field) for name, field in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value


def from_plain(row: type[Row], fields: Mapping[str, Any]) -> Row:
    """The ``row`` with these ``fields``; others in it are left out.

    Raises:
        ValueError: a field is missing or of the wrong type; names it.
    """
    values = {}
    for name, hint in _hints(typing.cast(Hashable, row)).items():
        if name not in fields:
            raise ValueError(f"{row.__name__} lacks the field {name!r}")
        try:
            values[name] = _value(hint, fields[name])
        except TypeError:
            kind = type(fields[name]).__name__
            raise ValueError(f"{row.__name__} field {name!r} is {kind}, which does not fit") from None
    return row(**values)


@functools.cache
def _hints(row: Any) -> dict[str, Any]:
    return typing.get_type_hints(row)


def _value(hint: Any, value: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        return None if value is None else _value(kinds[0], value)
    if origin is not None and issubclass(origin, Sequence):
        if not isinstance(value, list | tuple):
            raise TypeError
        return [_value(typing.get_args(hint)[0], item) for item in value]
    if hasattr(hint, "_fields"):
        if not isinstance(value, Mapping):
            raise TypeError
        return from_plain(hint, value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise TypeError
    return value
