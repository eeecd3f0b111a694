"""What a run would write where, and whether it could; nothing is written."""

import errno
import io
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.tables import commits
from transforms.tables.evolve import Change, differences
from transforms.tables.folders import Folder, open_folder
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import bigquery_schema

_TYPES = {"string": "STRING", "int64": "INTEGER", "double": "FLOAT", "bool": "BOOLEAN", "date32[day]": "DATE"}


def plan(target: str) -> list[str]:
    """Lines that say what is there, what would be made, and each difference of schema.

    Raises:
        OSError, ValueError: rows could not be written there; one line.
    """
    if target.startswith("bigquery://"):
        from transforms.tables.bigquery.plan import plan_bigquery

        return plan_bigquery(target)
    folder = open_folder(target.removeprefix("jsonl:"))
    if folder.local:
        _writable(Path(folder.root))
    lines, held = [], commits.live(folder)
    for table in LAYOUTS:
        files = [file for file in held if file.table == table]
        rows = sum(file.rows for file in files)
        lines.append(f"{table}: {len(files)} files with {rows} rows" if files else f"{table}: would be made")
        if files and files[-1].path.endswith(".parquet"):
            lines += shown(differences(table, file_fields(folder, files[-1].path), bigquery_schema(LAYOUTS[table].row)))
    return lines


def shown(changes: list[Change]) -> list[str]:
    """Each change in a line.

    Raises:
        ValueError: one of them cannot be made.
    """
    for change in changes:
        if not change.possible:
            raise ValueError(f"{change}: rows would not fit; give another folder or dataset")
    return [str(change) for change in changes]


def _writable(folder: Path) -> None:
    """OSError where a run could not write: a file in the way, no permission, a full disk."""
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file, and tables need a folder", str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "may not be written", str(folder))
    if not os.statvfs(folder).f_bavail:
        raise OSError(errno.ENOSPC, "no space is left", str(folder))


def file_fields(folder: Folder, path: str) -> list[dict[str, Any]]:
    """The schema of a Parquet file in BigQuery's JSON form, without our own columns."""
    schema = pq.read_schema(io.BytesIO(folder.read(path)))
    return [_field(field) for field in schema if not field.name.startswith("_")]


def _field(field: pa.Field) -> dict[str, Any]:
    kind, mode = field.type, "NULLABLE" if field.nullable else "REQUIRED"
    if pa.types.is_list(kind):
        kind, mode = kind.value_type, "REPEATED"
    made = {"name": field.name, "mode": mode, "type": _TYPES.get(str(kind), str(kind).upper())}
    if pa.types.is_timestamp(kind):
        made["type"] = "TIMESTAMP"
    if pa.types.is_struct(kind):
        return {**made, "type": "RECORD", "fields": [_field(inner) for inner in kind]}
    return made
