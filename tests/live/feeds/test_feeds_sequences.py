"""Answers of a server over days: a real HTTP server on loopback and a clock that the test sets."""

import json
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from webhosts import Deployment, Names, serve

from transforms.feeds.fetching.source import Source
from transforms.feeds.polling.state import State

CASES = Path(__file__).parents[2] / "feed_cases"


@pytest.fixture
def site():
    with serve() as running:
        yield running


def steps_of(name):
    case = json.loads((CASES / f"{name}.expected.json").read_text(encoding="utf-8"))
    return json.loads((CASES / case["input"]).read_text(encoding="utf-8"))["steps"], case["expect"]


def play(site, deployment, steps):
    """Each step's answer is put up, polled at its time, and counted."""
    published = []
    for step in steps:
        host, _, path = step["url"].removeprefix("https://").partition("/")
        answer = step["response"]
        site.put(host, "/" + path, answer["body"], answer["status"], **answer["headers"])
        published.append(deployment.poll(step["at"], feeds=[site.url(host, "/" + path)]).sent)
    return published


def feed(*items, head=""):
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Gazette</title>{head}{body}</channel></rss>'


def item(number, text="The delegations met for the second day.", extra=""):
    return f"<title>Story {number}</title><guid isPermaLink='false'>g{number}</guid><link>https://gazette.example/{number}</link><description>{text}</description>{extra}"


def test_a_guid_that_follows_the_headline_is_a_revision_of_the_same_article(site, tmp_path):
    steps, expect = steps_of("09-guid-follows-headline")
    deployment = Deployment(tmp_path, [])
    assert play(site, deployment, steps) == expect["publish_per_step"]
    first, second = deployment.messages()
    assert second.article_id == first.article_id
    assert (second.revision, second.title) == (2, expect["step2"]["title"])
    assert second.revision_id != first.revision_id
    with State(tmp_path / "state.sqlite") as state:
        aliases = {
            row[0]
            for row in state.database.execute("SELECT alias FROM aliases WHERE article_id = ?", (first.article_id,))
        }
    assert {f"link:{first.canonical_url}", f"link:{second.canonical_url}"} <= aliases


def test_an_edit_is_a_revision_and_nothing_else_is(site, tmp_path):
    steps, expect = steps_of("11-edited-article")
    deployment = Deployment(tmp_path, [])
    assert play(site, deployment, steps) == expect["publish_per_step"]
    assert [article.revision for article in deployment.messages()] == [
        revision for revision in expect["revisions"] if revision
    ]


def test_validators_are_those_of_the_last_answer_byte_for_byte(site, tmp_path):
    steps, expect = steps_of("13-etag-moves-last-modified-stays")
    deployment = Deployment(tmp_path, [])
    assert play(site, deployment, steps) == expect["publish_per_step"]
    play(site, deployment, [{**steps[-1], "at": "2026-03-09T12:00:00Z"}])
    for request, headers in zip(site.asked("gazette.example"), expect["request_headers_per_step"], strict=True):
        assert {name: value for name, value in request.headers.items() if name.startswith("If-")} == headers


def test_a_server_that_is_stuck_on_304_is_asked_afresh_after_eight_days(site, tmp_path):
    steps, expect = steps_of("14-server-stuck-on-304")
    deployment = Deployment(tmp_path, [])
    assert play(site, deployment, steps) == expect["publish_per_step"]
    requests = site.asked("gazette.example")
    assert not set(expect["request_headers_last_step_must_not"]) & set(requests[-1].headers)
    assert "If-None-Match" in requests[1].headers
    sent = [f"{name}: {value}" for request in requests for name, value in request.headers.items()]
    assert not set(expect["never_send"]) & set(sent)


def test_a_host_that_asks_for_quiet_gets_it_for_all_its_feeds(site, tmp_path):
    steps, expect = steps_of("15-rate-limited-host")
    both = threading.Barrier(2, timeout=20)

    def together(answer):
        def send(handler):
            both.wait()  # both requests are under way before either is refused
            handler.send_response(429)
            handler.send_header("Retry-After", answer["headers"]["Retry-After"])
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        return send

    a, b = site.url("agg.example", "/r/a.rss"), site.url("agg.example", "/r/b.rss")
    site.put("agg.example", "/r/a.rss", together(steps[0]["response"]))
    site.put("agg.example", "/r/b.rss", together(steps[1]["response"]))
    deployment = Deployment(tmp_path, [], host_connections=2)
    deployment.poll(steps[0]["at"], feeds=[a, b])
    assert play(site, deployment, steps[2:]) == expect["publish_per_step"][2:]
    with State(tmp_path / "state.sqlite") as state:
        held = {
            row["host"].partition(":")[0]: row["not_before"] for row in state.database.execute("SELECT * FROM hosts")
        }
        third = state.feed(Source(site.url("third.example", "/f.xml")))
        assert sum(feed.gone for feed in state.feeds()) == expect["feeds_disabled"]
    assert held == expect["host_not_before"]
    assert datetime.fromisoformat(third.next_poll_at) > datetime.fromisoformat(steps[3]["at"]) + timedelta(minutes=5)
    before = len(site.requests)
    assert deployment.poll("2026-03-09T09:30:00Z", feeds=[b]).polls["held"] == 1
    assert len(site.requests) == before
    site.put("agg.example", "/r/b.rss", feed(item(1)))
    assert deployment.poll("2026-03-09T11:00:01Z", feeds=[b]).sent == 1


