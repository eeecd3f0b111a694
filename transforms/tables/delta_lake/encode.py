"""Conformed rows as Arrow tables and Parquet files."""

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import arrow_schema


def to_parquet(table: str, lines: Sequence[str]) -> bytes:
    """The bytes of a Parquet file of the rows in ``lines``; equal rows give equal bytes."""
    buffer = io.BytesIO()
    pq.write_table(to_arrow(table, lines), buffer, compression="zstd")
    return buffer.getvalue()


def to_arrow(table: str, lines: Sequence[str]) -> pa.Table:
    """The rows in ``lines`` (of ``to_json``), in their order, as an Arrow table of exactly ``arrow_schema``'s types."""
    schema = arrow_schema(LAYOUTS[table].row)
    if not lines:
        return schema.empty_table()
    data = "".join(f"{line}\n" for line in lines).encode()
    options = pj.ReadOptions(use_threads=False, block_size=len(data) + 1)
    text = pj.read_json(
        io.BytesIO(data),
        read_options=options,
        parse_options=pj.ParseOptions(
            explicit_schema=pa.schema([_as_text(field) for field in schema]), unexpected_field_behavior="error"
        ),
    )
    return pa.Table.from_arrays([_fit(text[f.name].combine_chunks(), f) for f in schema], schema=schema)


def _as_text(field: pa.Field) -> pa.Field:
    """The field as Arrow's JSON reader can read it: dates as text, everything nullable."""
    return pa.field(field.name, _type_as_text(field.type))


def _type_as_text(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_struct(kind):
        return pa.struct([_as_text(inner) for inner in kind])
    if pa.types.is_list(kind):
        return pa.list_(pa.field("element", _type_as_text(kind.value_type)))
    return pa.string() if pa.types.is_date32(kind) else kind


def _fit(array: pa.Array, field: pa.Field) -> pa.Array:
    """``array`` as ``field``. Arrow's own cast refuses required fields in records that are null: they get a filler."""
    kind = field.type
    if pa.types.is_struct(kind):
        inner = [_fit(child, of) for child, of in zip(array.flatten(), kind, strict=True)]
        return pa.StructArray.from_arrays(inner, fields=list(kind), mask=array.is_null() if field.nullable else None)
    if pa.types.is_list(kind):
        return pa.ListArray.from_arrays(array.offsets, _fit(array.values, kind.value_field), type=kind)
    made = pc.cast(array, kind)
    if not field.nullable and made.null_count:
        made = pc.fill_null(made, pa.scalar("" if pa.types.is_string(kind) else 0).cast(kind))
    return made
