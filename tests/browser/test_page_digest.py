"""A digest tells what is new under its heading, and hostile texts stay text."""

import lxml.html
from test_page_safe import HOSTILE

from transforms.page.mail import html, markdown, sorted_out

OLD, SINCE, NEW = "2023-04-01T00:00:00Z", "2023-04-10T00:00:00Z", "2023-04-17T00:00:00Z"


def meeting(text, status="held", first=NEW, link="https://news.example/1"):
    source = {"title": text, "feed_title": text, "link": link, "sentences": [text]}
    return {
        "participants": [{"name": f"{text}"}, {"name": "Bo Kim"}], "status": status, "mode": "phone", "date": None,
        "place": {"name": text}, "occasion": text, "topics": [], "first_reported": first, "sources": [source],
    }  # fmt: skip


def test_each_is_under_its_heading():
    given = [meeting("a"), meeting("b", "planned"), meeting("c", "denied"), meeting("d", "held", OLD)]
    made = sorted_out(given, SINCE)
    assert {heading: [m["occasion"] for m in some] for heading, some in made.items()} == {
        "Held": ["a"], "Newly planned": ["b"], "Called off or denied": ["c"], "Told again or changed": ["d"],
    }  # fmt: skip
    assert "Nothing new" in markdown({}) and "Nothing new" in html({})


def test_hostile_texts_are_text():
    news = sorted_out([meeting(text, link="javascript:alert(1)") for text in HOSTILE], SINCE)
    page = lxml.html.fromstring(html(news))
    assert {element.tag for element in page.iter()} <= {
        "html",
        "head",
        "body",
        "meta",
        "title",
        "h1",
        "h2",
        "ul",
        "li",
        "b",
        "br",
    }
    lines = markdown(news).splitlines()
    assert len(lines) == 4 + 2 * len(HOSTILE)
    assert not [line for line in lines if "<" in line.replace("\\<", "")]
