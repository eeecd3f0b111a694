"""What one report tells of a meeting, prepared for comparing."""

import functools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from transforms.language.names import fold
from transforms.language.world import countries
from transforms.language.world.places import Located, locate
from transforms.rows import MeetingReport
from transforms.stories.decided import NONE, Decisions
from transforms.stories.told_party import Party, agree

REMOTE = frozenset({"phone", "video"})
# Where a report gives no date: from how many days before its publication to how many after the meeting may be.
_UNDATED = {
    "held": (10, 0),
    "ongoing": (7, 1),
    "planned": (0, 60),
    "proposed": (0, 90),
    "cancelled": (3, 14),
    "denied": (30, 0),
}
_ELSE = (10, 10)
# The most days before its publication that a meeting without a date may be.
GUESSED_BACK = max(before for before, _ in (*_UNDATED.values(), _ELSE))
_FEWEST_GUESSED = min(map(sum, (*_UNDATED.values(), _ELSE)))
_CORRECTION = re.compile(r"\b(correct(?:ion|ed|s)?|clarification|clarified|erratum|corrigendum)\b", re.IGNORECASE)

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)


class Source(NamedTuple):
    """What a report's article says beside the report.

    Attributes:
        title: Its headline.
        offset: The publisher's offset from UTC in hours; None where it is not known.
    """

    title: str = ""
    offset: float | None = None


class Told(NamedTuple):
    """A report, prepared for comparing.

    Attributes:
        report_id: The report.
        meeting_id: The meeting that the report alone stands for.
        article_id: Its article.
        published: When the article was published; the earliest time there is where nobody knows.
        parties: Everyone who met, each once.
        status: See ``MeetingReport``.
        mode: See ``MeetingReport``.
        first: The first day that the meeting can have been on.
        last: The last such day.
        precision: day, week, month or year; unknown where the days are guessed from status and publication.
        place: The words of the place's name.
        located: Where it lies.
        correction: Whether the article corrects another.
        offset: The publisher's offset from UTC in hours.
        occasion: The words of the occasion.
    """

    report_id: str
    meeting_id: str
    article_id: str
    published: datetime
    parties: tuple[Party, ...]
    status: str
    mode: str
    first: date
    last: date
    precision: str
    place: frozenset[str]
    located: Located | None
    correction: bool
    offset: float | None
    occasion: frozenset[str]

    @property
    def dated(self) -> bool:
        """Whether the report itself gives a date."""
        return self.precision != "unknown"

    @property
    def order(self) -> tuple[datetime, str]:
        """What sorts reports: publication, then the id."""
        return self.published, self.report_id


def told(report: MeetingReport, source: Source, decisions: Decisions = NONE) -> Told:
    """``report`` and its ``source`` prepared for comparing; ``decisions`` say who some are."""
    published = (
        datetime.fromisoformat(report.published).astimezone(UTC)
        if report.published
        else datetime.min.replace(tzinfo=UTC)
    )
    first, last, precision = _days(report, published)
    place = report.place
    return Told(
        report.report_id,
        report.meeting_id,
        report.article_id,
        published,
        _parties(report, decisions),
        report.status,
        report.mode,
        first,
        last,
        precision,
        frozenset(fold(place.name).split()) if place else frozenset(),
        locate(place.name, place.country) if place else None,
        bool(_CORRECTION.search(source.title)),
        source.offset,
        frozenset(fold(report.occasion or "").split()),
    )


def surely_dated(days: Any) -> Any:
    """Whether a report's days, the last so many after the first, are too few to be guessed for one without a date.

    ``days`` is a number, or an array of them.
    """
    return days < _FEWEST_GUESSED


def _parties(report: MeetingReport, decisions: Decisions) -> tuple[Party, ...]:
    """The participants, one who is named twice once."""
    kept: list[Party] = []
    for p in report.participants:
        party = decisions.party(p)
        twin = next((other for other in kept if _is_twin(party, other)), None)
        if twin is None:
            kept.append(party)
        else:
            longer = party if len(party.words) > len(twin.words) else twin
            kept[kept.index(twin)] = longer._replace(actor=party.actor or twin.actor)
    return tuple(kept)


def _is_twin(one: Party, other: Party) -> bool:
    decided = one.actor is not None and one.actor == other.actor
    return decided or bool(one.words and other.words and agree(one, other).score >= 0.6)


def _days(report: MeetingReport, published: datetime) -> tuple[date, date, str]:
    if report.date and report.date.start:
        first = date.fromisoformat(report.date.start)
        last = date.fromisoformat(report.date.end) if report.date.end else first
        return first, max(first, last), report.date.precision
    before, after = _UNDATED.get(report.status, _ELSE)
    day = published.date()
    return (
        max(day, date.min + timedelta(before)) - timedelta(before),
        min(day, date.max - timedelta(after)) + timedelta(after),
        "unknown",
    )


@functools.lru_cache(maxsize=1024)
def hours_of(country: str) -> float | None:
    """A country's usual offset from UTC in hours: that of its capital or largest city, in winter."""
    name = countries.name_of(country)
    found = locate(name) if name else None
    if found is None or found.timezone is None:
        return None
    offset = datetime(2026, 1, 1, tzinfo=ZoneInfo(found.timezone)).utcoffset()
    return offset.total_seconds() / 3600 if offset is not None else None


def hours(offset: str | None) -> float | None:
    """An offset from UTC (``+05:30``) in hours; None for anything else."""
    found = _OFFSET.fullmatch(offset or "")
    return float(f"{found[1]}1") * (int(found[2]) + int(found[3]) / 60) if found else None
