"""The dates of feeds: what was written, in UTC, or nothing. Never a part of today's date.

Formats are tried from the strictest: ISO 8601, RFC 822, then any order of day, month and year with a time and a zone.
What cannot be read at all gets a second chance with dateparser, in the feed's languages and without relative words.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from transforms.feeds import months, zones

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_TOLERATED_FUTURE = timedelta(hours=24)
_LONGEST = 120

_ISO = re.compile(
    r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$",
    re.IGNORECASE,
)
_RFC822 = re.compile(
    r"^(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\.?\s+(\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([+-]\d{4}|(?![AaPp]\.?[Mm]\b)[A-Z]{1,5})$"
)
_ENGLISH = {
    name: index
    for index, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?\s*(z|[+-]\d{2}:?\d{2})?)?$")
_EPOCH = re.compile(r"^(\d{10})(?:\.\d+)?$|^(\d{13})$")
_ORDINAL = re.compile(r"^(\d{4})-(\d{3})(?:t(\d{2}):(\d{2})(?::(\d{2}))?(z|[+-]\d{2}:?\d{2})?)?$")
_HALVES_BEFORE = r"am|pm|a\.m\.|p\.m\.|上午|下午|午前|午後|오전|오후|早上|中午|晚上|凌晨"
_HALVES_AFTER = r"am|pm|a\.\s?m\.?|p\.\s?m\.?|a|p|vorm|nachm|ص|م|μμ|πμ|μ\.μ\.?|π\.μ\.?"
_TIME = re.compile(
    rf"(?:(?P<before>{_HALVES_BEFORE})\s*)?(?<![\d:.+-])(?P<hour>\d{{1,2}})\s?(?::|h|\.(?=\d\d(?:\D|$))|시|时|時|点)\s?(?P<minute>\d{{2}}|(?<=:)\d)(?!\d)"
    rf"(?:\s?(?::|\.|'|m|분|分)\s?(?P<second>\d{{2}}|(?<=:)\d)(?!\d)(?:[.,]\d{{1,9}}(?!\d))?)?\s?(?:초|秒|分|분|s\b)?"
    rf"(?:\s?(?P<after>{_HALVES_AFTER})(?![^\W\d_]))?"
)
_HOUR_ONLY = re.compile(
    rf"(?:(?P<before>{_HALVES_BEFORE})\s*)?(?<![\d:./-])(?P<hour>\d{{1,2}})\s?(?:(?P<after>am|pm|a\.m\.|p\.m\.)(?!\w)|h(?!\w)|uhr\b|時|时|点|시)"
)
_AFTERNOON = {
    "pm",
    "p.m.",
    "p.m",
    "p. m.",
    "p. m",
    "p",
    "下午",
    "午後",
    "오후",
    "晚上",
    "nachm",
    "م",
    "μμ",
    "μ.μ",
    "μ.μ.",
}
_YMD = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)")
_DMY = re.compile(r"(?<![\d:])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])")
_ZONE = re.compile(
    r"^\W*?(?:(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d{2})?|[+-]\s?\d{1,2}(?::?\d{2})?(?!\d)|[a-z]+/[a-z_]+(?:/[a-z_]+)?|z\b|[a-z]{1,5}\b)",
    re.I,
)
_NAMED = re.compile(
    r"\b(?:(?:utc|gmt)\s?[+-]\s?\d{1,2}(?::?\d{2})?|[a-z]+/[a-z_]+(?:/[a-z_]+)?|[A-Z]{2,5})\b|[+-]\d{4}\b"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}


class Found(NamedTuple):
    """What a date means.

    Attributes:
        at: The moment in UTC; null where it cannot be read or is implausible.
        offset: The publisher's offset from UTC (``+09:00``); null for UTC and where none was given.
        flags: ``date_unparsed``, ``date_implausible``, ``date_future``, ``tz_assumed_utc``, ``tz_ambiguous``,
            ``date_ambiguous``.
    """

    at: datetime | None
    offset: str | None = None
    flags: Sequence[str] = ()


def read(raw: str, fetched_at: datetime, languages: tuple[str, ...] = (), zone: str = "") -> Found:
    """What ``raw`` means.

    Args:
        raw: The date as the feed writes it.
        fetched_at: When it was fetched; a later date (by more than a day) is not believed.
        languages: Language tags of entry and feed, likeliest first.
        zone: IANA zone of a feed whose dates name none.
    """
    text = raw.strip()
    if not text or len(text) > _LONGEST or not any(map(str.isdigit, text)):
        return Found(None, None, ("date_unparsed",))
    naive = _read(text, languages, zone)
    if naive is None:
        return Found(None, None, ("date_unparsed",))
    local, minutes, flags = naive
    try:
        at = (local - timedelta(minutes=minutes or 0)).replace(tzinfo=UTC)
        if at > fetched_at + _TOLERATED_FUTURE and "date_ambiguous" in flags:
            swapped = local.replace(month=local.day, day=local.month)
            at = (swapped - timedelta(minutes=minutes or 0)).replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return Found(None, None, ("date_implausible",))
    if at < _EARLIEST or at > fetched_at + _TOLERATED_FUTURE:
        return Found(None, None, (*flags, "date_implausible"))
    if at > fetched_at:
        flags = (*flags, "date_future")
    return Found(at, offset_text(minutes), flags)


def offset_text(minutes: int | None) -> str | None:
    """``+09:00`` for 540; null for UTC and for nothing."""
    if not minutes:
        return None
    sign, size = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{size // 60:02d}:{size % 60:02d}"


_Reading = tuple[datetime, int | None, tuple[str, ...]]


@lru_cache(maxsize=8192)
def _read(text: str, languages: tuple[str, ...], zone: str) -> _Reading | None:
    """Local time, minutes from UTC (null: not given) and flags; null where ``text`` is no date."""
    strict = _ISO.match(text)
    if strict:
        year, month, day, hour, minute, second, offset = strict.groups()
        return _reading(int(year), int(month), int(day), (hour, minute, second), offset or "", languages, zone)
    strict = _RFC822.match(text)
    if strict and strict[2].lower() in _ENGLISH:
        day, name, year, hour, minute, second, offset = strict.groups()
        return _reading(int(year), _ENGLISH[name.lower()], int(day), (hour, minute, second), offset, languages, zone)
    return _read_numbers(text) or _read_loosely(text, languages, zone) or _second_chance(text, languages, zone)


def _reading(
    year: int,
    month: int,
    day: int,
    time: tuple[str | int | None, str | int | None, str | int | None],
    zone_name: str,
    languages: tuple[str, ...],
    default_zone: str,
    flags: tuple[str, ...] = (),
) -> _Reading | None:
    """The parts put together; null where they are no moment. 24:00 is the next day's midnight, :60 a leap second."""
    hour, minute, second = (int(part or 0) for part in time)
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute):
        return None
    try:
        local = datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None
    languages_first = languages[0] if languages else ""
    if zone_name:
        if "/" in zone_name:
            minutes = zones.at("/".join(part.title() for part in zone_name.split("/")), local)
            if minutes is not None:
                return local, minutes, flags
        known = zones.find(zone_name, languages_first)
        if known and known.ambiguous and default_zone:
            minutes = zones.at(default_zone, local)
            if minutes is not None:
                return local, minutes, flags
        if known:
            return local, known.minutes, (*flags, "tz_ambiguous") if known.ambiguous else flags
        flags = (*flags, "tz_unknown")
    minutes = zones.at(default_zone, local) if default_zone else None
    return local, minutes, flags if minutes is not None else (*flags, "tz_assumed_utc")


