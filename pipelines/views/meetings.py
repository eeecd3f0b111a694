"""Who met whom: the meetings that the tables hold, newest first, each with the articles and sentences that say so.

A meeting is merged from every article that tells of it: when, whether it happened, who, where, how, on what occasion
or about what. Below it stand, for each article, the very sentences, the headline and the link. Meetings that are less
likely right than --min-confidence are counted and not shown. ``--json`` prints each meeting whole, one a line, as the
``meetings`` table holds it, whatever its confidence unless --min-confidence says otherwise.

  meetwire meetings --limit 20
  meetwire meetings --who "Ana Ruiz" --with Japan --since 2023-01-01 --status held --status planned
  meetwire meetings --country JP --place Tokyo --min-confidence 0.9
  meetwire meetings --json | jq '.sources[].link'
  meetwire meetings --explain MEETING_ID    which reports were merged, by what

``meetwire query`` asks anything else.
"""

import argparse
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from pipelines.command_line import terminal
from pipelines.command_line.flags import MIN_CONFIDENCE
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.views.choose import add_choice, condition
from pipelines.views.why_merged import print_why, why_merged
from transforms.tables.queries.ask import ask
from transforms.wording import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``meetings``."""
    parser.add_argument("--limit", type=limit_flag, metavar="N", help="only the newest N")
    add_choice(parser, f"default: {MIN_CONFIDENCE}; with --json: 0")
    parser.add_argument("--explain", metavar="MEETING_ID", help="why the reports of this meeting are taken for one")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the meetings of the first folder of tables, or why the reports of one are merged."""
    if arguments.explain:
        explained = why_merged(delta_tables(settings), arguments.explain)
        terminal.print_json(explained) if arguments.json else print_why(explained)
        return 0
    least, where = arguments.min_confidence, condition(arguments, delta_tables(settings))
    if not arguments.json:
        print_meetings(settings, MIN_CONFIDENCE if least is None else least, arguments.limit, where=where)
        return 0
    for meeting in newest_meetings(settings, least or 0.0, arguments.limit, where):
        terminal.print_json(meeting)
    return 0


def delta_tables(settings: Settings) -> str:
    """The first of the settings' tables that are Delta tables, in a folder or a bucket, as the settings name it.

    Raises:
        SettingsError: none of them is.
    """
    for target in settings.tables:
        if not target.startswith("bigquery://"):
            return target
    raise SettingsError(
        f"tables: {', '.join(settings.tables)}: none is a folder or bucket; ask BigQuery itself, or add a folder"
    )


def newest_meetings(
    settings: Settings, min_confidence: float = 0.0, limit: int | None = None, where: str = "true"
) -> Iterator[dict[str, Any]]:
    """Rows of ``meetings`` with at least ``min_confidence`` and ``where`` it holds, newest first, at most ``limit``."""
    sql = f"""SELECT * FROM meetings AS m WHERE confidence >= {min_confidence!r} AND {where}
        ORDER BY coalesce("date".start, CAST(last_reported AS DATE)) DESC NULLS LAST, last_reported DESC, meeting_id"""
    with ask(delta_tables(settings), f"{sql} LIMIT {limit:d}" if limit else sql) as answer:
        for row in answer.rows:
            yield dict(zip(answer.columns, row, strict=True))


def print_meetings(
    settings: Settings,
    min_confidence: float = MIN_CONFIDENCE,
    limit: int | None = None,
    sources: bool = True,
    where: str = "true",
) -> None:
    """Prints meetings on stdout, as wide as the terminal, each with its ``sources`` where asked for; how many to stderr."""
    shown = list(newest_meetings(settings, min_confidence, limit, where))
    console = terminal.console()
    when = max((len(when_text(meeting["date"])) for meeting in shown), default=0)
    for meeting in shown:
        _print_meeting(console, meeting, when)
        if sources:
            for source in meeting["sources"]:
                _print_source(console, source)
    say(_summary(settings, len(shown), min_confidence, where))


def _summary(settings: Settings, shown: int, min_confidence: float, where: str) -> str:
    sql = f"""SELECT count(*), count(*) FILTER (confidence >= {min_confidence!r}), (SELECT count(*) FROM articles)
        FROM meetings AS m WHERE {where}"""
    with ask(delta_tables(settings), sql) as answer:
        ((every, likely, articles),) = answer.rows
    said = f"{counted(likely, 'meeting') if likely else 'no meetings'} in {counted(articles, 'article')}"
    if shown < likely:
        said += f", the newest {shown} shown"
    if likely < every:
        said += f"\n{every - likely} hidden below confidence {min_confidence:g} (--min-confidence 0)"
    return said


def _print_meeting(console: Console, meeting: dict[str, Any], when: int) -> None:
    """When, whether and who in bold, where and how and why behind: one flow of text, since names are of any length."""
    first = f"{when_text(meeting['date']):{when}}  {meeting['status']:9}  "
    text = Text(terminal.plain(", ".join(map(party_text, meeting["participants"]))), style="bold")
    about = meeting["occasion"] or "; ".join(meeting["topics"])
    mode = meeting["mode"].replace("_", " ").replace("unknown", "")
    for detail in filter(None, (place_text(meeting["place"]), mode, about)):
        text.append(f" · {terminal.plain(detail)}", style="not bold")
    if meeting["report_count"] > 1:
        text.append(f" · {counted(meeting['report_count'], 'article')}", style="not bold")
    if console.width < len(first) + 30:  # beside when and whether there is no room for names
        console.print(Text(first.rstrip()))
        first = "  "
    terminal.print_lines(console, text, first, len(first))


def _print_source(console: Console, source: dict[str, Any]) -> None:
    for sentence in source["sentences"]:
        terminal.print_lines(console, Text(f"“{terminal.plain(sentence)}”", style="italic"), indent=4)
    told = (source["title"], source["feed_title"], terminal.shortest_time(source["published"]))
    headline = " · ".join(terminal.plain(each) for each in told if each)
    terminal.print_lines(console, Text(headline, style="dim"), indent=4)
    if source["link"]:
        link = terminal.plain(source["link"])
        if console.is_terminal:
            terminal.print_lines(console, Text(link, style=f"dim link {link}"), indent=4)
        else:  # a link that is cut in two is none for what reads it
            print(f"    {link}")


def when_text(date: dict[str, Any] | None) -> str:
    """A meeting's date as people read it."""
    if not date or not date["start"]:
        return "no date"
    start, end = str(date["start"]), str(date["end"] or date["start"])
    short = {"month": start[:7], "year": start[:4]}.get(date["precision"])
    return short or (start if start == end else f"{start}–{end[5:] if end[:4] == start[:4] else end}")


def party_text(participant: dict[str, Any]) -> str:
    """A participant with its country."""
    name, country = str(participant["name"]), participant["country"]
    return f"{name} ({country})" if country and participant["kind"] != "country" else name


def place_text(place: dict[str, Any] | None) -> str:
    """A place with its country; ``""`` for none."""
    return ", ".join(filter(None, (place["name"], place["country"]))) if place else ""


def limit_flag(text: str) -> int:
    """A number from 1; for argparse."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)
