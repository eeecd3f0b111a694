"""Who takes part in meetings: every person and body with the names, offices and countries that articles gave them.

meetwire actors                    those of most reports first
meetwire actors "Ana Ruiz"         everyone whom this can mean, in any spelling, and why each name is theirs
meetwire actors --limit 20 --json  rows of the view ``actors``, one a line

Where names mislead, you decide. A decision is kept (table ``actor_decisions``), counts in every run and rebuild, and
the meetings that it reaches follow at once:

meetwire actors join "Ana Ruiz" "Anna Ruys" --why "one minister, two spellings"     the first one's id stays
meetwire actors split "Ana Ruiz" --name "Ana Maria Ruiz" --why "mother and daughter"
meetwire actors split "Ana Ruiz" --country KE --why "namesakes: a footballer and a mayor"
meetwire actors decisions          who decided what, when and why
meetwire actors undo DECISION_ID   takes one back
"""

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.settle import heed_actors_file
from pipelines.views.choose import Actor, country_flag, find_actors, read_actors
from pipelines.views.meetings import delta_tables, limit_flag
from pipelines.views.who_is_who import decide
from transforms.stories.same_actor import NAMED_ONCE, OWN_NAME
from transforms.tables.queries.ask import ask
from transforms.tables.queries.views import quoted
from transforms.wording import counted

DECIDING = ("join", "split", "decisions", "undo")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``actors``."""
    name = f"a name in any spelling, or an actor_id; or {', '.join(DECIDING)}, and what it is about"
    parser.add_argument("words", nargs="*", metavar="NAME", help=name)
    parser.add_argument("--limit", type=limit_flag, metavar="N", help="only the N of most reports")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="split: a full name that is another's; again and again",
    )
    parser.add_argument("--country", type=country_flag, metavar="CC", help="split: those of this country are another")
    parser.add_argument("--why", metavar="TEXT", help="join and split: the reason, for whoever asks later")
    parser.add_argument("--by", metavar="WHO", help="who decides (default: the user of this machine)")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the actors of the first folder of tables, or decides who is who; 0."""
    if arguments.words and arguments.words[0] in DECIDING:
        heed_actors_file(settings)
        tables = next((target for target in settings.tables if "bigquery:" not in target), settings.tables[0])
        return decide(arguments, settings, tables)
    tables = delta_tables(settings)
    if arguments.name or arguments.country or arguments.why or arguments.by:
        raise SettingsError(f"--name, --country, --why and --by go with {', '.join(DECIDING[:2])}")
    if len(arguments.words) > 1:
        raise SettingsError(f'one name at a time, in quotes: "{" ".join(arguments.words)}"')
    every = read_actors(tables)
    found = find_actors(every, arguments.words[0]) if arguments.words else every
    shown = found[: arguments.limit]
    if arguments.json:
        for actor in shown:
            terminal.print_json(actor)
        return 0
    why = _reasons(tables, shown) if arguments.words else {}
    console = terminal.console()
    for actor in shown:
        _print(console, actor, why.get(actor["actor_id"], []))
    say(f"{counted(len(found), 'actor')}" + (f", {len(shown)} shown" if len(shown) < len(found) else ""))
    return 0


def _print(console: Console, actor: Actor, why: Sequence[str]) -> None:
    about = ", ".join(filter(None, (actor["country"], actor["wikidata_id"])))
    text = Text(terminal.plain(f"{actor['name']} ({about})" if about else actor["name"]), style="bold")
    text.append(
        f" · {counted(actor['meeting_count'], 'meeting')} in {counted(actor['report_count'], 'report')}"
        f" · {actor['actor_id']}",
        style="not bold",
    )
    terminal.print_lines(console, text)
    lines = [f"of {', '.join(actor['countries'])}"] if len(actor["countries"]) > 1 else []
    lines += [
        f"{office['title']} · {(office['first'] or '')[:10]} to {(office['last'] or '')[:10]}"
        for office in actor["offices"]
    ]
    if others := [name for name in actor["names"] if name != actor["name"]]:
        lines.append(f"also {', '.join(others)}")
    for line in [*lines, *why]:
        terminal.print_lines(console, Text(terminal.plain(line), style="dim"), indent=4)


def _reasons(tables: str, actors: Sequence[Actor]) -> dict[str, list[str]]:
    """Actor -> a line for each name that needs a reason to be theirs, with how many reports it was found in."""
    listed = ", ".join(quoted(actor["actor_id"]) for actor in actors)
    sql = f"""SELECT actor_id, name, reason, count(*) AS n FROM (
            SELECT unnest(m.actor_ids) AS actor_id, unnest(m.reasons) AS reason,
                unnest(list_transform(r.participants, p -> p.name)) AS name
            FROM merged_reports AS m JOIN meeting_reports AS r USING (report_id))
        WHERE actor_id IN ({listed or "''"}) AND reason NOT IN ({", ".join(map(quoted, (OWN_NAME, NAMED_ONCE)))})
        GROUP BY ALL ORDER BY n DESC, name, reason"""
    why: dict[str, list[str]] = {}
    with ask(tables, sql) as answer:
        for actor_id, name, reason, count in answer.rows:
            why.setdefault(actor_id, []).append(f"{name}: {reason} ({counted(count, 'report')})")
    return why
