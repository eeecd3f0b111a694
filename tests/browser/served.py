"""Tables with all that pages show, and the server over them."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("unit/tables", "live", "browser")]
import prepare
from making import article, entity, health, participant, report

from transforms import rows
from transforms.tables.sinks import Tables

CHROMIUM = prepare.chromium()
LEAD = "Foreign Minister Ann Lee met Bo Kim in Málaga on Monday to speak of fishing."
TEXT = (
    f"Ministers speak of fishing\n\nIt rained.\n\nA spokesman waited outside. {LEAD} Nobody said how long.\n\nThe end."
)


@contextlib.contextmanager
def serving(folder, *flags):
    """The address of ``meetwire serve`` over the tables in ``folder``."""
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0", "--tables", str(folder), *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TZ": "UTC"})
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        assert process.wait(120) == 0


def fill(folder):
    """Meetings with all that pages show: two reports of one, a long name, a summit, right-to-left names, no date."""
    articles, reports, entities = [], [], []

    def add(name, text=TEXT, **fields):
        made = article(name, title=text.split("\n")[0], text=text, link=f"https://news.example/{name}")
        evidence = fields.pop("evidence", [rows.Evidence(text.index(LEAD), text.index(LEAD) + len(LEAD), LEAD, "body")])
        articles.append(made)
        reports.append(report(made, meeting=name, evidence=evidence, **fields))
        for word in ("Ann Lee", "Bo Kim"):
            at = text.find(word)
            if at >= 0:
                entities.append(entity(made, word, mentions=[rows.Mention(at, at + len(word), word)]))

    add("first")
    add("second", status="planned", topics=["fishing"])
    add("long", participants=[participant("Maria " + "Konstantinopolitana-" * 4 + "Papadopoulos"), participant("Bo Kim")],
        date=rows.MeetingDate("2023-05-02", "2023-05-04", "day", "then", "sentence"))  # fmt: skip
    add("summit", participants=[participant(f"Delegate {chr(65 + n // 26)}{chr(65 + n % 26)}ovic") for n in range(40)],
        kind="multilateral", date=rows.MeetingDate("2023-06-01", "2023-06-30", "month", "in June", "sentence"))  # fmt: skip
    add("rtl", participants=[participant("محمد علي", country="EG"), participant("יצחק כהן", country="IL")],
        date=None, place=None, mode="phone", confidence=0.6)  # fmt: skip
    add("called-off", status="cancelled", participants=[participant("Eva Ruiz"), participant("Per Holm", country="NO")],
        place=rows.Place("Oslo", "NO", 59.9, 10.75, "sentence"), date=rows.MeetingDate("2023-04-20", "2023-04-20", "day", "then", "sentence"))  # fmt: skip
    tables = Tables([str(folder)])
    tables.write_all({"articles": articles, "entities": entities, "meeting_reports": reports})
    tables.write("feed_health", [health(), health("https://other.example/feed", "2023-04-17T05:00:00Z")._replace(status="error", error="404 Not Found")])  # fmt: skip


def follow(page, link):
    """Clicks what leads to another page, and waits until that page is there."""
    with page.expect_navigation():
        link.click(timeout=30_000)


def wait_for(address, meetings=1):
    """Until the server has read that many meetings."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/api/facets?confidence=0").json()["count"] >= meetings:
                return
        time.sleep(0.1)
    raise AssertionError(f"no {meetings} meetings within 30 seconds")
