"""The loop acknowledges what is durable and nothing else, finds the one message that fails, and lets the rest flow."""

import contextlib
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.running.own_process import HungError
from pipelines.running.stream_metrics import Metrics, percentile
from transforms.streams import Message, StreamError
from transforms.streams.attempts import Attempts
from transforms.streams.consumer import Consumer, Limits, StoppedError
from transforms.streams.fates import Fates
from transforms.streams.folder import FolderPublisher, FolderSubscription

FAST = Limits(messages=50, seconds=0.0, pause_seconds=0.0)


class KilledError(BaseException):
    """Stands for the end of the process: nothing after it runs."""


class World:
    """A stream with messages, tables (a list), and a chain that does what a test says."""

    def __init__(self, folder, count, limits=FAST):
        self.folder, self.limits = folder, limits
        self.sent = [f"m{index}" for index in range(count)]
        FolderPublisher(folder).publish([Message(text.encode(), {}, "") for text in self.sent])
        self.tables: list[str] = []
        self.letters: list[tuple[str, str]] = []
        self.runs: list[int] = []
        self.failing: dict[str, BaseException] = {}

    def run(self, messages):
        self.runs.append(len(messages))
        texts = [one.data.decode() for one in messages]
        for text in texts:
            if text in self.failing:
                raise self.failing[text]
        self.tables += texts
        return Fates(messages=len(texts), extracted=len(texts))

    def bury(self, message, error):
        self.letters.append((message.data.decode(), str(error)))

    def consume(self, idle=0.0, **changes):
        """One process: consumes, and at its end (also a violent one) gives up what the kernel would."""
        subscription = FolderSubscription(self.folder, "meetwire")
        attempts = Attempts(self.folder / "attempts.sqlite", "stream")
        self.consumer = Consumer(
            subscription,
            changes.get("run", self.run),
            changes.get("bury", self.bury),
            attempts,
            self.limits,
            changes.get("done", lambda messages, fates: None),
        )
        try:
            return self.consumer.consume(idle)
        finally:
            subscription.close()
            attempts.close()

    @property
    def backlog(self):
        subscription = FolderSubscription(self.folder, "meetwire")
        try:
            return subscription.backlog().messages
        finally:
            subscription.close()


def test_everything_goes_through_once_in_runs_of_bounded_size(tmp_path):
    world = World(tmp_path, 120)
    fates = world.consume()
    assert world.tables == world.sent
    assert world.runs == [50, 50, 20]
    assert (fates.messages, fates.extracted, world.backlog) == (120, 120, 0)


def test_nothing_is_acknowledged_before_it_is_durable(tmp_path):
    world = World(tmp_path, 10)

    def run(messages):
        raise KilledError

    with pytest.raises(KilledError):
        world.consume(run=run)
    assert world.backlog == 10
    world.consume()
    assert sorted(world.tables) == sorted(world.sent)


def test_a_poison_message_is_tried_so_often_then_dead_lettered_while_the_rest_flows(tmp_path):
    world = World(tmp_path, 60)
    world.failing = {"m7": ValueError("poison\nin two lines")}
    fates = world.consume()
    assert sorted(world.tables) == sorted(set(world.sent) - {"m7"})
    assert world.letters == [("m7", "poison\nin two lines")]
    assert (fates.messages, fates.extracted, dict(fates.dead_letters)) == (60, 59, {"stream": 1})
    assert fates.complete
    assert world.backlog == 0


def lives(world, most, **changes):
    """How many processes it takes until nothing is left."""
    for number in range(most):
        try:
            world.consume(**changes)
        except KilledError:
            continue
        if not world.backlog:
            return number + 1
    raise AssertionError(f"{world.backlog} left after {most} processes")


def test_a_message_that_ends_or_hangs_its_worker_is_dead_lettered_while_the_rest_flows(tmp_path):
    world = World(tmp_path, 60)
    world.failing = {"m7": RuntimeError("the process ended"), "m9": HungError("did not end")}
    world.consume()
    assert sorted(world.tables) == sorted(set(world.sent) - {"m7", "m9"})
    assert sorted(world.letters) == [("m7", "the process ended"), ("m9", "did not end")]


@given(st.lists(st.sampled_from(["kill", "stop"]), max_size=45))
@settings(max_examples=30)
def test_no_mix_of_kills_and_orderly_stops_buries_a_healthy_message(ends):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), 5)
        for end in ends:

            def ended(messages, end=end):
                raise KilledError if end == "kill" else StoppedError

            with contextlib.suppress(KilledError):
                world.consume(run=ended)
        world.consume()
        assert world.letters == []
        assert sorted(world.tables) == sorted(world.sent)


def test_where_its_end_takes_the_whole_container_along_it_is_dead_lettered_after_ten_times_the_tries(tmp_path):
    world = World(tmp_path, 60)
    world.failing = {"m7": KilledError()}
    assert lives(world, 100) == 10 * FAST.tries + 1
    assert sorted(world.tables) == sorted(set(world.sent) - {"m7"})
    assert world.letters == [("m7", "begun 50 times and never finished")]


