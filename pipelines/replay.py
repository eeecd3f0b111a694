"""Takes dead letters through the chain again, after what made them fail is mended.

What goes through is in the tables then, and its letter is marked (attribute replayed_at); what fails at the same place
again keeps its one letter, which counts (attribute failed_again); what fails at a later place gets a letter there.
Marked letters are replayed only with --all. Running it twice changes nothing.

  meetwire replay                                  every open letter
  meetwire replay --stage decode --since 1d        those of the last day that could not be decoded
  meetwire replay --error "out of memory"          those whose error says so
  meetwire replay --list                           show them, replay nothing
  meetwire replay --archive --since 2023-04-01     the archived articles instead, as batch --archive does
"""

import argparse
import contextlib
import functools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from pipelines.batch import take_articles
from pipelines.command_line.flags import check_span, moment_flag
from pipelines.command_line.progress import Progress, say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.own_process import Apart
from pipelines.streaming import run_article_messages, run_messages
from transforms.plain import from_plain, to_plain
from transforms.rows import TABLES, Attribute, DeadLetter
from transforms.streams.fates import Fates
from transforms.streams.message import Received, timestamp
from transforms.tables.archive import FAILED_AGAIN, SOLVED, archived_articles, open_letters
from transforms.tables.dead_letters import payload_of
from transforms.tables.sinks import Tables
from transforms.wording import counted

STAGES = ("publish", "decode", "clean", "meetings", "tables", "stream")
# Letters that share a run as long as none of them fails.
TOGETHER = 100


# What works in a process apart on letters of a stage: those that are clean articles, and all others.
Workers = Mapping[bool, Apart]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``replay``."""
    parser.add_argument("--stage", choices=STAGES, metavar="STAGE", help=f"of this stage: {', '.join(STAGES)}")
    parser.add_argument("--error", metavar="TEXT", help="whose error holds this text")
    parser.add_argument("--since", type=moment_flag, metavar="TIME", help="that occurred then or later (or 6h)")
    parser.add_argument("--until", type=moment_flag, metavar="TIME", help="that occurred before then")
    parser.add_argument("--all", action="store_true", help="those too that went through in an earlier replay")
    parser.add_argument("--list", action="store_true", help="show the letters and replay nothing")
    parser.add_argument("--archive", action="store_true", help="replay the articles in the tables instead")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Replays; 0 where everything went through, 1 where a letter failed again or a table refused rows."""
    check_span(arguments.since, arguments.until)
    if arguments.archive:
        if arguments.stage or arguments.error or arguments.all or arguments.list:
            raise SettingsError("--archive replays articles, not letters; leave out --stage, --error, --all and --list")
        fates = take_articles(settings, archived_articles(settings.tables, arguments.since, arguments.until), "replay")
        say(f"replay: {fates.summary()}")
        return 1 if fates.refused else 0
    letters = open_letters(
        settings.tables, arguments.stage, arguments.error, arguments.since, arguments.until, arguments.all
    )
    if arguments.list:
        for letter in letters:
            print(
                json.dumps(to_plain(letter), ensure_ascii=False)
                if arguments.json
                else f"{letter.occurred_at}  {letter.stage:9} {letter.element_id}  {letter.error_type}: {letter.error}"
            )
        return 0
    if not letters:
        say("replay: no dead letters")
        return 0
    solved, failed = replay(settings, letters, datetime.now(UTC))
    say(f"replay: {counted(len(letters), 'letter')}: {solved} went through, {failed} failed again")
    return 1 if failed else 0


def replay(settings: Settings, letters: Sequence[DeadLetter], now: datetime) -> tuple[int, int]:
    """Takes ``letters`` through the chain and marks each; how many went through, and how many failed again."""
    failed = 0
    with (
        contextlib.closing(Apart(functools.partial(run_messages, settings=settings), settings)) as whole,
        contextlib.closing(Apart(functools.partial(run_article_messages, settings=settings), settings)) as articles,
        Progress("replay", "letters", len(letters)) as progress,
    ):
        workers = {False: whole, True: articles}
        for begin in range(0, len(letters), TOGETHER):
            some = letters[begin : begin + TOGETHER]
            again = _failing(settings, some, workers)
            failed += len(again)
            marked = [_marked(letter, letter.letter_id in again, now) for letter in some]
            Tables(settings.tables).write("dead_letters", marked)
            progress.add(len(some))
    return len(letters) - failed, failed


def _failing(settings: Settings, letters: Sequence[DeadLetter], workers: Workers) -> set[str]:
    """The ids of the letters that fail at their stage again. Together first; one by one only where one fails."""
    if len(letters) > 1 and len({letter.stage for letter in letters}) == 1:
        try:
            if not _run(settings, letters, workers).dead_letters.total():
                return set()
        except Exception as error:
            say(f"replay: {len(letters)} letters failed together, so one by one: {type(error).__name__}")
    if len(letters) > 1:
        return {letter_id for letter in letters for letter_id in _failing(settings, [letter], workers)}
    (letter,) = letters
    try:
        fates = _run(settings, letters, workers)
    except Exception as error:  # whatever it is, the letter stays
        fault = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        say(f"replay: {letter.element_id or letter.letter_id}: {fault}")
        return {letter.letter_id}
    return {letter.letter_id} if fates.dead_letters[letter.stage] else set()


def _run(settings: Settings, letters: Sequence[DeadLetter], workers: Workers) -> Fates:
    """Takes letters of one stage through it and what follows."""
    stage = letters[0].stage
    if stage == "tables":
        for letter in letters:
            _write_row(Tables(settings.tables), letter)
        return Fates()
    return workers[stage == "meetings"]([_message(letter) for letter in letters])


def _message(letter: DeadLetter) -> Received:
    attributes = {attribute.key: attribute.value for attribute in letter.attributes}
    return Received("", payload_of(letter), attributes, letter.element_id or "", "", 1)


def _write_row(tables: Tables, letter: DeadLetter) -> None:
    """Writes the row of a letter of the stage ``tables``; ValueError where it still fits no column."""
    table = next((attribute.value for attribute in letter.attributes if attribute.key == "table"), "")
    if table not in TABLES:
        raise ValueError(f"{table!r} is not a table")
    if tables.write(table, [from_plain(TABLES[table], json.loads(payload_of(letter)))]).dead:
        raise ValueError("fits no column")


def _marked(letter: DeadLetter, failed: bool, now: datetime) -> DeadLetter:
    """``letter`` with the outcome of a replay at ``now``."""
    attributes = {attribute.key: attribute.value for attribute in letter.attributes}
    attributes.pop(SOLVED, None)
    if failed:
        attributes[FAILED_AGAIN] = str(int(attributes.get(FAILED_AGAIN, "0")) + 1)
    else:
        attributes[SOLVED] = timestamp(now)
    return letter._replace(attributes=[Attribute(key, value) for key, value in sorted(attributes.items())])
