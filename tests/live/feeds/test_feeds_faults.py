"""Answers cut in any way, times noted by a wrong clock, hostile answers and credentials: one feed costs itself alone."""

import gzip
import json
import socket
import sqlite3
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from webhosts import Deployment, serve

from pipelines.feeds import health
from pipelines.publish import feeds_of
from pipelines.reparse import messages as reparsed
from transforms.feeds.reader import Agenda
from transforms.feeds.source import Source
from transforms.feeds.state import State, format_time

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


CUTS = {
    "content-length": lambda h, d, s: answer(h, cut(d, s), length=len(d)),
    "chunked": lambda h, d, s: answer(h, cut(d, s), chunked=True),
    "closed": lambda h, d, s: answer(h, cut(d, s)),
    "gzip": lambda h, d, s: answer(h, cut(gzip.compress(d, 0), s), encoding="gzip"),
    "gzip with a length": lambda h, d, s: answer(
        h, cut(gzip.compress(d, 0), s), length=len(cut(gzip.compress(d, 0), s)), encoding="gzip"
    ),
    "deflate": lambda h, d, s: answer(h, cut(zlib.compress(d, 0), s), encoding="deflate"),
    "raw deflate": lambda h, d, s: answer(h, cut(zlib.compress(d, 0)[2:], s), encoding="deflate"),
}


@pytest.mark.parametrize(
    ("way", "document"), [(way, (RSS, ATOM, JSON)[place % 3]) for place, way in enumerate(CUTS)], ids=list(CUTS)
)
def test_a_cut_answer_gives_its_whole_entries_and_is_asked_again_in_full(site, tmp_path, way, document):
    site.put("gazette.example", "/feed.xml", lambda handler: CUTS[way](handler, document, 0.6))
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
    from transforms.feeds.parse import parse_document

    whole = {
        entry.guid: entry.text for entry in parse_document(document, "https://a.example/", datetime.now(UTC)).entries
    }
    for end in range(60, len(document) - 1, 97):
        found = parse_document(document[:end], "https://a.example/", datetime.now(UTC))
        assert found.error or not found.whole
        assert all(whole[entry.guid] == entry.text for entry in found.entries), end


# Clocks


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
    deployment = Deployment(tmp_path, [*urls, site.url("gazette.example")], connections=4)
    for hour in (0, 1, 2):
        deployment.said.clear()
        summary = deployment.poll(NOW + timedelta(hours=hour))
        assert summary.polls.total() == len(HOSTILE) + 1
        assert not [line for line in deployment.said if "internal_error" in line or "parse_fault" in line]
    assert sum(article.feed_url == site.url("gazette.example") for article in deployment.messages()) == 20
    assert summary.waiting == 0
    with State(tmp_path / "state.sqlite") as state:
        assert state.database.execute("SELECT count(*) FROM rows_for_tables").fetchone()[0] == 0
        assert {again.fate for again in reparsed(state, deployment.settings)} == {"same"}


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


# Credentials


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
