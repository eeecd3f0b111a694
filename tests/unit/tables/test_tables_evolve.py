"""Schema changes are additions, planned and shown; old files stay readable."""

import json

import duckdb
import pyarrow.parquet as pq
import pytest
from making import article, by_table, content, extract, rows_of, ticking

from transforms.tables import database
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


def old_file(folder):
    """Makes the one article file older than some columns are, among them a field of a record."""
    (path,) = folder.glob("articles/*/*.parquet")
    table = pq.read_table(path).drop_columns(["word_count", "flags", "duplicate_of", "utc_offset"])
    pq.write_table(table, path)
    return path


def test_files_that_are_older_than_some_columns_stay_readable_and_show_null_or_nothing(tmp_path):
    tables = Tables([str(tmp_path)], ticking())
    tables.write("articles", [article("old")])
    old_file(tmp_path)
    tables.write("articles", [article("new", published=None)])
    database.refresh(tmp_path)
    assert rows_of(tmp_path, "SELECT article_id, title, word_count, utc_offset FROM articles ORDER BY 1") == [
        ("new", "Ministers met", 6, "+09:00"),
        ("old", "Ministers met", None, None),
    ]


def test_a_field_that_a_record_lacks_in_older_files_is_null(tmp_path):
    tables = Tables([str(tmp_path)], ticking())
    tables.write_all(by_table(extract("old")))
    (path,) = tmp_path.glob("meeting_reports/*/*.parquet")
    with duckdb.connect() as connection:
        connection.execute(f"""COPY (SELECT * REPLACE ({{'name': place.name, 'country': place.country}} AS place)
            FROM '{path}') TO '{path}.new' (FORMAT parquet)""")
    path.with_name(path.name + ".new").replace(path)
    tables.write_all(by_table(extract("new")))
    found = rows_of(tmp_path, "SELECT article_id, place.name, place.latitude FROM meeting_reports ORDER BY 1")
    assert found == [("new", "Málaga", 36.72), ("old", "Málaga", None)]


def test_compaction_leaves_files_alone_that_lack_what_rows_must_have(tmp_path):
    from datetime import UTC, datetime

    from transforms.tables.compact import compact

    tables = Tables([str(tmp_path)], ticking())
    tables.write("articles", [article("old")])
    old_file(tmp_path)
    tables.write("articles", [article("new")])
    held = content(tmp_path)
    compact(str(tmp_path), datetime.now(UTC))
    assert content(tmp_path) == held


def test_the_plan_says_what_is_there_what_would_be_made_and_each_difference(tmp_path):
    assert plan(f"{tmp_path}/new")[0] == "articles: would be made"
    assert not (tmp_path / "new").exists()
    Tables([str(tmp_path)]).write("articles", [article("old")])
    old_file(tmp_path)
    lines = plan(str(tmp_path))
    assert lines[0] == "articles: 1 files with 1 rows"
    assert "articles: + word_count INTEGER REQUIRED" in lines


def test_the_plan_names_what_is_in_the_way(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file, and tables need a folder"):
        plan(f"{tmp_path}/file/tables")
    Tables([f"{tmp_path}/t"]).write("articles", [article("a")])
    (path,) = tmp_path.glob("t/articles/*/*.parquet")
    table = pq.read_table(path)
    place = table.column_names.index("revision")
    pq.write_table(table.set_column(place, "revision", table["revision"].cast("string")), path)
    with pytest.raises(ValueError, match=r"articles: ! revision is STRING NULLABLE, and not INTEGER REQUIRED"):
        plan(f"{tmp_path}/t")
