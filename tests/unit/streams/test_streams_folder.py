"""The embedded stream keeps every message, shows none by half, and gives each one until it is acknowledged."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from transforms.streams import Message, StreamError, open_publisher, open_subscription, read_range
from transforms.streams.folder import LEASE_SECONDS, FolderPublisher, FolderSubscription
from transforms.streams.message import MAX_MESSAGE_BYTES, MessageRefusedError
from transforms.streams.segments import Log

START = datetime(2023, 4, 17, 3, tzinfo=UTC)


def message(text: str, **attributes: str) -> Message:
    return Message(text.encode(), attributes, "")


def publish(folder, *texts: str) -> list[str]:
    return FolderPublisher(folder).publish([message(text) for text in texts])


def texts(received) -> list[str]:
    return [one.data.decode() for one in received]


class Clock:
    def __init__(self) -> None:
        self.now = START.timestamp()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def subscribe(folder, clock, name="meetwire") -> FolderSubscription:
    return FolderSubscription(folder, name, lease_seconds=60, clock=clock, sleep=clock.sleep)


def test_messages_come_out_as_they_went_in(tmp_path, clock):
    sent = [
        Message(b'{"title":"\xe6\x97\xa5\xe6\x9c\xac"}', {"article_id": "a1", "published": ""}, "a1"),
        Message(bytes(range(256)), {}, ""),
        Message(b"", {"k": "v\n\x00\u2028"}, "key\n"),
    ]
    ids = FolderPublisher(tmp_path).publish(sent)
    got = subscribe(tmp_path, clock).pull(10, 10**6, 0)
    assert [(one.data, one.attributes) for one in got] == [(one.data, one.attributes) for one in sent]
    assert [one.message_id for one in got] == ids == sorted(ids)
    assert [one.delivery_attempt for one in got] == [1, 1, 1]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.binary(max_size=200), st.dictionaries(st.text(max_size=9), st.text(max_size=9)))))
def test_any_bytes_and_any_text_survive(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("stream")
    sent = [Message(data, attributes, "") for data, attributes in pairs]
    results = FolderPublisher(folder).publish(sent)
    taken = [one for one, result in zip(sent, results, strict=True) if isinstance(result, str)]
    assert [(r.data, r.attributes) for r in read_range(f"folder:{folder}")] == [(m.data, m.attributes) for m in taken]
    assert all(isinstance(result, str | MessageRefusedError) for result in results)


def test_a_message_is_given_again_until_it_is_acknowledged(tmp_path, clock):
    publish(tmp_path, "one", "two")
    subscription = subscribe(tmp_path, clock)
    first = subscription.pull(10, 10**6, 0)
    assert subscription.pull(10, 10**6, 0) == []
    clock.now += 61
    second = subscription.pull(10, 10**6, 0)
    assert texts(second) == ["one", "two"]
    assert [one.delivery_attempt for one in second] == [2, 2]
    subscription.acknowledge([second[0].ack_id])
    clock.now += 61
    assert texts(subscription.pull(10, 10**6, 0)) == ["two"]
    assert [one.message_id for one in first] == [one.message_id for one in second]


def test_acknowledging_out_of_order_neither_loses_nor_repeats(tmp_path, clock):
    publish(tmp_path, *"abcde")
    subscription = subscribe(tmp_path, clock)
    got = subscription.pull(10, 10**6, 0)
    subscription.acknowledge([got[4].ack_id, got[2].ack_id])
    subscription.close()
    again = subscribe(tmp_path, clock)
    assert texts(again.pull(10, 10**6, 0)) == ["a", "b", "d"]


def test_a_late_acknowledgement_counts_and_a_late_release_does_not(tmp_path, clock):
    publish(tmp_path, "one", "two")
    subscription = subscribe(tmp_path, clock)
    first = subscription.pull(10, 10**6, 0)
    clock.now += 61
    second = subscription.pull(10, 10**6, 0)
    subscription.acknowledge([first[0].ack_id])
    subscription.release([first[1].ack_id])
    assert subscription.pull(10, 10**6, 0) == []
    subscription.release([second[1].ack_id])
    assert texts(subscription.pull(10, 10**6, 0)) == ["two"]


def test_an_extended_lease_is_kept(tmp_path, clock):
    publish(tmp_path, "one")
    subscription = subscribe(tmp_path, clock)
    (got,) = subscription.pull(1, 10**6, 0)
    for _ in range(5):
        clock.now += 50
        subscription.extend([got.ack_id], 60)
    assert subscription.pull(1, 10**6, 0) == []


def test_pull_keeps_to_messages_and_bytes_but_gives_at_least_one(tmp_path, clock):
    publish(tmp_path, "x" * 1000, "y" * 1000, "z" * 1000, "w")
    subscription = subscribe(tmp_path, clock)
    assert [len(one.data) for one in subscription.pull(10, 10, 0)] == [1000]
    assert [one.data[:1] for one in subscription.pull(10, 1500, 0)] == [b"y"]
    assert [one.data[:1] for one in subscription.pull(1, 10**6, 0)] == [b"z"]
    assert [one.data[:1] for one in subscription.pull(10, 10**6, 0)] == [b"w"]


def test_pull_waits_for_the_first_message(tmp_path):
    subscription = FolderSubscription(tmp_path, "meetwire")
    timer = threading.Timer(0.2, publish, (tmp_path, "late"))
    timer.start()
    assert texts(subscription.pull(10, 10**6, 30)) == ["late"]
    timer.join()


def test_two_names_are_two_positions(tmp_path, clock):
    publish(tmp_path, "one")
    first, second = subscribe(tmp_path, clock, "first"), subscribe(tmp_path, clock, "second")
    assert texts(first.pull(1, 10**6, 0)) == texts(second.pull(1, 10**6, 0)) == ["one"]


def test_what_a_closed_subscription_held_is_given_at_once(tmp_path, clock):
    publish(tmp_path, "one")
    first = subscribe(tmp_path, clock)
    first.pull(1, 10**6, 0)
    other = subscribe(tmp_path, clock)
    assert other.pull(1, 10**6, 0) == []
    first.close()
    assert texts(other.pull(1, 10**6, 0)) == ["one"]


def test_the_backlog_counts_what_is_not_acknowledged(tmp_path, clock):
    FolderPublisher(tmp_path, lambda: START).publish([message("a"), message("b")])
    FolderPublisher(tmp_path, lambda: START + timedelta(hours=1)).publish([message("c")])
    subscription = subscribe(tmp_path, clock)
    total = Log(tmp_path).size()
    assert subscription.backlog() == (3, total, "2023-04-17T03:00:00.000000Z")
    got = subscription.pull(2, 10**6, 0)
    assert subscription.backlog() == (3, total, "2023-04-17T03:00:00.000000Z")
    subscription.acknowledge([one.ack_id for one in got])
    assert subscription.backlog()[::2] == (1, "2023-04-17T04:00:00.000000Z")
    subscription.acknowledge([one.ack_id for one in subscription.pull(2, 10**6, 0)])
    assert subscription.backlog() == (0, 0, None)


def test_a_range_of_time_is_read_without_moving_a_position(tmp_path, clock, monkeypatch):
    monkeypatch.setattr("transforms.streams.segments.SEGMENT_BYTES", 160)
    for hour in range(8):
        FolderPublisher(tmp_path, lambda hour=hour: START + timedelta(hours=hour)).publish([message(f"h{hour}")])
    assert len(Log(tmp_path).segments()) > 2
    span = read_range(f"folder:{tmp_path}", START + timedelta(hours=2), START + timedelta(hours=5))
    assert texts(span) == ["h2", "h3", "h4"]
    assert texts(read_range(f"folder:{tmp_path}")) == [f"h{hour}" for hour in range(8)]
    assert len(subscribe(tmp_path, clock).pull(10, 10**6, 0)) == 8


def test_times_never_go_back_though_the_clock_does(tmp_path):
    for hour in (5, 1, 6):
        FolderPublisher(tmp_path, lambda hour=hour: START + timedelta(hours=hour)).publish([message(str(hour))])
    times = [one.published_at for one in read_range(f"folder:{tmp_path}")]
    assert times == sorted(times)


def test_half_a_message_is_never_seen_and_the_next_writer_removes_it(tmp_path, clock):
    publish(tmp_path, "whole")
    ((_, path),) = Log(tmp_path).segments()
    whole = path.read_bytes()
    subscription = subscribe(tmp_path, clock)
    for cut in range(len(whole)):
        path.write_bytes(whole + whole[:cut])
        assert texts(read_range(f"folder:{tmp_path}")) == ["whole"]
    publish(tmp_path, "next")
    assert texts(subscription.pull(10, 10**6, 0)) == ["whole", "next"]


def test_a_damaged_line_comes_out_whole_as_what_it_is_and_the_rest_flows(tmp_path, clock):
    publish(tmp_path, "one", "two", "three")
    ((_, path),) = Log(tmp_path).segments()
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"twx"'))
    subscription = subscribe(tmp_path, clock)
    got = subscription.pull(10, 10**6, 0)
    assert (got[0].data, got[2].data) == (b"one", b"three")
    assert b'"twx"' in got[1].data
    assert "checksum is wrong" in got[1].attributes["damaged"]
    subscription.acknowledge([one.ack_id for one in got])
    assert subscription.backlog().messages == 0


def test_too_large_a_message_is_refused_by_name_and_its_neighbours_are_kept(tmp_path):
    large = Message(b"x" * (MAX_MESSAGE_BYTES + 1), {}, "")
    long_value = Message(b"", {"feed_url": "u" * 1025}, "")
    results = FolderPublisher(tmp_path).publish([message("a"), large, long_value, message("b")])
    assert isinstance(results[0], str)
    assert isinstance(results[3], str)
    assert "10,000,001 bytes, and a message may have 10,000,000" in str(results[1])
    assert "feed_url" in str(results[2])
    assert texts(read_range(f"folder:{tmp_path}")) == ["a", "b"]


def test_a_full_disk_is_one_line_and_what_was_whole_is_kept(tmp_path, monkeypatch):
    publish(tmp_path, "before")
    real = os.write

    def full(descriptor: int, data) -> int:
        if len(data) < 200:
            raise OSError(28, "No space left on device")
        return real(descriptor, data[:200])

    monkeypatch.setattr("transforms.streams.segments.os.write", full)
    results = publish(tmp_path, "a", "b", "c" * 50)
    monkeypatch.undo()
    kept = [text for text, result in zip(("a", "b", "c" * 50), results, strict=True) if isinstance(result, str)]
    assert kept
    assert isinstance(results[-1], StreamError)
    assert "cannot write to the stream: No space left on device" in str(results[-1])
    publish(tmp_path, "after")
    assert texts(read_range(f"folder:{tmp_path}")) == ["before", *kept, "after"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    (result,) = publish(tmp_path / "file" / "stream", "a")
    assert "file/stream: cannot write to the stream: Not a directory" in str(result)
    with pytest.raises(StreamError, match="cannot open subscription 'meetwire'"):
        open_subscription(f"folder:{tmp_path}/file/stream")


def test_a_position_beyond_the_stream_says_what_to_do(tmp_path, clock):
    publish(tmp_path, "one")
    subscription = subscribe(tmp_path, clock)
    subscription.pull(1, 10**6, 0)
    for _, path in Log(tmp_path).segments():
        path.unlink()
    with pytest.raises(StreamError, match="its segments were removed; remove this folder as well"):
        subscription.pull(1, 10**6, 0)


@pytest.mark.parametrize("address", ["", "data", "folder:", "folder:#x", "folder:a#b/c", "pubsub://p", "pubsub://p//s"])
def test_an_address_that_is_none_is_named(address):
    with pytest.raises(StreamError, match="not a stream"):
        open_publisher(address)


def test_the_streams_import_without_beam_and_without_googles_client():
    code = (
        "import sys, transforms.streams as s; s.open_publisher('folder:x');"
        "print([m for m in sys.modules if m.startswith(('apache_beam', 'google', 'grpc'))])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


class SubscriptionModel(RuleBasedStateMachine):
    """Against a model: what is acknowledged never comes again, what is not comes until it is, and nothing else does."""

    deliveries = Bundle("deliveries")

    @initialize(tmp=st.builds(tempfile.mkdtemp))
    def begin(self, tmp):

        self.folder, self.clock = Path(tmp), Clock()
        self.published: list[str] = []
        self.acknowledged: set[str] = set()
        self.held: dict[str, tuple[float, str]] = {}
        self.subscription = subscribe(self.folder, self.clock)

    @rule(count=st.integers(1, 4))
    def publish(self, count):
        ids = publish(self.folder, *(f"m{len(self.published) + index}" for index in range(count)))
        self.published += ids

    @rule(target=deliveries, most=st.integers(1, 5))
    def pull(self, most):
        expected = [
            one
            for one in self.published
            if one not in self.acknowledged and self.held.get(one, (0, ""))[0] <= self.clock.now
        ]
        got = self.subscription.pull(most, 10**6, 0)
        assert {one.message_id for one in got} <= set(expected)
        assert len(got) == min(most, len(expected))
        for one in got:
            assert one.data.decode() == f"m{self.published.index(one.message_id)}"
            self.held[one.message_id] = (self.clock.now + 60, one.ack_id)
        return [(one.message_id, one.ack_id) for one in got]

    @rule(delivery=deliveries, data=st.data())
    def acknowledge(self, delivery, data):
        some = data.draw(st.lists(st.sampled_from(delivery), unique=True)) if delivery else []
        self.subscription.acknowledge([ack for _, ack in some])
        self.acknowledged |= {identity for identity, _ in some}

    @rule(delivery=deliveries)
    def release(self, delivery):
        self.subscription.release([ack for _, ack in delivery])
        for identity, ack in delivery:
            if self.held[identity][1] == ack:
                self.held[identity] = (0, ack)

    @rule(delivery=deliveries, seconds=st.integers(1, 200))
    def extend(self, delivery, seconds):
        self.subscription.extend([ack for _, ack in delivery], seconds)
        for identity, ack in delivery:
            if self.held[identity][1] == ack:
                self.held[identity] = (self.clock.now + seconds, ack)

    @rule(seconds=st.integers(1, 70))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule(graceful=st.booleans())
    def restart(self, graceful):
        if graceful:
            self.subscription.close()
        else:  # what the kernel does when a process dies
            os.close(self.subscription._owner_file)
            self.subscription._database.close()
        self.subscription = subscribe(self.folder, self.clock)
        self.held = {identity: (0, ack) for identity, (_, ack) in self.held.items()}

    @invariant()
    def the_backlog_is_what_is_not_acknowledged(self):
        if hasattr(self, "subscription"):
            assert self.subscription.backlog().messages == len(self.published) - len(self.acknowledged)


SubscriptionModel.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
TestSubscriptionModel = SubscriptionModel.TestCase

WRITER = """
import sys
import tempfile
from transforms.streams import Message, open_publisher
publisher = open_publisher("folder:" + sys.argv[1])
for index in range(10**6):
    batch = [Message(f"{sys.argv[2]}-{index}-{part}-{'x' * 3000}".encode(), {}, "") for part in range(5)]
    publisher.publish(batch)
    print(f"{sys.argv[2]}-{index}", flush=True)
