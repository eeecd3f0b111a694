"""What of a document is new: each entry is decided about, against all that is remembered of its feed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from transforms.feeds.document import Document, Entry, Marks
from transforms.feeds.fetching.source import Source
from transforms.feeds.identity import article_keys, revision
from transforms.feeds.polling.state import State, format_time
from transforms.rows import derive_id

# More revisions of one article on one day than an editor makes: from here on it is noise that no mask caught.
MOST_REVISIONS_A_DAY = 24
# An article that goes back to an earlier text is published again this often; then its server is of two minds, and a text
# must stand for two polls to be published, once a day.
MOST_REVERTS = 3
PUBLISHED = ("new", "revised")
WITHHELD = ("runaway", "flapping")
_ALIKE = 0.9
_SHORTEST_SKETCH = 60


class Decision(NamedTuple):
    """What is to be done about one entry.

    Attributes:
        fate: ``new`` or ``revised`` where it is published, else why not: ``seen``, ``repeated``, ``superseded``,
            ``runaway``, ``flapping``.
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
        return [decision for decision in self.decisions if decision.fate in PUBLISHED]

    @property
    def withheld(self) -> bool:
        """True where a change waits for the next day."""
        return any(decision.fate in WITHHELD for decision in self.decisions)

    @property
    def skipped(self) -> dict[str, int]:
        """Reason -> entries that give none."""
        return dict(Counter(decision.fate for decision in self.decisions if decision.fate not in PUBLISHED))


def plan(state: State, source: Source, document: Document, now: datetime) -> Plan:
    """Decides about each entry; reads the state and changes nothing.

    Entries of one article are its revisions where their times of change tell them apart, oldest first; else all but
    the first are repeats.
    """
    present = aliases_of(document)
    links = Counter(article_keys.link_key(entry) for entry in document.entries)
    groups: dict[str, list[tuple[int, Entry]]] = {}
    for position, entry in enumerate(document.entries):
        key = marks(entry).key
        article_id = known_article(state, source.url, key)
        if article_id is None and document.identity in ("guid", "link"):
            article_id = (
                _by_link(state, source.url, entry, present, links)
                or _by_content(state, source.url, entry, present)
                or _moved(state, source.url, entry, present)
            )
            if article_id in groups:
                article_id = None
        groups.setdefault(article_id or derive_id(source.url, entry.id_source, key), []).append((position, entry))
    decisions: list[Decision] = []
    known = False
    for article_id, group in groups.items():
        standing = _standing(state, article_id)
        known = known or standing is not None
        decisions += _decide_all(state, standing, article_id, group, now)
    had_articles = state.database.execute("SELECT 1 FROM articles WHERE feed_url = ? LIMIT 1", (source.url,)).fetchone()
    return Plan(decisions, bool(decisions and not known and had_articles))


def aliases_of(document: Document) -> Counter[str]:
    """How many entries of a document each alias stands on."""
    return Counter(alias for entry in document.entries for alias in marks(entry).aliases)


def marks(entry: Entry) -> Marks:
    """What a settled entry is known again by."""
    assert entry.marks is not None, "identity.settle comes first"
    return entry.marks


def known_article(state: State, feed_url: str, alias: str) -> str | None:
    """The article of the feed that is remembered under ``alias``; None where there is none."""
    row = state.database.execute(
        "SELECT article_id FROM aliases WHERE feed_url = ? AND alias = ?", (feed_url, alias)
    ).fetchone()
    return row and str(row[0])


def _by_link(
    state: State, feed_url: str, entry: Entry, present: Counter[str], links: Counter[str | None]
) -> str | None:
    """The article that had this link under another guid, where that guid is gone from the document."""
    link = article_keys.link_key(entry)
    if entry.id_source != "guid" or link is None or links[link] > 1:
        return None
    article_id = known_article(state, feed_url, link)
    return article_id if article_id and not is_present(state, article_id, entry, present) else None


def _by_content(state: State, feed_url: str, entry: Entry, present: Counter[str]) -> str | None:
    """The article of the same date and content, where its guid and link are gone from the document."""
    if entry.published_raw is None:
        return None
    article_id = known_article(state, feed_url, article_keys.hash_key(entry))
    return article_id if article_id and not is_present(state, article_id, entry, present) else None


