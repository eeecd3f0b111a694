"""Delta tables hold the current rows once: for any plain reader, whatever comes, how often and in whatever order."""

import itertools
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable, write_deltalake
from making import article, by_table, content, entity, extract, health, report, rows_of

from transforms.rows import Extract
from transforms.tables import sinks
from transforms.tables.delta_lake.compaction import compact
from transforms.tables.delta_lake.store import Store
from transforms.tables.sinks import Tables

HERE = Path(__file__).parents[1]


def plain(folder, table):
    """What polars reads, without meetwire."""
    return pl.read_delta(f"{folder}/{table}")


def ids(folder, table="articles", column="revision_id"):
    return sorted(plain(folder, table)[column].to_list())


def test_plain_readers_see_the_newest_revision_once_in_any_order_of_arrival(tmp_path):
    revisions = [extract("a", 1), extract("a", 2), extract("a", 3), extract("b", 1)]
    for number, order in enumerate(itertools.permutations(revisions)):
        folder = tmp_path / str(number)
        for one in [*order, *order[:2]]:
            Tables([str(folder)]).write_all(by_table(one))
        assert ids(folder) == ["a.3", "b.1"]
        assert ids(folder, "entities") == ids(folder, "meeting_reports") == ["a.3", "b.1"]
        assert ids(folder, "articles_history") == ["a.1", "a.2"]
        assert rows_of(folder, "SELECT count(*), count(DISTINCT revision_id) FROM article_revisions") == [(4, 4)]
        if number == 5:
            break


def test_a_clock_set_back_does_not_make_an_old_revision_new(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a", 2, fetched_at="2020-01-01T00:00:00Z")))
    Tables([str(tmp_path)]).write_all(by_table(extract("a", 1, fetched_at="2024-01-01T00:00:00Z")))
    assert ids(tmp_path) == ids(tmp_path, "entities") == ["a.2"]


def test_a_revision_that_moves_to_another_month_leaves_no_row_behind(tmp_path):
    now = datetime.now(UTC)
    Tables([str(tmp_path)]).write_all(by_table(extract("a", 1, published="2001-02-03T00:00:00Z")))
    Tables([str(tmp_path)]).write_all(by_table(extract("a", 2, published=now.isoformat())))
    Tables([str(tmp_path)]).write_all(by_table(extract("a", 3, published=None)))
    for table in ("articles", "entities", "meeting_reports"):
        assert ids(tmp_path, table) == ["a.3"]


def test_redelivery_in_other_bundles_writes_no_row_and_makes_no_commit(tmp_path):
    some = [extract(f"a{n}") for n in range(6)]
    for bundle in (some[:4], some[4:]):
        Tables([str(tmp_path)]).write_all(by_table(*bundle))
    before = {table: Store(str(tmp_path)).open(table).version() for table in ("articles", "entities")}
    views = (tmp_path / "meetwire.duckdb").stat().st_mtime_ns
    for bundle in (some[:1], some[1:5], some[3:], some):
        Tables([str(tmp_path)]).write_all(by_table(*bundle))
    assert before == {table: Store(str(tmp_path)).open(table).version() for table in ("articles", "entities")}
    assert views == (tmp_path / "meetwire.duckdb").stat().st_mtime_ns
    assert len(ids(tmp_path)) == 6


def test_a_new_extraction_of_a_revision_replaces_all_of_the_older_one(tmp_path):
    made = article("a")
    Tables([str(tmp_path)]).write_all(by_table(Extract(made, [entity(made), entity(made, "Bo Kim")], [report(made)])))
    Tables([str(tmp_path)]).write_all(by_table(Extract(made, [entity(made, "Cy Fox")], [])))
    assert plain(tmp_path, "entities")["name"].to_list() == ["Cy Fox"]
    assert ids(tmp_path, "meeting_reports") == []
    Tables([str(tmp_path)]).write_all(by_table(Extract(made, [], [])))
    assert ids(tmp_path, "entities") == []


def test_a_row_that_comes_without_its_article_joins_those_that_are_there(tmp_path):
    made = article("a")
    Tables([str(tmp_path)]).write_all(by_table(Extract(made, [], [report(made)])))
    Tables([str(tmp_path)]).write("meeting_reports", [report(made, "planned", "later")])
    assert len(ids(tmp_path, "meeting_reports")) == 2


def test_ids_may_hold_any_letters(tmp_path):
    for name in ("it's", "a, b", "%", "é\n"):
        for revision in (1, 2):
            Tables([str(tmp_path)]).write_all(by_table(extract(name, revision)))
    assert len(ids(tmp_path)) == len(ids(tmp_path, "entities")) == 4


def test_letters_and_polls_are_there_once(tmp_path):
    for _ in range(2):
        Tables([str(tmp_path)]).write("feed_health", [health(), health("https://other.example")])
        Tables([str(tmp_path)]).write("articles", [article("a")._replace(revision="x")])
    assert plain(tmp_path, "feed_health").height == 2
    assert plain(tmp_path, "dead_letters").height == 1


def test_a_thousand_articles_on_a_thousand_days_are_a_few_files(tmp_path):
    some = [extract(f"a{n}", published=f"20{n % 20:02}-{n % 12 + 1:02}-{n % 28 + 1:02}T00:00:00Z") for n in range(1000)]
    for begin in range(0, 1000, 250):
        Tables([str(tmp_path)]).write_all(by_table(*some[begin : begin + 250]))
    assert len(list(tmp_path.glob("*/*/*.parquet"))) <= 24
    compact(str(tmp_path), 0)
    files = [path.relative_to(tmp_path).parts[0] for path in tmp_path.glob("*/*/*.parquet")]
    assert len(files) == len(set(files))  # one file a table
    assert len(ids(tmp_path)) == 1000


def test_files_are_compacted_by_whoever_writes_and_open_databases_go_on_reading(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("first")))
    with duckdb.connect(str(tmp_path / "meetwire.duckdb"), read_only=True) as reader:
        for n in range(35):
            Tables([str(tmp_path)]).write_all(by_table(extract(f"a{n}")))
        assert reader.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
    assert len(Store(str(tmp_path)).open("articles").file_uris()) < 30
    assert len(ids(tmp_path)) == 36


