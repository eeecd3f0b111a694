"""When feeds are asked again, which addresses they may reach, what lists of them look like."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.feeds.fetching import opml
from transforms.feeds.fetching.guard import BlockedAddressError, guarded_socket, is_public, refusal
from transforms.feeds.fetching.source import Shard, Source
from transforms.feeds.polling import schedule
from transforms.feeds.text import languages

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), ("0", 0), ("-5", None), ("1.5", 1.5), (" 60 ", 60), ("31700000", 86400), ("9" * 12, 86400), ("", None), (None, None),
        ("soon", None), ("Mon, 09 Mar 2026 10:00:00 GMT", 3600), ("Mon, 09 Mar 2026 08:00:00 GMT", 0), ("Mon, 09 Mar 2099 08:00:00 GMT", 86400),
        ("Monday, 09-Mar-26 10:00:00 GMT", 3600), ("Mon Mar  9 10:00:00 2026", 3600),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_every_form_and_capped_at_a_day(value, seconds):
    found = schedule.retry_after(value, NOW)
    assert found == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("header", "ttl", "minutes"),
    [
        ("max-age=600", None, 10),
        ("public, max-age=60", 1200, 20),
        ("no-cache, max-age=600", None, 0),
        (None, 43200 * 60, 300),
        ("s-maxage=9999", None, 0),
        ("max-age=x", None, 0),
        (None, None, 0),
    ],
)
def test_a_publishers_wish_is_followed_within_reason(header, ttl, minutes):
    assert schedule.wish(header, ttl) == minutes * MINUTE


def test_the_interval_follows_the_share_of_new_entries():
    half_hour = 30 * MINUTE
    assert schedule.adapt(half_hour, 10, 20, False) == 15 * MINUTE
    assert schedule.adapt(half_hour, 0, 20, False) == 45 * MINUTE
    assert schedule.adapt(half_hour, 1, 20, False) == half_hour
    assert schedule.adapt(half_hour, 5, 20, False) == 24 * MINUTE
    assert schedule.adapt(half_hour, 20, 20, True) == schedule.SHORTEST


@given(st.integers(0, 100), st.integers(0, 100), st.booleans(), st.integers(1, 10**6))
def test_the_interval_stays_within_its_bounds(new, total, gap, seconds):
    found = schedule.adapt(timedelta(seconds=seconds), min(new, total), total, gap)
    assert schedule.SHORTEST <= found <= schedule.LONGEST


@given(st.integers(1, 10**5), st.integers(0, 10**6))
def test_failures_back_off_to_a_day_and_never_further(seconds, errors):
    interval = timedelta(seconds=seconds)
    assert interval <= schedule.backoff(interval, errors) <= max(interval, schedule.LONGEST_BACKOFF)


@given(st.text(max_size=20), st.integers(0, 10**6))
def test_jitter_is_derived_and_a_tenth_at_the_most(seed, seconds):
    interval = timedelta(seconds=seconds)
    assert schedule.jitter(interval, seed) == schedule.jitter(interval, seed)
    assert timedelta() <= schedule.jitter(interval, seed) <= interval / 10


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
        "224.0.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe", "", "localhost", "1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_gets_no_socket(address):
    assert not is_public(address)
    with pytest.raises(BlockedAddressError, match=r"is (an?|not) .*fetch\.allow_hosts"):
        guarded_socket((2, 1, 6, "", (address, 80)))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_gets_one(address):
    assert is_public(address)


def test_every_host_belongs_to_exactly_one_shard():
    hosts = [f"host{number}.example" for number in range(400)] + [""]
    for host in hosts:
        assert sum(Shard(index, 4).holds(host) for index in range(4)) == 1
    assert all(60 < sum(Shard(index, 4).holds(host) for host in hosts) < 140 for index in range(4))


def test_a_list_of_feeds_survives_opml(tmp_path):
    sources = [Source('https://a.example/x?a=1&b="2"', title="A & <B>"), Source("https://b.example/", language="ja")]
    (tmp_path / "list.opml").write_text(opml.write(sources))
    again = opml.read(tmp_path / "list.opml")
    assert [(source.url, source.title) for source in again] == [
        (sources[0].url, "A & <B>"),
        ("https://b.example/", "https://b.example/"),
    ]


def test_an_opml_file_lists_each_feed_once_with_files_beside_it(tmp_path):
    outlines = '<outline text="World"><outline text="A" xmlUrl="https://a.example/"/><outline text="A" xmlUrl="https://a.example/"/></outline><outline text="F" xmlUrl="wire.xml"/>'
    (tmp_path / "list.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    assert [source.url for source in opml.read(tmp_path / "list.opml")] == [
        "https://a.example/",
        str(tmp_path / "wire.xml"),
    ]


@pytest.mark.parametrize("text", ["", "no xml", "<opml><body/></opml>", '<!DOCTYPE x [<!ENTITY a "b">]><opml/>'])
def test_an_opml_file_without_feeds_is_an_error_that_names_it(tmp_path, text):
    (tmp_path / "list.opml").write_text(text)
    with pytest.raises(opml.OpmlError, match=r"list\.opml"):
        opml.read(tmp_path / "list.opml")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The foreign ministers of both countries met on Tuesday in Lisbon and agreed to continue their talks.", "en"),
        ("La reunión entre los ministros y los sindicatos comenzará a las nueve de la mañana en el antiguo ayuntamiento.", "es"),
        ("Die Außenminister beider Länder trafen sich am Dienstag in Lissabon und vereinbarten weitere Gespräche.", "de"),
        ("Министры иностранных дел двух стран встретились во вторник и договорились продолжить переговоры.", "ru"),
        ("両国の外相は火曜日に東京で会談し、協力を続けることで一致した。次回の会談は五月に行われる予定であると発表した。", "ja"),
        ("OK", None), ("12 34 56 " * 20, None), ("", None),
    ],
)  # fmt: skip
def test_a_text_of_some_length_tells_its_language(text, language):
    assert languages.detect(text) == language


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("zh-Hant", "zh"),
        (" DE ", "de"),
        ("fil", "fil"),
        ("english", None),
        ("", None),
        (None, None),
        ("x", None),
    ],
)
def test_a_tag_is_its_primary_language(tag, language):
    assert languages.primary(tag) == language


def test_the_feed_reader_needs_neither_beam_nor_spacy():
    code = "import sys, transforms.feeds.polling.reader, transforms.feeds.parsing.parse, pipelines.upkeep.parse_feed; print('apache_beam' in sys.modules or 'spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("next_poll_at", "polled_at", "every", "due"),
    [
        (None, None, None, NOON),
        (NOON + 10 * MINUTE, NOON, None, NOON + 10 * MINUTE),
        (NOON.replace(year=2036), NOON.replace(year=2036), None, NOON),
        (NOON.replace(year=2036), NOON - 5 * MINUTE, None, NOON - 5 * MINUTE + timedelta(hours=26.4)),
        (NOON + timedelta(days=30), NOON, timedelta(days=30), NOON + timedelta(days=30)),
        (NOON + timedelta(days=30), NOON - 5 * MINUTE, 10 * MINUTE, NOON + 6 * MINUTE),
    ],
)
def test_a_time_that_a_wrong_clock_or_another_setting_noted_parks_no_feed(next_poll_at, polled_at, every, due):
    assert schedule.due_at(next_poll_at, polled_at, every, NOON) == due


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "a loopback address"),
        ("::1", "a loopback address"),
        ("10.0.0.1", "a private address"),
        ("fd00::1", "a private address"),
        ("169.254.169.254", "a link-local address"),
        ("0.0.0.0", "an unspecified address"),
        ("224.0.0.1", "a multicast address"),
        ("100.64.0.1", "a special-purpose address"),
        ("", "not an IP address"),
        ("93.184.216.34", None),
    ],
)
def test_a_refusal_says_what_kind_of_address_it_is(address, kind):
    assert refusal(address) == kind
