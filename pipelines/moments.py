"""Moments on the command line: ``2023-04-17``, ``2023-04-17T03:00:00Z`` or ``6h``, which is six hours ago."""

import argparse
from datetime import UTC, datetime

from pipelines.settings import duration


def parse_moment(text: str, now: datetime) -> datetime:
    """``text`` as an aware time; without a zone it is UTC, and a duration counts back from ``now``.

    Raises:
        ValueError: it is neither; names the forms.
    """
    try:
        return now - duration(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time (2023-04-17, 2023-04-17T03:00:00Z, or 6h for 6 hours ago)") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment_flag(text: str) -> datetime:
    """``parse_moment`` for argparse, at the time of the call."""
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def duration_flag(text: str) -> float:
    """A duration such as ``30s`` for argparse, in seconds."""
    try:
        return duration(text).total_seconds()
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
