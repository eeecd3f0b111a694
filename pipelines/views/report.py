"""Writes who met whom as pages into a folder that opens from disk, with no server and no network.

The pages are those of ``meetwire serve``: the newest 10,000 meetings with a search of their own, each meeting with its
sentences, people, pairs, a map, a graph and a calendar; for a newsletter, a release or a colleague. Files of an earlier
report in the folder are written over, others are left alone.

  meetwire report --out report      writes report/index.html and all that it leads to
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings
from pipelines.evaluation import floors
from pipelines.views.meetings import delta_tables
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder; made where it is missing")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes the pages and prints the first one's file; 0."""
    from transforms.browse.model import Model
    from transforms.page.files import write

    with Model(delta_tables(settings)) as model:
        model.refresh()
        arguments.out.mkdir(parents=True, exist_ok=True)
        with model.reader() as reader:
            count = write(reader, arguments.out, datetime.now(UTC).date(), floors.figures(floors.FILE))
    say(f"report: {counted(count, 'meeting')}")
    print(arguments.out / "index.html")
    return 0