@given(st.lists(st.integers(0, 5), max_size=40))
@settings(max_examples=50)
def test_processes_that_end_for_reasons_of_their_own_bury_nothing(ends):
    """Each process but the last is killed in its n-th run, whatever is in it."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), 60)
        for end in ends:
            left = [end]

            def killed(messages, left=left):
                left[0] -= 1
                if left[0] < 0:
                    raise KilledError
                return world.run(messages)

            with contextlib.suppress(KilledError):
                world.consume(run=killed)
        world.consume()
        assert world.letters == []
        assert sorted(set(world.tables)) == sorted(world.sent)
        assert len(world.tables) == len(world.sent)


def test_a_run_that_loses_an_element_counts_as_failed(tmp_path):
    world = World(tmp_path, 3)
    world.consume(run=lambda messages: Fates(messages=len(messages), extracted=len(messages) - 1))
    assert [text for text, _ in world.letters] == world.sent
    assert "not all came out" in world.letters[0][1]


def test_where_not_even_a_dead_letter_can_be_written_the_loop_ends_and_nothing_is_lost(tmp_path):
    world = World(tmp_path, 20)

    def full(*_):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        world.consume(run=full, bury=full)
    assert world.backlog == 20
    world.consume()
    assert sorted(set(world.tables)) == sorted(world.sent)
    assert world.letters == []


@pytest.mark.parametrize("times", [1, FAST.tries - 1, FAST.tries, 40])
def test_a_place_that_cannot_be_used_is_no_messages_fault_however_often_it_is_tried(tmp_path, times):
    world, left = World(tmp_path, 20), [times]

    def run(messages):
        left[0] -= 1
        if left[0] >= 0:
            raise OSError(5, "a file of the table is gone", "tables/articles")
        return world.run(messages)

    for _ in range(20):
        with contextlib.suppress(OSError):
            world.consume(run=run)
            break
    assert world.letters == []
    assert world.tables == world.sent
    assert world.runs == [20], "one company, since nothing was found wrong with it"


def test_where_every_message_fails_the_chain_is_at_fault_and_the_rest_is_kept(tmp_path):
    world = World(tmp_path, 60)

    def run(messages):
        raise AttributeError("a fault in the program")

    with pytest.raises(StreamError, match=r"10 messages in a row failed.*a fault in the program"):
        world.consume(run=run)
    assert len(world.letters) == 10
    assert world.backlog == 50
    world.consume()
    assert sorted([*world.tables, *(text for text, _ in world.letters)]) == sorted(world.sent)


def test_stop_finishes_the_run_under_way_and_gives_back_the_rest(tmp_path):
    world = World(tmp_path, 200)

    def run(messages):
        world.consumer.stop()
        return world.run(messages)

    world.consume(idle=None, run=run)
    assert len(world.tables) == 50
    assert world.backlog == 150
    world.consume()
    assert world.tables == world.sent


def test_it_ends_when_nothing_has_come_for_the_idle_time(tmp_path):
    world = World(tmp_path, 1)
    begin = time.monotonic()
    world.consume(idle=0.6)
    assert 0.6 <= time.monotonic() - begin < 20


def test_a_lease_is_kept_for_as_long_as_the_run_takes(tmp_path):
    world = World(tmp_path, 1)
    other = FolderSubscription(tmp_path, "meetwire", lease_seconds=0.2)
    first = FolderSubscription(tmp_path, "meetwire", lease_seconds=0.2)

    def run(messages):
        time.sleep(0.6)
        assert other.pull(10, 10**6, 0) == []
        return world.run(messages)

    attempts = Attempts(tmp_path / "attempts.sqlite", "stream")
    Consumer(first, run, world.bury, attempts, FAST).consume(0.0)
    assert world.tables == ["m0"]


@pytest.mark.parametrize("limits", [{"messages": 0}, {"tries": 2}])
def test_limits_that_cannot_work_are_refused(limits):
    with pytest.raises(ValueError, match="at least"):
        Limits(**limits)


def test_the_log_line_and_prometheus_say_the_same(tmp_path):
    world = World(tmp_path, 5)
    said: list[str] = []
    subscription = FolderSubscription(tmp_path, "watcher")
    metrics = Metrics(subscription.backlog, said.append, lambda: {"articles": 5}, every_seconds=0.05)
    with metrics:
        world.consume(done=metrics.done)
        until = time.monotonic() + 20
        while not any("latency p50 " in line for line in said) and time.monotonic() < until:
            time.sleep(0.01)
    assert any("stream: " in line and "backlog 5 (oldest " in line and "latency p50 " in line for line in said)
    assert metrics.registry.get_sample_value("meetwire_articles_total") == 5
    assert metrics.registry.get_sample_value("meetwire_backlog_messages") == 5
    assert metrics.registry.get_sample_value("meetwire_latency_seconds_count") == 5


def test_percentiles_are_of_the_nearest_rank():
    values = [float(value) for value in range(1, 101)]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.95, 1.0)] == [1.0, 50.0, 95.0, 100.0]
    assert percentile([3.0], 0.95) == 3.0
