"""axe-core finds no serious fault on any page, in light and dark."""

from importlib.resources import files

import pytest

PAGES = [
    "",
    "meetings/second",
    "meetings/rtl",
    "actors",
    "map",
    "graph",
    "calendar/2023-04",
    "pipeline",
    "nowhere",
    "?q=zz",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault(browser, address, scheme):
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    people = page.locator(".meeting .who").evaluate_all("all => all.map((a) => a.getAttribute('href').slice(1))")
    faults = []
    for path in [*PAGES, people[0], people[0].replace("actors", "pairs") + people[1].removeprefix("actors")]:
        page.goto(f"{address}/{path}")
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        faults += [
            (path, fault["id"], node["html"][:120])
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"][:3]
        ]
    page.close()
    assert faults == []
