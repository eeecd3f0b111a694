"""Several processes read articles at once; one that fails ends all, and no more are started than there is work for."""

import dataclasses
import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines import streaming
from pipelines.configuration.settings import LanguageSettings, Settings, SettingsError
from pipelines.running import capacity, own_process
from pipelines.running.own_process import Pool
from transforms.streams import Received
from transforms.streams.attempts import Attempts
from transforms.streams.consumer import Consumer, Limits, consume_together
from transforms.streams.fates import Fates
from transforms.streams.given import GivenSubscription

GB = 10**9


def received(number):
    return Received(str(number), b"x", {}, str(number), "", 1)


def process_id(messages):
    time.sleep(0.3)
    return Fates(messages=os.getpid())


@pytest.fixture
def pool(monkeypatch):
    monkeypatch.setattr(own_process, "HANGS_SECONDS", 60.0)
    with Pool(process_id, Settings(), 2) as started:
        yield started


def test_calls_at_once_go_to_different_processes_and_calls_in_turn_to_the_first(pool):
    in_turn = {pool([received(number)]).messages for number in range(3)}
    assert len(in_turn) == 1
    with ThreadPoolExecutor(2) as threads:
        at_once = {fates.messages for fates in threads.map(lambda number: pool([received(number)]), range(2))}
    assert len(at_once) == 2
    assert in_turn < at_once


def test_processes_for_known_work_are_started_at_once():
    with Pool(process_id, Settings(), 3, at_once=2):
        started = [child for child in multiprocessing.active_children() if child.is_alive()]
    assert len(started) == 2


def test_no_process_is_left_where_the_model_cannot_be_used():
    without = dataclasses.replace(Settings(), language=LanguageSettings(model="no_such_model"))
    with pytest.raises(SettingsError, match="no_such_model"), Pool(process_id, without, 2, at_once=2):
        pass
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("backlog", "count", "expected"),
    [(0, 2, 100), (50, 2, 100), (150, 2, 100), (401, 3, 134), (1_000, 1, 200), (1_000, 2, 167), (2_000, 2, 200)],
)
def test_a_known_backlog_is_shared_so_that_each_process_has_as_many_runs(backlog, count, expected):
    assert streaming.share(backlog, count, 200) == expected


def consumers(tmp_path, subscription, run, count, buried=None):
    attempts = Attempts(tmp_path / "attempts.sqlite", "stream")
    limits = Limits(messages=10, seconds=0.0, pause_seconds=0.0)

    def bury(message, error):
        buried.append(message.message_id)

    return [Consumer(subscription, run, bury, attempts, limits) for _ in range(count)]


def all_well(messages):
    return Fates(messages=len(messages), extracted=len(messages))


def test_consumers_together_take_each_message_once(tmp_path):
    taken, lock = [], threading.Lock()

    def run(messages):
        time.sleep(0.01)
        with lock:
            taken.extend(one.message_id for one in messages)
        return all_well(messages)

    given = GivenSubscription(received(number) for number in range(500))
    fates = consume_together(consumers(tmp_path, given, run, 4), 0.0)
    assert sorted(taken, key=int) == [str(number) for number in range(500)]
    assert (fates.messages, fates.extracted) == (500, 500)


def test_one_bad_message_among_consumers_is_a_dead_letter_and_the_rest_goes_through(tmp_path):
    def run(messages):
        if any(one.message_id == "77" for one in messages):
            raise ValueError("bad")
        return all_well(messages)

    buried = []
    given = GivenSubscription(received(number) for number in range(200))
    fates = consume_together(consumers(tmp_path, given, run, 3, buried), 0.0)
    assert buried == ["77"]
    assert (fates.extracted, fates.dead_letters["stream"]) == (199, 1)


def test_a_place_that_fails_for_one_ends_all_and_is_told(tmp_path):
    begun = []

    def run(messages):
        begun.append(len(messages))
        if int(messages[0].message_id) >= 50:
            raise OSError(28, "No space left on device", "tables")
        time.sleep(0.01)
        return all_well(messages)

    given = GivenSubscription(received(number) for number in range(100_000))
    with pytest.raises(OSError, match="No space left"):
        consume_together(consumers(tmp_path, given, run, 3), 0.0)
    assert len(begun) < 100


def test_a_stop_of_one_stops_all(tmp_path):
    def run(messages):
        if messages[0].message_id == "50":
            together[0].stop()
        time.sleep(0.005)
        return all_well(messages)

    given = GivenSubscription(received(number) for number in range(100_000))
    together = consumers(tmp_path, given, run, 3)
    fates = consume_together(together, 0.0)
    assert 49 <= fates.messages < 1_000  # those that two others had taken meanwhile come again


@pytest.mark.parametrize(
    ("asked", "cpu", "available", "memory", "expected"),
    [
        (3, "100000 100000", GB, None, 3),
        (0, "400000 100000", 100 * GB, None, 4),
        (0, "50000 100000", 100 * GB, None, 1),
        (0, "max 100000", 100 * GB, None, 8),
        (0, "garbage", 100 * GB, None, 8),
        (0, "max 100000", 2 * GB, None, 3),
        (0, "max 100000", 100 * GB, (1_300_000_000, 0), 2),
        (0, "max 100000", 100 * GB, (1_300_000_000, 1_299_000_000), 1),
        (0, None, None, None, 8),
    ],
)
def test_as_many_workers_as_cores_and_memory_and_container_allow(
    tmp_path, monkeypatch, asked, cpu, available, memory, expected
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    if cpu:
        (tmp_path / "cpu.max").write_text(cpu + "\n")
    if memory:
        for name, size in zip(("memory.max", "memory.current"), memory, strict=True):
            (tmp_path / name).write_text(f"{size}\n")
    meminfo = tmp_path / "meminfo"
    if available:
        meminfo.write_text(f"MemTotal: 1 kB\nMemAvailable:   {available // 1024} kB\n")
    assert capacity.workers(asked, tmp_path, meminfo) == expected
