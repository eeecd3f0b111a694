"""When is an entry's content new? A hash over what a reader would call the article, without what only ticks."""

from collections.abc import Callable, Mapping
from difflib import SequenceMatcher

from transforms.feeds.document import Entry
from transforms.feeds.identity.masks import masked, masked_link, masked_title
from transforms.rows import derive_id

VERSION = 2
# As much of a text as tells whether two bodies are one article with small edits.
_SKETCH = 2000


def _version_2(entry: Entry) -> str:
    return derive_id(
        masked_title(entry.title or ""),
        masked(entry.text),
        masked_link(entry.canonical_url or ""),
        "\x1e".join(sorted({name.casefold() for name in entry.authors})),
        "\x1e".join(sorted({label.casefold() for label in entry.categories})),
    )


# Every normaliser that revisions in a state file may have been made with. A change of ``masked`` is a new version
# beside the old one: an article is first compared under the version that it was seen with, so an upgrade of meetwire
# does not publish the world again.
NORMALISERS: Mapping[int, Callable[[Entry], str]] = {2: _version_2}


def content_hash(entry: Entry, version: int = VERSION) -> str:
    """The hash that changes when the article does.

    Another link is no change in an entry that is told apart by its content: such links may be others at each poll.

    Raises:
        KeyError: ``version`` is not known any more.
    """
    return NORMALISERS[version](entry._replace(link=None, canonical_url=None) if entry.id_source == "hash" else entry)


def sketch(text: str) -> str:
    """What is remembered of a body, to know the article again at a new address."""
    return masked(text)[:_SKETCH]


def similarity(one: str, other: str) -> float:
    """How alike two sketches are, from 0 to 1, by their words."""
    if one == other:
        return 1.0
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
