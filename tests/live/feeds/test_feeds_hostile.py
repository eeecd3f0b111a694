"""Hostile servers: each is refused within its limit, named in ``meetwire feeds``, and costs the others nothing."""

import asyncio
import gzip
import json
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from webhosts import Deployment, Names, serve

from pipelines.configuration.feed_sources import feeds_of
from pipelines.upkeep.feed_status import health
from transforms.feeds.fetching.isolate import Parser
from transforms.feeds.fetching.source import Limits
from transforms.feeds.polling.state import State

MIB = 1024 * 1024
GOOD = "<rss version='2.0'><channel><title>T</title><item><title>Talks</title><guid>1</guid><description>The envoys met.</description></item></channel></rss>"


@pytest.fixture(scope="module")
def site():
    with serve() as running:
        yield running


# A thousand members of one megabyte of zeros each: a gigabyte in a megabyte.
BOMB = gzip.compress(b"<rss>") + gzip.compress(b"\0" * MIB) * 1024


def bomb(handler):
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(BOMB)))
    handler.end_headers()
    handler.wfile.write(BOMB)


def drip(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    for byte in GOOD.encode():
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.2)


def silent(handler):
    time.sleep(5)


def endless(handler):
    """A body without a length that would go on to 2 GB."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    piece = b"x" * MIB
    for _ in range(2048):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))


def announced(handler):
    """A body of 2 GB, as its header says."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(2 * 1024 * MIB))
    handler.end_headers()


def spin(handler):
    handler.send_response(302)
    handler.send_header("Location", handler.path)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def headers_without_end(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(20000):
        handler.wfile.write(b"X-%d: %s\r\n" % (number, b"y" * 100))
    handler.wfile.write(b"\r\n")


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
LAUGHS = f"<!DOCTYPE rss [{ENTITIES}]><rss version='2.0'><channel><item><title>&e9;</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("name", "answer", "error"),
    [
        ("bomb", bomb, "too_large"),
        ("laughs", LAUGHS, "dtd_forbidden"),
        ("drip", drip, "timeout"),
        ("silent", silent, "timeout"),
        ("endless", endless, "too_large"),
        ("announced", announced, "too_large"),
        ("spin", spin, "too_many_redirects"),
        ("headers", headers_without_end, "no_connection"),
    ],
)
def test_a_hostile_answer_is_refused_within_its_limit_and_named(site, tmp_path, name, answer, error):
    site.put("evil.example", f"/{name}", answer)
    site.put("gazette.example", "/feed.xml", GOOD)
    deployment = Deployment(
        tmp_path, [site.url("evil.example", f"/{name}"), site.url("gazette.example")], timeout=timedelta(seconds=1.5)
    )
    began = time.monotonic()
    summary = deployment.poll("2026-03-09T09:00:00Z")
    assert time.monotonic() - began < 20
    assert (summary.polls["ok"], summary.polls["error"], summary.sent) == (1, 1, 1)
    with State(tmp_path / "state.sqlite") as state:
        rows = [health(source, state, datetime(2026, 3, 9, 10, tzinfo=UTC)) for source in feeds_of(deployment.settings)]
    assert rows[0]["error"].startswith(error)
    assert rows[1]["error"] is None


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:{port}/secret", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
        "http://10.0.0.1/", "http://192.168.1.1/", "http://0.0.0.0:{port}/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/",
        "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://rebinding.example:{port}/", "http://mapped.example:{port}/",
    ],
)  # fmt: skip
def test_a_redirect_to_a_private_address_sends_no_request(site, tmp_path, target):
    site.put("evil.example", "/r", b"", 302, Location=target.format(port=site.port))
    before = len(site.requests)
    deployment = Deployment(
        tmp_path, [site.url("evil.example", "/r")], resolver=Names(mapped_example="::ffff:127.0.0.1")
    )
    assert deployment.poll("2026-03-09T09:00:00Z").polls["error"] == 1
    assert deployment.said[0].split(": ")[1] in ("blocked_address", "no_such_host", "bad_address")
    assert [request.host for request in site.requests[before:]] == ["evil.example"]


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://a.example/x",
        "gopher://a.example/",
        "data:text/xml,x",
        "javascript:x",
        "unix:///run/x",
    ],
)
def test_a_redirect_out_of_the_web_is_refused(site, tmp_path, target):
    site.put("evil.example", "/r", b"", 301, Location=target)
    deployment = Deployment(tmp_path, [site.url("evil.example", "/r")])
    deployment.poll("2026-03-09T09:00:00Z")
    assert ": blocked_scheme" in deployment.said[0]


