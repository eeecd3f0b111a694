"""The record of what is new: articles, revisions and messages, all in the feed's one transaction."""

import json
from collections.abc import Mapping
from datetime import datetime

from transforms.articles import article_message
from transforms.feeds.document import Document
from transforms.feeds.fetching.kept import sha
from transforms.feeds.fetching.source import Source
from transforms.feeds.identity import revision
from transforms.feeds.polling.decide import PUBLISHED, WITHHELD, Decision, Plan, marks
from transforms.feeds.polling.state import State, format_time
from transforms.feeds.text import languages
from transforms.rows import RawArticle

# Pub/Sub takes ten million bytes; a little is left for attributes.
_LARGEST = 9_900_000


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
        if decision.fate in ("repeated", "superseded"):
            continue
        _remember(state, source.url, decision, now)
        if decision.fate not in PUBLISHED:
            continue
        text, page_sha = (page_texts or {}).get(decision.position, (None, None))
        data = article_message.encode(fit(raw_article(source, document, decision, now, text)))
        state.database.execute(
            "INSERT OR IGNORE INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                decision.revision_id, decision.article_id, decision.revision, fetch_id, decision.position,
                page_sha, sha(data), format_time(now),
            ),
        )  # fmt: skip
        attributes = {
            "schema": str(article_message.SCHEMA),
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
    if len(article_message.encode(raw)) > _LARGEST and raw.html is not None:
        raw = raw._replace(html=None, flags=[*raw.flags, "html_dropped"])
    if len(article_message.encode(raw)) > _LARGEST and raw.summary is not None:
        raw = raw._replace(summary=None, flags=[*raw.flags, "summary_dropped"])
    return raw


def _json(attributes: Mapping[str, str]) -> str:
    return json.dumps(attributes)


def _remember(state: State, feed_url: str, decision: Decision, now: datetime) -> None:
    entry, moment = decision.entry, format_time(now)
    published = format_time(entry.published)
    if decision.fate in WITHHELD:
        state.database.execute(
            "UPDATE articles SET last_seen = ?, withheld = ? WHERE article_id = ?",
            (moment, decision.content_hash, decision.article_id),
        )
    elif decision.fate == "seen":
        state.database.execute(
            "UPDATE articles SET last_seen = ?, content_hash = ?, normaliser = ?, withheld = NULL WHERE article_id = ?",
            (moment, decision.content_hash, revision.VERSION, decision.article_id),
        )
    else:
        state.database.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (article_id) DO UPDATE SET "
            "revision = excluded.revision, content_hash = excluded.content_hash, normaliser = excluded.normaliser, "
            "published = excluded.published, sketch = excluded.sketch, last_seen = excluded.last_seen, "
            "day = excluded.day, on_day = excluded.on_day, withheld = NULL",
            (
                decision.article_id, feed_url, decision.revision, decision.content_hash, revision.VERSION, published,
                marks(entry).sketch, moment, moment, now.date().isoformat(), decision.on_day,
            ),
        )  # fmt: skip
    key = marks(entry).key
    for alias in marks(entry).aliases:
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
