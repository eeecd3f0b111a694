"""The dates of feeds: what was written, in UTC, or nothing. Never a part of today's date.

Formats are tried from the strictest: ISO 8601, RFC 822, then any order of day, month and year with a time and a zone.
What cannot be read at all gets a second chance with dateparser, in the feed's languages and without relative words.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from transforms.feeds.dates import datewords, zones
from transforms.feeds.dates.datewords import Clock, Parts
from transforms.feeds.text.characters import visible

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_TOLERATED_FUTURE = timedelta(hours=24)
_LONGEST = 120

_OFFSET = r"Z|[+-]\d{2}(?::?\d{2})?"
_ISO = re.compile(
    rf"^(\d{{4}})-(\d{{2}})-(\d{{2}})(?:[T ]+(\d{{2}}):(\d{{2}})(?::(\d{{2}})(?:[.,]\d+)?)?\s*({_OFFSET})?)?$",
    re.IGNORECASE,
)
_RFC822 = re.compile(
    r"^(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\.?\s+(\d{4})"
    r"\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|(?![AaPp]\.?[Mm]\b)[A-Z]{1,5})$"
)
_COMPACT = re.compile(
    rf"^(\d{{4}})(\d{{2}})(\d{{2}})(?:T?(\d{{2}})(\d{{2}})(\d{{2}})?(?:[.,]\d+)?\s*({_OFFSET})?)?$", re.IGNORECASE
)
_ORDINAL = re.compile(rf"^(\d{{4}})-(\d{{3}})(?:T(\d{{2}}):(\d{{2}})(?::(\d{{2}}))?({_OFFSET})?)?$", re.IGNORECASE)
_EPOCH = re.compile(r"^(\d{10})(?:\.\d+)?$|^(\d{13})$")
_MONTHS = ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
           "sep sept september", "oct october", "nov november", "dec december")  # fmt: skip
_ENGLISH = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}


class Found(NamedTuple):
    """What a date means.

    Attributes:
        at: The moment in UTC; None where it cannot be read or is implausible.
        offset: The publisher's offset from UTC (``+09:00``); None for UTC and where none was given.
        flags: ``date_unparsed``, ``date_implausible``, ``date_future``, ``date_ambiguous``, ``tz_assumed_utc``,
            ``tz_ambiguous``, ``tz_unknown``.
    """

    at: datetime | None
    offset: str | None = None
    flags: Sequence[str] = ()


class _Reading(NamedTuple):
    """A local time, its minutes from UTC (None: not given) and flags."""

    local: datetime
    minutes: int | None
    flags: tuple[str, ...] = ()


def read(raw: str, fetched_at: datetime, languages: tuple[str, ...] = (), zone: str = "") -> Found:
    """What ``raw`` means.

    Args:
        raw: The date as the feed writes it.
        fetched_at: When it was fetched; a date later by more than a day is not believed, nor one before 1990.
        languages: Language tags of entry and feed, likeliest first.
        zone: IANA zone of a feed whose dates name none.
    """
    text = visible(raw[: 2 * _LONGEST]).strip()
    if not text or len(text) > _LONGEST or not any(map(str.isdigit, text)):
        return Found(None, None, ("date_unparsed",))
    reading = _read(text, languages, zone)
    if reading is None:
        return Found(None, None, ("date_unparsed",))
    local, minutes, flags = reading
    latest = fetched_at + _TOLERATED_FUTURE
    try:
        at = _in_utc(local, minutes)
        if at > latest and "date_ambiguous" in flags:
            at = _in_utc(local.replace(month=local.day, day=local.month), minutes)
    except (OverflowError, ValueError):
        return Found(None, None, ("date_implausible",))
    if at < _EARLIEST or at > latest:
        return Found(None, None, (*flags, "date_implausible"))
    return Found(at, offset_text(minutes), (*flags, "date_future") if at > fetched_at else flags)


def offset_text(minutes: int | None) -> str | None:
    """``+09:00`` for 540; None for UTC and for nothing."""
    if not minutes:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _in_utc(local: datetime, minutes: int | None) -> datetime:
    return (local - timedelta(minutes=minutes or 0)).replace(tzinfo=UTC)


@lru_cache(maxsize=8192)
def _read(text: str, languages: tuple[str, ...], zone: str) -> _Reading | None:
    """The reading of ``text``; None where it is no date."""
    match = _ISO.match(text) or _COMPACT.match(text)
    if match:
        year, month, day = map(int, match.groups()[:3])
        return _together(Parts(year, month, day, _clock(*match.groups()[3:6]), match[7] or ""), languages, zone)
    match = _RFC822.match(text)
    if match and match[2].lower() in _ENGLISH:
        parts = Parts(
            int(match[3]), _ENGLISH[match[2].lower()], int(match[1]), _clock(match[4], match[5], match[6]), match[7]
        )
        return _together(parts, languages, zone)
    match = _EPOCH.match(text)
    if match:
        seconds = int(match[1]) if match[1] else int(match[2]) // 1000
        return _Reading(datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None), 0)
    match = _ORDINAL.match(text)
    if match and 0 < int(match[2]) <= 366 and int(match[1]):
        first = datetime(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
        parts = Parts(first.year, first.month, first.day, _clock(*match.groups()[2:5]), match[6] or "")
        return _together(parts, languages, zone)
    loose = datewords.read(text, languages)
    return (loose and _together(loose, languages, zone)) or _second_chance(text, languages, zone)


def _clock(hour: str | None, minute: str | None, second: str | None) -> Clock:
    return int(hour or 0), int(minute or 0), int(second or 0)


def _together(parts: Parts, languages: tuple[str, ...], default_zone: str) -> _Reading | None:
    """The parts put together; None where they are no moment. 24:00 is the next day's midnight, :60 a leap second."""
    hour, minute, second = parts.clock
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    try:
        local = datetime(parts.year, parts.month, parts.day) + timedelta(hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None
    flags = tuple(parts.flags)
    if parts.zone:
        at_place = zones.at(parts.zone, local)
        if at_place is not None:
            return _Reading(local, at_place, flags)
        known = zones.find(parts.zone, languages[0] if languages else "")
        if known is not None and not known.ambiguous:
            return _Reading(local, known.minutes, flags)
        if known is not None:
            settled = zones.at(default_zone, local)
            return _Reading(
                local,
                known.minutes if settled is None else settled,
                (*flags, "tz_ambiguous") if settled is None else flags,
            )
        flags = (*flags, "tz_unknown")
    minutes = zones.at(default_zone, local)
    return _Reading(local, minutes, flags if minutes is not None else (*flags, "tz_assumed_utc"))


def _second_chance(text: str, languages: tuple[str, ...], zone: str) -> _Reading | None:
    """dateparser's reading, where the text has a day and a year of its own (nothing is taken from today)."""
    if (
        not re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)
        or len(re.findall(r"\d+", text)) < 2
        or re.search(r"[{}%]", text)
    ):
        return None
    import dateparser  # slow to load, and hardly ever needed

    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    tags = [re.split("[-_]", tag.lower())[0] for tag in languages] or None
    try:
        found = dateparser.parse(text, languages=tags, settings=settings)
    except (ValueError, TypeError, OverflowError, RecursionError, LookupError):
        return None
    if found is None:
        return None
    offset = found.utcoffset()
    local = found.replace(tzinfo=None, microsecond=0)
    if offset is not None:
        return _Reading(local, int(offset / timedelta(minutes=1)))
    parts = Parts(local.year, local.month, local.day, (local.hour, local.minute, local.second), "")
    return _together(parts, languages, zone)
