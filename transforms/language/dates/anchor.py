"""The time zone in which a text was written: "on Monday" is the source's Monday, not UTC's."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transforms.language.world.places import locate

_OFFSET = re.compile(r"^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$")
# How far behind its dateline a text may be published.
_BEHIND = timedelta(days=7)
# No place on earth is further from UTC.
_WIDEST = timedelta(hours=14)


def anchor_for(
    published_utc: str | datetime | None,
    utc_offset: str | None = None,
    dateline_place: str | None = None,
    country: str | None = None,
    dateline_date: str | None = None,
) -> datetime | None:
    """The time of publication in the zone of the source, aware; None where no time of publication is given.

    The zone is the publisher's offset, where one is given; else that of the dateline's place; else UTC. A dateline's
    day at most a week before publication is the day that the text counts from: a feed may be behind the wire.

    Args:
        published_utc: RFC 3339 (``2023-04-17T03:00:00Z``) or an aware datetime; one without a zone is taken for UTC.
        utc_offset: ``+09:00``, ``-0400`` and the like.
        dateline_place: The place in the dateline, as printed.
        country: ISO 3166-1 alpha-2, where it is known that the place lies there.
        dateline_date: The day in the dateline, ``YYYY-MM-DD``.

    Raises:
        ValueError: ``published_utc`` is no RFC 3339 time, or ``dateline_date`` no day.
    """
    if published_utc is None:
        return None
    moment = _in_zone(_moment(published_utc), utc_offset, dateline_place, country)
    filed = date.fromisoformat(dateline_date) if dateline_date else None
    if filed is not None and timedelta(0) < moment.date() - filed <= _BEHIND:
        return datetime.combine(filed, moment.timetz())
    return moment


def _in_zone(published: datetime, utc_offset: str | None, dateline_place: str | None, country: str | None) -> datetime:
    fixed = _fixed_zone(utc_offset)
    if fixed is not None:
        return _shifted(published, fixed)
    place = locate(dateline_place, country) if dateline_place else None
    if place is not None and place.timezone:
        try:
            return _shifted(published, ZoneInfo(place.timezone))
        except ZoneInfoNotFoundError:
            return published
    return published


def _moment(value: str | datetime) -> datetime:
    if isinstance(value, str):
        text = value
        try:
            value = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"published: {text[:40]!r} is no RFC 3339 time (such as 2023-04-17T03:00:00Z)") from error
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _fixed_zone(offset: str | None) -> timezone | None:
    match = _OFFSET.match((offset or "").strip())
    if match is None:
        return None
    width = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-width if match[1] == "-" else width) if width <= _WIDEST else None


def _shifted(moment: datetime, zone: timezone | ZoneInfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment
