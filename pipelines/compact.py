"""Rewrites many small files of the tables as few. Runs may write and queries read meanwhile.

What is taken out of the tables stays on disk for the grace period, so that queries under way end well; the next
compaction deletes it. Put it into cron, once a day.

  meetwire compact
  meetwire compact --grace 0s       delete at once: nobody reads
"""

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta

from pipelines import settings as settings_module
from pipelines.settings import Settings, SettingsError
from transforms.tables.compact import GRACE, compact


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--grace``."""
    parser.add_argument("--grace", default=None, metavar="TIME", help="how long readers may take (default: 10m)")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Compacts every table that is files; 0, or 2 where there is none."""
    grace = _grace(arguments.grace)
    targets = [target for target in settings.tables if not target.startswith("bigquery://")]
    if not targets:
        print("meetwire compact: BigQuery keeps its own storage in order; nothing to do", file=sys.stderr)
    for target in targets:
        done = compact(target, datetime.now(UTC), grace)
        if arguments.json:
            print(json.dumps({"tables": target, **done._asdict()}))
        else:
            print(
                f"{target}: {done.before} files became {done.after}; {done.rows} rows moved, "
                f"{done.dropped} older copies dropped, {done.deleted} old files deleted",
                file=sys.stderr,
            )
    return 0


def _grace(text: str | None) -> timedelta:
    if text is None:
        return GRACE
    if text in ("0", "0s"):
        return timedelta(0)
    try:
        return settings_module.duration(text)
    except ValueError as error:
        raise SettingsError(f"--grace: {error}") from None
