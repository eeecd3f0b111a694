"""A feed that changes from poll to poll, and what is decided about its entries."""

from datetime import UTC, datetime, timedelta

from transforms.articles import article_message
from transforms.feeds.fetching.source import Source
from transforms.feeds.parsing.parse import parse_document
from transforms.feeds.polling import decide, ledger
from transforms.feeds.polling.stability import settle_by_history
from transforms.feeds.polling.state import State

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SOURCE = Source("https://gazette.example/feed.xml")


def item(number, guid=None, link=None, title=None, text=None, extra=""):
    title, text = (
        title or f"Story {number} from the harbour",
        text or f"Text {number}: the crews agreed on part {number * 7} of the plan.",
    )
    parts = [f"<title>{title}</title>", f"<description>{text}</description>"]
    parts += [f"<guid isPermaLink='false'>{guid}</guid>"] if guid is not None else []
    parts += [f"<link>{link}</link>"] if link is not None else []
    return "<item>" + "".join(parts) + extra + "</item>"


def parse(*items, policy="guid"):
    return parse_document(
        f"<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>".encode(),
        SOURCE.url,
        NOW,
        policy=policy,
        detect=False,
    )


def link(number):
    return f"https://gazette.example/{number}"


class Desk:
    """A feed that is read document by document."""

    def __init__(self):
        self.state, self.now, self.policy = State(":memory:"), NOW, "guid"

    def read(self, *items, minutes=30):
        self.now += timedelta(minutes=minutes)
        document = settle_by_history(self.state, SOURCE.url, parse(*items, policy=self.policy))
        self.policy = document.identity
        planned = decide.plan(self.state, SOURCE, document, self.now)
        with self.state.transaction():
            ledger.record(self.state, SOURCE, document, planned, self.now, None)
        return planned

    def messages(self):
        return [
            article_message.decode(row[0])
            for row in self.state.database.execute("SELECT data FROM outbox ORDER BY sequence")
        ]


def fates(planned):
    return [decision.fate for decision in planned.decisions]
