"""Streaming: rows inserted by request, with every answer of BigQuery's taken for what it is.

Split: a request over 500 rows or 9 MiB, one that is too large (413) or refused as a whole (400). Repeated until the
deadline: faults that pass, and a table that is not there yet (404). Refused, with BigQuery's reason: the row that is at
fault. Raised: everything else, which no row is to blame for.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from google.api_core import exceptions
from google.cloud import bigquery

from transforms.tables.bigquery.client import BROKEN, NEVER, Patience, Target, passing

MAX_ROWS = 500
MAX_BYTES = 9 << 20
_AGAIN = {
    "stopped",
    "timeout",
    "backendError",
    "internalError",
    "quotaExceeded",
    "rateLimitExceeded",
    "tableUnavailable",
}


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


def insert(client: bigquery.Client, target: Target, table: str, rows: Sequence[Insert]) -> list[Refusal]:
    """Inserts ``rows``; what comes back is refused for good, all others are durable.

    Raises:
        BigQueryUnavailableError: the deadline has passed. Some rows may be durable; writing all again is harmless.
        GoogleAPICallError: BigQuery says no to everything, for example for want of permission.
    """
    refused: list[Refusal] = []
    waiting = deque(batches(rows))
    patience = Patience(target, target.name(table), "took no rows")
    while waiting:
        batch = waiting.popleft()
        try:
            answer = client.insert_rows_json(
                target.name(table),
                [one.row for one in batch],
                row_ids=[one.insert_id for one in batch],
                skip_invalid_rows=True,
                retry=NEVER,
                timeout=patience.seconds,
            )
            again, found = _sort(batch, answer)
            refused += found
            fault: Exception | str = "rows came back"
        except (exceptions.GoogleAPICallError, *BROKEN) as error:
            code = getattr(error, "code", None)
            if code in (400, 413):
                halves, found = _halved(batch, error)
                waiting.extendleft(reversed(halves))
                refused += found
                continue
            if code != 404 and not passing(error):
                raise
            again, fault = batch, error
        if again:
            patience.again(fault)
            waiting.appendleft(again)
        else:
            patience.renew()
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


def _halved(batch: list[Insert], error: Any) -> tuple[list[list[Insert]], list[Refusal]]:
    if len(batch) == 1:
        return [], [Refusal(batch[0], " ".join(f"{error.code} {error.message}".split()))]
    middle = len(batch) // 2
    return [batch[:middle], batch[middle:]], []
