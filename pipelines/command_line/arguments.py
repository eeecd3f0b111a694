"""What stands on the command line: parsed strictly, laid over the settings file, and checked before anything runs."""

import argparse
import dataclasses
import importlib
import sqlite3
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from pipelines.command_line.commands import COMMANDS
from pipelines.command_line.progress import log_to_stderr
from pipelines.configuration import checks
from pipelines.configuration.settings import DEFAULT_FILE, OWN_FILE, FeedSettings, Settings, SettingsError
from pipelines.configuration.settings_file import load

_COMMON = {
    "feed": "read this feed instead of those of the settings; again and again",
    "state": "what the feed readers remember (SQLite)",
    "stream": "folder:PATH or pubsub://PROJECT/TOPIC/SUBSCRIPTION",
    "tables": "a folder, gs://…, s3://… or bigquery://PROJECT/DATASET; again and again",
    "model": "an installed spaCy pipeline",
    "reader": "whether the taught reader reads beside the rules (language.reader)",
    "json": "print JSON for machines",
}
_METAVARS = {"feed": "URL_OR_FILE", "state": "FILE", "stream": "STREAM", "tables": "TABLES", "model": "NAME"}
LOCAL_RUNNERS = ("DirectRunner", "FnApiRunner")
# Where feeds of one's own go that are named on the command line over the sample's settings file.
OWN = {"state": "data/own/state.sqlite", "stream": "folder:data/own/stream", "tables": ("data/own/tables",)}


