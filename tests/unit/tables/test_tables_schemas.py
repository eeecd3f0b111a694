"""The schemas are made from the rows, and what is generated is current."""

import json
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest

from transforms import rows
from transforms.tables import generate, schemas

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize("path", generate.generated(PROJECT), ids=lambda path: path.name)
def test_generated_files_are_current(path):
    assert path.read_text(encoding="utf-8") == generate.generated(PROJECT)[path], (
        "run: python -m transforms.tables.generate"
    )


@pytest.mark.parametrize("table", rows.TABLES)
def test_optional_is_nullable_sequence_is_repeated_and_the_rest_is_required(table):
    def check(columns, fields):
        assert [field["name"] for field in fields] == [column.name for column in columns]
        for column, field in zip(columns, fields, strict=True):
            assert field["mode"] == column.mode
            assert field["description"]
            check(column.columns, field.get("fields", []))

    fields = json.loads((PROJECT / f"configs/schemas/{table}.json").read_text())
    check(schemas.columns(rows.TABLES[table]), fields)


def test_the_bracketed_type_of_an_attribute_is_its_column_type():
    found = {column.name: column for column in schemas.columns(rows.Article)}
    assert (found["published"].kind, found["published"].mode) == ("TIMESTAMP", "NULLABLE")
    assert (found["fetched_at"].kind, found["fetched_at"].mode) == ("TIMESTAMP", "REQUIRED")
    assert (found["authors"].kind, found["authors"].mode) == ("STRING", "REPEATED")
    assert found["dateline"].columns[1].kind == "DATE"


def test_arrow_schemas_hold_microseconds_in_utc_and_no_null_in_lists():
    schema = schemas.arrow_schema(rows.MeetingReport)
    assert schema.field("published").type == pa.timestamp("us", "UTC")
    participants = schema.field("participants")
    assert not participants.nullable
    assert not participants.type.value_field.nullable
    assert not participants.type.value_type.field("name").nullable


def test_an_attribute_without_description_is_an_error():
    class Undescribed(NamedTuple):
        """A row."""

        name: str

    with pytest.raises(TypeError, match=r"Undescribed\.name: no description"):
        schemas.columns(Undescribed)


def test_a_type_that_no_table_can_hold_is_an_error():
    class Odd(NamedTuple):
        """A row.

        Attributes:
            name: A set.
        """

        name: set

    with pytest.raises(TypeError, match=r"Odd\.name: no column type for <class 'set'>"):
        schemas.columns(Odd)
