"""How tables for people look: as wide as the terminal, in the letters that stdout takes, in colours that are wanted."""

import codecs
import json
import os
import shutil
import sys
from typing import Any

from anyascii import anyascii
from rich.console import Console
from rich.text import Text

# What is printed where no terminal and no COLUMNS says how wide: wide enough for people, narrow enough for a mail.
PIPED = 150
NARROWEST = 40


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """What the stream's encoding lacks, in ASCII letters: ``Málaga`` is ``Malaga``, an en dash a hyphen."""
    assert isinstance(error, UnicodeEncodeError)
    return anyascii(error.object[error.start : error.end]) or "?", error.end


codecs.register_error("meetwire.ascii", _in_ascii)


def width() -> int:
    """Columns that a line may have: ``COLUMNS``, else the terminal's, else ``PIPED``; never less than ``NARROWEST``."""
    fallback = 80 if sys.stdout.isatty() else PIPED
    return max(NARROWEST, shutil.get_terminal_size((fallback, 24)).columns)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """A reader that has seen enough (``| head``) is no failure: the command ends as it does for any printing."""
        raise


def console() -> Console:
    """Prints on stdout. ``NO_COLOR`` leaves out every escape sequence, bold type too."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="meetwire.ascii")
    plain_text = bool(os.environ.get("NO_COLOR"))
    return _Console(
        file=sys.stdout,
        width=width(),
        highlight=False,
        emoji=False,
        markup=False,
        color_system=None if plain_text else "auto",
        soft_wrap=False,
    )


def as_json(value: Any) -> str:
    """One line of JSON, with escapes where stdout does not take every letter."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    return json.dumps(value, ensure_ascii=not utf8)


def print_json(value: Any) -> None:
    """Prints ``value`` on stdout as one line of JSON."""
    print(as_json(value))


def takes_every_letter() -> None:
    """Makes stdout UTF-8 whatever the locale says: data that is not JSON has no escapes."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="strict")


def plain(text: str) -> str:
    """``text`` in one line and without what a terminal would obey or reorder: feeds are hostile input."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def print_lines(to: Console, text: Text, first: str = "", indent: int = 0) -> None:
    """Prints ``text`` wrapped to the console's width, behind ``first`` and with later lines indented by ``indent``."""
    for number, line in enumerate(text.wrap(to, max(1, to.width - indent), overflow="fold")):
        line.rstrip()
        before = first if number == 0 else ""
        to.print(Text(f"{before:{indent}}") + line, no_wrap=True, overflow="ignore", crop=False)


def shortest_time(moment: str | None) -> str:
    """An RFC 3339 time in UTC as people read it: ``2026-10-12 09:00 UTC``; ``""`` for None."""
    return f"{moment[:16].replace('T', ' ')} UTC" if moment else ""
