"""From a read article to its meeting reports: frames, fields, merging."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from spacy.tokens import Doc

from transforms.articles.clean import Masked, mask
from transforms.language.counterparts import hand_on_offices
from transforms.language.dates_anchor import anchor_for
from transforms.language.entities import Reading, read_entities
from transforms.meetings import (
    anaphora,
    circumstances,
    frames,
    merge,
    mode,
    place_phrases,
    status,
    travel,
    when,
    where,
)
from transforms.meetings.combine import Decisions, Seen, combine, decisions, look
from transforms.meetings.confidence import confidence_of
from transforms.meetings.datelined import dateline_place
from transforms.meetings.draft import Draft
from transforms.meetings.encounter import Encounter
from transforms.meetings.lexicon import frames as lexicon_frames
from transforms.meetings.parties import Party, Sentence
from transforms.meetings.reject import counts, rejected
from transforms.meetings.resolve import Resolver
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

VERSION = "0.1"
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


def find_meetings(doc: Doc, article: Article) -> list[MeetingReport]:
    """The meeting reports of ``article``, whose masked text ``doc`` is."""
    return find(doc, article).reports


def find(doc: Doc, article: Article, sees: Sees | None = None) -> Found:
    """The entities and meeting reports of ``article``, whose masked text ``doc`` is, with what they were made from.

    The rules decide alone where ``sees`` is None.
    """
    told = by_rule(doc, article)
    seen = look(sees.reader, told.reading, told.drafts) if sees else None
    return reported(told, seen, sees.limits if sees else decisions())


def by_rule(doc: Doc, article: Article) -> Told:
    """What the rules find in ``article``, whose masked text ``doc`` is."""
    masked = mask(article)
    reading = read_entities(doc)
    hand_on_offices(reading)
    anchor = _anchor(article)
    drafts = _drafts(reading, masked, article, anchor)
    _name_sources(drafts)
    return Told(article, masked, reading, anchor, merge.merge(drafts))


def reported(told: Told, seen: Seen | None, limits: Decisions) -> Found:
    """``told`` as rows, with what the reader makes of it where it has ``seen`` the article."""
    kept = reports(told, seen, limits)
    return Found(_entity_rows(told), [r for r, _ in kept], [d for _, d in kept], told.reading)


def reports(told: Told, seen: Seen | None, limits: Decisions) -> list[tuple[MeetingReport, Draft]]:
    """The reports alone, each with its draft."""
    article, masked, _, anchor, drafts = told
    if seen:
        drafts = combine(drafts, seen, anchor, limits)
    ids = _ids(told)
    rows = [_report(draft, article, ids, masked, anchor, limits) for draft in drafts]
    unique = {report.report_id: (report, draft) for report, draft in zip(reversed(rows), reversed(drafts), strict=True)}
    return list(reversed(unique.values()))


def _ids(told: Told) -> dict[int, str]:
    return {i: derive_id(told.article.article_id, d.label, d.name) for i, d in enumerate(told.reading.entities)}


def _anchor(article: Article) -> datetime | None:
    try:
        dateline = article.dateline or Dateline(None, None)
        return anchor_for(article.published, article.utc_offset, dateline.place, dateline_date=dateline.date)
    except ValueError:
        return None


def sentences(reading: Reading) -> Iterator[Sentence]:
    """The sentences that can hold an encounter and were parsed."""
    gate = lexicon_frames().gate
    for number, span in enumerate(reading.doc.sents):
        if len(span) > 1 and gate.search(span.text) and any(t.pos_ for t in span[:2]):
            yield Sentence(reading, span, number)


def _drafts(reading: Reading, masked: Masked, article: Article, anchor: datetime | None) -> list[Draft]:
    """What each sentence tells; the headline comes last, as it only points at what the body names."""
    resolver = Resolver(reading)
    drafts: list[Draft] = []
    told = [(_kind(sentence, masked), sentence) for sentence in sentences(reading)]
    for kind, sentence in sorted(told, key=lambda pair: pair[0] == "headline"):
        caption = kind == "caption" or _looks_like_caption(sentence)
        spans = when.dates_in(sentence)
        encounters = frames.match(sentence)
        for encounter in [*encounters, *anaphora.pointing_back(sentence, encounters)]:
            if rejected(encounter) or (drafts and anaphora.only_attended(encounter)):
                continue
            parties = resolver.last(encounter) if encounter.points_back else resolver.resolve(encounter)
            for share in _shares(encounter, parties):
                draft = _draft(encounter, share, spans, anchor, caption, kind, reading)
                if draft is not None:
                    drafts.append(draft)
        for who, others in anaphora.company(sentence):
            _accompany(drafts, resolver.one(who, sentence) if who is not None else None, others)
    return drafts


def _kind(sentence: Sentence, masked: Masked) -> str:
    """headline, caption or body; a headline may also be glued to the text without a title of its own."""
    span = sentence.span
    kind = masked.kind_at(masked.offset(span.start_char))
    if (
        kind == "body"
        and span.start_char < 3
        and sentence.doc.text[span.end_char - 1 : span.end_char + 2].find("\u2029") >= 0
    ):
        return "headline"
    return kind


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


def _looks_like_caption(sentence: Sentence) -> bool:
    """A sentence that ends in a full date and is not in the past tense: a picture's caption without its mark."""
    return sentence.span.root.tag_ not in {"VBD", "VBN"} and any(t.shape_ == "dddd" for t in sentence.span[-4:])


def _draft(
    encounter: Encounter,
    parties: list[Party],
    spans: list[tuple[int, int]],
    anchor: datetime | None,
    caption: bool,
    kind: str,
    reading: Reading,
) -> Draft | None:
    verdict = status.status_of(encounter, spans)
    if verdict.hypothetical:
        return None
    date = when.when(encounter, spans, anchor, verdict.status, caption)
    verdict = status.settled(verdict, encounter, date, anchor, caption)
    if date is not None:
        date = when.when(encounter, spans, anchor, verdict.status, caption)
    if date is None and verdict.status in {"planned", "proposed"} and verdict.why.startswith(_WISHES):
        return None
    place = where.where(encounter)
    manner = mode.mode_of(encounter, place is not None)
    if manner[0] in {"phone", "video"}:
        place = None
    if place is None and manner[0] == "in_person":
        place = travel.from_context(encounter, reading, verdict.status)
    parties = [
        p for p in parties if place is None or not (p.kind in {"country"} and place.start <= p.start < place.end)
    ]
    if not parties or (len(parties) == 1 and not parties[0].plural):
        return None
    if not counts(encounter, parties, verdict.status, date is not None, place is not None):
        return None
    return Draft(
        parties,
        [encounter],
        verdict,
        manner,
        (date, encounter, "sentence") if date else None,
        (place, encounter, place.source) if place else None,
        circumstances.occasion_of(encounter),
        circumstances.duration_of(encounter),
        circumstances.topics_of(encounter),
        circumstances.attribution_of(encounter),
        [kind],
        encounter.weight,
    )


# "I hope to hold a meeting", with no day to it, is a wish and no plan.
_WISHES = ("hope", "hoping", "wish", "look")


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
        extractor=f"{'patterns' if draft.encounters[0].pattern else 'frames'}/{VERSION}:{draft.encounters[0].frame}",
        published=article.published,
    )


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
