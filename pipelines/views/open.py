"""Opens a report in the browser: the pages that ``meetwire report`` or ``make run`` wrote.

meetwire open             data/report/index.html
meetwire open report      report/index.html
"""

import argparse
import webbrowser
from pathlib import Path

from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError

DEFAULT = Path("data/report")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which report."""
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT, metavar="DIR", help="default: %(default)s")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Opens and prints the report's first page; 0, or 1 where no browser can be opened."""
    first = Path(arguments.folder, "index.html")
    if not first.is_file():
        raise SettingsError(f"{arguments.folder}: no report (meetwire report --out {arguments.folder} writes one)")
    print(first)
    if webbrowser.open(first.absolute().as_uri()):
        return 0
    say("open: no browser is found here; open that file in one")
    return 1
