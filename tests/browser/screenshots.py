"""Pictures of the pages over some tables: python tests/browser/screenshots.py TABLES FOLDER (``make screenshots``)."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from served import CHROMIUM, serving, wait_for

PAGES = {
    "meetings": "",
    "map": "map",
    "graph": "graph",
    "calendar": "calendar",
    "pipeline": "pipeline",
    "actors": "actors",
}
DESK, PHONE = {"width": 1180, "height": 820}, {"width": 390, "height": 844}


def main(tables, folder):
    """Writes each page in light and dark, on a desk and a phone."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with serving(tables) as address, sync_playwright() as playwright:
        wait_for(address)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme, size, suffix in (("light", DESK, ""), ("dark", DESK, "-dark"), ("light", PHONE, "-phone")):
            page = browser.new_page(viewport=size, color_scheme=scheme)
            page.goto(f"{address}/")
            links = page.locator(".meeting .when a").evaluate_all("all => all.map((a) => a.href)")
            people = page.locator(".meeting .who").evaluate_all("all => all.map((a) => a.href)")
            pages = {name: f"{address}/{path}" for name, path in PAGES.items()} | {
                "meeting": links[7],
                "actor": people[0],
            }
            for name, url in pages.items():
                page.goto(url)
                page.screenshot(path=f"{folder}/{name}{suffix}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