"""
READER = """
import sys
import tempfile
from transforms.streams import open_subscription
subscription = open_subscription("folder:" + sys.argv[1])
while got := subscription.pull(7, 10**6, float(sys.argv[2])):
    text = "".join(one.data.decode().rpartition("-")[0] + "\\n" for one in got)
    print("got", text, sep="\\n", flush=True)
    subscription.acknowledge([one.ack_id for one in got])
    print("acknowledged", text, sep="\\n", flush=True)
"""


def start(code: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def kill_after(process: subprocess.Popen, seconds: float) -> list[str]:
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.communicate()[0].splitlines()


def test_killed_writers_leave_every_message_whole_and_each_that_was_confirmed(tmp_path):
    draw = random.Random(7)
    confirmed = []
    for round_ in range(4):
        writers = [start(WRITER, str(tmp_path), f"w{round_}.{index}") for index in range(2)]
        for writer in writers:
            confirmed += kill_after(writer, 0.25 + draw.random() * 0.1)
    there = [text.rsplit("-", 1) for text in texts(read_range(f"folder:{tmp_path}"))]
    assert confirmed
    assert {f"{batch}-{part}" for batch in confirmed for part in range(5)} <= {identity for identity, _ in there}
    assert len({identity for identity, _ in there}) == len(there)
    assert all(body == "x" * 3000 for _, body in there)


def test_killed_and_parallel_consumers_lose_nothing_and_share_the_work(tmp_path):
    publisher = FolderPublisher(tmp_path)
    sent = [f"m-{index}" for index in range(1500)]
    publisher.publish([message(f"{one}-") for one in sent])
    draw = random.Random(11)
    lines: list[str] = []
    for _ in range(4):
        readers = [start(READER, str(tmp_path), "0.5") for _ in range(2)]
        time.sleep(0.25)
        for reader in readers:
            lines += ["", *kill_after(reader, draw.random() * 0.05)]
    finishers = [start(READER, str(tmp_path), "0.5") for _ in range(2)]
    shares = [finisher.communicate()[0].splitlines() for finisher in finishers]
    lines += [line for share in shares for line in ["", *share]]
    seen = [line for line in lines if line.startswith("m-")]
    assert set(seen) == set(sent)
    assert open_subscription(f"folder:{tmp_path}").backlog().messages == 0
    kind, acknowledged = "", []
    for line in lines:
        if line in ("got", "acknowledged"):
            kind = line
        elif line and kind == "acknowledged":
            acknowledged.append(line)
    assert len(acknowledged) == len(set(acknowledged)), "an acknowledged message came again"
    assert LEASE_SECONDS > 30, "redelivery must have come from death, not from the lease"
