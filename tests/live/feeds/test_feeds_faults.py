"""Answers cut in any way, times noted by a wrong clock, hostile answers and credentials: one feed costs itself alone."""

import gzip
import json
import socket
import sqlite3
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from webhosts import Deployment, Names, serve

from pipelines.configuration.feed_sources import feeds_of
from pipelines.configuration.settings import FeedSettings
from pipelines.upkeep.feed_status import health
from transforms.feeds.fetching.kept import beside
from transforms.feeds.fetching.source import Source
from transforms.feeds.parsing.parse import parse_document
from transforms.feeds.polling.reader import Agenda
from transforms.feeds.polling.remade import remade
from transforms.feeds.polling.state import State, format_time

TEXT = "Посланники встретились во второй раз и говорили два часа. The envoys met again."


@pytest.fixture(scope="module")
def site():
    with serve() as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(site):
    site.answers.clear()
    site.requests.clear()


def item(number, guid="", link="", date="", text=TEXT, title="Talks"):
    return (
        f"<item><title>{title} {number}</title><description>{text} {number}.</description>"
        + (f"<guid isPermaLink='false'>{guid}</guid>" if guid else "")
        + (f"<link>{link}</link>" if link else "")
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + "</item>"
    )


def rss(*items):
    return f"<rss version='2.0'><channel><title>Gazette</title>{''.join(items)}</channel></rss>"


RSS = rss(*(item(n, f"g{n}") for n in range(20))).encode()
ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>Gazette</title>"
    + "".join(f"<entry><id>g{n}</id><title>Talks {n}</title><content>{TEXT} {n}.</content></entry>" for n in range(20))
    + "</feed>"
).encode()
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Gazette",
        "items": [{"id": f"g{n}", "title": f"Talks {n}", "content_text": f'{TEXT} "{{[ {n}.'} for n in range(20)],
        "hubs": [],
    },
    ensure_ascii=False,
).encode()


def answer(handler, body, *, length=None, encoding=None, chunked=False):
    handler.send_response(200)
    handler.send_header("ETag", '"whole"')
    if encoding:
        handler.send_header("Content-Encoding", encoding)
    if chunked:
        handler.send_header("Transfer-Encoding", "chunked")
    elif length is not None:
        handler.send_header("Content-Length", str(length))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(body) + 50, body) if chunked else body)
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def cut(document, share):
    return document[: int(len(document) * share)]


# The cuts of RSS are in test_feeds_cut.py.
CUTS = {
    "atom, closed": (ATOM, lambda h, d: answer(h, cut(d, 0.6))),
    "atom, gzip with the length of its part": (
        ATOM,
        lambda h, d: answer(
            h, cut(gzip.compress(d, 0), 0.6), length=int(len(gzip.compress(d, 0)) * 0.6), encoding="gzip"
        ),
    ),
    "json, chunked": (JSON, lambda h, d: answer(h, cut(d, 0.6), chunked=True)),
    "json, raw deflate": (JSON, lambda h, d: answer(h, cut(zlib.compress(d, 0)[2:], 0.6), encoding="deflate")),
}


