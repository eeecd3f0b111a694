"""Which article is an entry? By guid, link, hash or text: one policy a feed, degraded by itself where it does not hold.

A guid that stands on entries with different links (or on different articles without a link) is no identity, so all
entries of the feed go by link; where links do not tell articles apart either, by a hash of content and date; where the
dates are those of the fetch, by a hash of the text alone. The order of entries never matters, since it changes between
polls.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from transforms.feeds.document import Document, Entry, Marks
from transforms.feeds.identity.masks import masked, masked_title
from transforms.feeds.identity.revision import content_hash, similarity, sketch
from transforms.rows import derive_id

POLICIES = ("guid", "link", "hash", "text")
# Share of entries that may share a link by mistake before links are given up (FreshRSS's figure).
_TOLERATED = 0.05
# How alike two texts of one article are, how long they must be to tell, and how many entries are compared at all.
_ALIKE = 0.9
_SHORTEST = 60
_MOST_COMPARED = 20
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)


def settle(document: Document, policy: str = "guid") -> Document:
    """``document`` with each entry's ``id``, ``id_source`` and ``marks`` under ``policy`` or, where it fails, a weaker one."""
    entries = document.entries
    while policy in ("guid", "link") and not _holds(entries, policy):
        policy = POLICIES[POLICIES.index(policy) + 1]
    settled = []
    shared = _shared_links(entries)
    repeated = {key for key, group in _groups(entries, guid_key).items() if len(group) > 1}
    for entry in entries:
        source = "hash" if policy == "text" else policy
        if source == "guid" and entry.guid is None:
            source = "link"
        if source == "link" and (entry.link is None or entry.canonical_url in shared):
            source = (
                "guid"
                if policy == "link" and entry.link is None and entry.guid and guid_key(entry) not in repeated
                else "hash"
            )
        keys = {"guid": guid_key(entry), "link": link_key(entry), "hash": hash_key(entry), "text": text_key(entry)}
        content = keys["text" if policy == "text" else "hash"] or ""
        identity = {"guid": entry.guid, "link": entry.link}.get(source) or content[5:]
        entry = entry._replace(id=identity, id_source=source)
        settled.append(entry._replace(marks=_marks(entry, keys, policy)))
    return document._replace(entries=settled, identity=policy)


def _marks(entry: Entry, keys: Mapping[str, str | None], policy: str) -> Marks:
    # What is no identity of this feed is not remembered: guids that are drawn anew at each poll would fill the state.
    trusted = POLICIES[POLICIES.index(policy) :]
    aliases = [alias for kind, alias in keys.items() if alias and (kind in trusted or kind == entry.id_source)]
    key = keys["text" if policy == "text" else entry.id_source] or ""
    return Marks(key, list(dict.fromkeys(aliases)), content_hash(entry), sketch(entry.text))


def guid_key(entry: Entry) -> str | None:
    """The guid without scheme and ``www.``, which flip between polls of some feeds."""
    return f"guid:{_SCHEME.sub('', entry.guid)}" if entry.guid else None


def link_key(entry: Entry) -> str | None:
    """The canonical link."""
    return f"link:{entry.canonical_url}" if entry.canonical_url else None


def hash_key(entry: Entry) -> str:
    """A hash of what does not change between fetches."""
    return _content_key(entry, entry.published_raw or "")


def text_key(entry: Entry) -> str:
    """The same without the date, for feeds whose dates are those of the fetch."""
    return _content_key(entry, "")


def _content_key(entry: Entry, date: str) -> str:
    return f"hash:{derive_id(masked_title(entry.title or ''), date, masked(entry.text))}"


def _holds(entries: Sequence[Entry], policy: str) -> bool:
    if policy == "guid":
        return not any(_are_different(group) for group in _groups(entries, guid_key).values())
    shared = _shared_links(entries)
    return sum(entry.canonical_url in shared for entry in entries) <= _TOLERATED * len(entries)


def _groups(entries: Sequence[Entry], of: Callable[[Entry], str | None]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        name = of(entry)
        if name:
            groups[name].append(entry)
    return groups


def _are_different(group: Sequence[Entry]) -> bool:
    """True where entries that share an identity are different articles, not one repeated or in several revisions."""
    if len(group) < 2:
        return False
    if len({entry.canonical_url for entry in group if entry.canonical_url}) > 1:
        return True
    if len({(masked_title(entry.title or ""), masked(entry.text)) for entry in group}) == 1:
        return False
    return len(group) > _MOST_COMPARED or not all(_is_same(entry, group[0]) for entry in group[1:])


def _is_same(entry: Entry, other: Entry) -> bool:
    """True where two entries of one guid and link are one article before and after an edit.

    RFC 4287, 4.1.1: the same id with another ``updated`` is a revision. Without such times only all but equal texts
    are; a headline alone tells nothing, since series have similar ones.
    """
    if entry.published is not None and entry.published == other.published and entry.updated != other.updated:
        return True
    same_title = masked_title(entry.title or "") == masked_title(other.title or "")
    if not same_title and (entry.published is None or entry.published != other.published):
        return False
    own, others = sketch(entry.text), sketch(other.text)
    return own == others or (min(len(own), len(others)) >= _SHORTEST and similarity(own, others) >= _ALIKE)


def _shared_links(entries: Sequence[Entry]) -> set[str]:
    """Canonical links that stand on different articles."""
    return {
        entry.canonical_url
        for group in _groups(entries, link_key).values()
        for entry in group
        if entry.canonical_url and len(group) > 1 and _are_different(group)
    }
