"""The dateline's place for a meeting whose own place the text does not say.

Agencies write from where things happen, but not always: a story from London may tell of talks in Geneva. The
dateline counts for a meeting in person of these days; where its day is not told, only in the country of a party.
"""

from datetime import date, datetime

from transforms.articles.dateline import place_of
from transforms.rows import Article, MeetingDate, Participant, Place

# A meeting further from publication is background, and was somewhere else.
_DAYS = 3


def dateline_place(
    article: Article,
    participants: list[Participant],
    status: str,
    mode: str,
    when: MeetingDate | None,
    anchor: datetime | None,
) -> Place | None:
    """The place in ``article``'s dateline, if the meeting can have been there; None otherwise."""
    printed = article.dateline.place if article.dateline else None
    if printed is None or mode != "in_person" or status not in {"held", "ongoing"} or not _of_these_days(when, anchor):
        return None
    found = place_of(printed)
    if found is None or (when is None and found.country not in {participant.country for participant in participants}):
        return None
    return Place(found.name, found.country, found.latitude, found.longitude, "dateline")


def _of_these_days(when: MeetingDate | None, anchor: datetime | None) -> bool:
    if when is None or when.start is None or anchor is None:
        return True
    return when.precision == "day" and abs((date.fromisoformat(when.start) - anchor.date()).days) <= _DAYS
