"""Texts of feeds are hostile: they are text wherever they are shown. Requests are too, and change nothing."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import httpx
import icalendar
import lxml.html
import pyarrow.parquet as parquet
import pytest
import schemathesis
from making import article, participant, report
from served import serving, wait_for

from pipelines import cli
from transforms import rows
from transforms.tables.sinks import Tables

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "{{7*7}}", "{% raw %}",
    "=HYPERLINK(\"http://evil.example\")", "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1", "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>", "]]><x/>", "<!--", "&lt;b&gt;", "\u202egnp.exe", "BEGIN:VEVENT\r\nEND:VCALENDAR",
    "' OR 1=1 --", "a\x07b", "%0d%0aSet-Cookie: x=1",
    "<ScRiPt>alert(1)</sCrIpT>", "<svg/onload=alert(1)>", "<iframe src=javascript:alert(1)>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>", "<style>*{display:none}</style>", "<form action=//evil.example>",
    "<a href=javascript:alert(1)>x</a>", "<details open ontoggle=alert(1)>", "<math><mtext></p><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)", "\" autofocus onfocus=\"alert(1)", "`alert(1)`", "${alert(1)}", "#{7*7}", "<%= 7*7 %>", "{{config}}",
    "{# comment #}", "\\u003cscript\\u003ealert(1)", "</script><script>alert(1)</script>", "</svg><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>", "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    "@import url(//evil.example)", "\r\n=1+1", "-1+1|cmd", "[x](javascript:alert(1))", "![x](//evil.example/x.png)",
    "\u2028alert(1)\u2029", "\u0000nul".replace("\u0000", "\ufffd"), "ﷺ" * 20, "Z̸̢͝a̷l̶g̵o̶",
]  # fmt: skip
LINKS = [
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "http:javascript:alert(1)",
    "blob:https://evil.example/x",
    "ftp://evil.example/x",
    "http:///evil",
    "https://",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example",
    "vbscript:x",
    "file:///etc/passwd",
    "JAVASCRIPT:alert(1)",
    "javascript\n:alert(1)",
    "\x01javascript:alert(1)",
    "java\0script:alert(1)",
    "javascript&colon;alert(1)",
    "&#106;avascript:alert(1)",
    "javascript://news.example/%0aalert(1)",
    "jar:https://evil.example!/x",
    "view-source:https://evil.example",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "data:;base64,PHNjcmlwdD4=",
    "mailto:x@evil.example",
    "tel:+1",
    "sms:+1",
    "ws://evil.example",
    "wss://evil.example",
    "gopher://evil.example",
    "ldap://evil.example",
    "smb://evil.example/x",
    "ms-word:ofe|u|https://evil.example",
    "intent://evil.example#Intent;end",
    "android-app://evil.example",
    "chrome://settings",
    "about:blank",
    "filesystem:https://evil.example/x",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example\\x",
    "https:evil.example",
    "https:/evil.example",
    "http:\\\\evil.example",
    "https:///",
    "http://",
    "https://[evil",
    "http://[::1",
    "?x=<script>",
    "#<script>",
    '" onmouseover="alert(1)',
    "' onclick='alert(1)",
    ">)[x](javascript:alert(1)",
]
PATHS = ["", "?confidence=0&q=alert", "actors", "map", "graph", "calendar/2023-04", "pipeline"]


@pytest.fixture(scope="module")
def hostile_tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "tables"
    articles, reports = [], []
    for number, text in enumerate(HOSTILE):
        made = article(
            f"h{number}", title=text, text=f"{text}\n\n{text} met.", link=LINKS[number % len(LINKS)], feed_title=text
        )
        said = [rows.Evidence(0, len(text), text, "headline")]
        who = [participant(f"{text} {number}", title=text), participant(f"Bo {text} {number}")]
        place = rows.Place(text, "ES", 36.7, -4.4, "sentence")
        reports.append(
            report(
                made, meeting=f"h{number}", participants=who, evidence=said, occasion=text, topics=[text], place=place
            )
        )
        articles.append(made)
    Tables([str(folder)]).write_all({"articles": articles, "entities": [], "meeting_reports": reports})
    return folder


@pytest.fixture(scope="module")
def hostile(hostile_tables):
    with serving(hostile_tables) as address:
        wait_for(address, len(HOSTILE))
        yield address


def test_hostile_texts_are_text_on_every_page(page, hostile):
    found = httpx.get(f"{hostile}/api/meetings?confidence=0&limit=200").json()["meetings"]
    paths = [*PATHS, *(f"meetings/{meeting['meeting_id']}" for meeting in found)]
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for path in paths:
        page.goto(f"{hostile}/{path}")
        assert page.locator("script:not([src]), [onerror], [onload], main img").count() == 0
        links = page.locator("a").evaluate_all("all => all.map((a) => a.href.baseVal ?? a.href)")
        assert [link for link in links if not link.startswith((hostile, "/"))] == []


def test_hostile_texts_are_text_in_downloads_and_feeds(hostile):
    lines = list(csv.reader(io.StringIO(httpx.get(f"{hostile}/meetings.csv?confidence=0").text)))
    assert len(lines) == len(HOSTILE) + 1
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "@", "\t"))]
    atom = ElementTree.fromstring(httpx.get(f"{hostile}/atom.xml?confidence=0").content)
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == 50
    events = icalendar.Calendar.from_ical(httpx.get(f"{hostile}/meetings.ics?confidence=0").content).walk("VEVENT")
    assert len(events) == len(HOSTILE)
    table = parquet.read_table(io.BytesIO(httpx.get(f"{hostile}/meetings.parquet?confidence=0").content))
    assert set(table["occasion"].to_pylist()) == set(HOSTILE)
    held = [json.loads(line) for line in httpx.get(f"{hostile}/meetings.jsonl?confidence=0").text.split("\n") if line]
    assert {meeting["occasion"] for meeting in held} == set(HOSTILE)


def test_hostile_texts_are_text_in_files(page, hostile_tables, tmp_path):
    """Of a report: no element that a text made, and no script that is not the report's own."""
    assert cli.main(["report", "--out", str(tmp_path), "--tables", str(hostile_tables)]) == 0
    ours = {"page.js", "search.js", "index.js"}
    files = list(tmp_path.rglob("*.html"))
    assert len(files) > 2 * len(HOSTILE)
    for file in files:
        tree = lxml.html.fromstring(file.read_bytes())
        assert {Path(script.get("src", "")).name for script in tree.iter("script")} <= ours, file
        assert not tree.xpath(
            "//@onload | //@onerror | //@onfocus | //@ontoggle | //@onmouseover | //iframe | //base | //main//img"
        )
        links = [link for _, name, link, _ in tree.iterlinks() if name in ("href", "src")]
        assert [link for link in links if ":" in link or link.startswith("//")] == [], file
    assert len(ElementTree.parse(tmp_path / "atom.xml").findall("{http://www.w3.org/2005/Atom}entry")) == 50
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto((tmp_path / "index.html").as_uri())
    page.locator("#q").fill("alert")
    assert page.locator(".meeting").count() > 5 and page.locator("main img, main iframe").count() == 0


