"""Consumers killed at random with compaction and readers beside, and writers that cannot see each other: nothing is lost
or doubled, in the views or for a plain reader."""

import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest
from deployment import ROOT, Deployment, articles, publish, wait_for

from transforms.streams.create import create_stream
from transforms.tables.layout import LAYOUTS
from transforms.tables.queries.database import connect

KEYS = {
    "articles": ["article_id"],
    **{table: list(LAYOUTS[table].keys) for table in ("entities", "meeting_reports", "dead_letters")},
}
COMPACTS = """
import sys, time
from transforms.tables.delta_lake.compaction import compact
while True:
    try:
        compact(sys.argv[1])
        print(flush=True)
    except FileNotFoundError:
        pass
    time.sleep(0.5)
"""


class Reader:
    """Reads the tables again and again as two kinds of users do, and counts what it should never see."""

    def __init__(self, tables: Path) -> None:
        self.tables, self.reads, self.articles = tables, 0, 0
        self.wrong: Counter[str] = Counter()

    def read(self) -> None:
        """One look by DuckDB's views, and one by polars."""
        try:
            connection = connect(str(self.tables))
        except FileNotFoundError:
            return
        with connection:
            for table, keys in KEYS.items():
                count = f"SELECT count(*), count(DISTINCT ({', '.join(keys)})) FROM {table}"
                rows, different = connection.execute(count).fetchone()
                self.wrong["doubled in the views"] += rows - different
        for table, keys in KEYS.items():
            held = pl.read_delta(str(self.tables / table))
            self.wrong["doubled in pl.read_delta"] += held.height - held.select(keys).n_unique()
            if table == "articles":
                self.wrong["lost again"] += max(0, self.articles - held.height)
                self.articles = held.height
        self.reads += 1


def again_and_again(ended: threading.Event, step: Callable[[], None]) -> None:
    while not ended.wait(0.5):
        step()


def compacting(tables: Path, done: Counter, draw: random.Random) -> None:
    """Compacts for some seconds in a process of its own, which is then killed."""
    command = [sys.executable, "-c", COMPACTS, str(tables)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    time.sleep(5 + 10 * draw.random())
    process.kill()
    done["compactions"] += process.communicate()[0].count("\n")
    done["of compaction"] += 1


def killed(deployment: Deployment, kills: int, seed: int, done: list[int]) -> None:
    """A consumer that is killed so often: every other time at its work, else while it starts.

    It works for no longer than it took to start, so that a busy machine gives it time for some work too.
    """
    draw, start = random.Random(seed), 3.0
    for kill in range(kills):
        begun = time.monotonic()
        process = deployment.start("stream", "--max-messages", "10", "--gather", "0.2s")
        if kill % 2:
            wait_for(process, "reading", 120)
            start = time.monotonic() - begun
        time.sleep(start * draw.random())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        done.append(kill)


LONG = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.mark.parametrize(
    ("kind", "count", "kills"),
    [("folder", 40, 2), *(pytest.param(kind, 300, 100, marks=LONG) for kind in ("folder", "pubsub"))],
)
def test_kills_of_two_consumers_and_of_compaction_beside_readers_lose_and_double_nothing(
    tmp_path, embedded, monkeypatch, capsys, kind, count, kills
):
    begun, address = time.monotonic(), None
    if kind == "pubsub":
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", embedded.host)
        address = f"pubsub://project-{abs(hash(str(tmp_path)))}/articles/meetwire"
        create_stream(address)
    raws = articles(tmp_path, count)
    deployment, undisturbed = Deployment(tmp_path / "killed", address, embedded.host), Deployment(tmp_path / "calm")
    publish(undisturbed.stream, raws)
    undisturbed.run("batch")
    expected = undisturbed.rows()

    reader, done, ended, draw = Reader(deployment.tables), Counter(), threading.Event(), random.Random(count)
    ends: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        beside = [
            pool.submit(again_and_again, ended, reader.read),
            pool.submit(again_and_again, ended, lambda: compacting(deployment.tables, done, draw)),
        ]
        consumers = [pool.submit(killed, deployment, kills // 2, seed, ends) for seed in range(2)]
        try:
            for part in range(10):  # there is work until the end
                while len(ends) < kills * part // 10 and not all(one.done() for one in consumers):
                    time.sleep(0.1)
                publish(deployment.stream, raws[count * part // 10 : count * (part + 1) // 10])
            for consumer in consumers:
                consumer.result()
            # What a killed one held on Pub/Sub comes again after a minute.
            last = deployment.start("stream", "--stop-when-idle", "70s" if kind == "pubsub" else "5s")
            _, said = last.communicate(timeout=900)
        finally:
            ended.set()
        for one in beside:
            one.result()
    reader.read()
    rows = deployment.rows()
    lost = sum((Counter(expected[table]) - Counter(rows[table])).total() for table in expected)
    more = sum((Counter(rows[table]) - Counter(expected[table])).total() for table in expected)
    with capsys.disabled():
        print(
            f"\n{kind}: {count} articles, {kills} SIGKILLs of two consumers and {done['of compaction']} of compaction "
            f"({done['compactions']} done), {reader.reads} reads beside, {time.monotonic() - begun:.0f} s: {lost} rows "
            f"lost, {more} too many, {reader.wrong['doubled in the views']} doubled in the views, "
            f"{reader.wrong['doubled in pl.read_delta']} doubled in pl.read_delta, {reader.wrong['lost again']} lost again"
        )
    assert last.returncode == 0, said
    assert rows == expected
    assert reader.reads > 2
    assert not +reader.wrong


WRITERS = """
import os, sys
sys.path.insert(0, sys.argv[4])
from making import by_table, extract
from transforms.tables.sinks import Tables

space, folder, left, failed, running = sys.argv[1], sys.argv[2], int(sys.argv[3]), 0, 0
while left or running:
    if left and running < 4:
        if not os.fork():
            try:
                Tables([folder]).write_all(by_table(extract(f"{space}-{os.getpid()}"), extract("shared", left)))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", flush=True)
                os._exit(1)
            os._exit(0)
        left, running = left - 1, running + 1
    else:
        failed, running = failed + bool(os.wait()[1]), running - 1
print(os.getpid(), failed)
"""


@pytest.mark.parametrize("writers", [8, pytest.param(80, marks=pytest.mark.soak)])
def test_writers_in_two_containers_on_one_folder_disturb_each_other_in_nothing(tmp_path, capsys, writers):
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this machine makes no PID namespaces (unshare --pid)")
    (tmp_path / "writers.py").write_text(WRITERS)
    command = [*unshare, sys.executable, str(tmp_path / "writers.py")]
    making = ROOT / "tests" / "unit" / "tables"
    begun = time.monotonic()
    spaces = [
        subprocess.Popen(
            [*command, name, str(tmp_path / "tables"), str(writers // 2), str(making)],
            cwd=ROOT,
            env={**Deployment(tmp_path).environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    said = [space.communicate(timeout=300)[0] for space in spaces]
    held = pl.read_delta(str(tmp_path / "tables" / "articles"))
    names = held["article_id"].unique()
    failed = sum(int(text.split()[-1]) for text in said)
    with capsys.disabled():
        print(
            f"\n{writers} writers in two PID namespaces, {time.monotonic() - begun:.0f} s: {failed} failed, "
            f"{writers + 1 - len(names)} articles lost, {held.height - len(names)} doubled"
        )
    assert [text.split()[-2:] for text in said] == [["1", "0"]] * 2, said
    assert held.height == len(names) == writers + 1
    assert held.filter(pl.col("article_id") == "shared")["revision"].to_list() == [writers // 2]
