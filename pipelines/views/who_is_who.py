"""Decisions on who is who: made, listed and taken back, as rows of ``actor_decisions`` that merging heeds at once."""

import argparse
import getpass
from collections.abc import Sequence
from datetime import UTC, datetime

from pipelines.command_line import terminal
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError, shown
from pipelines.upkeep.keep_decisions import read_decisions, write_decisions
from pipelines.views.choose import Actor, only_actor, read_actors
from transforms.rows import ActorDecision, derive_id
from transforms.stories.decided import Decisions, name_words, own_id, split_off
from transforms.tables.conform import rfc3339
from transforms.tables.queries.ask import ask
from transforms.tables.queries.views import quoted
from transforms.wording import counted


def decide(arguments: argparse.Namespace, settings: Settings, tables: str) -> int:
    """Does what ``actors join``, ``split``, ``undo`` or ``decisions`` asks for, with whom ``tables`` hold; 0.

    Raises:
        SettingsError: it cannot be decided so; says why, and what can be done.
    """
    verb, words = arguments.words[0], arguments.words[1:]
    rows = read_decisions(tables)
    if verb == "decisions":
        _list(rows, arguments.json)
        return 0
    now, by = datetime.now(UTC), arguments.by or getpass.getuser()
    if verb == "undo":
        made: ActorDecision | None = _undone(rows, words, settings, now, by)
    else:
        if not (arguments.why or "").strip():
            raise SettingsError(f"{verb}: say why, with --why TEXT: whoever asks later sees it")
        actors = read_actors(tables)
        row = _join(tables, actors, words, rows) if verb == "join" else _split(tables, actors, arguments)
        if row is not None:
            row = row._replace(decided_at=rfc3339(now), decided_by=by, why=" ".join(arguments.why.split()))
            row = row._replace(
                decision_id=derive_id("decision", *row.actor_ids, *row.names, row.country or "", row.decided_at)
            )
            _check_against(rows, row)
        made = row
    if made is not None:
        write_decisions(settings, [made], now)
        _list([made], arguments.json)
        say(_outcome(tables, made))
    return 0


def _row(kind: str, actor_ids: Sequence[str], names: Sequence[str], country: str | None = None) -> ActorDecision:
    return ActorDecision("", kind, actor_ids, names, country, None, "", "", "", None, None)


def _join(
    tables: str, actors: Sequence[Actor], words: Sequence[str], rows: Sequence[ActorDecision]
) -> ActorDecision | None:
    """The decision that some are one; None where they are already."""
    if len(words) < 2:
        raise SettingsError('join: give two or more: meetwire actors join "Ana Ruiz" "Anna Ruys" --why …')
    found = {actor["actor_id"]: actor for actor in (only_actor(tables, actors, word) for word in words)}
    if len(found) < 2:
        (one,) = found.values()
        say(f"join: {', '.join(map(shown, words))} are one actor already: {one['actor_id']} {one['name']}")
        return None
    known = [row for row in rows if row.kind == "known" and not row.taken_back_at and row.actor_ids[0] in found]
    if len(known) > 1:
        raise SettingsError(
            f"join: {known[0].names[0]} and {known[1].names[0]} are two in {known[0].decided_by}: mend it"
        )
    listed = ", ".join(map(quoted, found))
    sql = f"""SELECT r.meeting_id FROM who_met_whom AS r
        WHERE one_id IN ({listed}) AND other_id IN ({listed}) AND one_id <> other_id ORDER BY 1 LIMIT 1"""
    with ask(tables, sql) as answer:
        met = [row[0] for row in answer.rows]
    if met:
        raise SettingsError(f"join: they met each other (meetwire meetings --explain {met[0]}), so they are not one")
    return _row("join", list(found), [actor["name"] for actor in found.values()])


