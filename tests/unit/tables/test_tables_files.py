"""Tables as files: each row once, whole commits, nothing left behind, whatever is killed or repeated."""

import os
from pathlib import Path

import duckdb
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from making import article, by_table, content, entity, extract, health, report, rows_of, ticking

from transforms import rows
from transforms.tables import commits, database
from transforms.tables.folders import LocalFolder
from transforms.tables.layout import COMMITS, TEMPORARY
from transforms.tables.sinks import Tables


@pytest.fixture(params=["", "jsonl:"], ids=["parquet", "jsonl"])
def target(request, tmp_path):
    return f"{request.param}{tmp_path / 'tables'}"


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*=*/*")
        if path.is_file() and "_meetwire" not in path.parts
    )


def test_files_lie_in_partitions_by_published_date_and_rows_without_one_in_their_own(tmp_path):
    extracts = [extract("a"), extract("b", published="2023-04-18T23:59:59-03:00"), extract("c", published=None)]
    Tables([str(tmp_path)]).write_all(by_table(*extracts))
    folders = {path.rpartition("/")[0] for path in files(tmp_path) if path.startswith("articles/")}
    assert folders == {
        "articles/published_date=2023-04-17",
        "articles/published_date=2023-04-19",
        "articles/published_date=__HIVE_DEFAULT_PARTITION__",
    }
    read = pyarrow.dataset.dataset(tmp_path / "articles", partitioning="hive").to_table()
    assert sorted(map(str, read["published_date"].to_pylist())) == ["2023-04-17", "2023-04-19", "None"]


def test_the_same_rows_in_any_order_give_the_same_files_with_the_same_bytes(tmp_path):
    extracts = [extract("a"), extract("b"), extract("c", published=None)]
    Tables([f"{tmp_path}/one"]).write_all(by_table(*extracts))
    Tables([f"{tmp_path}/two"]).write_all(by_table(*reversed(extracts), extracts[0]))
    assert files(tmp_path / "one") == files(tmp_path / "two") != []
    for name in files(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_writing_again_adds_nothing(target):
    tables = Tables([target])
    first = tables.write_all(by_table(extract("a"), extract("b")))
    before, held = files(Path(target.removeprefix("jsonl:"))), content(target)
    assert tables.write_all(by_table(extract("a"), extract("b"))) == first
    assert files(Path(target.removeprefix("jsonl:"))) == before
    assert content(target) == held


def test_rows_given_twice_are_written_once_and_counted_as_repeats(target):
    written = Tables([target]).write("articles", [article("a"), article("b"), article("a")])
    assert (written.rows, written.dead, written.repeats) == ({"articles": 2}, 0, 1)


def test_parquet_files_have_the_schema_with_its_required_fields(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a"), extract("b", dateline=None)))
    (path,) = (tmp_path / name for name in files(tmp_path) if name.startswith("meeting_reports/"))
    schema = pq.read_schema(path)
    assert not schema.field("report_id").nullable
    assert schema.field("participants").type.value_type.field("name").type == "string"
    assert str(pq.ParquetFile(path).schema.column(4).path) == "participants.list.element.entity_id"


def test_a_view_is_there_and_empty_before_its_table_has_a_file(target):
    database.refresh(target)
    assert all(not held for held in content(target).values())
    Tables([target]).write("feed_health", [health()])
    counts = {table: len(held) for table, held in content(target).items()}
    assert counts == {**dict.fromkeys(rows.TABLES, 0), "feed_health": 1}


def test_the_database_has_the_rows_of_tables_that_got_their_first_file_since(tmp_path):
    tables = Tables([str(tmp_path)])
    tables.write("feed_health", [health()])
    tables.write_all(by_table(extract("a")))
    assert rows_of(tmp_path, "SELECT status, report_count FROM meetings") == [("held", 1)]


def test_articles_show_their_newest_revision_and_article_revisions_all(target):
    tables = Tables([target], ticking())
    tables.write_all(by_table(extract("a", 2)))
    tables.write_all(by_table(extract("a", 1, "planned")))  # late, and yet older
    held = content(target)
    assert [row[1] for row in held["articles"]] == ["a.2"]
    assert [row[3] for row in held["entities"]] == ["Ann Lee"]
    assert [row[5] for row in held["meeting_reports"]] == ["held"]
    folder = target.removeprefix("jsonl:")
    assert rows_of(folder, "SELECT revision_id FROM article_revisions ORDER BY 1") == [("a.1",), ("a.2",)]


def test_extracting_a_revision_again_replaces_what_it_said_before(target):
    made = article("a")
    tables = Tables([target], ticking())
    tables.write_all({"articles": [made], "entities": [entity(made), entity(made, "Bo Kim")], "meeting_reports": []})
    tables.write_all(
        {"articles": [made], "entities": [entity(made)], "meeting_reports": [report(made), report(made, "planned")]}
    )
    assert (len(content(target)["entities"]), len(content(target)["meeting_reports"])) == (1, 2)
    tables.write_all({"articles": [made], "entities": [], "meeting_reports": []})
    assert content(target)["entities"] == content(target)["meeting_reports"] == content(target)["meetings"] == []


def test_going_back_to_an_older_extraction_shows_the_older_one(target):
    old, new = extract("a"), extract("a", status="planned")
    tables = Tables([target], ticking())
    for made in (old, new, old):
        tables.write_all(by_table(made))
    assert [row[5] for row in content(target)["meeting_reports"]] == ["held"]


def test_reports_of_an_article_that_is_a_dead_letter_are_still_seen(target):
    made = extract("a", title=None)
    written = Tables([target]).write_all(by_table(made))
    assert (written.rows, written.dead) == ({"dead_letters": 1, "entities": 1, "meeting_reports": 1}, 1)
    held = content(target)
    assert len(held["meeting_reports"]) == len(held["dead_letters"]) == 1


def test_files_that_no_commit_names_are_not_seen_and_a_re_run_adopts_them(target):
    from transforms.tables.sinks import open_sink, to_lines, utc_now

    tables = Tables([target], ticking())
    tables.write_all(by_table(extract("a")))
    open_sink(target).stage(to_lines(by_table(extract("b")))[0], utc_now())  # killed before its commit
    assert [row[0] for row in content(target)["articles"]] == ["a"]
    before = files(Path(target.removeprefix("jsonl:")))
    tables.write_all(by_table(extract("b")))
    assert [row[0] for row in content(target)["articles"]] == ["a", "b"]
    assert files(Path(target.removeprefix("jsonl:"))) == before


def test_temporary_files_lie_outside_the_tables_and_none_is_left(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a"), extract("b", published=None)))
    assert list((tmp_path / TEMPORARY).iterdir()) == []


def test_left_over_temporary_files_of_dead_processes_are_removed(tmp_path):
    left = tmp_path / TEMPORARY / "part-0.parquet.999999999"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    Tables([str(tmp_path)]).write_all(by_table(extract("a")))
    assert not left.exists()


def test_a_database_that_a_reader_holds_open_does_not_stop_a_writer(tmp_path):
    tables = Tables([str(tmp_path)])
    tables.write_all(by_table(extract("a")))
    with duckdb.connect(str(tmp_path / "meetwire.duckdb")) as reader:  # read and write: takes DuckDB's lock
        tables.write("feed_health", [health()])
        tables.write_all(by_table(extract("b")))
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(2,)]


def test_commits_keep_their_order_though_the_clock_stands_still_or_goes_back(tmp_path):
    clock = ticking()
    late = clock()
    for now in (late, late, late.replace(year=2020)):
        folder = LocalFolder(tmp_path)
        commits.commit(
            folder, [commits.StagedFile("articles", f"articles/x=1/{now}{len(folder.names(COMMITS))}", 1)], now
        )
    names = LocalFolder(tmp_path).names(COMMITS)
    assert len(names) == 4
    assert names == sorted(names)


def test_a_folder_with_odd_characters_in_its_name_works(tmp_path):
    target = tmp_path / "it's [1]* é"
    Tables([str(target)]).write_all(by_table(extract("a")))
    assert rows_of(target, "SELECT article_id FROM articles") == [("a",)]


def test_a_moved_folder_is_read_with_a_variable_and_mended_by_a_refresh(tmp_path):
    Tables([f"{tmp_path}/old"]).write_all(by_table(extract("a")))
    (tmp_path / "old").rename(tmp_path / "new")
    with duckdb.connect(f"{tmp_path}/new/meetwire.duckdb", read_only=True) as connection:
        connection.execute(f"SET VARIABLE meetwire_tables = '{tmp_path}/new'")
        assert connection.execute("SELECT article_id FROM articles").fetchall() == [("a",)]
    assert len(content(tmp_path / "new")["articles"]) == 1
    database.refresh(tmp_path / "new")
    assert rows_of(tmp_path / "new", "SELECT article_id FROM articles") == [("a",)]


def test_several_targets_get_equal_content(tmp_path):
    targets = [f"{tmp_path}/p", f"jsonl:{tmp_path}/j"]
    Tables(targets, ticking()).write_all(by_table(extract("a"), extract("b", published=None), extract("c", title=None)))
    parquet, lines = map(content, targets)
    assert parquet == lines
    assert all(parquet[table] for table in rows.TABLES if table != "feed_health")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_an_error_that_names_the_file(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=str(tmp_path)):
        Tables([str(tmp_path / "tables")]).write_all(by_table(extract("a")))


def test_a_file_in_the_place_of_the_folder_is_an_error_that_names_it(tmp_path):
    (tmp_path / "tables").write_text("")
    with pytest.raises(OSError, match="tables"):
        Tables([str(tmp_path / "tables")]).write_all(by_table(extract("a")))


def test_parquet_and_json_lines_do_not_mix_in_one_folder(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a")))
    with pytest.raises(ValueError, match=r"holds parquet, not jsonl: give another folder"):
        Tables([f"jsonl:{tmp_path}"]).write_all(by_table(extract("b")))
