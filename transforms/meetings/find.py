"""From a read article to its meeting reports: frames, fields, merging."""

from datetime import datetime
from importlib import metadata
from typing import NamedTuple

from spacy.tokens import Doc

from transforms.articles.clean import Masked, mask
from transforms.language.dates.anchor import anchor_for
from transforms.language.mentions.counterparts import hand_on_offices
from transforms.language.mentions.entities import Reading, read_entities
from transforms.meetings.details import when
from transforms.meetings.details.datelined import dateline_place
from transforms.meetings.encounters import find_encounters, pointing_back
from transforms.meetings.encounters.encounter import Encounter
from transforms.meetings.encounters.lookalikes import rejected
from transforms.meetings.encounters.resolve import Resolver
from transforms.meetings.parties import place_phrases
from transforms.meetings.parties.sentence import Party
from transforms.meetings.reports import same_encounter
from transforms.meetings.reports.added import READER, added
from transforms.meetings.reports.combine import Decisions, Seen, combine, decisions, is_short, look
from transforms.meetings.reports.confidence import confidence_of
from transforms.meetings.reports.draft import Draft
from transforms.meetings.reports.drafting import draft_of, kind_of, looks_like_caption, sentences
from transforms.reader.component import ReaderComponent
from transforms.rows import (
    Article,
    Dateline,
    Entity,
    Evidence,
    MeetingDate,
    MeetingReport,
    Mention,
    Participant,
    Place,
    derive_id,
)

VERSION = metadata.version("meetwire").rpartition(".")[0]
_KIND = {2: "bilateral", 3: "trilateral"}


class Sees(NamedTuple):
    """The taught reader.

    Attributes:
        reader: It itself.
        limits: From which probability on its word counts.
    """

    reader: ReaderComponent
    limits: Decisions


class Told(NamedTuple):
    """What the rules find in one article.

    Attributes:
        article: The article.
        masked: Its text as it was read.
        reading: The names in it.
        anchor: When it was published, where that is known.
        drafts: One a meeting.
    """

    article: Article
    masked: Masked
    reading: Reading
    anchor: datetime | None
    drafts: list[Draft]


class Found(NamedTuple):
    """What one article yields.

    Attributes:
        entities: Rows.
        reports: Rows.
        drafts: One a report: what it was made from.
        reading: The names of the article.
    """

    entities: list[Entity]
    reports: list[MeetingReport]
    drafts: list[Draft]
    reading: Reading

    def at_least(self, confidence: float) -> "Found":
        """The same without the reports of less ``confidence``."""
        kept = [(r, d) for r, d in zip(self.reports, self.drafts, strict=True) if r.confidence >= confidence]
        return self._replace(reports=[r for r, _ in kept], drafts=[d for _, d in kept])


def find(doc: Doc, article: Article, sees: Sees | None = None) -> Found:
    """The entities and meeting reports of ``article``, whose masked text ``doc`` is, with what they were made from.

    The rules decide alone where ``sees`` is None.
    """
    told = by_rule(doc, article)
    seen = look(sees.reader, told.reading, told.drafts, sees.limits.add <= 1) if sees else None
    return reported(told, seen, sees.limits if sees else decisions())


def by_rule(doc: Doc, article: Article) -> Told:
    """What the rules find in ``article``, whose masked text ``doc`` is."""
    masked = mask(article)
    reading = read_entities(doc)
    hand_on_offices(reading)
    anchor = _anchor(article)
    drafts = _drafts(reading, masked, article, anchor)
    _name_sources(drafts)
    return Told(article, masked, reading, anchor, same_encounter.merge(drafts))


def reported(told: Told, seen: Seen | None, limits: Decisions) -> Found:
    """``told`` as rows, with what the reader makes of it where it has ``seen`` the article."""
    kept = reports(told, seen, limits)
    return Found(_entity_rows(told), [r for r, _ in kept], [d for _, d in kept], told.reading)