def test_280_kilobytes_of_unclosed_comments_cost_no_time(site, tmp_path):
    text = "<!-- " * (280_000 // 5)
    site.put(
        "evil.example",
        "/c",
        GOOD.replace("The envoys met.", f"<![CDATA[The envoys met. {text}]]>").replace(
            "Talks", "Talks " + "&lt;!--" * 1000
        ),
    )
    site.put("evil.example", "/raw", GOOD.replace("The envoys met.", text))
    deployment = Deployment(tmp_path, [site.url("evil.example", "/c"), site.url("evil.example", "/raw")])
    began = time.process_time()
    deployment.poll("2026-03-09T09:00:00Z")
    assert time.process_time() - began < 5
    (article, *_) = deployment.messages()
    assert article.text == "The envoys met."


def test_a_script_in_a_title_is_text_or_gone(site, tmp_path):
    items = "".join(
        f"<item><title>{title}</title><guid>{n}</guid></item>"
        for n, title in enumerate(
            ("&lt;script&gt;alert(1)&lt;/script&gt;Talks", "<![CDATA[Talks <img src=x onerror=alert(1)>]]>")
        )
    )
    site.put("evil.example", "/s", f"<rss version='2.0'><channel>{items}</channel></rss>")
    deployment = Deployment(tmp_path, [site.url("evil.example", "/s")])
    deployment.poll("2026-03-09T09:00:00Z")
    assert [article.title for article in deployment.messages()] == ["Talks", "Talks"]


def test_a_document_that_takes_too_much_cpu_is_refused_and_the_next_one_is_read(site, tmp_path):
    long = f"<item><title>Long</title><description><![CDATA[{'<p>x</p>' * 800_000}]]></description></item>"
    site.put("evil.example", "/slow", f"<rss version='2.0'><channel>{long}</channel></rss>")
    site.put("gazette.example", "/feed.xml", GOOD)
    deployment = Deployment(
        tmp_path,
        [site.url("evil.example", "/slow"), site.url("gazette.example")],
        parse_seconds=0.3,
    )
    summary = deployment.poll("2026-03-09T09:00:00Z")
    assert (summary.polls["ok"], summary.polls["error"]) == (1, 1)
    assert "parse_time" in deployment.said[0]


SENTENCE = "The delegations met again on the second day of their talks. "
LARGE = {
    "items": "".join(f"<item><guid>{n}</guid></item>" for n in range(500_000)),
    "text": f"<item><guid>0</guid><description>{SENTENCE * 240_000}</description></item>",
    "marked up text": f"<item><guid>0</guid><description><![CDATA[<p>{f'<b>{SENTENCE}</b></p><p>' * 200_000}]]></description></item>",
    "ampersands": f"<item><guid>0</guid><description>{'& ' * 7_000_000}</description></item>",
    "scripts": f"<item><guid>0</guid><description><![CDATA[Talks.{'<script><p>' * 1_300_000}</script>]]></description></item>",
    "several bodies": "<item><guid>0</guid>"
    + "".join(f"<{name}><![CDATA[{'<b>a</b>' * 550_000}]]></{name}>" for name in ("body", "description", "summary"))
    + "</item>",
}


@pytest.mark.parametrize("kind", LARGE)
def test_of_a_document_as_large_as_is_allowed_what_can_be_read_in_time_is_kept_and_flagged(kind):
    body = f"<rss version='2.0'><channel><title>T</title>{LARGE[kind]}</channel></rss>".encode()

    async def parsed():
        async with Parser(4 * Limits().parse_seconds) as parser:  # a busy machine's seconds do less
            return await parser.feed(body, "https://evil.example/f", datetime(2026, 3, 9, tzinfo=UTC), detect=False)

    document = asyncio.run(parsed())
    assert document.error is None
    assert document.entries[0].guid == "0"
    if kind == "items":
        assert len(document.entries) + document.omitted == 500_000
    else:
        assert "text_cut" in document.entries[0].flags


def test_where_one_item_takes_all_the_time_those_before_it_are_kept():
    few = "".join(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(3))
    long = f"<item><guid>long</guid><description><![CDATA[{'<p>x</p>' * 800_000}]]></description></item>"
    body = f"<rss version='2.0'><channel><title>T</title>{few}{long}<item><guid>last</guid></item></channel></rss>".encode()

    async def parsed():
        async with Parser(0.8) as parser:
            return await parser.feed(body, "https://evil.example/f", datetime(2026, 3, 9, tzinfo=UTC), detect=False)

    document = asyncio.run(parsed())
    assert [entry.guid for entry in document.entries] == ["0", "1", "2"]
    assert (document.error, document.flags, document.omitted) == (None, ["out_of_time"], 2)


def test_too_many_entries_are_cut_and_counted(site, tmp_path):
    many = "".join(f"<item><title>{n}</title><guid>{n}</guid></item>" for n in range(300))
    site.put("evil.example", "/many", f"<rss version='2.0'><channel>{many}</channel></rss>")
    summary = Deployment(tmp_path, [site.url("evil.example", "/many")], max_entries=200).poll("2026-03-09T09:00:00Z")
    assert (summary.entries, summary.published, summary.skipped["over_limit"]) == (300, 200, 100)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "gzip file", "none"])
