"""Compaction: fewer files, the same content, while others read and write, whenever it is killed."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from making import article, by_table, content, entity, extract, health, report, rows_of, ticking

from transforms.tables import commits
from transforms.tables.ask import ask
from transforms.tables.compact import compact
from transforms.tables.folders import open_folder
from transforms.tables.layout import COMMITS
from transforms.tables.sinks import Tables

NOW = timedelta(0)


@pytest.fixture(params=["", "jsonl:"], ids=["parquet", "jsonl"])
def target(request, tmp_path):
    """Eight commits: new articles, revisions, an article extracted three times, polls, dead letters."""
    name = f"{request.param}{tmp_path / 'tables'}"
    tables = Tables([name], ticking())
    for n in (1, 2, 3):
        tables.write_all(by_table(extract(f"a{n}"), extract(f"b{n}", published=None)))
        tables.write("feed_health", [health(at=f"2023-04-17T0{n}:00:00Z")])
    tables.write_all(by_table(extract("a2", 2, "planned"), extract("c", published="nix")))
    made = article("a1")
    again = [report(made, "planned"), report(made, "held", "other")]
    tables.write_all({"articles": [made], "entities": [entity(made, "Bo Kim")], "meeting_reports": again})
    return name


def files(target):
    return [file.path for file in commits.live(open_folder(target.removeprefix("jsonl:")))]


def test_few_files_hold_what_many_held(target):
    held, before = content(target), files(target)
    done = compact(target, datetime.now(UTC))
    assert content(target) == held
    assert (done.before, done.after) == (len(before), len(files(target)))
    partitions = {path.rpartition("/")[0] for path in before}
    assert len(files(target)) == len(partitions) < len(before)
    assert done.dropped == 2  # the entity and the report of the first extraction of a1


def test_compacting_again_changes_nothing(target):
    compact(target, datetime.now(UTC))
    held, before = content(target), files(target)
    done = compact(target, datetime.now(UTC))
    assert (files(target), content(target)) == (before, held)
    assert (done.rows, done.dropped) == (0, 0)


def test_a_query_that_has_begun_ends_well_and_what_is_left_is_deleted_after_the_grace_period(target):
    root = Path(target.removeprefix("jsonl:"))
    with ask(target, "SELECT * FROM article_revisions") as answer:
        compact(target, datetime.now(UTC))
        assert len(list(answer.rows)) == 7
    stale = [path for path in root.glob("*/*=*/*") if path.relative_to(root).as_posix() not in files(target)]
    assert stale
    assert compact(target, datetime.now(UTC)).deleted == 0
    held = content(target)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert compact(target, later).deleted >= len(stale)
    assert not any(path.exists() for path in stale)
    assert content(target) == held


def test_all_commits_become_one(target):
    folder = open_folder(target.removeprefix("jsonl:"))
    assert len(folder.names(COMMITS)) == 9
    compact(target, datetime.now(UTC), NOW)
    compact(target, datetime.now(UTC), NOW)
    held = content(target)
    compact(target, datetime.now(UTC), NOW)
    assert len(folder.names(COMMITS)) <= 3
    assert content(target) == held


def test_an_extraction_after_a_compaction_replaces_what_was_compacted(target):
    compact(target, datetime.now(UTC), NOW)
    made = article("a3")
    Tables([target]).write_all({"articles": [made], "entities": [], "meeting_reports": []})
    assert not [row for row in content(target)["meeting_reports"] if row[2] == "a3"]
    compact(target, datetime.now(UTC), NOW)
    assert not [row for row in content(target)["meeting_reports"] if row[2] == "a3"]


def test_writing_the_same_again_after_its_files_were_compacted_adds_nothing(target):
    compact(target, datetime.now(UTC), NOW)
    held = content(target)
    Tables([target]).write_all(by_table(extract("a3"), extract("b3", published=None)))
    assert content(target) == held
    compact(target, datetime.now(UTC), NOW)
    assert content(target) == held


def test_a_file_that_was_taken_out_and_is_written_again_is_not_deleted(target):
    """The writer finds its file, which compaction is about to delete, and commits it."""
    from transforms.tables.sinks import open_sink, to_lines

    compact(target, datetime.now(UTC))
    sink, lines = open_sink(target), to_lines(by_table(extract("a3"), extract("b3", published=None)))[0]
    staged = sink.stage(lines, datetime.now(UTC))
    compact(target, datetime.now(UTC) + timedelta(hours=1))
    sink.commit(staged, datetime.now(UTC))
    assert [row[0] for row in content(target)["articles"]].count("a3") == 1
    assert all((Path(target.removeprefix("jsonl:")) / file.path).exists() for file in staged)


def test_writers_and_readers_go_on_while_files_are_compacted(tmp_path):
    target, stop, faults = str(tmp_path / "tables"), threading.Event(), []
    Tables([target]).write_all(by_table(extract("a")))

    def write():
        for n in range(8):
            Tables([target]).write_all(by_table(extract(f"w{n}")))
        stop.set()

    def read():
        while not stop.is_set():
            (count,), *_ = rows_of(target, "SELECT count(*) FROM articles a JOIN meeting_reports r USING (revision_id)")
            if seen and count < seen[-1]:
                faults.append((seen[-1], count))
            seen.append(count)

    seen: list[int] = []
    threads = [threading.Thread(target=write), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    while not stop.is_set():
        compact(target, datetime.now(UTC))
    for thread in threads:
        thread.join()
    compact(target, datetime.now(UTC))
    assert not faults
    assert len(content(target)["articles"]) == 9
    assert len(files(target)) == 3


def test_killed_before_its_commit_it_has_changed_nothing(target, monkeypatch):
    held = content(target)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(commits, "commit", killed)
        compact(target, datetime.now(UTC))
    assert content(target) == held
    compact(target, datetime.now(UTC))
    assert content(target) == held


def test_the_command_says_what_it_did(target, capsys):
    from pipelines import cli

    if "compact" not in cli.COMMANDS:
        pytest.skip("not a command yet")
    assert cli.main(["compact", "--tables", target, "--json"]) == 0
    assert '"before": ' in capsys.readouterr().out
    assert cli.main(["compact", "--tables", target, "--grace", "soon"]) == 2
