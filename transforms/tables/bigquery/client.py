"""A BigQuery client with deadlines, and what a ``bigquery://PROJECT/DATASET`` setting says."""

import errno
import os
import re
from typing import NamedTuple
from urllib.parse import parse_qsl

from google.api_core.retry import Retry
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError
from google.cloud import bigquery
from google.cloud.bigquery.retry import DEFAULT_RETRY

# For requests whose retries we see to ourselves.
NEVER = Retry(predicate=lambda error: False)
# Seconds that one request may take, and that its retries may take together.
REQUEST_SECONDS = 60.0
DEADLINE_SECONDS = 300.0
_FORM = re.compile(r"bigquery://(?P<project>[a-z][a-z0-9.:-]{4,}[a-z0-9])/(?P<dataset>\w{1,1024})(\?(?P<more>.*))?")


class Target(NamedTuple):
    """A dataset that holds the tables.

    Attributes:
        project: The project that it is in, and that pays.
        dataset: Its name.
        location: Where it is made where it does not exist; BigQuery's default where empty.
        deadline: Seconds after which BigQuery counts as away.
    """

    project: str
    dataset: str
    location: str = ""
    deadline: float = DEADLINE_SECONDS

    @property
    def retry(self) -> Retry:
        """Retries of what BigQuery says may be retried, until the deadline."""
        return DEFAULT_RETRY.with_timeout(self.deadline)

    def name(self, table: str) -> str:
        """The table's full name."""
        return f"{self.project}.{self.dataset}.{table}"


def parse(setting: str) -> Target:
    """``bigquery://PROJECT/DATASET``, with ``?location=EU`` and ``&deadline=60`` where they are wanted.

    Raises:
        ValueError: it is not of that form; one line.
    """
    match = _FORM.fullmatch(setting)
    more = dict(parse_qsl(match["more"] or "")) if match else {}
    try:
        if match and more.keys() <= {"location", "deadline"}:
            deadline = float(more.get("deadline", DEADLINE_SECONDS))
            return Target(match["project"], match["dataset"], more.get("location", ""), deadline)
    except ValueError:
        pass
    raise ValueError(f"{setting!r} is not bigquery://PROJECT/DATASET[?location=EU&deadline=SECONDS]")


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
    except DefaultCredentialsError:
        way_out = (
            "no Google credentials: run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
        )
        raise PermissionError(errno.EACCES, way_out, f"{target.project}.{target.dataset}") from None