def test_what_servers_compress_is_read(site, tmp_path, encoding):
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = {
        "gzip": gzip.compress(GOOD.encode()),
        "deflate": zlib.compress(GOOD.encode()),
        "raw deflate": raw.compress(GOOD.encode()) + raw.flush(),
        "gzip file": gzip.compress(GOOD.encode()),
        "none": GOOD.encode(),
    }[encoding]
    headers = {} if encoding in ("none", "gzip file") else {"Content_Encoding": encoding.split()[-1]}
    site.put("gazette.example", "/z", body, **headers)
    assert Deployment(tmp_path, [site.url("gazette.example", "/z")]).poll("2026-03-09T09:00:00Z").sent == 1


@pytest.mark.parametrize(("header", "body"), [("br", b"xx"), ("gzip", b"no gzip at all"), ("gzip, gzip", b"xx")])
def test_an_encoding_that_was_not_asked_for_or_is_broken_is_an_error(site, tmp_path, header, body):
    site.put("evil.example", "/e", body, Content_Encoding=header)
    deployment = Deployment(tmp_path, [site.url("evil.example", "/e")])
    deployment.poll("2026-03-09T09:00:00Z")
    assert ": content_encoding" in deployment.said[0]


def test_a_message_that_no_stream_takes_is_a_dead_letter_with_its_whole_payload(site, tmp_path):
    huge = "Послы встретились. " * 300_000  # eleven million bytes
    site.put("gazette.example", "/huge", GOOD.replace("The envoys met.", huge))
    deployment = Deployment(tmp_path, [site.url("gazette.example", "/huge")], tables=True)
    summary = deployment.poll("2026-03-09T09:00:00Z")
    assert (summary.published, summary.sent, summary.dead, summary.waiting) == (1, 0, 1, 0)
    (row,) = deployment.table("dead_letters")
    assert row["stage"] == "publish"
    assert json.loads(row["payload"])["text"] == huge.strip()


def test_an_article_of_five_megabytes_is_published_whole(site, tmp_path):
    big = "The envoys met again. " * 240_000
    site.put("gazette.example", "/big", GOOD.replace("The envoys met.", f"&lt;p&gt;{big}&lt;/p&gt;"))
    deployment = Deployment(tmp_path, [site.url("gazette.example", "/big")])
    assert deployment.poll("2026-03-09T09:00:00Z").sent == 1
    (article,) = deployment.messages()
    assert len(article.text) == len(big) - 1
    assert "summary_dropped" in article.flags or article.html is None
