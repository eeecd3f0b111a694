"""Tables of the first format are taken over whole: current rows once, whatever was extracted twice or compacted."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from making import by_table, extract, ticking

from pipelines import cli
from transforms.tables.delta_lake.first_format import generations
from transforms.tables.plan import plan
from transforms.tables.queries.database import connect
from transforms.tables.sinks import Tables

# Written by the first version: articles a and b (planned), then b (held) and c, then a once more.
OLD = Path(__file__).parent / "first-format"
KINDS = ("parquet", "jsonl", "compacted")


@pytest.fixture
def migrate(tmp_path, capsys):
    def run(kind, *flags):
        code = cli.main(["migrate", str(OLD / kind), "--tables", str(tmp_path / "new"), *flags])
        return code, capsys.readouterr().err, str(tmp_path / "new")

    return run


def held(target):
    with connect(target) as connection:
        return [
            connection.execute(sql).fetchall()
            for sql in (
                "SELECT article_id, revision_id, text, fetched_at, dateline FROM articles ORDER BY 1",
                "SELECT article_id, entity_id, mentions FROM entities ORDER BY 1, 2",
                "SELECT article_id, status, date, participants FROM meeting_reports ORDER BY 1, 2",
            )
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_old_tables_give_the_rows_that_the_same_articles_give_today(migrate, tmp_path, kind):
    code, err, new = migrate(kind)
    assert code == 0, err
    fresh = Tables([str(tmp_path / "fresh")], ticking())
    for articles in ((extract("a"), extract("b", status="planned")), (extract("b"), extract("c")), (extract("a"),)):
        fresh.write_all(by_table(*articles))
    assert held(new) == held(str(tmp_path / "fresh"))
    assert [row[0] for row in held(new)[0]] == ["a", "b", "c"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_migration_changes_nothing_and_the_old_folder_is_only_read(migrate, kind):
    before = {path: path.read_bytes() for path in (OLD / kind).rglob("*") if path.is_file()}
    migrate(kind)
    code, _, new = migrate(kind)
    assert (code, len(held(new)[0])) == (0, 3)
    assert {path: path.read_bytes() for path in (OLD / kind).rglob("*") if path.is_file()} == before


def test_a_migration_that_stopped_half_way_is_completed_by_the_next(migrate, tmp_path):
    _, rows = next(iter(generations(OLD / "parquet")))
    Tables([str(tmp_path / "new")], ticking()).write_all(rows)
    assert migrate("parquet")[0] == 0
    assert [row[0] for row in held(str(tmp_path / "new"))[0]] == ["a", "b", "c"]


def test_old_tables_are_never_written_into_and_the_way_out_is_told(tmp_path):
    folder = tmp_path / "tables"
    shutil.copytree(OLD / "parquet", folder)
    for refused in (lambda: Tables([str(folder)]).write_all(by_table(extract("d"))), lambda: plan(str(folder))):
        with pytest.raises((OSError, ValueError), match=f"meetwire migrate {folder} --tables OTHER"):
            refused()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (lambda old, new: [str(new), "--tables", str(new)], "holds no tables of the first format"),
        (lambda old, new: [str(old), "--tables", str(old)], "give another folder for the new tables"),
    ],
)
def test_a_folder_that_cannot_be_migrated_is_told_in_one_line(tmp_path, capsys, arguments, told):
    assert cli.main(["migrate", *arguments(OLD / "parquet", tmp_path)]) == 2
    err = capsys.readouterr().err
    assert told in err and err.count("\n") == 1


def test_every_table_can_be_exported_whole_as_json_lines(migrate, tmp_path, capsys):
    _, _, new = migrate("parquet")
    out = tmp_path / "articles.jsonl"
    assert cli.main(["export", "articles", "--format", "jsonl", "--tables", new, "--output", str(out)]) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["article_id"] for row in rows] == ["a", "b", "c"]
    assert duckdb.sql(f"SELECT count(*) FROM read_json('{out}')").fetchall() == [(3,)]
    assert cli.main(["export", "articles", "--tables", new]) == 2
    assert "with --format jsonl" in capsys.readouterr().err
