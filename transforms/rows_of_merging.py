"""What is kept of merging: to which meeting each report belongs, what tells copies of a text, and who is who.

All but the decisions is worked out from these, ``meeting_reports`` and ``articles``, and can be made anew at any time.
"""

from collections.abc import Sequence
from typing import NamedTuple, Optional


class MergedReport(NamedTuple):
    """To which meeting a report belongs, over all articles.

    Attributes:
        report_id: The report's row in ``meeting_reports``.
        article_id: The article that tells it.
        meeting_id: The meeting that it belongs to: the earliest report's own id.
        actor_ids: Who the report's participants are, in their order.
        reasons: Why each of them is this actor.
        keys: The blocks by which reports that may tell of one meeting are found.
        first_day (DATE): The first day that the meeting can have been on, by this report.
        last_day (DATE): The last such day.
        day (TIMESTAMP): The beginning of the first day.
        mark: Stands for the report and what its article says: merged once, it need not be merged again.
    """

    report_id: str
    article_id: str
    meeting_id: str
    actor_ids: Sequence[str]
    reasons: Sequence[str]
    keys: Sequence[str]
    first_day: str
    last_day: str
    day: str
    mark: str


class ArticleSketch(NamedTuple):
    """What an article's text is compared by with others, and whose copy it is.

    Attributes:
        article_id: The article's row in ``articles``.
        published (TIMESTAMP): When it was published.
        values: Its MinHash.
        duplicate_of: The article_id of the earliest article with the same text; null for an original.
    """

    article_id: str
    published: Optional[str]
    values: Sequence[int]
    duplicate_of: Optional[str]


class ActorDecision(NamedTuple):
    """Who is who by decision: an analyst's, or a line of the user's own file of actors. Kept also where it is taken back.

    Attributes:
        decision_id: Derived from what is decided and, of an analyst's, when.
        kind: join (the actors are one), split (the names are another's) or known (the file knows an actor by its names).
        actor_ids: join: those that are one, the first gives the id; split: whose the names were and whose they are; known:
            the actor.
        names: join: what they were called; split: the names that are another's; known: every name, first the one that is
            shown.
        country: split: another's are only those of this country, ISO 3166-1 alpha-2; null where the names are, of any.
        wikidata_id: known: the actor's item of Wikidata, such as Q42.
        decided_at (TIMESTAMP): When it was decided.
        decided_by: Who decided it.
        why: Why, in their words.
        taken_back_at (TIMESTAMP): When it was taken back; null while it counts.
        taken_back_by: Who took it back.
    """

    decision_id: str
    kind: str
    actor_ids: Sequence[str]
    names: Sequence[str]
    country: Optional[str]
    wikidata_id: Optional[str]
    decided_at: str
    decided_by: str
    why: str
    taken_back_at: Optional[str]
    taken_back_by: Optional[str]


class OfficeHeld(NamedTuple):
    """An office that articles give to someone.

    Attributes:
        title: As the articles have it.
        first (TIMESTAMP): When the first of these articles was published.
        last (TIMESTAMP): When the last of them was.
    """

    title: str
    first: Optional[str]
    last: Optional[str]


class Actor(NamedTuple):
    """One person or body, over all articles.

    Attributes:
        actor_id: As in ``participants``.
        name: The name by which most reports call it, a full one where there is any; the one in the user's own file first.
        kind: person, organization, country or group.
        country: Of most reports that give one, ISO 3166-1 alpha-2.
        wikidata_id: Its item of Wikidata, where the user's own file of actors has it.
        names: Every name that was seen, the most frequent first.
        countries: Every country that was given, the most frequent first.
        offices: The titles that were given, the latest first.
        meeting_count: In how many meetings it took part.
        report_count: How many reports name it.
        first_reported (TIMESTAMP): When the first article that names it was published.
        last_reported (TIMESTAMP): When the last one was.
    """

    actor_id: str
    name: str
    kind: str
    country: Optional[str]
    wikidata_id: Optional[str]
    names: Sequence[str]
    countries: Sequence[str]
    offices: Sequence[OfficeHeld]
    meeting_count: int
    report_count: int
    first_reported: Optional[str]
    last_reported: Optional[str]


class MetPair(NamedTuple):
    """Two who met, once a meeting, with the codes of CAMEO and PLOVER for what the first does towards the second.

    Attributes:
        meeting_id: The meeting's row in ``meetings``.
        one_id: The actor_id of the one who stands first in the meeting.
        one_name: Its name there.
        one_country: Its country.
        other_id: The actor_id of the other.
        other_name: Its name there.
        other_country: Its country.
        status: The meeting's.
        mode: The meeting's.
        date_start (DATE): The meeting's first day.
        date_end (DATE): The meeting's last day.
        place_name: Where they sat together.
        place_country: The country of that place.
        cameo_code: 036, 040 to 045 or 125; the manual says when.
        plover_event: AGREE, CONSULT or REJECT.
        confidence: The meeting's.
        report_count: The meeting's.
        last_reported (TIMESTAMP): The meeting's.
    """

    meeting_id: str
    one_id: Optional[str]
    one_name: str
    one_country: Optional[str]
    other_id: Optional[str]
    other_name: str
    other_country: Optional[str]
    status: str
    mode: str
    date_start: Optional[str]
    date_end: Optional[str]
    place_name: Optional[str]
    place_country: Optional[str]
    cameo_code: str
    plover_event: str
    confidence: float
    report_count: int
    last_reported: Optional[str]