def test_every_answer_keeps_scripts_out(hostile):
    for path in [*PATHS, "nowhere", "assets/page.js", "api/meetings", "atom.xml"]:
        headers = httpx.get(f"{hostile}/{path}").headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_there_are_fifty_of_each_kind():
    assert min(len(set(HOSTILE)), len(set(LINKS))) >= 50


def test_hostile_texts_are_text_in_a_digest(hostile_tables, capsys):
    """No element but the mail's own, no link, and each meeting a line and its source: none begins a heading or a list of its own."""
    digest = ["digest", "--since", "2000-01-01", "--min-confidence", "0", "--tables", str(hostile_tables)]
    assert cli.main([*digest, "--html"]) == 0
    tree = lxml.html.fromstring(capsys.readouterr().out)
    own = {"html", "head", "body", "meta", "title", "h1", "h2", "ul", "li", "b", "br"}
    assert {element.tag for element in tree.iter()} <= own and len(tree.xpath("//li")) == len(HOSTILE)
    assert cli.main(digest) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert all(line.startswith(("- **", "  “", "# Who met whom", "## Held")) for line in lines)
    assert len(lines) == 2 + 2 * len(HOSTILE)


@pytest.mark.parametrize("path", [*PATHS, "meetings.csv", "api/meetings", "api/version", "assets/page.js", "healthz"])
def test_whoever_asks_for_the_head_alone_gets_it(address, path):
    head, whole = httpx.head(f"{address}/{path}"), httpx.get(f"{address}/{path}")
    assert (head.status_code, head.content) == (200, b"") and whole.content
    assert head.headers.get("etag") == whole.headers.get("etag")


