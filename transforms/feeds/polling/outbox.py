"""The outbox: brings messages to the stream in order, and forgets one only when the stream has it."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import NamedTuple

from transforms.feeds.fetching.source import Shard
from transforms.feeds.polling.state import State, format_time
from transforms.rows import Attribute, DeadLetter, derive_id
from transforms.streams.message import Message, MessageRefusedError, Publisher

_BATCH_MESSAGES = 500
_BATCH_BYTES = 8_000_000


class Drained(NamedTuple):
    """What came of one pass over the outbox.

    Attributes:
        sent: Messages that the stream has acknowledged.
        failed: Messages that it did not take now; they stay.
        dead: Messages that no stream takes; dead letters now.
        error: Why the first of the failed ones failed.
    """

    sent: int = 0
    failed: int = 0
    dead: int = 0
    error: str | None = None

    def plus(self, other: "Drained") -> "Drained":
        """Both passes together; what still waits is what waited at the end."""
        return Drained(self.sent + other.sent, other.failed, self.dead + other.dead, other.error)


class Outgoing(NamedTuple):
    """One row of the outbox."""

    sequence: int
    revision_id: str
    article_id: str
    message: Message


def batches(state: State, shard: Shard | None = None) -> Iterator[list[Outgoing]]:
    """The outbox from its start, in batches; a row that is still there when its turn comes again is not given again."""
    last = 0
    while True:
        rows = state.database.execute(
            "SELECT sequence, revision_id, article_id, host, data, attributes FROM outbox WHERE sequence > ? "
            "ORDER BY sequence LIMIT ?",
            (last, _BATCH_MESSAGES),
        ).fetchall()
        if not rows:
            return
        batch: list[Outgoing] = []
        size = 0
        for row in rows:
            # A batch holds one message of an article, so that a later one never overtakes one that fails.
            if batch and (size + len(row["data"]) > _BATCH_BYTES or row["article_id"] in {o.article_id for o in batch}):
                break
            last = row["sequence"]
            if shard is not None and not shard.holds(row["host"]):
                continue
            size += len(row["data"])
            outgoing = Message(row["data"], json.loads(row["attributes"]), row["article_id"])
            batch.append(Outgoing(row["sequence"], row["revision_id"], row["article_id"], outgoing))
        if batch:
            yield batch


def settle(state: State, batch: Sequence[Outgoing], results: Sequence[str | Exception], now: datetime) -> Drained:
    """Writes down what the stream said to a batch, in one transaction."""
    sent = failed = dead = 0
    first_error = None
    with state.transaction() as database:
        for outgoing, result in zip(batch, results, strict=True):
            if isinstance(result, str):
                sent += 1
                database.execute(
                    "UPDATE revisions SET message_id = ? WHERE revision_id = ?", (result, outgoing.revision_id)
                )
                database.execute("DELETE FROM outbox WHERE sequence = ?", (outgoing.sequence,))
            elif isinstance(result, MessageRefusedError):
                dead += 1
                state.queue_rows("dead_letters", [dead_letter(outgoing, result, now)])
                database.execute("DELETE FROM outbox WHERE sequence = ?", (outgoing.sequence,))
            else:
                failed += 1
                first_error = first_error or f"{type(result).__name__}: {result}"
                database.execute(
                    "UPDATE outbox SET attempts = attempts + 1, error = ? WHERE sequence = ?",
                    (str(result)[:500], outgoing.sequence),
                )
    return Drained(sent, failed, dead, first_error)


async def drain(state: State, publisher: Publisher, now: Callable[[], datetime], shard: Shard | None = None) -> Drained:
    """Brings everything in the outbox to the stream. A message that fails holds back later ones of its article."""
    total = Drained()
    stuck: set[str] = set()
    for batch in batches(state, shard):
        ready = [outgoing for outgoing in batch if outgoing.article_id not in stuck]
        if not ready:
            continue
        results = await asyncio.to_thread(publisher.publish, [outgoing.message for outgoing in ready])
        done = settle(state, ready, results, now())
        for outgoing, result in zip(ready, results, strict=True):
            if isinstance(result, Exception) and not isinstance(result, MessageRefusedError):
                stuck.add(outgoing.article_id)
        total = Drained(
            total.sent + done.sent, total.failed + done.failed, total.dead + done.dead, total.error or done.error
        )
        if done.failed and not done.sent:
            break  # the stream itself is down; the outbox keeps
    return total


def waiting(state: State) -> int:
    """How many messages are in the outbox."""
    return int(state.database.execute("SELECT count(*) FROM outbox").fetchone()[0])


def dead_letter(outgoing: Outgoing, error: Exception, now: datetime) -> DeadLetter:
    """The whole message with the reason, so that it can be published again after a change."""
    payload = outgoing.message.data.decode("utf-8", "surrogateescape")
    return DeadLetter(
        letter_id=derive_id("publish", outgoing.revision_id, payload),
        stage="publish",
        error_type=type(error).__name__,
        error=" ".join(str(error).split()),
        element_id=outgoing.revision_id,
        payload=payload,
        payload_encoding="text",
        attributes=[Attribute(key, value) for key, value in sorted(outgoing.message.attributes.items())],
        occurred_at=format_time(now),
        version=version("meetwire"),
    )
