"""The rows that tell how meetwire itself is doing: what it could not process, and how its feeds are. See ``rows``."""

from collections.abc import Sequence
from typing import NamedTuple, Optional


class Attribute(NamedTuple):
    """A message's attribute.

    Attributes:
        key: Its name.
        value: Its value.
    """

    key: str
    value: str


class DeadLetter(NamedTuple):
    """What a stage could not process, whole, so that it can be replayed.

    Attributes:
        letter_id: Derived from stage, element and payload: the same failure again is the same letter.
        stage: The stage that gave up: publish, decode, clean, meetings, tables, …
        error_type: The exception's class.
        error: What was wrong and where, in one line.
        element_id: The id of what failed, where it has one.
        payload: The whole element as text; base64 where it is not text.
        payload_encoding: text or base64.
        attributes: The message's attributes.
        occurred_at (TIMESTAMP): When the stage gave up.
        version: The version of meetwire that gave up.
    """

    letter_id: str
    stage: str
    error_type: str
    error: str
    element_id: Optional[str]
    payload: str
    payload_encoding: str
    attributes: Sequence[Attribute]
    occurred_at: str
    version: str


class Skipped(NamedTuple):
    """Entries of one poll that were not published, by reason.

    Attributes:
        reason: Why, for example ``seen``.
        count: How many.
    """

    reason: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody calls on a row


class FeedHealth(NamedTuple):
    """One poll of one feed.

    Attributes:
        feed_url: The feed's address, as the settings give it.
        polled_at (TIMESTAMP): When it was polled.
        status: ok, unchanged or error.
        error: What went wrong, in one line.
        fetched: Entries that the document held.
        published: Revisions that went to the stream.
        skipped: Entries that did not, by reason.
        next_poll_at (TIMESTAMP): When it is polled next.
        gap: True where no known entry was left in the document, so that some were probably missed.
    """

    feed_url: str
    polled_at: str
    status: str
    error: Optional[str]
    fetched: int
    published: int
    skipped: Sequence[Skipped]
    next_poll_at: Optional[str]
    gap: bool
