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


def serious_faults(page, address, paths):
    """What axe-core finds serious or critical: the page, the rule, and the beginning of the element."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    faults = []
    for path in paths:
        page.goto(f"{address}/{path}")
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        faults += [
            (path, fault["id"], node["html"][:120])
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"][:3]
        ]
    return faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault(browser, address, scheme):
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    people = page.locator(".meeting .who").evaluate_all("all => all.map((a) => a.getAttribute('href').slice(1))")
    pair = people[0].replace("actors", "pairs") + people[1].removeprefix("actors")
    assert serious_faults(page, address, [*PAGES, people[0], pair]) == []
    page.close()
