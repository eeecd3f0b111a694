"""What of a document is new, and its record: articles, revisions and messages, all in the feed's one transaction."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from transforms.articles import message
from transforms.feeds import identity, languages, revision
from transforms.feeds.document import Document, Entry
from transforms.feeds.kept import sha
from transforms.feeds.source import Source
from transforms.feeds.state import State, format_time
from transforms.rows import RawArticle, derive_id

# More revisions of one article on one day than an editor makes: from here on it is noise that no mask caught.
MOST_REVISIONS_A_DAY = 24
# An article that goes back to an earlier text is published again this often; then its server is of two minds.
MOST_REVERTS = 3
_ALIKE = 0.9
_SHORTEST_SKETCH = 60
# Pub/Sub takes ten million bytes; a little is left for attributes.
_LARGEST = 9_900_000


class Decision(NamedTuple):
    """What is to be done about one entry.

    Attributes:
        fate: ``new`` or ``revised`` where it is published, else why not: ``seen``, ``repeated``, ``runaway``,
            ``flapping``.
        position: The entry's place in the document.
        entry: The entry.
        article_id: Its article.
        revision: The revision's number.
        revision_id: The revision.
        content_hash: Its content under the current normaliser.
        on_day: Revisions of the article on this day, this one counted.
    """

    fate: str
    position: int
    entry: Entry
    article_id: str
    revision: int = 0
    revision_id: str = ""
    content_hash: str = ""
    on_day: int = 0


class Plan(NamedTuple):
    """All decisions about one document, and whether it shares nothing with the one before."""

    decisions: Sequence[Decision]
    gap: bool

    @property
    def published(self) -> list[Decision]:
        """The decisions that give a message."""
        return [decision for decision in self.decisions if decision.fate in ("new", "revised")]

    @property
    def skipped(self) -> dict[str, int]:
        """Reason -> entries that give none."""
        return dict(Counter(decision.fate for decision in self.decisions if decision.fate not in ("new", "revised")))


def plan(state: State, source: Source, document: Document, now: datetime) -> Plan:
    """Decides about each entry; reads the state and changes nothing."""
    claimed: set[str] = set()
    decisions: list[Decision] = []
    present = {alias for entry in document.entries for alias in identity.aliases(entry)}
    links = Counter(identity.link_key(entry) for entry in document.entries)
    known = 0
    for position, entry in enumerate(document.entries):
        key = identity.key(entry)
        article_id = _known(state, source.url, key)
        if article_id is None and document.identity != "hash":
            article_id = _by_link(state, source.url, entry, present, links) or _moved(state, source.url, entry, present)
        if article_id in claimed:
            article_id = None
        if article_id is None:
            article_id = derive_id(source.url, entry.id_source, key)
        if article_id in claimed:
            decisions.append(Decision("repeated", position, entry, article_id))
            continue
        claimed.add(article_id)
        decision = _decide(state, position, entry, article_id, now)
        known += decision.fate != "new"
        decisions.append(decision)
    had_articles = state.database.execute("SELECT 1 FROM articles WHERE feed_url = ? LIMIT 1", (source.url,)).fetchone()
    return Plan(decisions, bool(decisions and not known and had_articles))


def record(
    state: State,
    source: Source,
    document: Document,
    planned: Plan,
    now: datetime,
    fetch_id: str | None,
    page_texts: Mapping[int, tuple[str, str | None]] | None = None,
) -> None:
    """Writes a plan into the state: articles, their aliases, revisions and outgoing messages.

    Args:
        state: Within its transaction.
        source: The feed.
        document: The document that was planned.
        planned: The decisions.
        now: When the document was fetched.
        fetch_id: The kept fetch that the revisions come from.
        page_texts: Position of an entry -> the text of its page and the hash of the page's kept bytes; a text of
            ``""`` is a page that gave none.
    """
    for decision in planned.decisions:
        if decision.fate == "repeated":
            continue
        _remember(state, source.url, decision, now)
        if decision.fate not in ("new", "revised"):
            continue
        text, page_sha = (page_texts or {}).get(decision.position, (None, None))
        data = message.encode(fit(raw_article(source, document, decision, now, text)))
        state.database.execute(
            "INSERT OR IGNORE INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                decision.revision_id, decision.article_id, decision.revision, fetch_id, decision.position,
                page_sha, sha(data), format_time(now),
            ),
        )  # fmt: skip
        attributes = {
            "schema": str(message.SCHEMA),
            "article_id": decision.article_id,
            "revision_id": decision.revision_id,
            "revision": str(decision.revision),
        }
        state.database.execute(
            "INSERT OR IGNORE INTO outbox (revision_id, article_id, host, data, attributes, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (decision.revision_id, decision.article_id, source.host, data, _json(attributes), format_time(now)),
        )


def raw_article(
    source: Source, document: Document, decision: Decision, now: datetime, page_text: str | None = None
) -> RawArticle:
    """The message's row for a decision; ``page_text`` is the text of the article's page where that was fetched."""
    entry = languages.with_language(decision.entry if not page_text else decision.entry._replace(text=page_text))
    flags = list(entry.flags)
    text = decision.entry.text
    if page_text is not None:
        longer = len(page_text) > len(text)
        flags.append("full_text" if longer else "full_text_failed" if not page_text else "full_text_shorter")
        text = page_text if longer else text
    return RawArticle(
        article_id=decision.article_id,
        revision_id=decision.revision_id,
        revision=decision.revision,
        feed_url=source.url,
        feed_title=document.feed.title or source.title,
        id=entry.id,
        id_source=entry.id_source,
        link=entry.link,
        canonical_url=entry.canonical_url,
        title=entry.title or "",
        summary=entry.summary,
        text=text,
        html=entry.html,
        authors=list(entry.authors),
        categories=list(entry.categories),
        language=entry.language or languages.primary(source.language),
        published=format_time(entry.published),
        utc_offset=entry.utc_offset,
        updated=format_time(entry.updated),
        fetched_at=format_time(now),
        published_raw=entry.published_raw,
        flags=flags,
    )


def fit(raw: RawArticle) -> RawArticle:
    """``raw`` without what is there twice, where it would be too large for a message; the text always stays."""
    if len(raw.text) + len(raw.summary or "") + len(raw.html or "") < _LARGEST // 8:
        return raw
    if len(message.encode(raw)) > _LARGEST and raw.html is not None:
        raw = raw._replace(html=None, flags=[*raw.flags, "html_dropped"])
    if len(message.encode(raw)) > _LARGEST and raw.summary is not None:
        raw = raw._replace(summary=None, flags=[*raw.flags, "summary_dropped"])
    return raw


def _json(attributes: Mapping[str, str]) -> str:
    return json.dumps(attributes)


def _known(state: State, feed_url: str, alias: str) -> str | None:
    row = state.database.execute(
        "SELECT article_id FROM aliases WHERE feed_url = ? AND alias = ?", (feed_url, alias)
    ).fetchone()
    return row and str(row[0])


def _by_link(state: State, feed_url: str, entry: Entry, present: set[str], links: Counter[str | None]) -> str | None:
    """The article that had this link under another guid, where that guid is gone from the document."""
    link = identity.link_key(entry)
    if entry.id_source != "guid" or link is None or links[link] > 1:
        return None
    article_id = _known(state, feed_url, link)
    return article_id if article_id and not _is_present(state, article_id, present - {link}) else None


def _moved(state: State, feed_url: str, entry: Entry, present: set[str]) -> str | None:
    """The article that this entry is a new address of: same time, the old address gone, the text all but the same."""
    if entry.published is None:
        return None
    sketch = revision.sketch(entry.text)
    if len(sketch) < _SHORTEST_SKETCH:
        return None
    candidates = state.database.execute(
        "SELECT article_id, sketch FROM articles WHERE feed_url = ? AND published = ? ORDER BY article_id LIMIT 50",
        (feed_url, format_time(entry.published)),
    ).fetchall()
    for article_id, other in candidates:
        if revision.similarity(sketch, other) >= _ALIKE and not _is_present(state, article_id, present):
            return str(article_id)
    return None


def _is_present(state: State, article_id: str, present: set[str]) -> bool:
    """True where the document still holds the article under a key that it is known by."""
    rows = state.database.execute("SELECT alias FROM aliases WHERE article_id = ?", (article_id,))
    return any(row[0] in present for row in rows)


def _decide(state: State, position: int, entry: Entry, article_id: str, now: datetime) -> Decision:
    row = state.database.execute("SELECT * FROM articles WHERE article_id = ?", (article_id,)).fetchone()
    current = revision.content_hash(entry)
    if row is None:
        return Decision("new", position, entry, article_id, 1, derive_id(article_id, current), current, 1)
    try:
        under_known = (
            current if row["normaliser"] == revision.VERSION else revision.content_hash(entry, row["normaliser"])
        )
    except KeyError:  # a normaliser that was dropped: taken as seen, for publishing the world again is worse
        under_known = row["content_hash"]
    number, on_day = row["revision"], row["on_day"] if row["day"] == now.date().isoformat() else 0
    if under_known == row["content_hash"]:
        return Decision("seen", position, entry, article_id, number, "", current, on_day)
    if on_day >= MOST_REVISIONS_A_DAY:
        return Decision("runaway", position, entry, article_id, number, "", row["content_hash"], on_day)
    for time in range(MOST_REVERTS + 1):
        revision_id = derive_id(article_id, current, *([str(time)] if time else []))
        if not state.database.execute("SELECT 1 FROM revisions WHERE revision_id = ?", (revision_id,)).fetchone():
            return Decision("revised", position, entry, article_id, number + 1, revision_id, current, on_day + 1)
    return Decision("flapping", position, entry, article_id, number, "", row["content_hash"], on_day)


def _remember(state: State, feed_url: str, decision: Decision, now: datetime) -> None:
    entry, moment = decision.entry, format_time(now)
    published = format_time(entry.published)
    if decision.fate in ("runaway", "flapping"):
        state.database.execute("UPDATE articles SET last_seen = ? WHERE article_id = ?", (moment, decision.article_id))
    elif decision.fate == "seen":
        state.database.execute(
            "UPDATE articles SET last_seen = ?, content_hash = ?, normaliser = ? WHERE article_id = ?",
            (moment, decision.content_hash, revision.VERSION, decision.article_id),
        )
    else:
        state.database.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (article_id) DO UPDATE SET "
            "revision = excluded.revision, content_hash = excluded.content_hash, normaliser = excluded.normaliser, "
            "published = excluded.published, sketch = excluded.sketch, last_seen = excluded.last_seen, "
            "day = excluded.day, on_day = excluded.on_day",
            (
                decision.article_id, feed_url, decision.revision, decision.content_hash, revision.VERSION, published,
                revision.sketch(entry.text), moment, moment, now.date().isoformat(), decision.on_day,
            ),
        )  # fmt: skip
    key = identity.key(entry)
    for alias in identity.aliases(entry):
        # An alias stays with the article that had it first, but for the key that identity goes by.
        conflict = (
            "UPDATE SET article_id = excluded.article_id WHERE article_id != excluded.article_id"
            if alias == key
            else "NOTHING"
        )
        state.database.execute(
            f"INSERT INTO aliases VALUES (?, ?, ?) ON CONFLICT (feed_url, alias) DO {conflict}",
            (feed_url, alias, decision.article_id),
        )
