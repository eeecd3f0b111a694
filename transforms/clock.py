"""The clock as an argument, and the system's own."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The system's clock, aware, in UTC."""
    return datetime.now(UTC)