def test_a_redirect_never_leads_to_a_private_address_or_a_file(site, tmp_path):
    steps, expect = steps_of("42-redirect-to-private-address")
    deployment = Deployment(tmp_path, [])
    assert play(site, deployment, steps) == expect["publish_per_step"]
    with State(tmp_path / "state.sqlite") as state:
        errors = [feed.error.partition(":")[0] for feed in state.feeds()]
    assert errors == expect["errors"]
    assert {request.path for request in site.requests} == {"/feed.xml"}


def test_a_name_that_resolves_to_a_private_address_is_not_asked(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("rebinding.example")], resolver=Names(), allow=("gazette.example",))
    site.put("rebinding.example", "/feed.xml", feed(item(1)))
    assert deployment.poll("2026-03-09T09:00:00Z").polls["error"] == 1
    assert site.requests == []
    assert "blocked_address" in deployment.said[0]


def test_an_allowed_host_does_not_open_its_address_to_others(site, tmp_path):
    site.put("gazette.example", "/feed.xml", feed(item(1)))
    site.put("evil.example", "/feed.xml", b"", 302, Location=site.url("rebinding.example"))
    deployment = Deployment(
        tmp_path, [site.url("gazette.example"), site.url("evil.example")], allow=("gazette.example", "evil.example")
    )
    summary = deployment.poll("2026-03-09T09:00:00Z")
    assert (summary.polls["ok"], summary.polls["error"]) == (1, 1)
    assert site.asked("rebinding.example") == []


