"""The meetings of one person, body or country by time, the oldest first, each with what became of it.

  meetwire timeline "Ana Ruiz"
  meetwire timeline "Ana Ruiz" --with Japan --since 2023-01-01
  meetwire timeline "Ana Ruiz" --json      rows of ``meetings``, one a line

Below a meeting stand, where its articles say different things of it, what they said and when. A name that is several
people's is refused with a list of them: give the actor_id then.
"""

import argparse

from rich.text import Text

from pipelines.command_line import terminal
from pipelines.command_line.flags import MIN_CONFIDENCE
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings
from pipelines.views.choose import add_choice, condition, only_actor, read_actors
from pipelines.views.meetings import delta_tables, newest_meetings, party_text, place_text, when_text
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The name, and the flags that choose meetings."""
    parser.add_argument("who", metavar="NAME", help="a name in any spelling, or an actor_id")
    add_choice(parser, f"default: {MIN_CONFIDENCE}; with --json: 0", who=False)


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the timeline from the first folder of tables; 0."""
    tables = delta_tables(settings)
    actors = read_actors(tables)
    actor = only_actor(tables, actors, arguments.who)
    arguments.who = actor["actor_id"]
    least = (
        arguments.min_confidence if arguments.min_confidence is not None else 0 if arguments.json else MIN_CONFIDENCE
    )
    meetings = list(newest_meetings(settings, least, where=condition(arguments, tables, actors)))[::-1]
    if arguments.json:
        for meeting in meetings:
            terminal.print_json(meeting)
        return 0
    console = terminal.console()
    for meeting in meetings:
        first = f"{when_text(meeting['date'])}  {meeting['status']:9}  "
        others = [p for p in meeting["participants"] if p["actor_id"] != arguments.who]
        text = Text(terminal.plain(", ".join(map(party_text, others)) or "nobody named"), style="bold")
        if place := place_text(meeting["place"]):
            text.append(terminal.plain(f" · {place}"), style="not bold")
        terminal.print_lines(console, text, first, len(first))
        if len({told["status"] for told in meeting["history"]}) > 1:
            said = " → ".join(
                f"{told['status']} ({(told['published'] or 'no date')[:10]})" for told in meeting["history"]
            )
            terminal.print_lines(console, Text(said, style="dim"), indent=4)
        for dissent in meeting["dissent"]:
            against = f"{counted(len(dissent['articles']), 'article')}: {dissent['field']} {dissent['value']}"
            terminal.print_lines(console, Text(terminal.plain(f"but {against}"), style="dim"), indent=4)
    say(f"{terminal.plain(actor['name'])}: {counted(len(meetings), 'meeting')}")
    return 0
