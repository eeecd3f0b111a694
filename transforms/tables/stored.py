"""Reads files of the tables back, old ones too: what they lack is null or empty."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms.tables.conform import rfc3339
from transforms.tables.encode import COMMIT, encode, to_arrow, to_parquet
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import Column, arrow_schema, columns


class OldFileError(ValueError):
    """A file lacks a column that rows must have, so that its rows cannot be written as rows of today."""


def read(table: str, data: bytes, suffix: str, commit: str, only: Sequence[str] = ()) -> pa.Table:
    """A file as an Arrow table of today's schema, or of the columns ``only``, with the commit of each row.

    ``commit`` is the file's own, for rows that do not bring one.

    Raises:
        OldFileError: a required column is missing.
    """
    schema = arrow_schema(LAYOUTS[table].row)
    if suffix == "parquet":
        found = pq.ParquetFile(io.BytesIO(data)).read([*only, COMMIT] if only else None)
        if COMMIT not in found.column_names:
            found = found.append_column(COMMIT, pa.nulls(len(found), pa.string()))
        found = found.set_column(found.schema.get_field_index(COMMIT), COMMIT, pc.fill_null(found[COMMIT], commit))
        wanted = [schema.field(name) for name in only] or list(schema)
        if [(field.name, field.type) for field in found.schema] == [(f.name, f.type) for f in wanted] + [
            (COMMIT, pa.string())
        ]:
            return found
    rows = list(decode(table, data, suffix))
    commits = [row.pop(COMMIT) or commit for row in rows]
    required = [column.name for column in columns(LAYOUTS[table].row) if column.mode == "REQUIRED"]
    for row in rows:
        for name in required:
            if row[name] is None:
                raise OldFileError(f"{table}.{name} is missing")
    made = to_arrow(table, [_line(row) for row in rows], commits)
    return made.select([*only, COMMIT]) if only else made


def write(table: str, arrow: pa.Table, suffix: str) -> bytes:
    """The bytes of a file that holds the rows of ``arrow``, as ``read`` gives them."""
    if suffix == "parquet":
        return to_parquet(arrow)
    made = columns(LAYOUTS[table].row)
    found = arrow.to_pylist()
    return encode(table, [_line(_as_row(row, made, _written)) for row in found], suffix, [row[COMMIT] for row in found])


def decode(table: str, data: bytes, suffix: str) -> Iterator[dict[str, Any]]:
    """The rows of a file as plain dicts as ``to_dict`` makes them, with ``_commit``, null where the file has none."""
    made = columns(LAYOUTS[table].row)
    if suffix == "jsonl":
        for line in data.decode().split("\n"):
            if line:
                found = json.loads(line)
                yield {**_as_row(found, made, str), COMMIT: found.get(COMMIT)}
        return
    for batch in pq.ParquetFile(io.BytesIO(data)).iter_batches(batch_size=2000):
        for found in batch.to_pylist():
            yield {**_as_row(found, made, _written), COMMIT: found.get(COMMIT)}


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def _written(value: Any) -> str:
    return rfc3339(value) if hasattr(value, "hour") else str(value.isoformat())


def _as_row(found: dict[str, Any], made: Sequence[Column], written: Callable[[Any], str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in made:
        value = found.get(column.name)
        if column.mode == "REPEATED":
            value = [_as_row(item, column.columns, written) if column.columns else item for item in value or []]
        elif value is not None and column.columns:
            value = _as_row(value, column.columns, written)
        elif value is not None and column.kind in ("TIMESTAMP", "DATE"):
            value = written(value)
        row[column.name] = value
    return row
