"""meetwire: news feeds in, a table of who met whom out.

Every command is a module of ``pipelines`` with ``add_arguments(parser)`` and ``main(arguments, settings) -> int``; its
docstring is its ``--help``. Modules are imported only when their command is asked for, so that ``--help`` is instant.
"""

import argparse
import dataclasses
import importlib
import logging
import sys
from pathlib import Path
from types import ModuleType

from pipelines import settings as settings_module
from pipelines.progress import Said
from pipelines.settings import FeedSettings, Settings, SettingsError

# Command -> (module, what it does in a few words).
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("pipelines.run", "read the feeds once and print who met whom: the main job"),
    "init": ("pipelines.init", "write a commented settings file of one's own"),
    "discover": ("pipelines.discover", "find the feeds of a site, and add them to the settings"),
    "publish": ("pipelines.publish", "read the feeds into the stream, once or for ever"),
    "feeds": ("pipelines.feeds", "how each feed is doing; OPML out"),
    "reparse": ("pipelines.reparse", "the messages of kept fetches again, from their bytes"),
    "batch": ("pipelines.batch", "take a span of the stream through the chain into the tables"),
    "stream": ("pipelines.streaming", "take the stream through the chain into the tables, for ever"),
    "replay": ("pipelines.replay", "take dead letters through the chain again"),
    "emulator": ("pipelines.emulator", "an embedded, durable Google Pub/Sub for laptops and tests"),
    "extract": ("pipelines.extract", "articles in, meetings out: a Unix filter"),
    "parse-feed": ("pipelines.parse_feed", "show what one fetched document yields"),
    "meetings": ("pipelines.meetings", "who met whom, from the tables, newest first"),
    "query": ("pipelines.query", "SQL over the tables"),
    "export": ("pipelines.export", "meetings, participants or pairs as CSV or JSON lines"),
    "migrate": ("pipelines.migrate", "take tables of the first format over into those of today"),
    "compact": ("pipelines.compact", "rewrite many small files of the tables as few"),
    "evaluate": ("pipelines.evaluate", "precision, recall and F1 against gold articles, with floors"),
    "doctor": ("pipelines.doctor", "check settings, model, stream and tables without running"),
}


def _command_parser(name: str) -> tuple[argparse.ArgumentParser, ModuleType]:
    """The parser of one command, with the flags that every command takes."""
    module = importlib.import_module(COMMANDS[name][0])
    parser = argparse.ArgumentParser(
        prog=f"meetwire {name}", description=module.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    module.add_arguments(parser)
    common = parser.add_argument_group("settings")
    common.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f"settings file (default: {settings_module.OWN_FILE}, else {settings_module.DEFAULT_FILE})",
    )
    common.add_argument(
        "--feed", action="append", metavar="URL_OR_FILE", help="read this feed instead; again and again"
    )
    common.add_argument("--state", metavar="FILE", help="what the feed readers remember (SQLite)")
    common.add_argument("--stream", metavar="STREAM", help="folder:PATH or pubsub://PROJECT/TOPIC/SUBSCRIPTION")
    common.add_argument(
        "--tables", action="append", metavar="TABLES", help="folder, gs://…, s3://… or bigquery://PROJECT/DATASET"
    )
    common.add_argument("--model", metavar="NAME", help="an installed spaCy pipeline")
    common.add_argument(
        "--reader", choices=("on", "off"), help="whether the taught reader reads beside the rules (language.reader)"
    )
    common.add_argument("--json", action="store_true", help="print JSON for machines")
    return parser, module


def _settings(arguments: argparse.Namespace) -> Settings:
    """The settings file with the flags laid over it. Without either, the built-in defaults."""
    path = arguments.config
    if path is None:
        files = (settings_module.OWN_FILE, settings_module.DEFAULT_FILE)
        path = next((file for file in files if file.exists()), None)
    settings = settings_module.load(path) if path else Settings()
    changes: dict[str, object] = {}
    if arguments.feed:
        changes["feeds"] = tuple(FeedSettings(url=feed) for feed in arguments.feed)
    if arguments.state:
        changes["state"] = arguments.state
    if arguments.stream:
        changes["stream"] = arguments.stream
    if arguments.tables:
        changes["tables"] = tuple(arguments.tables)
    language = settings.language
    if arguments.model:
        language = dataclasses.replace(language, model=arguments.model)
    if arguments.reader:
        language = dataclasses.replace(language, reader=arguments.reader == "on")
    changes["language"] = language
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def _log() -> None:
    """What meetwire's own modules warn of goes to stderr; of the libraries only their errors."""
    logging.basicConfig(level=logging.ERROR, format="meetwire: %(message)s", handlers=[Said()])
    for package in ("pipelines", "transforms"):
        logging.getLogger(package).setLevel(logging.INFO)


def _usage() -> str:
    width = max(map(len, COMMANDS))
    commands = "\n".join(f"  {name:{width}}  {what}" for name, (_, what) in COMMANDS.items())
    title = (__doc__ or "").splitlines()[0]
    return f"{title}\n\nusage: meetwire COMMAND [flags]\n\n{commands}\n\nmeetwire COMMAND --help explains a command."


def main(argv: list[str] | None = None) -> int:
    """Runs one command. 0 on success, 2 on bad usage or settings, 1 on failure; data on stdout, all else on stderr."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help"):
        print(_usage())
        return 0 if argv else 2
    name, rest = argv[0], argv[1:]
    if name not in COMMANDS:
        print(f"meetwire: {name!r} is not a command (commands: {', '.join(COMMANDS)})", file=sys.stderr)
        return 2
    _log()
    parser, module = _command_parser(name)
    arguments, beam_flags = parser.parse_known_args(rest)
    if beam_flags and not getattr(module, "TAKES_BEAM_OPTIONS", False):
        parser.error(f"unrecognized arguments: {' '.join(beam_flags)}")
    arguments.beam = beam_flags
    try:
        return int(module.main(arguments, _settings(arguments)))
    except SettingsError as error:
        print(f"meetwire {name}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        print(f"meetwire {name}: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
