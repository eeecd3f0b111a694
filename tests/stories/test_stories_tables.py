"""Tables hold the same meetings and people however the reports came, after a kill, and after a rebuild."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from making import content, health, ticking
from told_stories import written

from pipelines import cli
from transforms.tables import merging
from transforms.tables.delta_lake.derived import DeltaHeld
from transforms.tables.delta_lake.lookup import Lookup
from transforms.tables.delta_lake.store import Store
from transforms.tables.layout import LAYOUTS, STORED
from transforms.tables.sinks import Tables

MERGED = ("articles", "meeting_reports", "meetings", "actors", "who_met_whom")
HERE = Path(__file__).parent


def merged(folder):
    held = content(folder)
    return {table: held[table] for table in MERGED}


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories") / "tables"
    articles, reports = written("test")
    Tables([str(folder)], ticking()).write_all({"articles": articles, "entities": [], "meeting_reports": reports})
    return folder


def in_batches(folder, seed, count=4):
    """Writes the stories in ``count`` batches of articles in an order of the seed's, some of them twice."""
    articles, reports = written("test")
    random.Random(seed).shuffle(articles)
    size = -(-len(articles) // count)
    for begin in range(0, len(articles), size):
        some = articles[max(0, begin - 2) : begin + size]
        of = {article.article_id for article in some}
        told = [report for report in reports if report.article_id in of]
        Tables([str(folder)], ticking()).write_all({"articles": some, "entities": [], "meeting_reports": told})


def test_batches_in_any_order_give_what_all_at_once_gives(at_once, tmp_path):
    in_batches(tmp_path, seed=7)
    assert merged(tmp_path) == merged(at_once)


def test_what_is_told_again_is_not_merged_again_and_what_is_told_otherwise_is(at_once, tmp_path, capsys):
    shutil.copytree(at_once, tmp_path / "again")
    articles, reports = written("test")
    ids = {article.article_id for article in articles}
    held = DeltaHeld(Store(str(tmp_path / "again")), {name: Lookup(LAYOUTS[STORED[name]].group) for name in STORED})
    assert not any(merging.merged(held, ids))
    other = next(a for a in articles if a.article_id == reports[0].article_id)._replace(link="https://moved.example/")
    told = [report for report in reports if report.article_id == other.article_id]
    Tables([str(tmp_path / "again")]).write_all({"articles": [other], "entities": [], "meeting_reports": told})
    shown = asked(capsys, "meetings", "--tables", str(tmp_path / "again"))[1]
    links = {s["link"] for m in shown for s in m["sources"] if s["article_id"] == other.article_id}
    assert links == {other.link}
    assert not any(merging.merged(held, ids))


def test_a_rebuild_changes_nothing_and_makes_what_is_lost(at_once, capsys):
    before = merged(at_once)
    assert cli.main(["rebuild", "--json", "--tables", str(at_once)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["merged_meetings"] == len(before["meetings"])
    assert merged(at_once) == before


def test_tables_of_an_earlier_version_are_merged_before_the_next_write(at_once, tmp_path):
    shutil.copytree(at_once, tmp_path / "old")
    for table in ("merged_meetings", "merged_reports", "article_sketches"):
        shutil.rmtree(tmp_path / "old" / table)
    with pytest.raises(FileNotFoundError, match="meetwire rebuild"):
        content(tmp_path / "old")
    Tables([str(tmp_path / "old")]).write("feed_health", [health()])
    assert merged(tmp_path / "old") == merged(at_once)


def test_a_writer_that_is_killed_and_begun_again_leaves_what_one_that_was_not_leaves(at_once, tmp_path):
    code = (
        f"import sys; sys.path[:0] = {[str(HERE), str(HERE.parent / 'unit/tables')]!r}; import test_stories_tables as t"
    )
    command = [sys.executable, "-c", f"{code}; print('go', flush=True); t.in_batches({str(tmp_path)!r}, 3)"]
    for seconds in (0.4, 1.0, 1.6):
        writer = subprocess.Popen(command, stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(seconds)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    in_batches(tmp_path, seed=3)
    assert merged(tmp_path) == merged(at_once)


@pytest.mark.parametrize("commits", [0, 1, 2])
def test_a_rebuild_that_is_killed_leaves_tables_that_the_next_one_makes_whole(at_once, tmp_path, commits):
    folder = tmp_path / "tables"
    shutil.copytree(at_once, folder)
    code = f"""if True:
        import itertools, os, signal
        from pipelines import cli
        from transforms.tables.delta_lake import derived
        commit, count = derived.write_deltalake, itertools.count()
        def dying(*given, **named):
            if next(count) == {commits}:
                os.kill(os.getpid(), signal.SIGKILL)
            commit(*given, **named)
        derived.write_deltalake = dying
        cli.main(["rebuild", "--tables", {str(folder)!r}])"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    assert merged(folder) == merged(at_once)
    (left,) = (folder / "_meetwire").glob("aside-*")
    os.utime(left, (0, 0))
    assert cli.main(["rebuild", "--tables", str(folder)]) == 0
    assert merged(folder) == merged(at_once)
    assert not left.exists()


def asked(capsys, *command):
    code = cli.main([*command, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_meetings_are_chosen_by_who_met_whom_and_a_timeline_is_by_time(at_once, capsys):
    tables = ("--tables", str(at_once))
    with_both = asked(capsys, "meetings", "--who", "Hyun-woo Kim", "--with", "Claire Moreau", *tables)[1]
    assert with_both
    for meeting in with_both:
        assert {"Kim Hyun-woo", "Claire Moreau"} & {p["name"] for p in meeting["participants"]}
    days = [m["date"]["start"] for m in asked(capsys, "timeline", "Kim Hyun-woo", *tables)[1]]
    assert days == sorted(days)
    assert len(days) >= len(with_both)
    assert {m["status"] for m in asked(capsys, "meetings", "--status", "cancelled", *tables)[1]} == {"cancelled"}
    (kim,) = asked(capsys, "actors", "Kim Hyun-woo", *tables)[1]
    assert kim["country"] == "KR"
    assert len(kim["offices"]) > 1


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (["meetings", "--who", "Nobody Atall"], "nobody is called"),
        (["meetings", "--with", "Claire Moreau"], "--with goes with --who"),
        (["meetings", "--since", "2026-02-01", "--until", "2026-01-01"], "is not before"),
        (["timeline", ""], "nobody is called"),
        (["timeline", "Kim"], "give an actor_id"),
    ],
)
def test_what_names_nobody_or_too_many_is_refused_in_one_line(at_once, capsys, command, fault):
    assert cli.main([*command, "--tables", str(at_once)]) == 2
    said = capsys.readouterr().err
    assert fault in said
    assert said.count("\n") == 1
