"""Tables in a bucket, by Beam's filesystems: what the tables in a folder are."""

from datetime import UTC, datetime, timedelta

import apache_beam as beam
import making
from making import by_table, extract, ticking

from pipelines import cli
from transforms import coders, rows
from transforms.tables import commits
from transforms.tables.ask import ask
from transforms.tables.compact import compact
from transforms.tables.folders import open_folder
from transforms.tables.plan import plan
from transforms.tables.sinks import Tables
from transforms.tables.write import WriteTables

assert coders.ROWS


def content(target):
    found = {}
    for table in rows.TABLES:
        with ask(target, f"SELECT * FROM {table}") as answer:
            found[table] = sorted(answer.rows, key=repr)
    return found


def extracts():
    return [extract("a"), extract("a", 2), extract("b", published=None)]


def test_a_batch_and_a_second_one_give_what_a_folder_gets(bucket, tmp_path):
    for _ in range(2):
        with beam.Pipeline("FnApiRunner") as pipeline:
            _ = pipeline | beam.Create(extracts()) | WriteTables([bucket, str(tmp_path)], clock=ticking())
    assert content(bucket) == making.content(tmp_path)
    there = {
        path for table in ("articles", "entities", "meeting_reports") for path, _, _ in open_folder(bucket).walk(table)
    }
    assert there == {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*=*/*.parquet")}


def test_many_small_commits_are_compacted_while_their_files_stay_for_the_grace_period(bucket):
    tables = Tables([bucket], ticking())
    for n in range(3):
        tables.write_all(by_table(extract(f"a{n}")))
    held = content(bucket)
    done = compact(bucket, datetime.now(UTC))
    assert (done.before, done.after, done.deleted) == (9, 3, 0)
    assert content(bucket) == held
    assert compact(bucket, datetime.now(UTC) + timedelta(hours=1)).deleted >= 9
    assert content(bucket) == held
    assert len(commits.live(open_folder(bucket))) == 3


def test_query_and_plan_read_a_bucket(bucket, capsys):
    assert cli.main(["query", "--tables", bucket, "select 1"]) == 1
    assert "no tables here yet" in capsys.readouterr().err
    assert plan(bucket)[0] == "articles: would be made"
    Tables([bucket]).write_all(by_table(*extracts()))
    assert (
        cli.main(["query", "--csv", "--tables", bucket, "select status, count(*) n from meeting_reports group by 1"])
        == 0
    )
    assert capsys.readouterr().out == "status,n\nheld,2\n"
    assert plan(bucket)[0] == "articles: 3 files with 3 rows" or plan(bucket)[0] == "articles: 2 files with 3 rows"
