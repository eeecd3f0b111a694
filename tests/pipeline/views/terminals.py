"""Runs commands on a real pseudo-terminal of a given width, or in a pipe, and gives what came there."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from rich.cells import cell_len

ROOT = Path(__file__).parents[3]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")
KEPT = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")}  # fmt: skip


class Answer(NamedTuple):
    """What a command gave; on a terminal ``text`` is all it wrote and ``error`` is ``""``."""

    code: int
    text: str
    error: str = ""


def request(*arguments, columns=80, **environment):
    """A command for ``on_terminal`` and ``in_pipe``, run in a terminal of ``columns``."""
    return {"arguments": arguments, "columns": columns, "environment": environment}


def on_terminal(*requests):
    """An answer for each of ``requests``, which run one after the other on one terminal."""
    master, slave = pty.openpty()
    environment = {"TERM": "xterm-256color", **KEPT}
    process = subprocess.Popen(_command(requests), stdin=slave, stdout=slave, stderr=slave, env=environment, cwd=ROOT)
    os.close(slave)
    written = b""
    try:
        while piece := os.read(master, 65536):
            written += piece
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(master)
    assert process.wait(250) == 0
    # The exit code is written to stdout and to stderr, and both are the terminal.
    texts = re.split("\x1e(\\d+)\x1e\x1e\\d+\x1e", written.decode("utf-8").replace("\r\n", "\n"))
    return [Answer(int(code), text) for text, code in zip(texts[0::2], texts[1::2], strict=False)]


def in_pipe(*requests, **environment):
    """An answer for each of ``requests``, in a Python that was started in ``environment``."""
    ended = subprocess.run(
        _command(requests), stdin=subprocess.DEVNULL, capture_output=True, env={**KEPT, **environment}, cwd=ROOT, timeout=60
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    texts, errors = (re.split("\x1e(\\d+)\x1e", each.decode("utf-8")) for each in (ended.stdout, ended.stderr))
    parts = zip(texts[0::2], texts[1::2], errors[0::2], strict=False)
    return [Answer(int(code), text, error) for text, code, error in parts]


def _command(requests):
    return [sys.executable, str(Path(__file__).with_name("one_by_one.py")), json.dumps(requests)]


def lines_of(text):
    """What is seen of ``text``: lines without escape sequences."""
    return ESCAPES.sub("", text).splitlines()


def widest(text):
    return max(map(cell_len, lines_of(text)))
