"""Runs a command on a real pseudo-terminal of a given width and gives what came on it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from rich.cells import cell_len

ROOT = Path(__file__).parents[3]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")


def on_terminal(arguments, columns, **environment):
    """The exit code and everything that ``python -m pipelines.cli`` wrote to a terminal of ``columns``."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={"TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **kept, **environment},
        close_fds=True,
    )
    os.close(slave)
    written = b""
    try:
        while piece := os.read(master, 65536):
            written += piece
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(master)
    return process.wait(60), written.decode("utf-8").replace("\r\n", "\n")


def lines_of(text):
    """What is seen of ``text``: lines without escape sequences."""
    return ESCAPES.sub("", text).splitlines()


def widest(text):
    return max(map(cell_len, lines_of(text)))
