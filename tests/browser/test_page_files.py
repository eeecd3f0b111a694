"""A report is a folder that opens from disk with the network off, and each of its links leads to a file of it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from served import follow

from pipelines import cli


@pytest.fixture(scope="module")
def folder(tables, tmp_path_factory):
    out = tmp_path_factory.mktemp("report")
    assert cli.main(["report", "--out", str(out), "--tables", str(tables)]) == 0
    return out


def test_all_links_lead_to_files(folder):
    pages = list(folder.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        for _, attribute, link, _ in lxml.html.fromstring(page.read_bytes()).iterlinks():
            if attribute in ("href", "src") and not link.startswith(("https://news.example/", "#")):
                assert (page.parent / unquote(urlsplit(link).path)).is_file(), f"{page.relative_to(folder)}: {link}"


def test_it_opens_and_searches_with_the_network_off(page, folder):
    page.context.set_offline(True)
    page.goto((folder / "index.html").as_uri())
    assert page.locator(".meeting").count() == 5
    page.locator("#q").fill("eva hol")
    assert page.locator(".meeting").count() == 1
    follow(page, page.locator(".meeting .who"))
    assert page.locator("mark").count() >= 1
    follow(page, page.locator("h1 .who").first)
    assert page.locator("h1").inner_text() == "Eva Ruiz"
    for name in ("People", "Map", "Graph", "Calendar", "Pipeline", "Meetings"):
        follow(page, page.get_by_role("navigation", name="Pages").get_by_role("link", name=name))
        assert page.locator("h1").count() == 1


def test_nothing_of_this_machine_is_shown(folder):
    for page in folder.rglob("*.html"):
        assert str(Path.home()) not in page.read_text(encoding="utf-8") or str(Path.home()) == "/"
        assert str(folder) not in page.read_text(encoding="utf-8")
