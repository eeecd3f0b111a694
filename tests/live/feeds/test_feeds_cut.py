"""An answer that stops early gives its whole entries, keeps no validators, and is asked again in full."""

import contextlib
import gzip
import itertools
import json
import zlib
from datetime import timedelta

import pytest
from webhosts import Deployment, serve

from pipelines.configuration.settings import FeedSettings
from transforms.feeds.polling import decide
from transforms.feeds.polling.state import State

RANGE = 200
FULL = (
    '<rss version="2.0"><channel><title>Gazette</title>'
    + "".join(
        f"<item><title>Story {n}</title><guid isPermaLink='false'>g{n}</guid>"
        f"<link>https://gazette.example/{n}</link><description>{'The delegations met. ' * (1 + n % 7)}</description></item>"
        for n in range(RANGE)
    )
    + "</channel></rss>\n"
).encode()


@pytest.fixture
def site():
    with serve() as running:
        yield running


def sends(body, encoding=None, length=None, chunked=False):
    """An answer whose connection closes after ``body``, whatever was announced."""

    def send(handler):
        handler.send_response(200)
        handler.send_header("ETag", '"v1"')
        handler.send_header("Last-Modified", "Mon, 09 Mar 2026 08:00:00 GMT")
        if encoding:
            handler.send_header("Content-Encoding", encoding)
        if length is not None:
            handler.send_header("Content-Length", str(length))
        if chunked:
            handler.send_header("Transfer-Encoding", "chunked")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(body), body) if chunked else body)
        handler.wfile.flush()
        handler.close_connection = True

    return send