def _moved(state: State, feed_url: str, entry: Entry, present: Counter[str]) -> str | None:
    """The article that this entry is a new address of: same time, the old address gone, the text all but the same."""
    if entry.published is None:
        return None
    sketch = marks(entry).sketch
    if len(sketch) < _SHORTEST_SKETCH:
        return None
    candidates = state.database.execute(
        "SELECT article_id, sketch FROM articles WHERE feed_url = ? AND published = ? ORDER BY article_id LIMIT 50",
        (feed_url, format_time(entry.published)),
    ).fetchall()
    for article_id, other in candidates:
        if revision.similarity(sketch, other) >= _ALIKE and not is_present(state, article_id, entry, present):
            return str(article_id)
    return None


def is_present(state: State, article_id: str, entry: Entry, present: Mapping[str, int]) -> bool:
    """True where an entry of the document other than ``entry`` has a key that the article is known by."""
    own = set(marks(entry).aliases)
    rows = state.database.execute("SELECT alias FROM aliases WHERE article_id = ?", (article_id,))
    return any(present.get(row[0], 0) > (row[0] in own) for row in rows)


class _Standing(NamedTuple):
    """What is known of an article."""

    revision: int
    content_hash: str
    normaliser: int
    day: str
    on_day: int
    withheld: str | None = None


def _standing(state: State, article_id: str) -> _Standing | None:
    row = state.database.execute(
        "SELECT revision, content_hash, normaliser, day, on_day, withheld FROM articles WHERE article_id = ?",
        (article_id,),
    ).fetchone()
    return row and _Standing(*row)


def _decide_all(
    state: State, standing: _Standing | None, article_id: str, group: Sequence[tuple[int, Entry]], now: datetime
) -> list[Decision]:
    """Decides about the entries of one article, oldest first."""

    def changed_at(placed: tuple[int, Entry]) -> tuple[float, int]:
        moment = placed[1].updated or placed[1].published
        return (moment.timestamp() if moment else 0.0, -placed[0])

    *older, newest = sorted(group, key=changed_at)
    decisions: list[Decision] = []
    current = marks(newest[1]).content_hash
    is_current = standing is not None and standing.content_hash == current
    hashes = {current}
    for position, entry in older:
        own = marks(entry).content_hash
        if own in hashes or changed_at((0, entry))[0] == changed_at((0, newest[1]))[0]:
            decisions.append(Decision("repeated", position, entry, article_id))
            continue
        hashes.add(own)
        known = state.database.execute(
            "SELECT 1 FROM revisions WHERE revision_id = ?", (derive_id(article_id, own),)
        ).fetchone()
        if is_current or known:
            decisions.append(Decision("superseded", position, entry, article_id))
            continue
        decision = _decide(state, standing, position, entry, article_id, now)
        decisions.append(decision)
        if decision.fate in PUBLISHED:
            standing = _Standing(decision.revision, own, revision.VERSION, now.date().isoformat(), decision.on_day)
    return [*decisions, _decide(state, standing, newest[0], newest[1], article_id, now)]


def _decide(
    state: State, standing: _Standing | None, position: int, entry: Entry, article_id: str, now: datetime
) -> Decision:
    current = marks(entry).content_hash
    if standing is None:
        return Decision("new", position, entry, article_id, 1, derive_id(article_id, current), current, 1)
    try:
        under = (
            current if standing.normaliser == revision.VERSION else revision.content_hash(entry, standing.normaliser)
        )
        same = under == standing.content_hash
    except KeyError:  # a normaliser that was dropped: taken as seen, for publishing the world again is worse
        same = True
    number, on_day = standing.revision, standing.on_day if standing.day == now.date().isoformat() else 0
    if same:
        return Decision("seen", position, entry, article_id, number, "", current, on_day)
    if on_day >= MOST_REVISIONS_A_DAY:
        return Decision("runaway", position, entry, article_id, number, content_hash=current)
    again = [[], *([str(time)] for time in range(1, MOST_REVERTS + 1))]
    if not on_day and standing.withheld == current:
        again.append([now.date().isoformat()])
    for mark in again:
        revision_id = derive_id(article_id, current, *mark)
        if not state.database.execute("SELECT 1 FROM revisions WHERE revision_id = ?", (revision_id,)).fetchone():
            return Decision("revised", position, entry, article_id, number + 1, revision_id, current, on_day + 1)
    return Decision("flapping", position, entry, article_id, number, content_hash=current)
