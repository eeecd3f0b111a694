"""Who takes part in meetings: every person and body with the names, offices and countries that articles gave them.

meetwire actors                    those of most reports first
meetwire actors "Ana Ruiz"         everyone whom this can mean, in any spelling
meetwire actors --limit 20 --json  rows of the view ``actors``, one a line
"""

import argparse

from rich.text import Text

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings
from pipelines.views.choose import find_actors, read_actors
from pipelines.views.meetings import delta_tables, limit_flag
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``actors``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a name in any spelling, or an actor_id")
    parser.add_argument("--limit", type=limit_flag, metavar="N", help="only the N of most reports")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the actors of the first folder of tables; 0."""
    every = read_actors(delta_tables(settings))
    found = every if arguments.name is None else find_actors(every, arguments.name)
    shown = found[: arguments.limit]
    if arguments.json:
        for actor in shown:
            terminal.print_json(actor)
        return 0
    console = terminal.console()
    for actor in shown:
        country = f" ({actor['country']})" if actor["country"] else ""
        text = Text(terminal.plain(f"{actor['name']}{country}"), style="bold")
        text.append(
            f" · {counted(actor['meeting_count'], 'meeting')} in {counted(actor['report_count'], 'report')}"
            f" · {actor['actor_id']}",
            style="not bold",
        )
        terminal.print_lines(console, text)
        for office in actor["offices"]:
            span = f"{(office['first'] or '')[:10]} to {(office['last'] or '')[:10]}"
            terminal.print_lines(console, Text(f"{terminal.plain(office['title'])} · {span}", style="dim"), indent=4)
        if others := actor["names"][1:]:
            terminal.print_lines(console, Text(terminal.plain(f"also {', '.join(others)}"), style="dim"), indent=4)
    say(f"{counted(len(found), 'actor')}" + (f", {len(shown)} shown" if len(shown) < len(found) else ""))
    return 0