class Parser(argparse.ArgumentParser):
    """Takes flags by their whole names, and tells a fault in one line, with the flag that was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Exits with 2."""
        message = " ".join(message.split())
        print(f"{self.prog}: {message} ({self.prog} --help explains)", file=sys.stderr)
        raise SystemExit(2)

    def parse(self, argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
        """The arguments and what is none; words of a list may stand on both sides of a flag."""
        listed = any(not action.option_strings and action.nargs == "*" for action in self._actions)
        return (self.parse_known_intermixed_args if listed else self.parse_known_args)(argv)

    def flags(self) -> list[str]:
        """Every flag that there is."""
        return [option for action in self._actions for option in action.option_strings if option.startswith("--")]


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """``"; did you mean 'x'?"`` where one of ``known`` is near ``word``, else ``""``."""
    near = get_close_matches(word.lower(), known, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def run_command(argv: Sequence[str]) -> int:
    """Runs the command that ``argv`` names; its exit code.

    Raises:
        OSError: what the command works with failed.
    """
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if argv else 2
    name, rest = argv[0], list(argv[1:])
    if name in ("--version", "-V"):
        print(f"meetwire {metadata.version('meetwire')}")
        return 0
    if name not in COMMANDS:
        near = did_you_mean(name, list(COMMANDS)) or f" (commands: {', '.join(COMMANDS)})"
        print(f"meetwire: {name!r} is not a command{near}", file=sys.stderr)
        return 2
    log_to_stderr()
    module = importlib.import_module(COMMANDS[name].module)
    parser = command_parser(name)
    arguments, further = parser.parse(rest)
    arguments.beam = beam_flags(parser, further, COMMANDS[name].beam)
    try:
        settings = settings_of(name, arguments)
        return int(module.main(arguments, settings))
    except SettingsError as error:
        print(f"meetwire {name}: {error}", file=sys.stderr)
        return 2
    except sqlite3.Error as error:
        print(f"meetwire {name}: {settings.state}: {error}", file=sys.stderr)
        return 1


def usage() -> str:
    """What ``meetwire --help`` prints."""
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {command.what}" for name, command in COMMANDS.items())
    title = "meetwire: news feeds in, a table of who met whom out."
    return (
        f"{title}\n\nusage: meetwire COMMAND [flags]\n       meetwire --version\n\n{commands}\n\n"
        "meetwire COMMAND --help explains a command."
    )


def command_parser(name: str) -> Parser:
    """The parser of one command. Every command takes every common flag; its help shows those that it heeds."""
    module, heeds = importlib.import_module(COMMANDS[name].module), COMMANDS[name].heeds.split()
    parser = Parser(
        prog=f"meetwire {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    common = parser.add_argument_group("settings")
    common.add_argument(
        "--config", type=Path, metavar="FILE", help=f"settings file (default: {OWN_FILE}, else {DEFAULT_FILE})"
    )
    for flag, what in _COMMON.items():
        shown = what if flag in heeds else argparse.SUPPRESS
        if flag == "json":
            common.add_argument("--json", action="store_true", help=shown)
        elif flag == "reader":
            common.add_argument("--reader", choices=("on", "off"), help=shown)
        else:
            again = "append" if flag in ("feed", "tables") else "store"
            common.add_argument(f"--{flag}", action=again, metavar=_METAVARS[flag], help=shown)
    return parser


def beam_flags(parser: Parser, further: Sequence[str], takes_beam: bool) -> list[str]:
    """``further`` where another runner takes them, nothing where the local one is to run; exits with 2 for other flags.

    Flags of Beam's are taken with another ``--runner`` than the local one; even then one that is nearly a flag of the
    command is a slip.
    """
    names = [word.partition("=")[0] for word in further if word.startswith("-")]
    other = takes_beam and _other_runner(further)
    if other:
        slips = [name for name in names if get_close_matches(name, parser.flags(), 1, 0.8)]
    else:
        local = ["--runner", *LOCAL_RUNNERS] if takes_beam else []
        slips = [name for name in names or further if name not in local]
    if slips:
        what = "flag" if slips[0].startswith("-") else "argument"
        near = did_you_mean(slips[0], [*parser.flags(), *(["--runner"] if takes_beam else [])])
        beam = "; Beam's own flags need --runner" if takes_beam and names and not near else ""
        parser.error(f"{slips[0]!r} is no {what} of this command{near}{beam}")
    return list(further) if other else []


def _other_runner(further: Sequence[str]) -> bool:
    for index, word in enumerate(further):
        flag, equals, runner = word.partition("=")
        if flag == "--runner":
            runner = runner if equals else next(iter(further[index + 1 : index + 2]), "")
            return runner not in ("", *LOCAL_RUNNERS)
    return False


def settings_of(name: str, arguments: argparse.Namespace) -> Settings:
    """The settings file with the flags laid over it; without either, the built-in defaults.

    Raises:
        SettingsError: one of them cannot be used; names file and key, or the flag.
    """
    heeds = COMMANDS[name].heeds.split()
    for flag in _COMMON:
        if getattr(arguments, flag, None) and flag not in heeds:
            print(f"meetwire {name}: --{flag} changes nothing here", file=sys.stderr)
    path = arguments.config
    if path is None:
        path = next((file for file in (OWN_FILE, DEFAULT_FILE) if file.exists()), None)
    own = arguments.config is None and path == DEFAULT_FILE and bool(arguments.feed)
    settings = load(path) if path else Settings()
    changes: dict[str, Any] = {}
    if own:
        changes.update(OWN)
        arguments.tables = arguments.tables or list(OWN["tables"])  # what is said about them names them
    for flag in ("state", "stream"):
        if getattr(arguments, flag) is not None:
            changes[flag] = getattr(arguments, flag)
    if arguments.tables is not None:
        changes["tables"] = tuple(arguments.tables)
    if arguments.feed is not None:
        changes["feeds"] = tuple(FeedSettings(url=feed) for feed in arguments.feed)
    language = settings.language
    if arguments.model is not None:
        changes["language"] = language = dataclasses.replace(language, model=arguments.model)
    if arguments.reader is not None:
        changes["language"] = dataclasses.replace(language, reader=arguments.reader == "on")
    settings = dataclasses.replace(settings, **changes)
    checks.check_flags(settings, {key for key in changes if getattr(arguments, _flag(key)) is not None})
    try:
        checks.check_together(settings, heeds, COMMANDS[name].module)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}" if path and not changes else str(error)) from None
    return settings


def _flag(key: str) -> str:
    return {"feeds": "feed", "language": "model"}.get(key, key)
