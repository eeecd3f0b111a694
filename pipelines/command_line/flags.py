"""Flags that are moments (``2023-04-17``, ``2023-04-17T03:00:00Z``, ``6h`` for six hours ago), durations or numbers."""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime

from pipelines.configuration.settings import SettingsError, duration, shown

# A meeting below is more likely wrong than right.
MIN_CONFIDENCE = 0.5


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
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        forms = "2023-04-17, 2023-04-17T03:00:00Z, or 6h for 6 hours ago"
        raise ValueError(f"{shown(text)} is not a time ({forms})") from None


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


def number_flag(least: int, most: int) -> Callable[[str], int]:
    """For argparse: a whole number from ``least`` to ``most``."""

    def number(text: str) -> int:
        try:
            found = int(text) if len(text) < 20 and text.isascii() else None
        except ValueError:
            found = None
        if found is None or not least <= found <= most:
            raise argparse.ArgumentTypeError(f"{shown(text)} is not a whole number from {least:,} to {most:,}")
        return found

    return number


def add_metrics_port(parser: argparse.ArgumentParser) -> None:
    """``--metrics-port``, for jobs that run until stopped."""
    parser.add_argument(
        "--metrics-port",
        type=number_flag(0, 65535),
        metavar="PORT",
        help="serve Prometheus metrics on this port of 127.0.0.1; 0: any free one",
    )


def check_span(since: datetime | None, until: datetime | None) -> None:
    """SettingsError where ``since`` is not before ``until``."""
    if since and until and since >= until:
        raise SettingsError(f"--since {since:%Y-%m-%dT%H:%M:%SZ} is not before --until {until:%Y-%m-%dT%H:%M:%SZ}")


def add_min_confidence(parser: argparse.ArgumentParser, what: str, default: float | None = None) -> None:
    """The flag ``--min-confidence``; ``what`` is its help."""
    parser.add_argument("--min-confidence", type=confidence_flag, default=default, metavar="P", help=what)


def confidence_flag(text: str) -> float:
    """``text``, which is a confidence from 0 to 1; for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a confidence from 0 to 1")
    return value