def _read_numbers(text: str) -> _Reading | None:
    """Compact ISO 8601, ordinal dates and seconds or milliseconds since 1970."""
    text = text.strip().lower()
    epoch = _EPOCH.match(text)
    if epoch:
        seconds = int(epoch[1]) if epoch[1] else int(epoch[2]) / 1000
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=0), 0, ()
    compact = _COMPACT.match(text)
    if compact:
        year, month, day, hour, minute, second, offset = compact.groups()
        return _reading(int(year), int(month), int(day), (hour, minute, second), offset or "", (), "")
    ordinal = _ORDINAL.match(text)
    if ordinal:
        try:
            first = datetime(int(ordinal[1]), 1, 1) + timedelta(days=int(ordinal[2]) - 1)
        except ValueError:
            return None
        return _reading(
            first.year, first.month, first.day, (ordinal[3], ordinal[4], ordinal[5]), ordinal[6] or "", (), ""
        )
    return None


def _read_loosely(text: str, languages: tuple[str, ...], zone: str) -> _Reading | None:
    """Any order of day, month (in figures or words of any language) and year, with a time and a zone somewhere."""
    folded = months.fold(text).replace("−", "-").replace("–", "-")
    folded = re.sub(r"\((.*?)\)", r" \1 ", folded)
    folded = re.sub(r"\[(.*?)\]", r" \1 ", folded)
    date = _date_in(folded, languages)
    if date is None:
        return None
    year, month, day, flags, rest = date
    time, zone_name, rest = _time_in(rest)
    if time is None:
        return None
    if not zone_name:
        named = [m for m in re.finditer(r"(?:utc|gmt)?\s?[+-]\d{2}:?\d{2}\b|\b[a-z]+/[a-z_]+\b|\b[a-z]{2,5}\b", rest)]
        zone_name = next((m[0].strip() for m in named if _is_zone(m[0].strip())), "")
    return _reading(year, month, day, time, zone_name, languages, zone, flags)


