"""Rewrites many small files of the tables as few, and deletes superseded copies of rows from BigQuery. Runs may write
and queries read meanwhile.

``run``, ``batch`` and ``stream`` rewrite files by themselves where they have become many; this does it at once. What is
taken out of the tables stays on disk for two days, so that queries under way end well. Copies in BigQuery are deleted by
this command alone: have a scheduler run it once a week.

  meetwire compact
  meetwire compact --retention 0s       delete at once: nobody reads
"""

import argparse
import json
import sys
from datetime import UTC, datetime

from pipelines.configuration import settings as settings_module
from pipelines.configuration.settings import Settings, SettingsError
from transforms.tables.delta_lake.compaction import compact
from transforms.tables.delta_lake.store import RETENTION_HOURS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--retention``."""
    parser.add_argument(
        "--retention", metavar="TIME", help=f"how long readers may take, in whole hours (default: {RETENTION_HOURS}h)"
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compacts every table."""
    hours = _hours(arguments.retention)
    for target in settings.tables:
        if target.startswith("bigquery://"):
            _dedupe(target, arguments.json)
            continue
        done = compact(target, hours)
        if arguments.json:
            print(json.dumps({"tables": target, **done._asdict()}))
        else:
            print(
                f"{target}: {done.before} files became {done.after}; {done.deleted} old files deleted",
                file=sys.stderr,
            )
    return 0


def _dedupe(target: str, as_json: bool) -> None:
    from transforms.tables.bigquery.dedupe import dedupe

    deleted = {}
    for table, copies in dedupe(target, datetime.now(UTC)):
        deleted[table] = copies
        if not as_json:
            print(f"{target}: {table}: {copies} superseded copies deleted", file=sys.stderr)
    if as_json:
        print(json.dumps({"tables": target, "copies_deleted": deleted}))


def _hours(text: str | None) -> float:
    if text is None:
        return RETENTION_HOURS
    if text in ("0", "0s", "0h"):
        return 0
    try:
        return settings_module.duration(text).total_seconds() / 3600
    except ValueError as error:
        raise SettingsError(f"--retention: {error}") from None
