"""The sample feeds are what their README says: the files of a first run and the answers to check it by."""

import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from pipelines.configuration import settings_file

FOLDER = Path(__file__).parents[2] / "configs" / "sample-feeds"
XML_FEEDS = {"wire.xml": ("rss20", 14, 13), "gazette.atom": ("atom10", 13, 12), "bulletin.rdf": ("rss10", 11, 11)}


def expected() -> list[dict]:
    lines = (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def texts() -> dict[str, str]:
    """Link -> headline and body markup, over all feeds; of revisions the last."""
    found = {}
    for name in XML_FEEDS:
        for entry in feedparser.parse((FOLDER / name).read_bytes()).entries:
            found[entry.link] = entry.title + "\n" + entry.content[0].value
    for item in json.loads((FOLDER / "monitor.json").read_text(encoding="utf-8"))["items"]:
        found[item["url"].split("?")[0]] = item["title"] + "\n" + (item.get("content_html") or item["content_text"])
    return found


@pytest.mark.parametrize("name", XML_FEEDS)
def test_an_xml_feed_is_well_formed_and_of_the_format_and_size_that_the_readme_says(name: str) -> None:
    version, entries, distinct = XML_FEEDS[name]
    etree.parse(FOLDER / name)
    feed = feedparser.parse((FOLDER / name).read_bytes())
    assert (feed.version, bool(feed.bozo)) == (version, False)
    assert (len(feed.entries), len({entry.id for entry in feed.entries})) == (entries, distinct)


def test_the_json_feed_holds_twelve_dated_articles() -> None:
    feed = json.loads((FOLDER / "monitor.json").read_text(encoding="utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert len({item["id"] for item in feed["items"]}) == len(feed["items"]) == 12
    assert all(datetime.fromisoformat(item["date_published"]).tzinfo for item in feed["items"])


def test_the_broken_feed_is_no_feed() -> None:
    feed = feedparser.parse((FOLDER / "broken.xml").read_bytes())
    assert (feed.version, feed.entries) == ("", [])
    with pytest.raises(etree.XMLSyntaxError):
        etree.parse(FOLDER / "broken.xml")


def test_the_weekday_of_every_rss_date_is_right() -> None:
    for date in etree.parse(FOLDER / "wire.xml").findall(".//pubDate"):
        assert date.text is not None
        assert date.text[:3] == parsedate_to_datetime(date.text).strftime("%a")


def test_every_expected_participant_and_place_is_named_in_its_article() -> None:
    articles = texts()
    for meeting in expected():
        for link in [meeting["article_link"], *meeting.get("also_in", [])]:
            for name in [*meeting["participants"], meeting["place"] or ""]:
                assert name in articles[link]


def test_every_status_and_mode_is_among_the_expected_meetings() -> None:
    statuses = {"held", "ongoing", "planned", "proposed", "cancelled", "denied"}
    assert {meeting["status"] for meeting in expected()} == statuses
    assert {meeting["mode"] for meeting in expected()} == {"in_person", "phone", "video", "unknown"}


def test_the_readme_lists_the_expected_meetings_in_the_same_order() -> None:
    rows = [line.strip("| ").split(" | ") for line in (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()]
    listed = [row[1:] for row in rows if row[0] in ("wire", "gazette", "bulletin", "monitor")]
    assert listed == [
        [", ".join(m["participants"]), m["status"], m["mode"], m["date"] or "—", m["place"] or "—"] for m in expected()
    ]


def test_the_local_settings_read_every_sample_feed() -> None:
    local = settings_file.load(FOLDER.parent / "local.yaml")
    read = {Path(feed.url or "").name for feed in local.feeds}
    assert read == {path.name for path in FOLDER.iterdir() if path.suffix in (".xml", ".atom", ".rdf", ".json")}