def drips(body):
    """An answer that stops in the middle and keeps the connection open."""

    def send(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(FULL)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        handler.connection.settimeout(5)
        with contextlib.suppress(OSError):
            handler.connection.recv(1)
        handler.close_connection = True

    return send


PACKED, DEFLATED = gzip.compress(FULL, mtime=0), zlib.compress(FULL)
HALF = FULL[: len(FULL) * 3 // 5]
CUT = {
    "gzip": sends(PACKED[: len(PACKED) * 3 // 5], "gzip"),
    "gzip without its trailer": sends(PACKED[:-8], "gzip"),
    "deflate": sends(DEFLATED[: len(DEFLATED) * 3 // 5], "deflate"),
    "gzip that is shorter than announced": sends(PACKED[: len(PACKED) // 2], "gzip", len(PACKED)),
    "shorter than announced": sends(HALF, length=len(FULL)),
    "chunks without the last": sends(HALF, chunked=True),
    "closed in the middle of a word": sends(HALF),
    "closed between two entries": sends(HALF[: HALF.rindex(b"</item>") + 7]),
    "closed within a tag": sends(HALF[: HALF.rindex(b"<description") + 5]),
    "closed within the root's end": sends(FULL[:-6]),
    "stopped in the middle": drips(HALF),
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_of_a_cut_answer_whole_entries_are_published_and_the_rest_comes_with_the_next(site, tmp_path, answer):
    site.put("gazette.example", "/feed.xml", answer)
    deployment = Deployment(tmp_path, [site.url("gazette.example")], timeout=timedelta(seconds=1))
    first = deployment.poll("2026-03-09T09:00:00Z")
    assert 0 < first.sent <= RANGE
    assert any("cut_short" in line for line in deployment.said), "the feed is flagged"
    with State(tmp_path / "state.sqlite") as state:
        (feed,) = state.feeds()
    assert (feed.etag, feed.last_modified, feed.body_sha, feed.validated_at) == (None, None, None, None)
    assert "cut_short" in feed.error

    site.put("gazette.example", "/feed.xml", FULL, ETag='"v1"')
    second = deployment.poll("2026-03-09T10:00:00Z")
    assert not {"If-None-Match", "If-Modified-Since"} & set(site.asked("gazette.example")[-1].headers)
    assert first.sent + second.sent == RANGE
    assert second.revised == 0, "no entry was published with a cut text"
    whole = {f"Story {n}": ("The delegations met. " * (1 + n % 7)).strip() for n in range(RANGE)}
    assert {article.title: article.text for article in deployment.messages()} == whole
    third = deployment.poll("2026-03-09T11:00:00Z")
    assert site.asked("gazette.example")[-1].headers["If-None-Match"] == '"v1"'
    assert (third.sent, third.polls["unchanged"]) == (0, 1)


def test_a_cut_answer_without_a_whole_entry_is_an_error(site, tmp_path):
    site.put("gazette.example", "/feed.xml", sends(FULL[:120], length=len(FULL)))
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    summary = deployment.poll("2026-03-09T09:00:00Z")
    assert (summary.polls["error"], summary.sent) == (1, 0)
    assert "cut_short: the connection was closed before the whole answer had come" in deployment.said[0]


def test_a_publisher_who_never_closes_the_root_is_read_each_time_and_published_once(site, tmp_path):
    site.put("gazette.example", "/feed.xml", FULL.replace(b"</channel></rss>", b""), ETag='"v"')
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    assert [deployment.poll(f"2026-03-09T{hour}:00:00Z").sent for hour in (10, 11, 12)] == [RANGE, 0, 0]
    assert not any("If-None-Match" in request.headers for request in site.requests)


HEADERS = {"X-Api-Key": "secret", "Authorization": "Bearer secret", "Cookie": "id=secret", "X-Anything": "secret"}


def secrets(requests):
    return [[name for name, value in request.headers.items() if "secret" in value] for request in requests]


def test_a_feeds_own_headers_come_along_within_its_origin_and_when_a_redirect_leads_back(site, tmp_path):
    site.put("gazette.example", "/feed.xml", b"", 302, Location="/a.xml")
    site.put("gazette.example", "/a.xml", b"", 302, Location=site.url("other.example"))
    site.put("other.example", "/feed.xml", b"", 302, Location=site.url("gazette.example", "/b.xml"))
    site.put("gazette.example", "/b.xml", FULL)
    deployment = Deployment(tmp_path, [FeedSettings(url=site.url("gazette.example"), headers=HEADERS)])
    assert deployment.poll("2026-03-09T09:00:00Z").sent == RANGE
    assert [len(names) for names in secrets(site.requests)] == [4, 4, 0, 4]


def test_a_refusal_elsewhere_says_that_the_headers_stayed_at_home(site, tmp_path):
    site.put("gazette.example", "/feed.xml", b"", 302, Location=site.url("other.example"))
    site.put("other.example", "/feed.xml", b"no", 401)
    deployment = Deployment(tmp_path, [FeedSettings(url=site.url("gazette.example"), headers=HEADERS)])
    deployment.poll("2026-03-09T09:00:00Z")
    assert f"http_401: its headers go to http://gazette.example:{site.port} only" in deployment.said[0]


def test_a_refused_address_is_named_with_its_kind_and_the_way_out(site, tmp_path):
    site.put("gazette.example", "/feed.xml", FULL)
    deployment = Deployment(tmp_path, [site.url("gazette.example")], allow=())
    deployment.poll("2026-03-09T09:00:00Z")
    told = "blocked_address: 127.0.0.1 is a loopback address; allow it with fetch.allow_hosts"
    assert deployment.said == [f"{site.url('gazette.example')}: {told}"]


RAISING = {
    "a ttl beyond all numbers": lambda: FULL.replace(b"<item>", b"<ttl>" + b"9" * 20 + b"</ttl><item>", 1),
    "a ttl beyond int()": lambda: FULL.replace(b"<item>", b"<ttl>" + b"9" * 5000 + b"</ttl><item>", 1),
    "a JSON number beyond all": lambda: json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "T",
            "items": [{"id": 10**400, "content_text": "Met."}],
        }
    ).encode(),
}
ODD = {"ETag": '"\xe9\xff"', "Last-Modified": "\xe9", "Cache-Control": "max-age=99999999999999999999", "X-\xe9": "a"}


@pytest.mark.parametrize(
    ("header", "body"),
    list(zip(ODD, itertools.cycle(RAISING.values()), strict=False)),
    ids=["etag", "modified", "cache", "name"],
)
def test_one_hostile_feed_never_stops_the_others(site, tmp_path, body, header):
    site.put("evil.example", "/feed.xml", body(), **{header: ODD[header]})
    site.put("gazette.example", "/feed.xml", FULL)
    deployment = Deployment(tmp_path, [site.url("evil.example"), site.url("gazette.example")])
    for hour in (10, 11):
        summary = deployment.poll(f"2026-03-09T{hour}:00:00Z")
        assert summary.polls.total() == 2
    assert sum(article.feed_url == site.url("gazette.example") for article in deployment.messages()) == RANGE


def test_whatever_one_feed_raises_is_that_feeds_error(site, tmp_path, monkeypatch):
    plan = decide.plan

    def raising(state, source, document, now):
        if "evil" in source.url:
            raise RuntimeError("from nowhere")
        return plan(state, source, document, now)

    monkeypatch.setattr(decide, "plan", raising)
    for host in ("evil.example", "gazette.example"):
        site.put(host, "/feed.xml", FULL)
    deployment = Deployment(tmp_path, [site.url("evil.example"), site.url("gazette.example")])
    summary = deployment.poll("2026-03-09T09:00:00Z")
    assert (summary.polls["ok"], summary.polls["error"], summary.sent) == (1, 1, RANGE)
    assert deployment.said == [f"{site.url('evil.example')}: internal_error: RuntimeError: from nowhere"]
    with State(tmp_path / "state.sqlite") as state:
        assert [feed.errors for feed in state.feeds()] == [1, 0]


def test_a_clock_that_was_once_far_ahead_parks_nothing(site, tmp_path):
    site.put("gazette.example", "/feed.xml", FULL)
    site.put("agg.example", "/feed.xml", b"", 429, Retry_After="3600")
    deployment = Deployment(tmp_path, [site.url("gazette.example"), site.url("agg.example")])
    deployment.poll("2036-03-09T09:00:00Z")
    assert deployment.poll("2026-03-09T09:00:00Z", due=True).polls.total() == 2
    assert len(site.asked("agg.example")) == 2, "its wish for quiet was for 2036"
    assert deployment.poll("2026-03-09T09:01:00Z", due=True).polls.total() == 0


def test_edits_beyond_the_limit_of_a_day_come_the_next_day_though_the_document_is_the_same(site, tmp_path, monkeypatch):
    monkeypatch.setattr(decide, "MOST_REVISIONS_A_DAY", 2)
    deployment = Deployment(tmp_path, [site.url("gazette.example")])

    def put(edit):
        text = f"Draft number {edit} of the communique was agreed."
        body = f"<rss version='2.0'><channel><title>T</title><item><title>Talks</title><guid>g</guid><description>{text}</description></item></channel></rss>"
        site.put("gazette.example", "/feed.xml", body, ETag=f'"{edit}"')

    for minute in range(5):
        put(minute)
        deployment.poll(f"2026-03-09T09:{minute:02}:00Z")
    assert "number 4" not in deployment.messages()[-1].text
    deployment.poll("2026-03-09T12:00:00Z")
    assert deployment.poll("2026-03-10T09:00:00Z").sent == 1
    assert "number 4" in deployment.messages()[-1].text
    assert deployment.poll("2026-03-10T10:00:00Z").sent == 0
