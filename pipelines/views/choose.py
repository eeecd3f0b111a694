"""Which meetings are meant: by who met, where, when, what became of it and how sure it is. Flags, and the SQL of them."""

import argparse
from collections.abc import Sequence
from datetime import date
from typing import Any

from pipelines.command_line import terminal
from pipelines.command_line.flags import add_min_confidence
from pipelines.configuration.settings import SettingsError, shown
from transforms.language.names import fold
from transforms.language.world import countries
from transforms.stories.spelling import same_name, same_word, words_of
from transforms.tables.queries.ask import ask
from transforms.tables.queries.views import quoted

Actor = dict[str, Any]
STATUSES = ("held", "ongoing", "planned", "proposed", "cancelled", "denied")


def add_choice(parser: argparse.ArgumentParser, confidence: str, who: bool = True) -> None:
    """The flags; ``confidence`` says what ``--min-confidence`` is by default. Without ``who`` that is given elsewhere."""
    if who:
        name = "a name in any spelling, or an actor_id"
        parser.add_argument("--who", metavar="NAME", help=f"meetings of this person, body or country: {name}")
    parser.add_argument("--with", dest="other", metavar="NAME", help="of these, meetings with this one")
    parser.add_argument("--country", type=country_flag, metavar="CC", help="with someone of this country (JP, Japan)")
    parser.add_argument("--place", metavar="PLACE", help="in this place or country")
    parser.add_argument("--status", action="append", choices=STATUSES, help="only these; again and again")
    parser.add_argument("--since", type=day_flag, metavar="DATE", help="meetings that end on this day or later")
    parser.add_argument("--until", type=day_flag, metavar="DATE", help="meetings that begin before this day")
    add_min_confidence(parser, f"with at least this confidence, 0 to 1 ({confidence})")


def condition(arguments: argparse.Namespace, tables: str, actors: Sequence[Actor] | None = None) -> str:
    """The flags as a condition on rows ``m`` of ``meetings``, in DuckDB's dialect; ``actors`` are those of ``tables``, if read.

    Raises:
        SettingsError: a name is nobody's, or --since is not before --until.
    """
    if arguments.other and not arguments.who:
        raise SettingsError("--with goes with --who")
    tests = [when_and_what(arguments)]
    if named := [(flag, name) for flag, name in (("--who", arguments.who), ("--with", arguments.other)) if name]:
        actors = read_actors(tables) if actors is None else actors
        tests += [_took_part(found_ids(actors, name, f"{flag}: {nobody(tables, name)}")) for flag, name in named]
    if arguments.country:
        tests.append(f"len(list_filter(participants, p -> p.country = {quoted(arguments.country)})) > 0")
    if arguments.place:
        tests.append(_at(arguments.place))
    return " AND ".join(tests)


def when_and_what(arguments: argparse.Namespace) -> str:
    """--since, --until and --status as a condition on rows ``m`` of ``meetings``, in DuckDB's dialect and BigQuery's.

    Raises:
        SettingsError: --since is not before --until.
    """
    if arguments.since and arguments.until and arguments.since >= arguments.until:
        raise SettingsError(f"--since {arguments.since} is not before --until {arguments.until}")
    tests = ["true"]  # behind a dot a reserved word is a name in both
    if arguments.status:
        tests.append(f"m.status IN ({', '.join(map(quoted, arguments.status))})")
    if arguments.since:
        tests.append(f"m.date.end >= DATE '{arguments.since}'")
    if arguments.until:
        tests.append(f"m.date.start < DATE '{arguments.until}'")
    return " AND ".join(tests)


def _took_part(ids: Sequence[str]) -> str:
    listed = ", ".join(map(quoted, ids))
    return f"list_has_any(list_transform(participants, p -> p.actor_id), [{listed}])"


def _at(place: str) -> str:
    country = countries.country_of(place) or (place.upper() if len(place) == 2 else None)
    named = f"contains(strip_accents(lower(coalesce(place.name, ''))), {quoted(fold(place))})"
    return f"({named} OR place.country = {quoted(country)})" if country else named


def found_ids(actors: Sequence[Actor], name: str, otherwise: str) -> list[str]:
    """The actor_ids that ``name`` can mean, those of most reports first; SettingsError ``otherwise`` where there are none."""
    found = [actor["actor_id"] for actor in find_actors(actors, name)]
    if not found:
        raise SettingsError(otherwise)
    return found


def only_actor(tables: str, actors: Sequence[Actor], name: str) -> Actor:
    """The one actor that ``name`` means, of several the one whose very name it is; SettingsError where there is no one."""
    found = find_actors(actors, name)
    very = [one for one in found if words_of(one["name"]) == words_of(name)]
    found = very if len(very) == 1 else found
    if not found:
        raise SettingsError(nobody(tables, name))
    if len(found) > 1:
        some = "; ".join(f"{a['actor_id']} {a['name']}, {a['country'] or 'no country'}" for a in found[:5])
        more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
        raise SettingsError(terminal.plain(f"{shown(name)} is {len(found)} actors, give an actor_id: {some}{more}"))
    return found[0]


def nobody(tables: str, name: str) -> str:
    """That no actor of ``tables`` can be meant by ``name``, in one line."""
    return f"nobody is called {shown(name)} in {tables} (meetwire actors NAME looks for names)"


def read_actors(tables: str) -> list[Actor]:
    """Rows of ``actors``, those of most reports first."""
    with ask(tables, "SELECT * FROM actors ORDER BY report_count DESC, actor_id") as answer:
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def find_actors(actors: Sequence[Actor], name: str) -> list[Actor]:
    """Those of ``actors`` whom ``name`` can mean.

    A full name means everyone who has it in any spelling, a word everyone with that word in a name, an actor_id that actor.
    """
    wanted = words_of(name)
    full = [one for one in actors if one["actor_id"] == name or _is_called(wanted, one)]
    return full or [one for one in actors if any(_has_all(wanted, words_of(each)) for each in one["names"])]


def _is_called(wanted: tuple[str, ...], actor: dict[str, Any]) -> bool:
    """Whether the name is the actor's own as a whole; one word, which may be anybody's surname, only where it is all."""
    if len(wanted) < 2:
        return words_of(actor["name"]) == wanted
    return any(same_name(wanted, words_of(each))[0] > 0 for each in actor["names"])


def _has_all(wanted: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return bool(wanted) and all(any(same_word(one, word) for word in words) for one in wanted)


def country_flag(text: str) -> str:
    """The ISO 3166-1 alpha-2 code that ``text`` is or names; for argparse."""
    code = text.upper() if len(text) == 2 and countries.name_of(text.upper()) else countries.country_of(text)
    if not code:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no country (JP or Japan)")
    return code


def day_flag(text: str) -> date:
    """``text``, which is a date; for argparse."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a date (2023-04-17)") from None
