"""Works out anew, from all articles and their reports, which reports are one meeting, who is who, and what is a copy.

This grows with what is written (in BigQuery by steps), and a rebuild changes nothing; it is for tables of an earlier
version, and after an update that merges better.

  meetwire rebuild
  meetwire rebuild --tables bigquery://PROJECT/DATASET
"""

import argparse
from datetime import UTC, datetime

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings
from pipelines.running.settle import heed_actors_file
from transforms.tables.sinks import open_sink


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No flags of its own."""


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Rebuilds every place of tables; 0."""
    heed_actors_file(settings)
    for target in settings.tables:
        made = open_sink(target).rebuild(datetime.now(UTC))
        if arguments.json:
            terminal.print_json({"tables": target, **made})
        else:
            reports, meetings = made["merged_reports"], made["merged_meetings"]
            say(f"{target}: {reports} reports of {meetings} meetings; {made['article_sketches']} articles compared")
    return 0
