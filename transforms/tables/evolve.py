"""Schema changes: only additions, planned and shown before they are made."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from transforms.errors import MeetwireError

Fields = Sequence[dict[str, Any]]
# BigQuery's API answers with the older of two names for a type.
_SAME = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD"}


class EvolutionError(MeetwireError, ValueError):
    """What is there cannot hold the rows; its text names table, column and both types in one line."""


class Change(NamedTuple):
    """One difference between what is there and what the rows are.

    Attributes:
        table: The table.
        column: The column's path, such as ``place.name``.
        there: Its type and mode there; empty where it is missing.
        wanted: Its type and mode in the rows; empty where they have no such column.
        possible: Whether it can be added, or does no harm.
    """

    table: str
    column: str
    there: str
    wanted: str
    possible: bool

    def __str__(self) -> str:
        if not self.there:
            return f"{self.table}: + {self.column} {self.wanted}" + (
                "" if self.possible else " (cannot be added: required)"
            )
        if not self.wanted:
            return f"{self.table}:   {self.column} {self.there} (not in the rows; stays null)"
        return f"{self.table}: ! {self.column} is {self.there}, and not {self.wanted}"


def differences(table: str, there: Fields, wanted: Fields, prefix: str = "") -> list[Change]:
    """What is different between two schemas in BigQuery's JSON form, column by column."""
    found = {field["name"]: field for field in there}
    changes = []
    for field in wanted:
        name = f"{prefix}{field['name']}"
        old = found.pop(field["name"], None)
        if old is None:
            changes.append(Change(table, name, "", _kind(field), True))
        elif _kind(old) != _kind(field) and not _looser(old, field):
            changes.append(Change(table, name, _kind(old), _kind(field), False))
        else:
            changes += differences(table, old.get("fields", []), field.get("fields", []), f"{name}.")
    for old in found.values():
        possible = old.get("mode", "NULLABLE") != "REQUIRED"
        changes.append(Change(table, f"{prefix}{old['name']}", _kind(old), "", possible))
    return changes


def possible(changes: list[Change]) -> list[Change]:
    """``changes``, all of which can be made.

    Raises:
        EvolutionError: one of them cannot.
    """
    for change in changes:
        if not change.possible:
            raise EvolutionError(f"{change}: rows would not fit; give another folder or dataset")
    return changes


def additions(table: str, there: Fields, wanted: Fields) -> list[dict[str, Any]]:
    """The schema that ``there`` has to become: its columns, then the missing ones. Empty where none is missing.

    Raises:
        EvolutionError: the difference is more than missing columns.
    """
    changes = possible(differences(table, there, wanted))
    return _joined(there, wanted) if any(not change.there for change in changes) else []


def _joined(there: Fields, wanted: Fields) -> list[dict[str, Any]]:
    new = {field["name"]: field for field in wanted}
    joined = []
    for old in there:
        field = new.pop(old["name"], None)
        if field is not None and field.get("fields"):
            old = {**old, "fields": _joined(old["fields"], field["fields"])}
        joined.append(json.loads(json.dumps(old)))
    # Rows that are there have no value for it, so that it may be null whatever the rows say.
    return joined + [{**field, "mode": _added_mode(field)} for field in new.values()]


def _added_mode(field: dict[str, Any]) -> str:
    return "NULLABLE" if field.get("mode") == "REQUIRED" else field.get("mode", "NULLABLE")


def _kind(field: dict[str, Any]) -> str:
    kind = field["type"].upper()
    return f"{_SAME.get(kind, kind)} {field.get('mode', 'NULLABLE')}"


def _looser(old: dict[str, Any], field: dict[str, Any]) -> bool:
    """Whether it is only null in the old one where it may not be in the new one."""
    return (
        _kind({**old, "mode": ""}) == _kind({**field, "mode": ""})
        and old.get("mode", "NULLABLE") == "NULLABLE"
        and field.get("mode") == "REQUIRED"
    )


def shown(changes: list[Change]) -> list[str]:
    """Each change in a line; EvolutionError where one of them cannot be made."""
    return [str(change) for change in possible(changes)]
