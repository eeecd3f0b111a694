"""When to ask again. Pure functions: the clock is an argument, jitter is derived from the feed and not drawn."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(hours=6)
FIRST = timedelta(minutes=30)
# A publisher's wish is followed this far; a ttl of a month is a template's default and not a wish.
LONGEST_WISH = timedelta(hours=5)
LONGEST_HOLD = timedelta(hours=24)
HOLD_WITHOUT_WISH = timedelta(minutes=15)
LONGEST_BACKOFF = timedelta(hours=24)
# Servers get stuck on 304: after this time, or so many 304s in a row, one request goes without validators.
VALIDATORS_AGE = timedelta(days=8)
MOST_UNCHANGED = 40
MOVE_AFTER = timedelta(days=7)
# A time that lies further ahead than this was noted by a clock that was wrong.
CLOCK_ERROR = timedelta(minutes=5)
_JITTER = 0.1
LONGEST_WAIT: timedelta = max(LONGEST_BACKOFF, LONGEST_HOLD) * (1 + _JITTER)


def jitter(interval: timedelta, *seed: str) -> timedelta:
    """Up to a tenth of ``interval``, the same for the same seed, so that feeds do not march in step."""
    digest = hashlib.sha256("\x1f".join(seed).encode("utf-8", "replace")).digest()
    return interval * (_JITTER * int.from_bytes(digest[:4]) / 2**32)


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """How long a server asks to be left alone: seconds or an HTTP date; None where it does not say.

    Never negative and never over a day; 0 is the normal interval and no invitation to ask at once.
    """
    if not value:
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,12}(?:\.\d+)?", value):
        wait = timedelta(seconds=min(float(value), LONGEST_HOLD.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return max(timedelta(), min(wait, LONGEST_HOLD))


def wish(headers_cache_control: str | None, ttl_seconds: int | None) -> timedelta:
    """The shortest interval that Cache-Control and the feed's own ttl ask for, within reason."""
    asked = [0]
    match = re.search(r"(?<!s-)\bmax-age\s*=\s*\"?(\d{1,9})", headers_cache_control or "", re.IGNORECASE)
    if match and not re.search(r"no-cache|no-store", headers_cache_control or "", re.IGNORECASE):
        asked.append(int(match[1]))
    if ttl_seconds:
        asked.append(ttl_seconds)
    return timedelta(seconds=min(max(asked), LONGEST_WISH.total_seconds()))


def adapt(interval: timedelta, new: int, total: int, gap: bool, shortest: timedelta = SHORTEST) -> timedelta:
    """The next interval after a poll that found ``new`` of ``total`` entries new.

    More than a third new: half the time. None: half as long again. A gap: as soon as allowed. Otherwise a little
    shorter, so that an active feed settles where a poll finds one or two articles.
    """
    if gap:
        return shortest
    if total and new * 3 > total:
        interval = interval / 2
    elif new == 0:
        interval = interval * 1.5
    elif new > 2:
        interval = interval * 0.8
    return max(shortest, min(interval, max(LONGEST, shortest)))


def backoff(interval: timedelta, errors: int) -> timedelta:
    """The interval after ``errors`` failures in a row: doubled for each, a day at the most."""
    doubled: timedelta = interval * 2 ** min(errors, 12)
    return min(doubled, max(LONGEST_BACKOFF, interval))


def with_validators(validated_at: datetime | None, unchanged: int, now: datetime) -> bool:
    """True where the next request may carry validators.

    Args:
        validated_at: When the last full answer came.
        unchanged: 304s in a row since.
        now: The clock.
    """
    return (
        validated_at is not None and timedelta() <= now - validated_at < VALIDATORS_AGE and unchanged < MOST_UNCHANGED
    )


def is_held(until: datetime, now: datetime) -> bool:
    """True where a host is to be left alone until ``until``; a longer hold than any was noted by a wrong clock."""
    return now < until <= now + LONGEST_HOLD


def due_at(
    next_poll_at: datetime | None, polled_at: datetime | None, every: timedelta | None, now: datetime
) -> datetime:
    """When a feed is really due, whatever was noted while the clock was wrong or another interval was set.

    Args:
        next_poll_at: What was noted at the last poll; None for a feed that was never polled.
        polled_at: When the last poll was, by the clock of then.
        every: The fixed interval that the settings give now.
        now: The clock.
    """
    if next_poll_at is None or (polled_at is not None and polled_at > now + CLOCK_ERROR):
        return now
    # Counted from the last poll and not from now, which moves on with every look.
    return min(next_poll_at, (polled_at or now) + (LONGEST_WAIT if every is None else every * (1 + _JITTER)))


def is_future(http_date: str | None, now: datetime) -> bool:
    """True for a Last-Modified that lies ahead; such a server would always answer 304."""
    try:
        moment = parsedate_to_datetime(http_date or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > now + timedelta(minutes=5)