@pytest.mark.parametrize(("status", "adopted"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_permanent_redirect_is_adopted_after_a_week_of_agreement(site, tmp_path, status, adopted):
    old, new = site.url("gazette.example"), site.url("other.example", "/new.xml")
    site.put("gazette.example", "/feed.xml", b"", status, Location=new)
    site.put("other.example", "/new.xml", feed(item(1)))
    deployment = Deployment(tmp_path, [old])
    for day in (1, 4, 7, 9, 10):
        deployment.poll(f"2026-03-{day:02d}T09:00:00Z")
    assert len(site.asked("gazette.example")) == (4 if adopted else 5)
    assert len(deployment.messages()) == 1
    site.put("other.example", "/new.xml", feed(item(1), item(2)))
    deployment.poll("2026-03-11T09:00:00Z")
    assert [article.feed_url for article in deployment.messages()] == [old, old]


def test_a_move_that_changes_its_mind_starts_the_week_again(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("other.example", "/a", feed(item(1)))
    site.put("other.example", "/b", feed(item(1)))
    for day, target in ((1, "/a"), (5, "/b"), (9, "/b"), (11, "/b")):
        site.put("gazette.example", "/feed.xml", b"", 301, Location=site.url("other.example", target))
        deployment.poll(f"2026-03-{day:02d}T09:00:00Z")
    assert len(site.asked("gazette.example")) == 4


def test_an_adopted_address_that_dies_gives_way_to_the_old_one(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", b"", 301, Location=site.url("other.example", "/new.xml"))
    site.put("other.example", "/new.xml", feed(item(1)))
    for day in (1, 9):
        deployment.poll(f"2026-03-{day:02d}T09:00:00Z")
    del site.answers["other.example", "/new.xml"]
    deployment.poll("2026-03-10T09:00:00Z")
    site.put("gazette.example", "/feed.xml", feed(item(1), item(2)))
    deployment.poll("2026-03-11T09:00:00Z")
    assert [article.title for article in deployment.messages()] == ["Story 1", "Story 2"]


def test_a_feed_that_is_gone_is_not_asked_again(site, tmp_path):
    site.put("gazette.example", "/feed.xml", b"gone", 410)
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    for day in (1, 2, 3):
        deployment.poll(f"2026-03-{day:02d}T09:00:00Z")
    assert len(site.requests) == 1
    assert "gone" in deployment.said[0]


def test_forty_304s_in_a_row_are_checked_with_a_request_without_validators(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", feed(item(1)), ETag='"a"')
    deployment.poll("2026-03-09T00:00:00Z")
    site.put("gazette.example", "/feed.xml", b"", 304)
    for minute in range(42):
        deployment.poll(datetime.fromisoformat("2026-03-09T01:00:00Z") + timedelta(minutes=minute))
    conditional = ["If-None-Match" in request.headers for request in site.requests]
    assert conditional[1:41] == [True] * 40
    assert not conditional[41]


def test_a_page_in_the_place_of_a_feed_costs_neither_validators_nor_articles(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", feed(item(1)), ETag='"good"')
    deployment.poll("2026-03-09T00:00:00Z")
    site.put(
        "gazette.example", "/feed.xml", "<!doctype html><html><body>Checking your browser</body></html>", ETag='"page"'
    )
    deployment.poll("2026-03-09T01:00:00Z")
    deployment.poll("2026-03-09T02:00:00Z")
    assert site.requests[-1].headers["If-None-Match"] == '"good"'
    assert "not_a_feed" in deployment.said[-1]
    site.put("gazette.example", "/feed.xml", feed(item(1), item(2)))
    assert deployment.poll("2026-03-09T03:00:00Z").sent == 1


def test_a_snapshot_that_shares_nothing_with_the_last_is_a_gap(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")])
    site.put("gazette.example", "/feed.xml", feed(item(1), item(2)))
    assert not any("missed" in line for line in deployment.said) and deployment.poll("2026-03-09T00:00:00Z").sent == 2
    site.put("gazette.example", "/feed.xml", feed(item(3), item(4)))
    deployment.poll("2026-03-09T03:00:00Z")
    assert any("probably missed" in line for line in deployment.said)
    with State(tmp_path / "state.sqlite") as state:
        (remembered,) = state.feeds()
    assert remembered.gaps == 1
    assert datetime.fromisoformat(remembered.next_poll_at) < datetime.fromisoformat("2026-03-09T03:12:00Z")


def test_each_poll_is_a_row_of_feed_health_whose_fates_add_up(site, tmp_path):
    deployment = Deployment(tmp_path, [site.url("gazette.example")], tables=True)
    site.put("gazette.example", "/feed.xml", feed(item(1), item(1), item(2)))
    deployment.poll("2026-03-09T00:00:00Z")
    site.put("gazette.example", "/feed.xml", feed(item(1), item(2, "The talks were called off."), item(3)))
    deployment.poll("2026-03-09T01:00:00Z")
    site.put("gazette.example", "/feed.xml", b"", 500)
    deployment.poll("2026-03-09T02:00:00Z")
    rows = sorted(deployment.table("feed_health"), key=lambda row: row["polled_at"])
    assert [(row["status"], row["fetched"], row["published"]) for row in rows] == [
        ("ok", 3, 2),
        ("ok", 3, 2),
        ("error", 0, 0),
    ]
    assert [
        row["fetched"] - row["published"] - sum(skipped["count"] for skipped in row["skipped"]) for row in rows
    ] == [0, 0, 0]
    assert rows[2]["error"] == "http_500"


def test_a_feeds_own_headers_and_user_agent_are_sent(site, tmp_path):
    from pipelines.configuration.settings import FeedSettings

    site.put("gazette.example", "/feed.xml", feed(item(1)))
    feeds = [
        FeedSettings(
            url=site.url("gazette.example"), user_agent="desk/1", headers={"X-Key": "k", "Authorization": "Bearer s"}
        )
    ]
    site.put("other.example", "/feed.xml", feed(item(1)))
    Deployment(tmp_path, feeds).poll("2026-03-09T00:00:00Z")
    assert {"User-Agent": "desk/1", "X-Key": "k", "Authorization": "Bearer s"}.items() <= site.requests[
        0
    ].headers.items()
    site.put("gazette.example", "/feed.xml", b"", 302, Location=site.url("other.example"))
    Deployment(tmp_path, feeds).poll("2026-03-09T01:00:00Z")
    assert "Authorization" not in site.asked("other.example")[0].headers


def test_full_text_is_fetched_once_under_robots_txt_and_the_feeds_text_stays(site, tmp_path):
    from pipelines.configuration.settings import FeedSettings

    long = "The ministers met for two hours on Monday and agreed to meet again in May. " * 5
    page = f"<html><body><article><h1>Story</h1><p>{long}</p></article></body></html>"
    items = [
        f"<title>S{n}</title><guid>g{n}</guid><link>{site.url('gazette.example', path)}</link><description>Teaser {n}.</description>"
        for n, path in enumerate(("/open", "/closed", "/missing"))
    ]
    site.put("gazette.example", "/feed.xml", feed(*items))
    site.put("gazette.example", "/robots.txt", "User-agent: *\nDisallow: /closed")
    site.put("gazette.example", "/open", page, Content_Type="text/html")
    site.put("gazette.example", "/closed", page, Content_Type="text/html")
    deployment = Deployment(tmp_path, [FeedSettings(url=site.url("gazette.example"), full_text=True)])
    deployment.poll("2026-03-09T00:00:00Z")
    opened, closed, missing = deployment.messages()
    assert (opened.summary, opened.html, "full_text" in opened.flags) == ("Teaser 0.", "Teaser 0.", True)
    assert opened.text.startswith("The ministers met for two hours")
    assert (closed.text, missing.text) == ("Teaser 1.", "Teaser 2.")
    assert "full_text_failed" in closed.flags
    assert [request.path for request in site.requests].count("/closed") == 0
    site.put("gazette.example", "/feed.xml", feed(*items).replace("Teaser 0.", "Teaser 0 with an edit."))
    deployment.poll("2026-03-09T01:00:00Z")
    assert [request.path for request in site.requests].count("/open") == 2  # an edited article has an edited page
    site.put("other.example", "/feed.xml", feed(items[0]))
    deployment.poll("2026-03-09T02:00:00Z", feeds=[site.url("other.example")])
    assert [request.path for request in site.requests].count("/open") == 2
