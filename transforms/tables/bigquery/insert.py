"""Streaming: rows inserted by request, with every answer of BigQuery's taken for what it is.

Split: a request over 500 rows or 9 MiB, one that is too large (413) or refused as a whole (400). Repeated until the
deadline: quota (403 quotaExceeded, rateLimitExceeded), 429, 5xx, a broken or silent connection, a table that is not
there yet (404). Refused, with BigQuery's reason: the row that is at fault. Raised: everything else, such as missing
permission, which no row is to blame for.
"""

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import requests
from google.api_core import exceptions
from google.auth import exceptions as auth_exceptions
from google.cloud import bigquery

from transforms.tables.bigquery.client import NEVER, REQUEST_SECONDS, Target

MAX_ROWS = 500
MAX_BYTES = 9 << 20
# Waits between attempts, in seconds: half to all of 0.5, 1, 2, … up to 32.
FIRST_WAIT, LONGEST_WAIT = 0.5, 32.0
_AGAIN = {
    "stopped",
    "timeout",
    "backendError",
    "internalError",
    "quotaExceeded",
    "rateLimitExceeded",
    "tableUnavailable",
}
_QUOTA = {"quotaExceeded", "rateLimitExceeded", "jobRateLimitExceeded"}
_BROKEN = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    auth_exceptions.TransportError,
)


class Insert(NamedTuple):
    """One row on its way.

    Attributes:
        insert_id: Lets BigQuery drop a repeat within a minute or so.
        row: What is inserted.
        size: Bytes of its JSON.
        origin: Whatever the caller wants back with a refusal.
    """

    insert_id: str
    row: dict[str, Any]
    size: int
    origin: Any


class Refusal(NamedTuple):
    """A row that BigQuery will never take.

    Attributes:
        insert: The row.
        reason: BigQuery's reason, field and message in one line.
    """

    insert: Insert
    reason: str


class BigQueryUnavailableError(OSError):
    """BigQuery did not take rows before the deadline. None of them is lost: the caller still has them."""


def insert(
    client: bigquery.Client,
    target: Target,
    table: str,
    rows: Sequence[Insert],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Refusal]:
    """Inserts ``rows``; what comes back is refused for good, all others are durable.

    Raises:
        BigQueryUnavailableError: the deadline has passed. Some rows may be durable; writing all again is harmless.
        GoogleAPICallError: BigQuery says no to everything, for example for want of permission.
    """
    refused: list[Refusal] = []
    waiting = deque(batches(rows))
    until = clock() + target.deadline
    wait = FIRST_WAIT
    while waiting:
        batch = waiting.popleft()
        seconds = max(0.1, min(REQUEST_SECONDS, until - clock()))
        try:
            answer = client.insert_rows_json(
                target.name(table),
                [one.row for one in batch],
                row_ids=[one.insert_id for one in batch],
                skip_invalid_rows=True,
                retry=NEVER,
                timeout=seconds,
            )
            again, found = _sort(batch, answer)
            refused += found
            fault: Exception | str = "rows came back"
        except exceptions.GoogleAPICallError as error:
            if _too_large(error) or isinstance(error, exceptions.BadRequest):
                halves, found = _halved(batch, error)
                waiting.extendleft(reversed(halves))
                refused += found
                continue
            if not _passing(error):
                raise
            again, fault = batch, error
        except _BROKEN as error:
            again, fault = batch, error
        if not again:
            wait = FIRST_WAIT
            continue
        if clock() + wait > until:
            text = " ".join(str(fault).split())
            raise BigQueryUnavailableError(
                None, f"BigQuery took no rows for {target.deadline:g} s: {text}", target.name(table)
            )
        sleep(wait * random.uniform(0.5, 1))
        wait = min(2 * wait, LONGEST_WAIT)
        waiting.appendleft(again)
    return refused


def batches(rows: Sequence[Insert]) -> Iterator[list[Insert]]:
    """``rows`` in order, in batches that fit a request."""
    batch: list[Insert] = []
    size = 0
    for one in rows:
        if batch and (len(batch) == MAX_ROWS or size + one.size > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += one.size
    if batch:
        yield batch


def _sort(batch: list[Insert], answer: Sequence[dict[str, Any]]) -> tuple[list[Insert], list[Refusal]]:
    """The rows to send again and those that are refused. A row that BigQuery does not name is in."""
    again, refused = [], []
    for found in answer:
        one = batch[int(found["index"])]
        errors = found.get("errors") or [{"reason": "unknown"}]
        blamed = [error for error in errors if error.get("reason") not in _AGAIN]
        if blamed:
            refused.append(Refusal(one, "; ".join(map(_line, blamed))))
        else:
            again.append(one)
    return again, refused


def _line(error: dict[str, Any]) -> str:
    place = f" ({error['location']})" if error.get("location") else ""
    return " ".join(f"{error.get('reason')}{place}: {error.get('message', '')}".split())


def _halved(batch: list[Insert], error: exceptions.GoogleAPICallError) -> tuple[list[list[Insert]], list[Refusal]]:
    if len(batch) == 1:
        return [], [Refusal(batch[0], " ".join(f"{error.code} {error.message}".split()))]
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]], []


def _too_large(error: exceptions.GoogleAPICallError) -> bool:
    return error.code == 413


def _passing(error: exceptions.GoogleAPICallError) -> bool:
    """Whether waiting helps."""
    if error.code == 403:
        return any(detail.get("reason") in _QUOTA for detail in error.errors)
    return error.code in (404, 408, 429) or (error.code or 0) >= 500
