"""What is kept of merging: to which meeting each report belongs, and what tells copies of a text.

Both are worked out from ``meeting_reports`` and ``articles`` and can be made anew from these at any time.
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
