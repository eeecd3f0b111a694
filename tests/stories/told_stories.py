"""The invented stories as reports, each with the meeting that it really tells of, and how merging is scored."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import making
import yaml

from transforms import rows
from transforms.stories.told import Source, Told, told

_HERE = Path(__file__).parent
_PARTY = re.compile(r"(?P<key>\w+)(?P<how>[=~^])(?P<name>[^/]+)/(?P<title>[^/]*)/(?P<country>\w*)")


class Telling(NamedTuple):
    """One report of one article, and the truth.

    Attributes:
        meeting: The meeting that it tells of.
        actors: Who its participants are, in their order.
        report: The report.
        told: The same prepared for comparing.
    """

    meeting: str
    actors: list[str]
    report: rows.MeetingReport
    told: Told


def tellings(split: str) -> list[Telling]:
    """All reports of ``dev`` or ``test``, as perfect extraction would give them."""
    stories = yaml.safe_load((_HERE / f"{split}.yaml").read_text(encoding="utf-8"))
    return [
        _telling(story, article, text)
        for story in stories
        for article in story["articles"]
        for text in article["tells"]
    ]


def written(split: str) -> tuple[list[rows.Article], list[rows.MeetingReport]]:
    """All articles of ``dev`` or ``test`` with their reports."""
    stories = yaml.safe_load((_HERE / f"{split}.yaml").read_text(encoding="utf-8"))
    articles = [_article(f"{story['story']}-{one['id']}", one) for story in stories for one in story["articles"]]
    return articles, [telling.report for telling in tellings(split)]


def _article(article_id: str, given: dict) -> rows.Article:
    published = datetime.fromisoformat(given["published"])
    offset = published.strftime("%z")
    return making.article(
        article_id,
        revision_id=article_id,
        title=given["title"],
        text=f"{given['title']}\n\n{given['text']}",
        feed_title=given["feed"],
        published=published.astimezone(UTC).isoformat(),
        utc_offset=f"{offset[:3]}:{offset[3:]}",
    )


def _telling(story: dict, article: dict, text: str) -> Telling:
    meeting, status, when, place, *parties = (part.strip() for part in text.split(";"))
    found = [_PARTY.fullmatch(party) for party in parties]
    published = datetime.fromisoformat(article["published"])
    mode = story["meetings"][meeting]["mode"]
    article_id = f"{story['story']}-{article['id']}"
    report = making.report(
        _article(article_id, article),
        status,
        rows.derive_id(article_id, text, "meeting"),
        report_id=rows.derive_id(article_id, text),
        participants=[_participant(match) for match in found],
        mode=mode,
        date=_date(when),
        place=None if place == "-" else rows.Place(place, None, None, None, "sentence"),
        duration_minutes=None,
        topics=[],
        evidence=[],
        extractor="gold",
    )
    source = Source(article["title"], published.utcoffset().total_seconds() / 3600)
    keys = [f"{match['key']}" for match in found]
    return Telling(f"{story['story']}:{meeting}", keys, report, told(report, source))


def _participant(match: re.Match) -> rows.Participant:
    kind = "country" if match["how"] == "^" else "person"
    return rows.Participant(None, match["name"], kind, match["title"] or None, match["country"] or None, None)


def _date(when: str) -> rows.MeetingDate | None:
    if when == "?":
        return None
    days, _, precision = when.partition(" ")
    first, _, last = days.partition("..")
    return rows.MeetingDate(first, last or first, precision or "day", None, "sentence")


def pairs(clusters: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    """Every two items that are in one cluster."""
    return {pair for cluster in clusters for pair in itertools.combinations(sorted(cluster), 2)}


def clusters(of: Mapping[str, str]) -> dict[str, set[str]]:
    """Cluster -> its items."""
    made: dict[str, set[str]] = defaultdict(set)
    for item, cluster in of.items():
        made[cluster].add(item)
    return made


def b_cubed(gold: Mapping[str, str], found: Mapping[str, str]) -> float:
    """B-cubed F1 of ``found`` clusters; both have an item's cluster."""
    wanted, made = clusters(gold), clusters(found)
    shared = {item: len(wanted[gold[item]] & made[found[item]]) for item in gold}
    precision = sum(shared[item] / len(made[found[item]]) for item in gold) / len(gold)
    recall = sum(shared[item] / len(wanted[gold[item]]) for item in gold) / len(gold)
    return 2 * precision * recall / (precision + recall)


def pairwise(gold: Mapping[str, str], found: Mapping[str, str]) -> float:
    """F1 over pairs of items in one cluster."""
    wanted, made = pairs(clusters(gold).values()), pairs(clusters(found).values())
    return 2 * len(wanted & made) / (len(wanted) + len(made))
