"""Schema changes are additions, planned and shown; old files stay readable."""

import json

import pytest
from making import article

from transforms.tables.evolve import EvolutionError, additions, differences
from transforms.tables.layout import LAYOUTS
from transforms.tables.plan import plan
from transforms.tables.schemas import bigquery_schema
from transforms.tables.sinks import Tables


def without(fields, *names):
    """The fields without those named, at any depth (``place.country``)."""
    kept = []
    for field in fields:
        inner = [name.partition(".")[2] for name in names if name.startswith(field["name"] + ".")]
        if field["name"] not in names:
            kept.append({**field, "fields": without(field["fields"], *inner)} if inner else field)
    return kept


REPORTS = bigquery_schema(LAYOUTS["meeting_reports"].row)


def test_equal_schemas_have_no_difference():
    assert differences("meeting_reports", REPORTS, REPORTS) == []
    assert additions("meeting_reports", REPORTS, REPORTS) == []


def test_missing_columns_are_shown_and_added_at_any_depth_with_null_allowed():
    old = without(REPORTS, "occasion", "participants.role", "confidence")
    assert [str(change) for change in differences("meeting_reports", old, REPORTS)] == [
        "meeting_reports: + participants.role STRING NULLABLE",
        "meeting_reports: + occasion STRING NULLABLE",
        "meeting_reports: + confidence FLOAT REQUIRED",
    ]
    new = additions("meeting_reports", old, REPORTS)
    assert differences("meeting_reports", new, REPORTS) == []
    assert [f["name"] for f in new][-2:] == ["occasion", "confidence"]
    assert new[-1]["mode"] == "NULLABLE"


def test_another_type_is_an_error_that_names_column_and_both_types():
    old = [{**field, "type": "STRING"} if field["name"] == "duration_minutes" else field for field in REPORTS]
    with pytest.raises(
        EvolutionError, match=r"meeting_reports: ! duration_minutes is STRING NULLABLE, and not INTEGER"
    ):
        additions("meeting_reports", old, REPORTS)


def test_two_names_of_one_type_are_one_type():
    old = json.loads(json.dumps(REPORTS).replace('"INTEGER"', '"INT64"').replace('"RECORD"', '"STRUCT"'))
    assert differences("meeting_reports", old, REPORTS) == []


def test_a_column_that_only_the_table_has_is_left_alone_unless_it_is_required():
    extra = {"name": "note", "type": "STRING", "mode": "NULLABLE"}
    assert additions("meeting_reports", [*REPORTS, extra], REPORTS) == []
    with pytest.raises(EvolutionError, match="note STRING REQUIRED"):
        additions("meeting_reports", [*REPORTS, {**extra, "mode": "REQUIRED"}], REPORTS)


def test_the_plan_says_what_is_there_and_what_would_be_made(tmp_path):
    assert plan(f"{tmp_path}/new")[0] == "articles: would be made"
    assert not (tmp_path / "new").exists()
    Tables([str(tmp_path)]).write("articles", [article("old")])
    assert plan(str(tmp_path))[0] == "articles: 1 files with 1 rows"


def test_the_plan_names_what_is_in_the_way(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file, and tables need a folder"):
        plan(f"{tmp_path}/file/tables")
