"""What people do on the page, in a real browser: no complaint on the console, nothing asked of another machine."""

import contextlib
import subprocess
import sys

import pytest
from making import article, participant, report
from served import LEAD, fill, follow, serving, wait_for

from transforms.streams import Message, open_publisher
from transforms.tables.sinks import Tables

PAGES = ["", "meetings/second", "actors", "map", "graph", "calendar/2023-04", "pipeline", "nowhere", "?q=nobody-at-all"]


def test_from_search_to_the_highlighted_sentence_and_on(page, address):
    page.goto(address)
    assert page.locator(".meeting").count() == 5
    page.keyboard.press("/")
    page.keyboard.type("fish lee")
    with page.expect_navigation(url="**q=fish*"):
        page.keyboard.press("Enter")
    follow(page, page.get_by_role("link", name="held 1"))
    assert page.locator(".meeting").count() == 1
    assert "status=held" in page.url
    follow(page, page.get_by_role("link", name="sources of Ann Lee and Bo Kim"))
    assert page.locator("mark").all_inner_texts() != []
    told = page.locator(".passage").first.locator("mark").evaluate_all("all => all.map((m) => m.textContent).join('')")
    assert "Ann Lee" in told
    assert "".join(told.split("person")) == LEAD
    assert page.locator(".passage").first.locator(".ent.person").count() == 2
    follow(page, page.locator("h1 .who").first)
    assert page.locator("h1").inner_text() == "Ann Lee"
    follow(page, page.get_by_role("link", name="meetings with Bo Kim"))
    assert "/pairs/" in page.url
    page.go_back()
    assert page.locator("h1").inner_text() == "Ann Lee"


def test_map_graph_and_calendar_lead_to_meetings(page, address):
    page.goto(f"{address}/map")
    follow(page, page.locator(".spots a").first)
    assert page.locator(".meeting").count() >= 1
    page.goto(f"{address}/graph")
    follow(page, page.locator(".network a").first)
    assert "/actors/" in page.url
    page.goto(f"{address}/calendar/2023-04")
    follow(page, page.locator(".month li a").first)
    assert "/meetings/" in page.url


def test_the_pipeline_page_has_what_waits_and_the_figures_of_the_last_evaluation(page, tables, tmp_path):
    with contextlib.closing(open_publisher(f"folder:{tmp_path}/stream")) as publisher:
        publisher.publish([Message(b"one", {}, "")])
    with serving(tables, "--stream", f"folder:{tmp_path}/stream") as address:
        wait_for(address)
        page.goto(f"{address}/pipeline")
        assert page.locator("dl.figures div", has_text="Waiting in the stream").locator("dd").inner_text() == "1"
        assert page.get_by_role("group", name="Table of quality").locator("tbody tr").count() >= 3
        page.goto("about:blank")


def test_the_theme_changes_and_is_kept(page, address):
    page.emulate_media(color_scheme="light")
    page.goto(address)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Change between light and dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(f"{address}/map")
    assert page.evaluate(ground) == dark


def test_a_mistake_is_reported_as_a_gold_record(page, address, tmp_path):
    page.goto(f"{address}/meetings/second")
    page.get_by_text("Report a mistake").click()
    record = page.locator("#gold").input_value()
    gold = tmp_path / "gold.jsonl"
    import json

    gold.write_text(json.dumps(json.loads(record)) + "\n")
    command = [sys.executable, "-m", "pipelines.cli", "evaluate", str(gold)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Traceback" not in done.stderr and done.returncode in (0, 1), done.stderr
    assert "gold" in done.stdout


def test_a_meeting_that_is_written_meanwhile_appears(page, tmp_path):
    folder = tmp_path / "tables"
    fill(folder)
    with serving(folder) as address:
        wait_for(address, 5)
        page.goto(f"{address}/#content")  # as the link that skips the navigation leaves it
        made = article("later", published="2024-01-02T00:00:00Z")
        new = report(made, meeting="later", participants=[participant("Zora Late"), participant("Bo Kim")])
        Tables([str(folder)]).write_all({"articles": [made], "entities": [], "meeting_reports": [new]})
        follow(page, page.get_by_text("show what is new"))
        assert page.get_by_role("link", name="Zora Late", exact=True).count() == 1
        page.goto("about:blank")  # it would ask the server that ends here for news


@pytest.mark.parametrize("path", PAGES)
def test_everything_is_reached_by_keyboard_alone(browser, address, path):
    page = browser.new_page()
    page.goto(f"{address}/{path}")
    wanted = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary, textarea')]"
        ".filter((e) => e.checkVisibility()).length"
    )
    page.evaluate(
        "window.reached = new Set(); document.addEventListener('focusin', (e) => window.reached.add(e.target))"
    )
    for _ in range(wanted + 40):
        page.keyboard.press("Tab")
    seen = page.evaluate(
        "[...window.reached].filter((e) => e.matches('a[href], button, input, summary, textarea')).length"
    )
    assert seen == wanted
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(browser, address, path):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{address}/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@pytest.mark.parametrize("path", ["actors", "pipeline"])
def test_tables_on_a_phone_break_no_word_that_is_not_long(browser, address, path):
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{address}/{path}")
    broken = page.locator(".wide td, .wide th").evaluate_all("""cells => cells.flatMap((cell) => {
        const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
        for (let node = walk.nextNode(); node; node = walk.nextNode())
            for (const word of node.data.matchAll(/[^\\s-]{2,14}(?![^\\s-])/g)) {
                const range = document.createRange();
                range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
                if (new Set([...range.getClientRects()].map((r) => r.top)).size > 1) found.push(word[0]);
            }
        return found;
    })""")
    assert page.locator(".wide td").count() > 4 and broken == []
    page.close()


def test_every_page_works_without_script(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.locator("#q").fill("ruiz")
    follow(page, page.get_by_role("button", name="Search"))
    assert page.locator(".meeting").count() == 1
    context.close()