def _is_zone(name: str) -> bool:
    return zones.find(name) is not None or (
        "/" in name and zones.at("/".join(p.title() for p in name.split("/")), datetime(2020, 1, 1)) is not None
    )


def _date_in(text: str, languages: tuple[str, ...]) -> tuple[int, int, int, tuple[str, ...], str] | None:
    """Year, month, day, flags and the text without them."""
    for era, before in _ERAS.items():
        text = re.sub(
            rf"{era}\s?(\d{{1,2}}|元)\s?年", lambda m, b=before: f"{b + (1 if m[1] == '元' else int(m[1]))}年", text
        )  # type: ignore[misc]
    numeric = _YMD.search(text)
    if numeric:
        rest = text[: numeric.start()] + " " + text[numeric.end() :].lstrip("日일t")
        return _calendar(int(numeric[1])), int(numeric[2]), int(numeric[3]), (), rest
    numeric = _DMY.search(text)
    named = months.find(text, languages)
    if numeric and (len(numeric[4]) == 4 or named is None):
        first, second, year = int(numeric[1]), int(numeric[3]), int(numeric[4])
        day, month, flags = _day_first(first, second, numeric[2], text, languages)
        rest = text[: numeric.start()] + " " + text[numeric.end() :]
        return _calendar(year if year > 99 else _century(year)), month, day, flags, rest
    if named is None:
        return None
    month, start, end = named
    before, after = text[:start], text[end:]
    before_day = re.search(
        r"(?<![\d:.+-])(\d{1,2})(?:st|nd|rd|th|er|º|ª|o|\.|-[яйе]+)?[\s,/.-]*(?:de|d'|di|of|den|the|ta'|ng|ika)?[\s/.-]*$",
        before,
    )
    year_after = re.search(r"^\W*(?:de[l]?\s|of\s|г\.?\s)?\W*(\d{4})(?!\d)", after)
    if before_day and year_after:
        rest = before[: before_day.start()] + " " + after[year_after.end() :]
        return _calendar(int(year_after[1])), month, int(before_day[1]), (), rest
    year_anywhere = re.search(r"(?<![\d:+-])(\d{4})(?![\d:])", after) or re.search(
        r"(?<![\d:+-])(\d{4})(?![\d:])", before
    )
    if before_day and not year_anywhere:
        short = re.search(r"^[\s,/.-]*'?(\d{2})(?![\d:.h])", after)
        if short:
            rest = before[: before_day.start()] + " " + after[short.end() :]
            return _century(int(short[1])), month, int(before_day[1]), (), rest
    if not year_anywhere:
        return None
    year = int(year_anywhere[1])
    if before_day:
        rest = text[:start].replace(before_day[0], " ") + " " + after.replace(year_anywhere[1], " ", 1)
        return _calendar(year), month, int(before_day[1]), (), rest
    day_after = re.search(r"^[\s,./-]*(\d{1,2})(?:st|nd|rd|th|\.)?(?![\d:])", after)
    if not day_after:
        return None
    rest = before + " " + after[day_after.end() :]
    return _calendar(year), month, int(day_after[1]), (), re.sub(rf"(?<!\d){year}(?!\d)", " ", rest, count=1)


