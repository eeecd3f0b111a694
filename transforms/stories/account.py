"""What all reports of a meeting say together: one row of ``meetings``. Copies of one text have one voice."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from transforms import rows
from transforms.language.names import fold
from transforms.language.world import countries
from transforms.stories.compare import place_features
from transforms.stories.same_actor import Identity
from transforms.stories.same_meeting import Meeting
from transforms.stories.told import Told
from transforms.stories.told_party import party_of

# What a report that the meeting was held overrules.
_EXPECTED = frozenset({"planned", "proposed", "ongoing"})
# What contradicts a status, and is not merely what was said before.
_CONTRARY = {
    "held": frozenset({"denied", "cancelled"}),
    "denied": frozenset({"held", "ongoing"}),
    "cancelled": frozenset({"held", "ongoing"}),
}
_FINENESS = {"day": 0, "week": 1, "month": 2, "year": 3}
# A row has to stay below the size that every table takes: characters of sources, and how many participants and entries.
_SOURCES_SIZE, _MANY = 1_000_000, 1000


class About(NamedTuple):
    """What the article of a report is.

    Attributes:
        feed_title: The title of its feed.
        title: Its headline.
        link: Its page.
        duplicate_of: The article that it copies.
    """

    feed_title: str | None = None
    title: str | None = None
    link: str | None = None
    duplicate_of: str | None = None


class Voice(NamedTuple):
    """One report of the meeting.

    Attributes:
        told: The report, with its day as later corrections have it.
        report: The report as it lies in the tables.
        who: Who its participants are, in their order.
        source: The article, or the one that it copies.
    """

    told: Told
    report: rows.MeetingReport
    who: Sequence[Identity]
    source: str


def account(
    meeting: Meeting,
    reports: Mapping[str, rows.MeetingReport],
    who: Mapping[str, Sequence[Identity]],
    articles: Mapping[str, About],
) -> rows.Meeting:
    """The row of a meeting, from its ``reports`` and ``who`` took part in each (both by report) and their ``articles``."""
    line = _in_line(
        Voice(t, reports[t.report_id], who[t.report_id], articles[t.article_id].duplicate_of or t.article_id)
        for t in meeting.reports
    )
    fullest = max(line, key=_named_in_full)  # of equals the first in line
    date, place = _date(line), _place(line)
    mode = _most(line, lambda v: v.told.mode if v.told.mode != "unknown" else None) or line[0]
    published = [v.report.published for v in sorted(line, key=lambda v: v.told.order) if v.report.published]
    return rows.Meeting(
        meeting_id=meeting.meeting_id,
        participants=_participants(fullest, line),
        status=line[0].told.status,
        mode=mode.told.mode,
        kind=fullest.report.kind,
        date=date,
        place=place.report.place if place else None,
        occasion=next((v.report.occasion for v in line if v.report.occasion), None),
        topics=next((list(v.report.topics) for v in line if v.report.topics), [])[:_MANY],
        first_reported=published[0] if published else None,
        last_reported=published[-1] if published else None,
        report_count=len({v.told.article_id for v in line}),
        source_count=len({v.source for v in line}),
        articles=sorted({v.told.article_id for v in line}),
        confidence=_confidence(line),
        sources=_sources(line, articles),
        history=_history(line),
        dissent=_dissent(line, mode.told.mode, date, place),
    )


def _in_line(voices: Iterable[Voice]) -> list[Voice]:
    """The voices, those first that know best what became of it: held beats what was expected, then the newest."""
    voices = list(voices)
    held = any(v.told.status == "held" for v in voices)

    def rank(voice: Voice) -> tuple[Any, ...]:
        told = voice.told
        late = held and told.status in _EXPECTED
        return late, -told.published.timestamp(), -voice.report.confidence, told.report_id

    return sorted(voices, key=rank)


def _most(line: Sequence[Voice], value: Callable[[Voice], Hashable]) -> Voice | None:
    """The first voice in line for the value that most independent sources give; None where none gives any."""
    sources: dict[Hashable, set[str]] = defaultdict(set)
    first: dict[Hashable, Voice] = {}
    for voice in line:
        given = value(voice)
        if given is not None:
            sources[given].add(voice.source)
            first.setdefault(given, voice)
    best = max(first, key=lambda given: len(sources[given]), default=None)
    return None if best is None else first[best]


def _named_in_full(voice: Voice) -> int:
    return sum(p.kind == "person" and len(_words(p)) > 1 for p in voice.report.participants)


def _words(participant: rows.Participant) -> tuple[str, ...]:
    """The words of the name; none for an office, a country or a description."""
    return party_of(participant.name, participant.kind, participant.title, participant.country).words


def _participants(fullest: Voice, line: Sequence[Voice]) -> list[rows.Participant]:
    """Those of the fullest report, as most of the sources name them."""
    seen: dict[str, list[tuple[Voice, rows.Participant]]] = defaultdict(list)
    for voice in line:
        for participant, identity in zip(voice.report.participants, voice.who, strict=True):
            seen[identity.actor_id].append((voice, participant))
    return [
        _as_most_say(participant, identity.actor_id, seen[identity.actor_id])
        for participant, identity in list(zip(fullest.report.participants, fullest.who, strict=True))[:_MANY]
    ]


def _as_most_say(
    own: rows.Participant, actor_id: str, seen: Sequence[tuple[Voice, rows.Participant]]
) -> rows.Participant:
    words = len(_words(own))
    full = [(v, p) for v, p in seen if p.kind == own.kind and words and len(_words(p)) >= words]
    return own._replace(
        name=_most_said((v, p.name) for v, p in full) or own.name,
        title=_most_said((v, p.title) for v, p in seen if p.kind == own.kind),
        country=_most_said((v, p.country) for v, p in seen),
        role=next((p.role for _, p in seen if p.role), None),
        actor_id=actor_id,
    )


def _most_said(said: Iterable[tuple[Voice, str | None]]) -> str | None:
    sources: dict[str, set[str]] = defaultdict(set)
    for voice, text in said:
        if text:
            sources[text].add(voice.source)
    return max(sources, key=lambda text: len(sources[text]), default=None)


def _date(line: Sequence[Voice]) -> rows.MeetingDate | None:
    dated = [v for v in line if v.report.date and v.report.date.start]
    finest = min((_fineness(v) for v in dated), default=None)
    best = _most([v for v in dated if _fineness(v) == finest], lambda v: (v.told.first, v.told.last))
    if best and best.report.date:
        first, last = best.told.first.isoformat(), best.told.last.isoformat()
        return best.report.date if best.report.date.start == first else best.report.date._replace(start=first, end=last)
    return next((v.report.date for v in line if v.report.date), None)


def _fineness(voice: Voice) -> int:
    return _FINENESS.get(voice.told.precision, len(_FINENESS))


def _place(line: Sequence[Voice]) -> Voice | None:
    """Who names the place that most name; a country only where nobody says more."""
    places = {v.told.report_id: v.report.place.name for v in line if v.report.place}
    finer = {report for report, name in places.items() if not countries.is_country_name(name)}
    chosen = finer or places.keys()
    return _most(line, lambda v: fold(places[v.told.report_id]) if v.told.report_id in chosen else None)


def _confidence(line: Sequence[Voice]) -> float:
    """That not every independent source is wrong."""
    surest: dict[str, float] = {}
    for voice in line:
        surest[voice.source] = max(voice.report.confidence, surest.get(voice.source, 0.0))
    if len(surest) == 1:
        return next(iter(surest.values()))
    return round(1 - math.prod(1 - confidence for confidence in sorted(surest.values())), 4)


def _sources(line: Sequence[Voice], articles: Mapping[str, About]) -> list[rows.MeetingSource]:
    by_article: dict[str, list[Voice]] = defaultdict(list)
    for voice in line:
        by_article[voice.told.article_id].append(voice)
    made, size = [], 0
    for article_id, voices in by_article.items():
        about = articles[article_id]
        evidence = sorted({(e.start, e.end, e.text) for v in voices for e in v.report.evidence})
        source = rows.MeetingSource(
            article_id,
            about.feed_title,
            about.title or None,
            about.link,
            voices[0].report.published,
            list(dict.fromkeys(text for *_, text in evidence)),
            about.duplicate_of,
        )
        size += len(str(source))
        if size <= _SOURCES_SIZE:
            made.append(source)
    return made


def _history(line: Sequence[Voice]) -> list[rows.StatusTold]:
    """What each article said, by time; of what was said too often the latest."""
    told = [v.told for v in sorted(line, key=lambda v: v.told.order)]
    published = {v.told.report_id: v.report.published for v in line}
    said = (
        rows.StatusTold(t.status, t.first.isoformat() if t.dated else None, published[t.report_id], t.article_id)
        for t in told
    )
    return list(dict.fromkeys(said))[-_MANY:]


def _dissent(
    line: Sequence[Voice], mode: str, date: rows.MeetingDate | None, place: Voice | None
) -> list[rows.Dissent]:
    """What voices say against the row, and which articles do."""
    said: dict[tuple[str, str], set[str]] = defaultdict(set)
    contrary = _CONTRARY.get(line[0].told.status, frozenset())
    for voice in line:
        told = voice.told
        if told.status in contrary:
            said["status", told.status].add(told.article_id)
        if told.mode not in ("unknown", mode):
            said["mode", told.mode].add(told.article_id)
        first, last = told.first.isoformat(), told.last.isoformat()
        if told.dated and date and date.start and not (first <= (date.end or date.start) and last >= date.start):
            said["date", first if first == last else f"{first}..{last}"].add(told.article_id)
        if place and voice.report.place and "other place" in place_features(place.told, told):
            said["place", voice.report.place.name].add(told.article_id)
    return [rows.Dissent(field, value, sorted(of)) for (field, value), of in sorted(said.items())][:_MANY]
