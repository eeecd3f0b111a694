"""meetwire: news feeds in, a table of who met whom out.

Every command is a module of ``pipelines`` with ``add_arguments(parser)`` and ``main(arguments, settings) -> int``; its
docstring is its ``--help``. Modules are imported only when their command is asked for, so that ``--help`` is instant.
"""

import contextlib
import os
import signal
import sys
from typing import Any, NamedTuple


class Command(NamedTuple):
    """One command.

    Attributes:
        module: Where it is.
        what: What it does, in a few words.
        heeds: Which of the flags that every command takes it acts on; ``--config`` always.
        beam: Whether ``--runner=…`` and further flags of Beam's may follow.
    """

    module: str
    what: str
    heeds: str
    beam: bool = False


COMMANDS: dict[str, Command] = {
    "run": Command(
        "pipelines.run",
        "read the feeds once and print who met whom: the main job",
        "feed state stream tables model reader json",
    ),
    "init": Command("pipelines.init", "write a commented settings file of one's own", "feed"),
    "discover": Command("pipelines.discover", "find the feeds of a site, and add them to the settings", "json"),
    "publish": Command(
        "pipelines.publish", "read the feeds into the stream, once or for ever", "feed state stream tables json"
    ),
    "feeds": Command("pipelines.feeds", "how each feed is doing; OPML out", "feed state json"),
    "reparse": Command(
        "pipelines.reparse", "the messages of kept fetches again, from their bytes", "feed state stream"
    ),
    "batch": Command(
        "pipelines.batch",
        "take a span of the stream through the chain into the tables",
        "state stream tables model reader",
        beam=True,
    ),
    "stream": Command(
        "pipelines.streaming",
        "take the stream through the chain into the tables, for ever",
        "state stream tables model reader",
        beam=True,
    ),
    "replay": Command("pipelines.replay", "take dead letters through the chain again", "tables model reader json"),
    "emulator": Command("pipelines.emulator", "an embedded, durable Google Pub/Sub for laptops and tests", ""),
    "extract": Command("pipelines.extract", "articles in, meetings out: a Unix filter", "model reader"),
    "parse-feed": Command("pipelines.parse_feed", "show what one fetched document yields", "json"),
    "meetings": Command("pipelines.meetings", "who met whom, from the tables, newest first", "tables json"),
    "actors": Command("pipelines.actors", "who takes part in meetings: names, offices, countries", "tables json"),
    "timeline": Command("pipelines.timeline", "the meetings of one of them by time", "tables json"),
    "serve": Command("pipelines.serve", "who met whom on a page, live, and as an API", "tables"),
    "digest": Command("pipelines.digest", "what is new, as text for a mail", "tables"),
    "report": Command("pipelines.report", "the same pages as files, for a folder on disk", "tables"),
    "query": Command("pipelines.query", "SQL over the tables", "tables json"),
    "export": Command("pipelines.export", "meetings, participants or pairs as CSV or JSON lines", "tables"),
    "migrate": Command("pipelines.migrate", "take tables of the first format over into those of today", "tables"),
    "rebuild": Command("pipelines.rebuild", "merge all reports into meetings anew", "tables json"),
    "compact": Command("pipelines.compact", "rewrite many small files of the tables as few", "tables json"),
    "evaluate": Command(
        "pipelines.evaluate", "precision, recall and F1 against gold articles, with floors", "model reader json"
    ),
    "doctor": Command(
        "pipelines.doctor",
        "check settings, model reader, stream and tables without running",
        "feed state stream tables model json",
    ),
}


def main(argv: list[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 on success, 2 on bad usage or settings, 1 on failure, 130 where Ctrl-C ended it. Data goes to stdout, all
        else to stderr.
    """
    argv = sys.argv[1:] if argv is None else argv
    command = f"meetwire {argv[0]}" if argv and argv[0] in COMMANDS else "meetwire"
    try:
        sys.unraisablehook = _unraisable
        from pipelines.arguments import run_command

        code = run_command(argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        _discard_stdout()
        return 0
    except OSError as error:
        _discard_stdout()
        place = f"{error.filename}: " if error.filename else ""
        _complain(f"{place}{error.strerror or error}", command)
        return 1
    except BaseException as error:
        if not _is_interrupt(error):
            raise
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a second Ctrl-C ends the clean-up too
        _discard_stdout()
        _complain("interrupted")
        return 130


def _is_interrupt(error: BaseException | None) -> bool:
    """True for Ctrl-C, also where a library's import turned it into a fault of its own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def _unraisable(fault: Any) -> None:
    """Ctrl-C in a place that cannot raise ends the process; all else is shown as ever."""
    if not _is_interrupt(fault.exc_value):
        sys.__unraisablehook__(fault)
        return
    _complain("interrupted")
    os._exit(130)


def _complain(fault: str, command: str = "meetwire") -> None:
    with contextlib.suppress(OSError):
        print(f"{command}: {' '.join(fault.split())}", file=sys.stderr)


def _discard_stdout() -> None:
    """What is still buffered for a reader that is gone, or a disk that is full, fails no more at the end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
