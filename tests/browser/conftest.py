"""A server over tables of every kind, and a browser that notes each request and each complaint."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
from served import CHROMIUM, fill, serving, wait_for


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "tables"
    fill(folder)
    return folder


@pytest.fixture(scope="session")
def address(tables):
    with serving(tables) as found:
        wait_for(found)
        yield found


@pytest.fixture(scope="module")
def browser():
    """The browser, for one module at a time: Playwright has an event loop run in this thread as long as it is open."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (make prepare installs it as root on Debian)")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def page(browser):
    """A page that fails its test where it complains on the console or asks another machine for anything."""
    context = browser.new_context()
    made = context.new_page()
    complaints, asked = [], []
    made.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("request", lambda request: asked.append(request.url))
    yield made
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "file:"))] == []
