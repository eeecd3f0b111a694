"""meetwire: news feeds in, a table of who met whom out.

Every command is a module of ``pipelines`` with ``add_arguments(parser)`` and ``main(arguments, settings) -> int``; its
docstring is its ``--help``. Modules are imported only when their command is asked for, so that ``--help`` is instant.
"""

import contextlib
import os
import signal
import sys
from typing import Any

from pipelines.command_line.commands import COMMANDS


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
        from pipelines.command_line.arguments import run_command

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
