"""Finds who met whom in news articles, reads news feeds, and opens the tables that meetwire writes.

This package is the only public interface; ``pipelines`` and ``transforms`` may change with any release. Every error
derives from ``MeetwireError``. Importing it is cheap: the spaCy model, the feed parsers and DuckDB are loaded by the first
call that needs them, and Apache Beam by none. In your own spaCy pipeline, ``nlp.add_pipe("meetwire_meetings")`` sets
``doc._.meetings``.

Examples:
    >>> import meetwire
    >>> [report] = meetwire.extract("Ana Ruiz met Lars Holm in Oslo on Sunday.", published="2026-03-09T08:00:00Z")
    >>> [party.name for party in report.participants], report.status
    (['Ana Ruiz', 'Lars Holm'], 'held')
    >>> report.date.start, report.place.country
    ('2026-03-08', 'NO')
"""

from meetwire.extraction import extract
from meetwire.feed_reading import FeedError, read_feed
from meetwire.opened_tables import OpenedTables, open_tables
from transforms.errors import MeetwireError
from transforms.feeds.document import Document, Entry, Feed
from transforms.rows import Evidence, MeetingDate, MeetingReport, Participant, Place

__all__ = [
    "Document",
    "Entry",
    "Evidence",
    "Feed",
    "FeedError",
    "MeetingDate",
    "MeetingReport",
    "MeetwireError",
    "OpenedTables",
    "Participant",
    "Place",
    "extract",
    "open_tables",
    "read_feed",
]