def reports(told: Told, seen: Seen | None, limits: Decisions) -> list[tuple[MeetingReport, Draft]]:
    """The reports alone, each with its draft."""
    article, masked, _, anchor, drafts = told
    if seen:
        drafts = combine(drafts, seen, anchor, limits)
        if is_short(told.reading.doc):
            drafts = [*drafts, *added(drafts, seen, masked, anchor, limits)]
    ids = _ids(told)
    rows = [_report(draft, article, ids, masked, anchor, limits) for draft in drafts]
    told_of = [(row, draft) for row, draft in zip(rows, drafts, strict=True) if _is_specific(row)]
    unique = {report.report_id: (report, draft) for report, draft in reversed(told_of)}
    return list(reversed(unique.values()))


def _is_specific(report: MeetingReport) -> bool:
    """Whether someone is known to have met, or where or when it was: "talks between the sides" are none in particular.

    What was called off or denied was specific to those who did so.
    """
    if report.status in {"cancelled", "denied"}:
        return True
    told_where = report.place is not None and report.place.source != "dateline"
    return any(p.kind == "person" for p in report.participants) or report.date is not None or told_where


def _ids(told: Told) -> dict[int, str]:
    return {i: derive_id(told.article.article_id, d.label, d.name) for i, d in enumerate(told.reading.entities)}


def _anchor(article: Article) -> datetime | None:
    try:
        dateline = article.dateline or Dateline(None, None)
        return anchor_for(article.published, article.utc_offset, dateline.place, dateline_date=dateline.date)
    except ValueError:
        return None


def _drafts(reading: Reading, masked: Masked, article: Article, anchor: datetime | None) -> list[Draft]:
    """What each sentence tells; the headline comes last, as it only points at what the body names."""
    resolver = Resolver(reading)
    drafts: list[Draft] = []
    told = [(kind_of(sentence, masked), sentence) for sentence in sentences(reading)]
    for kind, sentence in sorted(told, key=lambda pair: pair[0] == "headline"):
        caption = kind == "caption" or looks_like_caption(sentence)
        spans = when.dates_in(sentence)
        encounters = find_encounters.match(sentence)
        for encounter in [*encounters, *pointing_back.pointing_back(sentence, encounters)]:
            if rejected(encounter) or (drafts and pointing_back.only_attended(encounter)):
                continue
            parties = resolver.last(encounter) if encounter.points_back else resolver.resolve(encounter)
            for share in _shares(encounter, parties):
                draft = draft_of(encounter, share, spans, anchor, caption, kind, reading)
                if draft is not None:
                    drafts.append(draft)
        for who, others in pointing_back.company(sentence):
            _accompany(drafts, resolver.one(who, sentence) if who is not None else None, others)
    return drafts


def _name_sources(drafts: list[Draft]) -> None:
    """Gives "the ministry" the name in full that an earlier sentence gave it."""
    full: dict[str, str] = {}
    for draft in drafts:
        *before, last = (draft.attribution or "").split() or [""]
        if before:
            full.setdefault(last.casefold(), " ".join([*before, last]))
        elif last:
            draft.attribution = full.get(last.casefold(), last)


def _accompany(drafts: list[Draft], who: list[Party] | None, others: list[Party]) -> None:
    """Adds ``others`` to the last meeting of ``who``; to the last one of all where that is None."""
    names = {_key(p) for p in who or []}
    for draft in reversed(drafts):
        if who is None or names & {_key(p) for p in draft.parties}:
            known = {_key(p) for p in draft.parties}
            draft.parties = [*draft.parties, *(p for p in others if _key(p) not in known)]
            return


def _key(party: Party) -> int | str:
    return party.entity if party.entity is not None else party.name.casefold().split()[0]


def _shares(encounter: Encounter, parties: list[Party]) -> list[list[Party]]:
    """One list of parties an encounter: "separate calls to A, B and C" are three."""
    if not encounter.repeated or len(parties) <= 2 or encounter.trigger.i < parties[0].start:
        return [parties]
    return [[parties[0], other] for other in parties[1:]]