def _split(tables: str, actors: Sequence[Actor], arguments: argparse.Namespace) -> ActorDecision:
    """The decision that some of an actor's names, or those of a country, are another's."""
    words, names, country = arguments.words[1:], arguments.name, arguments.country
    if len(words) != 1 or bool(names) == bool(country):
        raise SettingsError(
            'split: give one actor, and the names or the country that are another\'s: split "Ana Ruiz" --name "Anna Ruys" --why …'
        )
    actor = only_actor(tables, actors, words[0])
    if country:
        if country not in actor["countries"] or len(actor["countries"]) < 2:
            several = ", ".join(actor["countries"]) or "none"
            raise SettingsError(
                f"split: {country} is not one of several countries of {terminal.plain(actor['name'])}: {several}"
            )
        return _row("split", [actor["actor_id"], split_off(actor["actor_id"], [], country)], [actor["name"]], country)
    own = {name_words(name): name for name in actor["names"]}
    full = {words: name for words, name in own.items() if own_id(words)}
    for name in names:
        if name_words(name) not in own:
            raise SettingsError(
                terminal.plain(
                    f"split: {shown(name)} is no name of {actor['name']} (they are: {'; '.join(actor['names'])})"
                )
            )
        if name_words(name) not in full:
            raise SettingsError(
                f"split: {shown(name)} is no full name: it goes with the full name that is told beside it"
            )
    taken = {name_words(name) for name in names}
    if not full.keys() - taken:
        raise SettingsError(f"split: that is every full name of {terminal.plain(actor['name'])}: leave one")
    given = [own[words] for words in sorted(taken)]
    return _row("split", [actor["actor_id"], split_off(actor["actor_id"], given)], given)


def _check_against(rows: Sequence[ActorDecision], row: ActorDecision) -> None:
    """SettingsError where another decision says the contrary."""
    after = Decisions([*rows, row])
    for split in [row, *rows]:
        if split.kind != "split" or split.taken_back_at:
            continue
        one, other = map(after.kept, split.actor_ids)
        if one != other:
            continue
        joins = (r for r in rows if r.kind == "join" and not r.taken_back_at)
        against = next((r for r in joins if after.kept(r.actor_ids[0]) == one), rows[0]) if split is row else split
        what = f"{against.kind} {', '.join(against.names)}"
        raise SettingsError(
            f"{row.kind}: another decision says the contrary: {what}, by {against.decided_by} on {against.decided_at[:10]}"
            f" (meetwire actors undo {against.decision_id})"
        )


def _undone(
    rows: Sequence[ActorDecision], words: Sequence[str], settings: Settings, now: datetime, by: str
) -> ActorDecision | None:
    """The decision that is taken back; None where it was already."""
    if len(words) != 1:
        raise SettingsError("undo: give one decision (meetwire actors decisions lists them)")
    found = [row for row in rows if row.decision_id.startswith(words[0])] if words[0] else []
    if len(found) != 1:
        many = f"is the beginning of {len(found)} decisions" if found else "is no decision"
        raise SettingsError(f"undo: {shown(words[0])} {many} (meetwire actors decisions lists them)")
    (row,) = found
    if row.taken_back_at:
        say(f"undo: taken back already, by {row.taken_back_by} on {row.taken_back_at[:10]}")
        return None
    if row.kind == "known" and settings.actors_file:
        raise SettingsError(f"undo: {row.names[0]} stands in {settings.actors_file}: take it out there")
    return row._replace(taken_back_at=rfc3339(now), taken_back_by=by)


def _list(rows: Sequence[ActorDecision], as_json: bool) -> None:
    for row in rows:
        if as_json:
            terminal.print_json(row._asdict())
            continue
        names = (" = " if row.kind == "join" else ", ").join(row.names)
        wikidata = f" [{row.wikidata_id or row.country}]" if row.wikidata_id or row.country else ""
        end = f"; taken back by {row.taken_back_by} on {row.taken_back_at[:10]}" if row.taken_back_at else ""
        print(
            terminal.plain(
                f"{row.decision_id}  {row.decided_at[:10]}  {row.kind:5}  {names}{wikidata} · {row.decided_by}: {row.why}{end}"
            )
        )


def _outcome(tables: str, made: ActorDecision) -> str:
    """How many meetings those have now who are concerned."""
    concerned = {*made.actor_ids, *map(Decisions(read_decisions(tables)).kept, made.actor_ids)}
    found = [actor for actor in read_actors(tables) if actor["actor_id"] in concerned]
    return "; ".join(f"{a['name']} ({a['actor_id']}): {counted(a['meeting_count'], 'meeting')}" for a in found)
