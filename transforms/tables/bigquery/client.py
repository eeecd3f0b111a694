"""A BigQuery client with deadlines, what a ``bigquery://PROJECT/DATASET`` setting says, and which faults pass.

Waited out until the deadline: quota (403 quotaExceeded, rateLimitExceeded), 429, 5xx, a broken or silent connection.
Everything else, such as missing permission, is raised at once. Whatever is raised is an OSError of one line.
"""

import contextlib
import errno
import os
import random
import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import requests
from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth import exceptions as auth_exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from transforms.errors import MeetwireError

# For requests whose retries we see to ourselves.
NEVER = Retry(predicate=lambda error: False)
# Seconds that one request may take, and that its retries may take together.
REQUEST_SECONDS = 60.0
DEADLINE_SECONDS = 300.0
MERGE_SECONDS = 900.0
# Waits between attempts, in seconds: half to all of 0.5, 1, 2, … up to 32.
FIRST_WAIT, LONGEST_WAIT = 0.5, 32.0
BROKEN = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    auth_exceptions.TransportError,
    exceptions.RetryError,
)
_QUOTA = {"quotaExceeded", "rateLimitExceeded", "jobRateLimitExceeded"}
_FORM = re.compile(r"bigquery://(?P<project>[a-z][a-z0-9.:-]{4,}[a-z0-9])/(?P<dataset>\w{1,1024})(\?(?P<more>.*))?")


class Target(NamedTuple):
    """A dataset that holds the tables.

    Attributes:
        project: The project that it is in, and that pays.
        dataset: Its name.
        location: Where it is made where it does not exist; BigQuery's default where empty.
        deadline: Seconds after which BigQuery counts as away.
        merge: Seconds after which a stream merges reports again.
    """

    project: str
    dataset: str
    location: str = ""
    deadline: float = DEADLINE_SECONDS
    merge: float = MERGE_SECONDS

    @property
    def retry(self) -> Retry:
        """Retries of what passes, until the deadline."""
        return Retry(predicate=passing, initial=FIRST_WAIT, maximum=LONGEST_WAIT, timeout=self.deadline)

    def name(self, table: str) -> str:
        """The table's full name."""
        return f"{self.project}.{self.dataset}.{table}"


def parse(setting: str) -> Target:
    """``bigquery://PROJECT/DATASET``, with ``?location=EU``, ``&deadline=60`` and ``&merge=900`` where they are wanted.

    Raises:
        ValueError: it is not of that form; one line.
    """
    match = _FORM.fullmatch(setting)
    more = dict(parse_qsl(match["more"] or "")) if match else {}
    try:
        if match and more.keys() <= {"location", "deadline", "merge"}:
            deadline, merge = float(more.get("deadline", DEADLINE_SECONDS)), float(more.get("merge", MERGE_SECONDS))
            return Target(match["project"], match["dataset"], more.get("location", ""), deadline, merge)
    except ValueError:
        pass
    raise ValueError(f"{setting!r} is not bigquery://PROJECT/DATASET[?location=EU&deadline=SECONDS&merge=SECONDS]")


class BigQueryUnavailableError(MeetwireError, OSError):
    """BigQuery did not do its work before the deadline. No row is lost: the caller still has them."""


class Patience:
    """Waits between attempts, longer each time, until BigQuery counts as away."""

    def __init__(self, target: Target, place: str, what: str) -> None:
        self._target, self._place, self._what = target, place, what
        self._until = time.monotonic() + target.deadline
        self._wait = FIRST_WAIT

    @property
    def seconds(self) -> float:
        """How long a request may take now."""
        return max(0.1, min(REQUEST_SECONDS, self._until - time.monotonic()))

    def again(self, fault: Exception | str) -> None:
        """Waits after ``fault``; BigQueryUnavailableError where the deadline comes first."""
        if time.monotonic() + self._wait > self._until:
            text = f"BigQuery {self._what} for {self._target.deadline:g} s: {one_line(fault)}"
            raise BigQueryUnavailableError(None, text, self._place)
        time.sleep(self._wait * random.uniform(0.5, 1))
        self._wait = min(2 * self._wait, LONGEST_WAIT)

    def renew(self) -> None:
        """Something went well: the next wait is a short one."""
        self._wait = FIRST_WAIT


def passing(error: Exception) -> bool:
    """Whether waiting helps."""
    if not isinstance(error, exceptions.GoogleAPICallError):
        return isinstance(error, BROKEN)
    if error.code == 403:
        return any(detail.get("reason") in _QUOTA for detail in error.errors)
    return error.code in (408, 429) or (error.code or 0) >= 500


@contextlib.contextmanager
def told(place: str) -> Iterator[None]:
    """Makes the errors of Google's client an OSError of one line that names the place: BigQueryUnavailableError where
    BigQuery is away, PermissionError where it does not let us."""
    try:
        yield
    except (exceptions.GoogleAPIError, auth_exceptions.GoogleAuthError, requests.exceptions.RequestException) as error:
        cause = getattr(error, "cause", None) or error  # of retries that took too long, the last fault
        text = f"BigQuery says: {one_line(getattr(cause, 'message', None) or cause)}"
        if passing(error):
            raise BigQueryUnavailableError(errno.EIO, text, place) from error
        if getattr(error, "code", None) in (401, 403):
            raise PermissionError(errno.EACCES, text, place) from error
        raise OSError(errno.EIO, text, place) from error


def one_line(fault: Any) -> str:
    """What a fault says, in one line of bearable length."""
    text = " ".join(str(fault).split())
    return text if len(text) <= 500 else f"{text[:499]}…"


def connect(target: Target) -> bigquery.Client:
    """A client with the usual default credentials; with none for the emulator at ``BIGQUERY_EMULATOR_HOST``.

    Raises:
        PermissionError: there are no credentials; it says where they come from.
    """
    emulated = os.environ.get("BIGQUERY_EMULATOR_HOST")
    try:
        return bigquery.Client(
            project=target.project,
            location=target.location or None,
            # google-auth has no types.
            credentials=AnonymousCredentials() if emulated else None,  # type: ignore[no-untyped-call]
        )
    except auth_exceptions.DefaultCredentialsError:
        way_out = (
            "no Google credentials: run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
        )
        raise PermissionError(errno.EACCES, way_out, f"{target.project}.{target.dataset}") from None