def _day_first(
    first: int, second: int, mark: str, text: str, languages: tuple[str, ...]
) -> tuple[int, int, tuple[str, ...]]:
    """Day and month of ``first/second``: what is over twelve is the day; American English puts the month first."""
    if first > 12 or second > 12:
        return (first, second, ()) if first > 12 else (second, first, ())
    tag = languages[0].lower() if languages else ""
    american = tag in ("en-us", "en-ph") or (tag in ("", "en") and re.search(r"\d\s?[ap]\.?m\b", text) is not None)
    flags = () if first == second or mark == "." else ("date_ambiguous",)
    return (second, first, flags) if mark != "." and american else (first, second, flags)


def _century(year: int) -> int:
    """The year that two figures mean."""
    return year + (1900 if year >= 70 else 2000)


def _calendar(year: int) -> int:
    """``year`` of the Buddhist calendar as a year of ours; others as they are."""
    return year - 543 if 2500 <= year <= 2650 else year


_Time = tuple[int, int, int]


def _time_in(text: str) -> tuple[_Time | None, str, str]:
    """Time of day (midnight where none is given, null where it is none), the zone behind it, and the rest."""
    match = _TIME.search(text) or _HOUR_ONLY.search(text)
    if not match:
        return (0, 0, 0), "", text
    parts = match.groupdict()
    hour, minute, second = int(parts["hour"]), int(parts.get("minute") or 0), int(parts.get("second") or 0)
    half = (parts.get("before") or parts.get("after") or "").strip()
    if half:
        if hour > 12:
            pass  # '15:30 PM': the hour says it already
        elif half in _AFTERNOON:
            hour = hour % 12 + 12
        elif half not in ("中午",):
            hour = hour % 12
    rest = text[match.end() :]
    zone = _ZONE.match(rest)
    name = re.sub(r"^[^a-z+-]+", "", zone[0]) if zone else ""
    if zone and name and _is_zone(name.strip()):
        return (hour, minute, second), name.strip(), text[: match.start()] + " " + rest[zone.end() :]
    return (hour, minute, second), "", text[: match.start()] + " " + rest


def _second_chance(text: str, languages: tuple[str, ...], zone: str) -> _Reading | None:
    """dateparser's reading, where the text has a day and a year of its own (nothing is taken from today)."""
    if (
        not re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)
        or len(re.findall(r"\d+", text)) < 2
        or "{" in text
        or "%" in text
    ):
        return None
    import dateparser  # slow to load, and hardly ever needed

    tags = [tag.lower().partition("-")[0] for tag in languages] or None
    try:
        found = dateparser.parse(
            text,
            languages=tags,
            settings={"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "RETURN_AS_TIMEZONE_AWARE": False},
        )
    except (ValueError, TypeError, OverflowError, RecursionError, LookupError):
        return None
    if found is None:
        return None
    if isinstance(found.tzinfo, timezone) or found.tzinfo is not None:
        offset = found.utcoffset()
        return found.replace(tzinfo=None, microsecond=0), int((offset or timedelta()).total_seconds() // 60), ()
    clock = (found.hour, found.minute, found.second)
    return _reading(found.year, found.month, found.day, clock, "", languages, zone)
