"""Do a feed's guids and links stay with their articles from poll to poll? Where they do not, a weaker identity is used.

What one document shows, ``identity.settle`` sees; this looks at the document beside what is remembered of the feed.
"""

from collections.abc import Sequence

from transforms.feeds import identity, revision
from transforms.feeds.decide import known_article, marks
from transforms.feeds.document import Document, Entry
from transforms.feeds.state import State, format_time

# From so many entries on, it is the feed and no slip of an editor's.
_FEWEST = 2
# Two texts that share less than this are two articles.
_UNLIKE = 0.5


def settle_by_history(state: State, feed_url: str, document: Document) -> Document:
    """``document`` under the strongest identity that the feed's own past bears out; reads the state only.

    A guid (or link) is none where all of a document's are new though the articles are known by their link or content
    (guids drawn at each poll), or where most of the known ones stand on another article than before (positions in the
    list).
    """
    policy = document.identity
    while policy != "hash" and not _is_stable(state, feed_url, document.entries, policy):
        policy = identity.POLICIES[identity.POLICIES.index(policy) + 1]
    return document if policy == document.identity else identity.settle(document, policy)


def _is_stable(state: State, feed_url: str, entries: Sequence[Entry], policy: str) -> bool:
    if policy == "link" and any(entry.canonical_url is None for entry in entries):
        return False
    key_of = identity.guid_key if policy == "guid" else identity.link_key
    kept = changed = other = 0
    for entry in entries:
        key = key_of(entry)
        if key is None:
            continue
        by_key = known_article(state, feed_url, key)
        by_content = known_article(state, feed_url, identity.hash_key(entry))
        if by_key is None:
            link = identity.link_key(entry) if policy == "guid" else None
            changed += bool(by_content or (link and known_article(state, feed_url, link)))
        elif _stands_on_another(state, feed_url, entry, by_key, by_content):
            other += 1
        else:
            kept += 1
    return not (changed >= _FEWEST and kept == 0) and not (other >= _FEWEST and other > kept)


def _stands_on_another(state: State, feed_url: str, entry: Entry, article_id: str, by_content: str | None) -> bool:
    """True where ``entry`` is not the article ``article_id`` that its guid or link stood on."""
    row = state.database.execute(
        "SELECT content_hash, normaliser, published, sketch FROM articles WHERE article_id = ?", (article_id,)
    ).fetchone()
    if row is None or row["normaliser"] != revision.VERSION or row["content_hash"] == marks(entry).content_hash:
        return False
    if by_content is not None:
        return by_content != article_id
    link = identity.link_key(entry)
    moved = link is None or known_article(state, feed_url, link) != article_id
    redated = entry.published is None or format_time(entry.published) != row["published"]
    return moved and redated and revision.similarity(row["sketch"], marks(entry).sketch) < _UNLIKE
