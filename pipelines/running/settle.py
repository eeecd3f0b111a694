"""What is left to do once rows are written: BigQuery is only appended to, and merges reports in a step of its own."""

from collections.abc import Sequence

from pipelines.configuration.settings import Settings
from pipelines.running.own_process import in_own_process


def settle(settings: Settings) -> None:
    """Merges reports where writing leaves that for later, in a process that takes its memory with it.

    Raises:
        OSError: a place cannot be read or written to now; the next run does it.
    """
    later = [target for target in settings.tables if target.startswith("bigquery://")]
    if later:
        in_own_process(_settle, later)


def _settle(targets: Sequence[str]) -> None:
    from transforms.tables.sinks import settle_each

    settle_each(targets)