def test_days_at_either_end_of_the_calendar_are_days_like_others(tmp_path):
    made = article("a", link="https://news.example/a")
    days = ["0001-01-01", "0999-05-31", "9999-12-31"]
    told = [report(made, meeting=day, date=rows.MeetingDate(day, day, "day", "then", "sentence")) for day in days]
    told = [
        one._replace(participants=[participant(f"Ann {n}"), participant(f"Bo {n}")])
        for n, one in zip("xyz", told, strict=True)
    ]
    Tables([str(tmp_path / "tables")]).write_all({"articles": [made], "entities": [], "meeting_reports": told})
    assert cli.main(["report", "--out", str(tmp_path / "out"), "--tables", str(tmp_path / "tables")]) == 0
    assert len(icalendar.Calendar.from_ical((tmp_path / "out" / "meetings.ics").read_bytes()).walk("VEVENT")) == 3
    with serving(tmp_path / "tables") as address:
        wait_for(address, 3)
        for day in days:
            assert len(
                httpx.get(f"{address}/api/meetings", params={"since": day}).json()["meetings"]
            ) == 3 - days.index(day)
            assert "Ann" in httpx.get(f"{address}/calendar/{day[:7]}").text
        assert httpx.get(f"{address}/calendar", follow_redirects=True).url.path == "/calendar/0999-05"
        assert httpx.get(f"{address}/meetings.ics").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example", "[x"])
def test_another_host_is_refused(address, host):
    assert httpx.get(address, headers={"host": host}).status_code in (400, 421)


def test_what_is_as_it_was_is_not_sent_again(address):
    first = httpx.get(f"{address}/api/meetings")
    assert httpx.get(f"{address}/api/meetings", headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_others_need_the_token(tables):
    with serving(tables, "--host", "0.0.0.0", "--token", "abcdefgh1") as shown:
        address, _, token = shown.replace("0.0.0.0", "127.0.0.1").partition("/?token=")
        assert token == "abcdefgh1"
        assert httpx.get(address).status_code == 401
        assert httpx.get(address, headers={"authorization": "Bearer abcdefgh1"}).status_code == 200
        with httpx.Client(follow_redirects=True) as client:
            assert client.get(f"{address}/?token={token}").status_code == 200
            assert "token" not in str(client.get(f"{address}/map").url)


def test_without_a_token_it_stays_on_this_machine(tables, capsys):
    assert cli.main(["serve", "--host", "0.0.0.0", "--tables", str(tables)]) == 2
    assert "--token" in capsys.readouterr().err


def test_pages_of_the_list_hold_each_meeting_once(address):
    seen, after = [], {}
    while True:
        found = httpx.get(f"{address}/api/meetings", params={"limit": 2, "confidence": 0, **after}).json()
        seen += [meeting["meeting_id"] for meeting in found["meetings"]]
        if not found["next"]:
            break
        after = {"after": found["next"]}
    assert len(seen) == len(set(seen)) == 5


def test_the_api_does_what_its_openapi_says(address):
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    from hypothesis import HealthCheck, given, settings

    for operation in schema.get_all_operations():
        case = operation.ok().as_strategy()

        @given(case=case)
        @settings(max_examples=12, suppress_health_check=list(HealthCheck), database=None)
        def answers(case):
            response = case.call(base_url=address)
            assert response.status_code < 500
            case.validate_response(response)

        answers()
