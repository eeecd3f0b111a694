"""Reads a document's entries one by one, within a limit of number and of time. What one of them costs is its own loss."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, TypeVar

from transforms.feeds.document import Document, Entry

Item = TypeVar("Item")
# In characters, of a text and of the markup that it is read from. Masking a text for its hashes takes a second for each
# ten millions, reading its markup up to a second for each million.
LONGEST_TEXT = 6_000_000
_LONGEST_TITLE = 10_000


class OutOfTimeError(BaseException):
    """The document took more CPU time than allowed. No ``except Exception`` on the way may take it for its own."""


class Fetch(NamedTuple):
    """How a document was fetched, and what reading it may cost.

    Attributes:
        url: Where it came from after redirects: the last base of relative links.
        at: When; dates more than a day later are not believed.
        zone: IANA zone of dates that name none.
        limit: The most entries that are read.
        until: CPU time of this process (``time.process_time``) at which reading ends; None for no end.
    """

    url: str
    at: datetime
    zone: str = ""
    limit: int = 5000
    until: float | None = None

    def is_out_of_time(self) -> bool:
        """True where nothing further may be read."""
        return self.until is not None and time.process_time() > self.until


def read_all(
    document: Document, items: Iterable[Item], count: int, read: Callable[[Item], Entry | None], fetch: Fetch
) -> Document:
    """``document`` with the entries that ``read`` makes of ``items``.

    An item that cannot be read is left out and flagged ``entry_unread``; where time ends, between two items or within
    one, what was read is kept, with the flag ``out_of_time``. ``count`` is how many items there are; all but those read
    are counted as omitted.

    Raises:
        OutOfTimeError: time ended within an item, and none was read before it.
    """
    entries: list[Entry] = []
    flags = list(document.flags)
    passed = 0
    for item in items:
        if len(entries) >= fetch.limit:
            break
        if entries and fetch.is_out_of_time():
            flags.append("out_of_time")
            break
        try:
            entry = read(item)
        except OutOfTimeError:
            if not entries:
                raise
            flags.append("out_of_time")
            break
        except Exception:  # whatever a hostile item makes a library raise
            entry = None
            flags.append("entry_unread")
        else:
            passed += entry is None
        if entry is not None:
            entries.append(_bounded(entry))
    return document._replace(
        entries=entries, omitted=max(0, count - len(entries) - passed), flags=tuple(dict.fromkeys(flags))
    )


def _bounded(entry: Entry) -> Entry:
    """``entry`` with its texts cut where they are longer than any article, with the flag ``text_cut``."""
    title, summary, text = (
        (entry.title or "")[:_LONGEST_TITLE],
        (entry.summary or "")[:LONGEST_TEXT],
        entry.text[:LONGEST_TEXT],
    )
    if (
        len(title) == len(entry.title or "")
        and len(summary) == len(entry.summary or "")
        and len(text) == len(entry.text)
    ):
        return entry
    return entry._replace(
        title=title or None, summary=summary or None, text=text, flags=tuple(dict.fromkeys([*entry.flags, "text_cut"]))
    )