def _report(
    draft: Draft, article: Article, ids: dict[int, str], masked: Masked, anchor: datetime | None, limits: Decisions
) -> MeetingReport:
    participants = [_participant(party, draft, ids) for party in draft.parties]
    date = _date_row(draft)
    place = _place_row(draft) or dateline_place(article, participants, draft.status.status, draft.mode[0], date, anchor)
    names = sorted(p.name for p in participants)
    day = date.start if date else None
    return MeetingReport(
        report_id=derive_id(article.revision_id, *names, day or "", draft.mode[0], draft.status.status),
        meeting_id=derive_id(*names, day or (article.published or "")[:10], draft.mode[0]),
        article_id=article.article_id,
        revision_id=article.revision_id,
        participants=participants,
        status=draft.status.status,
        mode=draft.mode[0],
        kind=_KIND.get(len(participants), "multilateral"),
        date=date,
        place=place,
        duration_minutes=draft.duration[0] if draft.duration else None,
        occasion=draft.occasion,
        topics=draft.topics[:8],
        attribution=draft.attribution,
        evidence=_evidence(draft, article, masked),
        confidence=confidence_of(draft, limits),
        extractor=_extractor(draft.encounters[0]),
        published=article.published,
    )


def _extractor(leading: Encounter) -> str:
    if leading.frame == READER:
        return f"{READER}/{VERSION}"
    return f"{'patterns' if leading.pattern else 'frames'}/{VERSION}:{leading.frame}"


def _participant(party: Party, draft: Draft, ids: dict[int, str]) -> Participant:
    role = None
    for encounter in draft.encounters:
        if encounter.host:
            hosts = {(h.entity, h.name.casefold()) for h in encounter.host}
            role = "host" if (party.entity, party.name.casefold()) in hosts else "visitor"
            break
    kind = party.kind if party.kind in {"person", "country", "organization"} else "group"
    if kind == "group" and not party.plural and party.title:
        kind = "person"
    return Participant(
        ids.get(party.entity) if party.entity is not None else None, party.name, kind, party.title, party.country, role
    )


def _date_row(draft: Draft) -> MeetingDate | None:
    if draft.when is None:
        return None
    found, encounter, source = draft.when
    return when.as_row(found, encounter.sentence, source)


def _place_row(draft: Draft) -> Place | None:
    if draft.where is None:
        return None
    found, encounter, _ = draft.where
    return place_phrases.as_row(encounter.sentence, found)


def _evidence(draft: Draft, article: Article, masked: Masked) -> list[Evidence]:
    found: dict[int, Evidence] = {}
    for encounter in draft.encounters:
        span = encounter.sentence.span
        start, end = masked.span(span.start_char, span.end_char)
        raw = article.text[start:end]
        start, end = start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip())
        kind = masked.kind_at(start)
        label = kind if kind in {"caption", "headline"} else "body"
        found[start] = Evidence(start, end, article.text[start:end], label)
    return [found[start] for start in sorted(found)]


def _entity_rows(told: Told) -> list[Entity]:
    article, reading, ids = told.article, told.reading, _ids(told)
    rows: dict[str, Entity] = {}
    for index, draft in enumerate(reading.entities):
        mentions = [_mention(reading, article, span, told.masked) for span in sorted(set(draft.spans))]
        known = rows.get(ids[index])
        if known is not None:
            mentions = sorted({*known.mentions, *mentions})
        title, country = (known.title, known.country) if known else (None, None)
        rows[ids[index]] = Entity(
            ids[index],
            article.article_id,
            article.revision_id,
            draft.name,
            draft.label,
            draft.title or title,
            draft.country or country,
            mentions,
            article.published,
        )
    return list(rows.values())


def _mention(reading: Reading, article: Article, span: tuple[int, int], masked: Masked) -> Mention:
    tokens = reading.doc[span[0] : span[1]]
    start, end = masked.span(tokens.start_char, tokens.end_char)
    return Mention(start, end, article.text[start:end])
