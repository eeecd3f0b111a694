"""The rows that tell of meetings: what one article says, and what all of them do. See ``rows``."""

from collections.abc import Sequence
from typing import NamedTuple, Optional


class Participant(NamedTuple):
    """One party of a meeting.

    Attributes:
        entity_id: The party's row in ``entities``.
        name: The fullest name that the article gives.
        kind: person, organization, country or group.
        title: A person's office (``foreign minister``).
        country: The country that it belongs to, ISO 3166-1 alpha-2.
        role: host, visitor, chair, mediator or attendee; null where the text does not say.
        actor_id: The same for one person or body in all articles; null until reports are merged.
    """

    entity_id: Optional[str]
    name: str
    kind: str
    title: Optional[str]
    country: Optional[str]
    role: Optional[str]
    actor_id: Optional[str] = None


class MeetingDate(NamedTuple):
    """When a meeting is or was; never finer than the text says.

    Attributes:
        start (DATE): The first day that it can be.
        end (DATE): The last day that it can be.
        precision: day, week, month, year or unknown.
        text: The words that say so.
        source: sentence, document or dateline: where these words stand.
    """

    start: Optional[str]
    end: Optional[str]
    precision: str
    text: Optional[str]
    source: str


class Place(NamedTuple):
    """Where the parties sat together.

    Attributes:
        name: The place's name as the article gives it.
        country: ISO 3166-1 alpha-2.
        latitude: Degrees north.
        longitude: Degrees east.
        source: sentence, document or dateline: where the place was named.
    """

    name: str
    country: Optional[str]
    latitude: Optional[float]
    longitude: Optional[float]
    source: str


class Evidence(NamedTuple):
    """Words of the article that tell of the meeting; ``article.text[start:end] == text``.

    Attributes:
        start: Offset of the first character.
        end: Offset behind the last character.
        text: The characters between them.
        kind: body, caption or headline.
    """

    start: int
    end: int
    text: str
    kind: str


class MeetingReport(NamedTuple):
    """One meeting as one article tells it.

    Attributes:
        report_id: Derived from the revision, the participants and the meeting's date and mode.
        meeting_id: The meeting over all articles that tell of it: the id of its earliest report.
        article_id: The article that tells of it.
        revision_id: The revision of that article.
        participants: Everyone who met; one row a meeting, never one a pair.
        status: held, ongoing, planned, proposed, cancelled or denied.
        mode: in_person, phone, video or unknown.
        kind: bilateral, trilateral or multilateral.
        date: When it is or was.
        place: Where the parties sat together.
        duration_minutes: How long it took.
        occasion: The event on whose sidelines it was.
        topics: What it was about, in the article's words.
        attribution: Who says so, where it is not the reporter.
        evidence: The sentences that say so.
        confidence: From 0 to 1; see the manual for what each figure has meant on gold articles.
        extractor: Which part found it, with its version.
        published (TIMESTAMP): When the article was published.
    """

    report_id: str
    meeting_id: str
    article_id: str
    revision_id: str
    participants: Sequence[Participant]
    status: str
    mode: str
    kind: str
    date: Optional[MeetingDate]
    place: Optional[Place]
    duration_minutes: Optional[int]
    occasion: Optional[str]
    topics: Sequence[str]
    attribution: Optional[str]
    evidence: Sequence[Evidence]
    confidence: float
    extractor: str
    published: Optional[str]


class MeetingSource(NamedTuple):
    """One article that tells of a meeting.

    Attributes:
        article_id: The article's row in ``articles``.
        feed_title: The title of the feed that published it.
        title: The article's headline.
        link: The article's page, absolute.
        published (TIMESTAMP): When the article was published.
        sentences: The very sentences of the article that tell of the meeting, in its order.
        duplicate_of: The article whose text this one copies; copies have one voice with their original.
    """

    article_id: str
    feed_title: Optional[str]
    title: Optional[str]
    link: Optional[str]
    published: Optional[str]
    sentences: Sequence[str]
    duplicate_of: Optional[str]


class StatusTold(NamedTuple):
    """What an article said had become of a meeting.

    Attributes:
        status: held, ongoing, planned, proposed, cancelled or denied.
        date (DATE): The first day that the meeting could be, by this article; null where it gives none.
        published (TIMESTAMP): When the article said so.
        article_id: The article.
    """

    status: str
    date: Optional[str]
    published: Optional[str]
    article_id: str


class Dissent(NamedTuple):
    """Where articles contradict what the meeting's row says.

    Attributes:
        field: status, mode, date or place.
        value: What they say instead.
        articles: Their article_ids.
    """

    field: str
    value: str
    articles: Sequence[str]


class Meeting(NamedTuple):
    """One meeting, merged from every report of it; copies of one text have one voice.

    Attributes:
        meeting_id: That of its earliest report; ``meeting_aliases`` leads from the other reports' ids to it.
        participants: Everyone who met, as the report has it that names most of them in full; names, titles and countries
            as most say.
        status: The newest report's; held beats planned.
        mode: in_person, phone, video or unknown, as most say.
        kind: bilateral, trilateral or multilateral.
        date: When it is or was, as most say of those who say it most precisely.
        place: Where the parties sat together, as most say.
        occasion: The event on whose sidelines it was.
        topics: What it was about.
        first_reported (TIMESTAMP): The first article's time.
        last_reported (TIMESTAMP): The last article's time.
        report_count: How many articles tell of it.
        source_count: How many of them are no copies of another.
        articles: Their article_ids.
        confidence: From 0 to 1: that not every independent source is wrong.
        sources: The articles with the sentences that tell of it; the one that says best what became of it is the first.
        history: What became of it, by time.
        dissent: What some articles say otherwise.
    """

    meeting_id: str
    participants: Sequence[Participant]
    status: str
    mode: str
    kind: str
    date: Optional[MeetingDate]
    place: Optional[Place]
    occasion: Optional[str]
    topics: Sequence[str]
    first_reported: Optional[str]
    last_reported: Optional[str]
    report_count: int
    source_count: int
    articles: Sequence[str]
    confidence: float
    sources: Sequence[MeetingSource]
    history: Sequence[StatusTold]
    dissent: Sequence[Dissent]
