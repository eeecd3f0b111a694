"""What a job says while it works: on stderr, so that stdout holds data alone."""

import sys


def say(text: str) -> None:
    """A line that is always said: a summary, a fault."""
    print(text, file=sys.stderr)


def show(text: str) -> None:
    """A line of progress that the next one overwrites; silent where stderr is no terminal. ``""`` wipes it."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 feed``, ``2 feeds``, ``1,234 entries``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
