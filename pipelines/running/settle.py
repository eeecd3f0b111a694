"""What is done before rows are written, and what is left to do after, in processes that take their memory along."""

from collections.abc import Sequence

from pipelines.configuration.settings import Settings
from pipelines.running.own_process import in_own_process


def heed_actors_file(settings: Settings) -> None:
    """Brings what the tables say of known actors in step with the file that the settings name, if they name one.

    Raises:
        SettingsError: the file cannot be used.
        OSError: a place of tables cannot be read or written to.
    """
    if settings.actors_file is not None:
        in_own_process(_heed, settings, settings.actors_file)


def _heed(settings: Settings, file: str) -> None:
    from pipelines.upkeep.keep_decisions import heed

    heed(settings, file)


def settle(settings: Settings) -> None:
    """Merges reports where writing leaves that for later: BigQuery is only appended to.

    Raises:
        OSError: a place cannot be read or written to now; the next run does it.
    """
    later = [target for target in settings.tables if target.startswith("bigquery://")]
    if later:
        in_own_process(_settle, later)


def _settle(targets: Sequence[str]) -> None:
    from transforms.tables.sinks import settle_each

    settle_each(targets)
