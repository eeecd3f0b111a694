"""Rewrites many small files of the tables as few. Runs may write and queries read meanwhile.

``run``, ``batch`` and ``stream`` do so by themselves where files have become many; this does it at once. What is taken
out of the tables stays on disk for two days, so that queries under way end well.

  meetwire compact
  meetwire compact --retention 0s       delete at once: nobody reads
"""

import argparse
import json
import sys

from pipelines import settings as settings_module
from pipelines.settings import Settings, SettingsError
from transforms.tables.compact import compact
from transforms.tables.store import RETENTION_HOURS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--retention``."""
    parser.add_argument(
        "--retention", metavar="TIME", help=f"how long readers may take, in whole hours (default: {RETENTION_HOURS}h)"
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compacts every table that is files; 0, or 2 where there is none."""
    hours = _hours(arguments.retention)
    targets = [target for target in settings.tables if not target.startswith("bigquery://")]
    if not targets:
        print("meetwire compact: BigQuery keeps its own storage in order; nothing to do", file=sys.stderr)
    for target in targets:
        done = compact(target, hours)
        if arguments.json:
            print(json.dumps({"tables": target, **done._asdict()}))
        else:
            print(
                f"{target}: {done.before} files became {done.after}; {done.deleted} old files deleted",
                file=sys.stderr,
            )
    return 0


def _hours(text: str | None) -> float:
    if text is None:
        return RETENTION_HOURS
    if text in ("0", "0s", "0h"):
        return 0
    try:
        return settings_module.duration(text).total_seconds() / 3600
    except ValueError as error:
        raise SettingsError(f"--retention: {error}") from None
