"""How the tables lie in a folder or bucket: their keys, partitions and names.

articles/published_month=2023-04/…parquet     each table is a Delta table, with its commits in _delta_log
articles/published_month=other/…parquet       rows of long ago, of the future, and without a date
articles_history/…                            revisions of articles that a newer one has replaced
meetwire.duckdb                               views over all of it
_meetwire/lock                                held by the process that writes
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from transforms import rows, rows_of_merging

# Where our own files lie: outside every table's tree, since readers take whatever lies there for data.
OWN = "_meetwire"
DATABASE = "meetwire.duckdb"
# Rows further back share a partition, so that an article on each of a thousand days does not make a thousand files.
MONTHS_APART = timedelta(days=366)
OTHER = "other"


class Layout(NamedTuple):
    """How one table is kept.

    Attributes:
        row: Its row class.
        keys: The columns that make a row one row.
        time: The column whose month is the partition.
        partition: The partition's column.
        group: The column by which rows that belong together are found and replaced.
        unnamed: Columns without a say: rows with one key that differ in these alone are the same row.
    """

    row: type
    keys: tuple[str, ...]
    time: str
    partition: str
    group: str
    unnamed: tuple[str, ...] = ()


_POLL = ("feed_url", "polled_at")
LAYOUTS: dict[str, Layout] = {
    "articles": Layout(rows.Article, ("revision_id",), "published", "published_month", "article_id"),
    "entities": Layout(rows.Entity, ("revision_id", "entity_id"), "published", "published_month", "article_id"),
    "meeting_reports": Layout(
        rows.MeetingReport, ("revision_id", "report_id"), "published", "published_month", "article_id"
    ),
    "dead_letters": Layout(
        rows.DeadLetter, ("letter_id",), "occurred_at", "occurred_month", "letter_id", ("occurred_at",)
    ),
    "feed_health": Layout(
        rows.FeedHealth,
        _POLL,
        "polled_at",
        "polled_month",
        "polled_at",
        tuple(name for name in rows.FeedHealth._fields if name not in _POLL),
    ),
    "actor_decisions": Layout(rows.ActorDecision, ("decision_id",), "decided_at", "decided_month", "decision_id"),
    "merged_reports": Layout(rows_of_merging.MergedReport, ("report_id",), "day", "day_month", "article_id"),
    "article_sketches": Layout(
        rows_of_merging.ArticleSketch, ("article_id",), "published", "published_month", "article_id"
    ),
    "merged_meetings": Layout(rows.Meeting, ("meeting_id",), "first_reported", "reported_month", "meeting_id"),
}
# Tables beside those that rows are sent to: worked out from these, in this order, so that a writer who dies in between
# and begins again finds what it has to work out anew.
DERIVED = ("article_sketches", "merged_meetings", "merged_reports")
GIVEN = tuple(table for table in LAYOUTS if table not in DERIVED)
# The table whose rows say who is who, whatever reports say.
DECISIONS = "actor_decisions"
# The tables that one extraction of one revision of an article writes together.
EXTRACTED = ("articles", "entities", "meeting_reports")
# Delta table -> the table whose rows it holds.
HISTORY = "articles_history"
STORED = {HISTORY: "articles", **{table: table for table in LAYOUTS}}


def of_extract(extract: rows.Extract) -> dict[str, Sequence[Any]]:
    """An extract's rows by table."""
    return {"articles": [extract.article], "entities": extract.entities, "meeting_reports": extract.reports}


def key(table: str, row: Any) -> tuple[str, ...]:
    """What makes ``row`` one row of ``table``."""
    return tuple(getattr(row, name) for name in LAYOUTS[table].keys)


def month(time: datetime | None, now: datetime) -> str:
    """The partition of a row of this time, written at ``now``: its month within the last year, else ``other``."""
    return f"{time:%Y-%m}" if time and now - MONTHS_APART <= time <= now + timedelta(days=1) else OTHER