@pytest.mark.parametrize(("document", "send"), CUTS.values(), ids=CUTS)
def test_a_cut_answer_gives_its_whole_entries_and_is_asked_again_in_full(site, tmp_path, document, send):
    site.put("gazette.example", "/feed.xml", lambda handler: send(handler, document))
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    first = deployment.poll("2026-03-09T09:00:00Z")
    assert 8 <= first.sent < 20
    assert all(TEXT in article.text for article in deployment.messages())
    with State(tmp_path / "state.sqlite") as state:
        row = health(feeds_of(deployment.settings)[0], state, datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert (row["status"], row["error"].partition(":")[0]) == ("error", "cut_short")
    assert "cut_short" in deployment.said[0]
    site.put("gazette.example", "/feed.xml", document, ETag='"whole"')
    second = deployment.poll("2026-03-09T10:00:00Z")
    assert not {"If-None-Match", "If-Modified-Since"} & set(site.requests[-1].headers)
    assert first.sent + second.sent == 20
    assert {article.revision for article in deployment.messages()} == {1}
    deployment.poll("2026-03-09T11:00:00Z")
    assert site.requests[-1].headers["If-None-Match"] == '"whole"'
    with State(tmp_path / "state.sqlite") as state:
        assert state.feeds()[0].error is None


@pytest.mark.parametrize("document", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_a_document_cut_at_any_place_gives_no_cut_entry(document):
    whole = {
        entry.guid: entry.text for entry in parse_document(document, "https://a.example/", datetime.now(UTC)).entries
    }
    for end in range(60, len(document) - 1, 97):
        found = parse_document(document[:end], "https://a.example/", datetime.now(UTC))
        assert found.error or not found.whole
        assert all(whole[entry.guid] == entry.text for entry in found.entries), end


PAGES = ["<!doctype html><title>Error</title><p>Try later", "<br/><b>Fatal error</b>: no memory", '{"error": 503}', " "]


def test_error_pages_served_as_200_keep_the_validators_of_the_last_feed(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", RSS, ETag='"good"')
    deployment.poll("2026-03-09T00:00:00Z")
    for hour, page in enumerate(PAGES, 1):
        site.put("gazette.example", "/feed.xml", page, ETag='"page"')
        assert deployment.poll(f"2026-03-09T0{hour}:00:00Z").polls["error"] == 1
        assert site.requests[-1].headers["If-None-Match"] == '"good"'
    site.put("gazette.example", "/feed.xml", rss(item(1, "g1"), item(99, "g99")))
    assert deployment.poll("2026-03-09T09:00:00Z").sent == 1
    assert site.requests[-1].headers["If-None-Match"] == '"good"'


def test_an_error_in_the_middle_of_a_document_counts_as_a_cut(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", cut(RSS, 0.5) + b"<br /><b>Fatal error</b>: memory exhausted", ETag='"x"')
    first = deployment.poll("2026-03-09T00:00:00Z").sent
    assert 8 <= first < 12 and "cut_short" in deployment.said[0]
    assert not any("Fatal error" in article.text for article in deployment.messages())
    site.put("gazette.example", "/feed.xml", RSS)
    assert deployment.poll("2026-03-09T01:00:00Z").sent == 20 - first


# Clocks and wishes

NOW = datetime(2026, 3, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize("every", [None, 600.0])
def test_a_time_far_ahead_is_put_right_whoever_noted_it(tmp_path, every):
    source = Source("https://gazette.example/", every_seconds=every)
    with State(tmp_path / "state.sqlite") as state:
        state.save_feed(
            state.feed(source)._replace(polls=1, polled_at=format_time(NOW), next_poll_at="2036-01-01T00:00:00Z")
        )
        looks = [
            bool(Agenda(state, [source], NOW + timedelta(minutes=10 * step)).due(NOW + timedelta(minutes=10 * step)))
            for step in range(170)
        ]
    assert any(looks) and not looks[0]


def test_a_poll_under_way_while_the_clock_is_put_back_is_not_parked(tmp_path):
    source = Source("https://gazette.example/")
    with State(tmp_path / "state.sqlite") as state:
        agenda = Agenda(state, [source], NOW.replace(year=2036))
        assert agenda.due(NOW.replace(year=2036)) == [source]
        assert agenda.due(NOW) == []
        agenda.put(source, NOW.replace(year=2036, hour=10))
        assert agenda.due(NOW + timedelta(hours=1)) == [source]


@pytest.mark.parametrize("years", [-30, -1, 1, 10, 100])
def test_a_clock_that_was_wrong_once_parks_no_feed(site, tmp_path, years):
    site.put("gazette.example", "/feed.xml", RSS, ETag='"a"', Cache_Control="max-age=999999999")
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    deployment.poll(NOW.replace(year=NOW.year + years))
    site.put("gazette.example", "/feed.xml", rss(item(77, "new")))
    for hour in range(0, 30, 7):
        deployment.poll(NOW + timedelta(hours=hour), due=True)
    assert len(deployment.messages()) == 21


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("wait", ["99999999999", "Fri, 01 Jan 2100 00:00:00 GMT", "-5", "1e9", "9" * 400])
def test_no_retry_after_keeps_a_feed_away_for_more_than_a_day(site, tmp_path, status, wait):
    site.put("gazette.example", "/feed.xml", b"", status, Retry_After=wait)
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    deployment.poll(NOW)
    site.put("gazette.example", "/feed.xml", RSS)
    assert deployment.poll(NOW + timedelta(seconds=1), due=True).sent == 0, "it is left alone for a while"
    assert deployment.poll(NOW + timedelta(hours=27), due=True).sent == 20


WISHES = {
    "a ttl beyond all numbers": "<ttl>99999999999999999999</ttl>",
    "a negative ttl": "<ttl>-7</ttl>",
    "a ttl that is infinite": "<ttl>1e400</ttl>",
    "never on any day": "<skipDays>" + "".join(f"<day>{NOW + timedelta(days=n):%A}</day>" for n in range(7)) + "</skipDays>",
    "never at any hour": "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(24)) + "</skipHours>",
    "once in a thousand years": "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>yearly</sy:updatePeriod>"
    "<sy:updateFrequency xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>0.001</sy:updateFrequency>",
}  # fmt: skip


@pytest.mark.parametrize("wish", WISHES.values(), ids=WISHES)
def test_no_wish_of_a_feeds_own_parks_it(site, tmp_path, wish):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", rss(wish, item(1, "a")))
    assert deployment.poll(NOW).sent == 1
    site.put("gazette.example", "/feed.xml", rss(wish, item(1, "a"), item(2, "b")))
    assert deployment.poll(NOW + timedelta(hours=7), due=True).sent == 1


# One feed's faults


def raw(*lines, body=RSS):
    def send(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"".join(line + b"\r\n" for line in lines))
        handler.wfile.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        handler.close_connection = True

    return send


HOSTILE = {
    "etag": raw(b'ETag: "\xe9\xff"'),
    "last-modified": raw(b"Last-Modified: \xe9\xe8 2026"),
    "cache-control": raw(b"Cache-Control: max-age=" + b"9" * 300),
    "content-type": raw(b"Content-Type: \xff\xfe/\xe9; charset=\xed\xa0\x80"),
    "charset": raw(b"Content-Type: text/xml; charset=" + b"x" * 5000),
    "length": lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
    "negative length": lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    "encoding": raw(b"Content-Encoding: \xe9\xed\xa0\x80"),
    "status": lambda h: h.wfile.write(b"HTTP/1.1 99999999999 \xff\r\n\r\n"),
    "no http": lambda h: h.wfile.write(b"\x00\xff\xed\xa0\x80 hello\r\n\r\n"),
    "location": lambda h: h.wfile.write(b"HTTP/1.1 301 M\r\nLocation: http://\xe9\xff[::\r\nContent-Length: 0\r\n\r\n"),
    "location port": lambda h: h.wfile.write(b"HTTP/1.1 301 M\r\nLocation: http://a:99999999/\r\nContent-Length: 0\r\n\r\n"),
    "location ipv6": lambda h: h.wfile.write(b"HTTP/1.1 301 M\r\nLocation: http://[/x\r\nContent-Length: 0\r\n\r\n"),
    "long location": lambda h: h.wfile.write(b"HTTP/1.1 301 M\r\nLocation: /" + b"a" * 60000 + b"\r\nContent-Length: 0\r\n\r\n"),
    "ttl": rss(f"<ttl>{'9' * 5000}</ttl>", item(1, "a")),
    "period": rss("<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>yearly</sy:updatePeriod>", item(1, "a")),
    "nul": rss(item("\0", "\0")),
    "surrogates": json.dumps({"version": "https://jsonfeed.org/version/1", "title": "\ud800", "items": [{"id": "\udfff", "title": "\ud800", "content_text": "\ud83d" * 30, "url": "http://a.example/\ud800", "authors": [{"name": "\ud800"}], "tags": ["\ud800"]}]}),
    "huge numbers": b'{"version":"https://jsonfeed.org/version/1","title":"T","items":[{"id":1e400,"title":"T","content_text":"x"},{"id":' + b"9" * 4000 + b',"content_text":"y"}]}',
    "deep": b'{"items":' + b"[" * 100000,
    "dates": rss(*(item(n, f"d{n}", date=d) for n, d in enumerate(["9" * 400, "0000-00-00", "Mon, 99 Xxx 99999 99:99:99 +9999", "-1", "\u0661" * 9]))),
    "gzip": raw(b"Content-Encoding: gzip", body=b"\x1f\x8b\x08" + b"\xff" * 500),
    "long guid": rss(item(1, "g" * 900000, "http://a.example/" + "b" * 900000)),
    "empty": b"",
}  # fmt: skip


def test_whatever_one_feed_does_is_counted_and_the_rest_goes_on(site, tmp_path):
    for number, (_, body) in enumerate(HOSTILE.items()):
        site.put("evil.example", f"/{number}", body)
    site.put("gazette.example", "/feed.xml", RSS)
    urls = [site.url("evil.example", f"/{number}") for number in range(len(HOSTILE))]
    deployment = Deployment(tmp_path, [*urls, site.url("gazette.example")], connections=4, tables=True)
    for hour in (0, 1, 2):
        deployment.said.clear()
        summary = deployment.poll(NOW + timedelta(hours=hour))
        assert summary.polls.total() == len(HOSTILE) + 1
        assert not [line for line in deployment.said if "internal_error" in line or "parse_fault" in line]
    assert sum(article.feed_url == site.url("gazette.example") for article in deployment.messages()) == 20
    assert summary.waiting == 0
    with State(tmp_path / "state.sqlite") as state:
        assert state.database.execute("SELECT count(*) FROM rows_for_tables").fetchone()[0] == 0
        again = remade(state, beside(tmp_path / "state.sqlite"), 5000, print)
        assert {one.fate for one in again} == {"same"}


@pytest.mark.parametrize(
    "fault",
    [
        "CREATE TRIGGER t BEFORE INSERT ON articles WHEN new.feed_url LIKE '%evil%' BEGIN SELECT RAISE(ABORT, 'bad'); END",
        "CREATE TRIGGER t BEFORE INSERT ON feeds WHEN new.feed_url LIKE '%evil%' BEGIN SELECT RAISE(ABORT, 'bad'); END",
        "INSERT INTO feeds (feed_url, current_url, validated_at) VALUES ('{url}', '{url}', 'no time at all')",
        "INSERT INTO feeds (feed_url, current_url, interval_seconds) VALUES ('{url}', '{url}', 1e308)",
        "INSERT INTO feeds (feed_url, current_url, identity) VALUES ('{url}', '{url}', 'nonsense')",
        "INSERT INTO feeds (feed_url, current_url, polled_at) VALUES ('{url}', '{url}', x'ff00')",
        "INSERT INTO feeds (feed_url, current_url, next_poll_at) VALUES ('{url}', '{url}', 'never')",
    ],
)
@pytest.mark.parametrize("due", [False, True])
def test_what_the_state_makes_of_one_feed_costs_that_feed_alone(site, tmp_path, fault, due):
    evil = site.url("evil.example")
    site.put("evil.example", "/feed.xml", RSS)
    site.put("gazette.example", "/feed.xml", RSS)
    State(tmp_path / "state.sqlite").close()
    database = sqlite3.connect(tmp_path / "state.sqlite")
    with database:
        database.execute(fault.format(url=evil))
    database.close()
    deployment = Deployment(tmp_path, [evil, site.url("gazette.example")])
    deployment.poll(NOW, due=due)
    assert sum("gazette" in article.feed_url for article in deployment.messages()) == 20


# Credentials and refusals

SECRETS = {"Authorization": "Bearer s", "X-Api-Key": "k", "Cookie": "sid=1"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_feeds_headers_reach_neither_another_port_nor_another_host_nor_a_page(site, tmp_path, status):
    with serve() as other_port:
        start, page = site.url("gazette.example"), site.url("gazette.example", "/page")
        site.put("gazette.example", "/feed.xml", b"", status, Location=other_port.url("gazette.example"))
        other_port.put("gazette.example", "/feed.xml", b"", status, Location=site.url("other.example"))
        deployment = Deployment(tmp_path, [FeedSettings(url=start, headers=SECRETS, full_text=True)])
        for day in (1, 9, 11):  # a permanent move is adopted after a week
            items = (item(day, f"{day}", page), item(day, f"{day} too", site.url("third.example", "/page")))
            site.put("other.example", "/feed.xml", rss(*items))
            assert deployment.poll(f"2026-03-{day:02}T00:00:00Z").sent == 2
    asked = [*site.requests, *other_port.requests]
    bearing = [request for request in asked if SECRETS.keys() & request.headers.keys()]
    assert bearing and bearing == [request for request in site.asked("gazette.example") if request.path == "/feed.xml"]
    assert all(request.headers.items() >= SECRETS.items() for request in bearing)
    assert {request.path for request in asked} >= {"/feed.xml", "/page"} and len(other_port.requests) >= 1


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "a loopback address"),
        ("10.1.2.3", "a private address"),
        ("192.168.0.9", "a private address"),
        ("169.254.169.254", "a link-local address"),
        ("0.0.0.0", "an unspecified address"),
        ("224.0.0.1", "a multicast address"),
    ],
)
@pytest.mark.parametrize("named", [True, False], ids=["by name", "by number"])
def test_a_refusal_says_what_the_address_is_and_the_way_out(site, tmp_path, address, kind, named):
    url = f"http://{'inside.example' if named else address}:{site.port}/"
    deployment = Deployment(tmp_path, [url], resolver=Names(inside_example=address))
    deployment.poll(NOW)
    told = f"blocked_address: {address} is {kind}; allow it with fetch.allow_hosts"
    assert deployment.said == [f"{url}: {told}"]
    assert site.requests == []


def test_user_and_password_of_an_address_stay_with_its_origin_and_stand_nowhere(site, tmp_path):
    url = site.url("gazette.example").replace("http://", "http://reader:s%40cret@")
    site.put("gazette.example", "/feed.xml", b"", 302, Location="/moved")
    site.put("gazette.example", "/moved", rss(item(1, "a", "/story")))
    deployment = Deployment(tmp_path, [url])
    deployment.poll(NOW)
    basic = "Basic cmVhZGVyOnNAY3JldA=="
    assert [request.headers.get("Authorization") for request in site.requests] == [basic, basic]
    site.put("gazette.example", "/moved", b"", 302, Location=site.url("other.example"))
    deployment.poll(NOW + timedelta(hours=1))
    assert "Authorization" not in site.asked("other.example")[0].headers
    (article,) = deployment.messages()
    assert article.link == site.url("gazette.example", "/story")
    stored = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"cret@" in content or b"s%40cret" in content for content in stored)
