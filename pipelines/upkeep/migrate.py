"""Takes tables of the first format (Parquet files with a commit log of their own) over into tables of today.

The old folder is only read. Running it twice changes nothing; one that was stopped goes on where it is run again.

  meetwire migrate data/tables --tables data/tables-2      then name data/tables-2 in the settings
"""

import argparse
from pathlib import Path

from pipelines.command_line.progress import Progress, say
from pipelines.configuration.settings import Settings, SettingsError
from transforms.tables.delta_lake.first_format import generations, is_first_format
from transforms.tables.sinks import Tables
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder to take over."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="tables of the first format")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes every row of the old tables into those of the settings; 0, or 2 for a folder that holds no old tables."""
    old: Path = arguments.folder
    if not is_first_format(old):
        raise SettingsError(f"{old}: holds no tables of the first format (there is no {old / '_meetwire/commits'})")
    if any(Path(target).absolute() == old.absolute() for target in settings.tables if "://" not in target):
        raise SettingsError(f"{old}: give another folder for the new tables with --tables")
    tables, total = Tables(settings.tables), 0
    with Progress("migrate", "rows") as doing:
        for _, rows in generations(old):
            count = sum(tables.write_all(rows).rows.values())
            doing.add(count)
            total += count
    say(f"migrate: {counted(total, 'row')} of {old} are in {', '.join(settings.tables)}")
    return 0