def test_compaction_and_writes_of_an_older_version_keep_the_columns_of_a_newer_one(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a")))
    table = DeltaTable(str(tmp_path / "articles"))
    newer = table.to_pyarrow_table().append_column("mood", [["glad"]])
    newer = newer.set_column(newer.column_names.index("article_id"), "article_id", [["z"]])
    newer = newer.set_column(newer.column_names.index("revision_id"), "revision_id", [["z.1"]])
    write_deltalake(table, newer, mode="append", schema_mode="merge")
    sinks._open.cache_clear()
    Tables([str(tmp_path)]).write_all(by_table(extract("b"), extract("a", 2)))
    compact(str(tmp_path), 0)
    held = plain(tmp_path, "articles").sort("article_id")
    assert held.select("article_id", "mood").rows() == [("a", None), ("b", None), ("z", "glad")]
    assert len(content(tmp_path)["articles"]) == 3


def test_a_column_that_an_older_table_lacks_is_added(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a")))
    held = DeltaTable(str(tmp_path / "entities")).to_pyarrow_table().drop_columns(["title", "country"])
    shutil.rmtree(tmp_path / "entities")
    write_deltalake(str(tmp_path / "entities"), held, partition_by=["published_month"])
    sinks._open.cache_clear()
    Tables([str(tmp_path)]).write_all(by_table(extract("b")))
    assert plain(tmp_path, "entities").sort("article_id")["country"].to_list() == [None, "ES"]


def test_tables_that_cannot_take_the_rows_are_refused_with_column_and_types(tmp_path):
    Tables([str(tmp_path)]).write_all(by_table(extract("a")))
    held = DeltaTable(str(tmp_path / "entities")).to_pyarrow_table()
    held = held.set_column(held.column_names.index("name"), "name", [[1]])
    shutil.rmtree(tmp_path / "entities")
    write_deltalake(str(tmp_path / "entities"), held, partition_by=["published_month"])
    sinks._open.cache_clear()
    with pytest.raises(ValueError, match="entities: ! name is INTEGER NULLABLE, and not STRING REQUIRED"):
        Tables([str(tmp_path)]).write_all(by_table(extract("b")))


WRITER = """
import sys; sys.path.insert(0, {here!r})
from making import by_table, extract
from transforms.tables.sinks import Tables
begin, end, revision = map(int, sys.argv[2:])
for n in range(begin, end):
    Tables([sys.argv[1]]).write_all(by_table(extract(f"a{{n}}", revision), extract(f"a{{n + 1}}", revision)))
"""


def writer(folder, begin, end, revision=1, before=()):
    code = WRITER.format(here=str(HERE))
    return subprocess.Popen([*before, sys.executable, "-c", code, str(folder), str(begin), str(end), str(revision)])


def own_namespace():
    probe = subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True)
    return ["unshare", "--pid", "--fork"] if probe.returncode == 0 else []


def test_writers_of_one_folder_from_two_pid_namespaces_lose_and_double_nothing(tmp_path):
    before = own_namespace()
    if not before:
        pytest.skip("no right to make a PID namespace")
    running = [writer(tmp_path, n, n + 4, revision=n % 2 + 1, before=before if n % 2 else ()) for n in range(4)]
    assert [one.wait() for one in running] == [0] * 4
    assert len(ids(tmp_path, column="article_id")) == len(set(ids(tmp_path, column="article_id"))) == 8
    assert ids(tmp_path) == ids(tmp_path, "entities") == ids(tmp_path, "meeting_reports")


def test_without_locks_the_commits_alone_keep_writers_apart(tmp_path):
    """As in a bucket."""
    no_locks = "import fcntl\ndef flock(*_): raise OSError(37, 'no locks')\nfcntl.flock = flock\n"
    Tables([str(tmp_path)]).write_all(by_table(extract("first")))
    code = no_locks + WRITER.format(here=str(HERE))
    running = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), "0", "4", str(revision)]) for revision in (1, 2, 1)
    ]
    assert [one.wait() for one in running] == [0] * 3
    wanted = sorted(["first.1", *(f"a{n}.2" for n in range(5))])
    assert ids(tmp_path) == ids(tmp_path, "entities") == ids(tmp_path, "meeting_reports") == wanted


def test_writers_killed_at_any_moment_lose_and_double_nothing_once_they_are_started_again(tmp_path):
    moments = random.Random(7)
    for _ in range(6):
        one = writer(tmp_path, 0, 12)
        time.sleep(1 + moments.random() * 1.5)
        one.send_signal(signal.SIGKILL)
        one.wait()
        if (tmp_path / "meeting_reports/_delta_log/00000000000000000000.json").exists():
            for table in ("articles", "entities", "meeting_reports"):
                assert len(ids(tmp_path, table)) == len(set(ids(tmp_path, table)))
    assert writer(tmp_path, 0, 12).wait() == 0
    for table in ("articles", "entities", "meeting_reports"):
        assert ids(tmp_path, table) == sorted(f"a{n}.1" for n in range(13))
    assert rows_of(tmp_path, "SELECT count(*) FROM articles") == [(13,)]
