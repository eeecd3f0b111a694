"""Do a feed's guids and links stay with their articles from poll to poll? Where they do not, a weaker identity is used.

What one document shows, ``article_keys.settle`` sees; this looks at the document beside what is remembered of the feed.
"""

from collections.abc import Mapping, Sequence

from transforms.feeds.document import Document, Entry
from transforms.feeds.identity import article_keys, revision
from transforms.feeds.polling.decide import aliases_of, is_present, known_article, marks
from transforms.feeds.polling.state import State, format_time

# From so many entries on, it is the feed and no slip of an editor's.
_FEWEST = 2
# Two texts that share less than this are two articles.
_UNLIKE = 0.5


def settle_by_history(state: State, feed_url: str, document: Document) -> Document:
    """``document`` under the strongest identity that the feed's own past bears out; reads the state only.

    What entries go by is no identity where most of a document's are new though the articles are known by their link or
    content (guids drawn at each poll), or where most of the known ones stand on another article than before (positions
    in the list).
    """
    policy = document.identity
    while policy != article_keys.POLICIES[-1] and not _is_stable(state, feed_url, document, policy):
        policy = article_keys.POLICIES[article_keys.POLICIES.index(policy) + 1]
        document = article_keys.settle(document, policy)
        policy = document.identity
    return document


def _is_stable(state: State, feed_url: str, document: Document, policy: str) -> bool:
    if policy == "link" and any(entry.canonical_url is None for entry in document.entries):
        return False
    present = aliases_of(document)
    kept = changed = other = 0
    for entry in document.entries:
        keys = {
            "guid": article_keys.guid_key(entry),
            "link": article_keys.link_key(entry),
            "hash": article_keys.hash_key(entry),
        }
        source = entry.id_source  # an entry without a guid goes by its link, one without either by its content
        by_key = known_article(state, feed_url, keys[source] or "")
        if by_key is None:
            weaker = keys["link"] if source == "guid" else None
            changed += _is_known_otherwise(state, feed_url, entry, weaker, present)
        elif source != "hash" and _stands_on_another(state, feed_url, entry, by_key):
            other += 1
        else:
            kept += 1
    fewest = 1 if _is_lone(document.entries) else _FEWEST
    return not (changed >= fewest and changed > kept) and not (other >= _FEWEST and other > kept)


def _is_lone(entries: Sequence[Entry]) -> bool:
    """True for a feed of one entry that has nothing but its guid to tell that the same words are said anew."""
    return len(entries) == 1 and entries[0].link is None and entries[0].published_raw is None


def _is_known_otherwise(
    state: State, feed_url: str, entry: Entry, link: str | None, present: Mapping[str, int]
) -> bool:
    """True where ``entry``, whose key is new, is an article that is known by its link or content.

    An article that has moved with guid and link is known too, the first time: a publisher may change his address.
    """
    article_id = link and known_article(state, feed_url, link)
    if article_id:
        return not is_present(state, article_id, entry, present)
    article_id = known_article(state, feed_url, article_keys.hash_key(entry))
    if article_id is None and entry.link is None:
        article_id = known_article(state, feed_url, article_keys.text_key(entry))
    if article_id is None or is_present(state, article_id, entry, present):
        return False
    return entry.link is None or entry.published_raw is None or _has_moved(state, article_id)


def _has_moved(state: State, article_id: str) -> bool:
    """True where the article is known under two links already."""
    query = "SELECT count(*) FROM aliases WHERE article_id = ? AND alias LIKE 'link:%'"
    return int(state.database.execute(query, (article_id,)).fetchone()[0]) > 1


def _stands_on_another(state: State, feed_url: str, entry: Entry, article_id: str) -> bool:
    """True where ``entry`` is not the article ``article_id`` that its guid or link stood on."""
    row = state.database.execute(
        "SELECT content_hash, normaliser, published, sketch FROM articles WHERE article_id = ?", (article_id,)
    ).fetchone()
    if row is None or row["normaliser"] != revision.VERSION or row["content_hash"] == marks(entry).content_hash:
        return False
    by_content = known_article(state, feed_url, article_keys.hash_key(entry))
    if by_content is not None:
        return by_content != article_id
    link = article_keys.link_key(entry)
    moved = link is None or known_article(state, feed_url, link) != article_id
    redated = entry.published is None or format_time(entry.published) != row["published"]
    own = marks(entry).sketch
    # Entries of nothing but a title have no text that could be alike.
    return moved and redated and (not own or revision.similarity(row["sketch"], own) < _UNLIKE)
