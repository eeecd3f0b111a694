"""How the tables lie in a folder: their keys, partitions and file names.

    articles/published_date=2023-04-17/part-0f3c….parquet
    articles/published_date=__HIVE_DEFAULT_PARTITION__/part-91aa….parquet     rows without a published date
    _meetwire/commits/…                                                       what is in the tables, commit by commit
    meetwire.duckdb                                                           views over all of it

A file's name is derived from the rows in it: the same rows give the same file, so a re-run finds its own work.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from transforms import rows

# Where our own files lie: outside every table's tree, since readers take whatever lies there for data.
OWN = "_meetwire"
COMMITS = f"{OWN}/commits"
TEMPORARY = f"{OWN}/tmp"
DATABASE = "meetwire.duckdb"
# What Hive, Spark, DuckDB and pyarrow read as null.
NO_DATE = "__HIVE_DEFAULT_PARTITION__"


class Layout(NamedTuple):
    """How one table is kept.

    Attributes:
        row: Its row class.
        keys: The columns that make a row one row.
        time: The column whose day is the partition.
        partition: The partition's name.
        unnamed: Columns that say when a row was made, and so have no say in a file's name.
    """

    row: type
    keys: tuple[str, ...]
    time: str
    partition: str
    unnamed: tuple[str, ...] = ()


LAYOUTS: dict[str, Layout] = {
    "articles": Layout(rows.Article, ("revision_id",), "published", "published_date"),
    "entities": Layout(rows.Entity, ("revision_id", "entity_id"), "published", "published_date"),
    "meeting_reports": Layout(rows.MeetingReport, ("revision_id", "report_id"), "published", "published_date"),
    "dead_letters": Layout(rows.DeadLetter, ("letter_id",), "occurred_at", "occurred_date", ("occurred_at",)),
    "feed_health": Layout(rows.FeedHealth, ("feed_url", "polled_at"), "polled_at", "polled_date"),
}
# The tables that one extraction of one revision of an article writes together.
EXTRACTED = ("articles", "entities", "meeting_reports")


def of_extract(extract: rows.Extract) -> dict[str, Sequence[Any]]:
    """An extract's rows by table."""
    return {"articles": [extract.article], "entities": extract.entities, "meeting_reports": extract.reports}


def key(table: str, row: Any) -> tuple[str, ...]:
    """What makes ``row`` one row of ``table``."""
    return tuple(getattr(row, name) for name in LAYOUTS[table].keys)


def partition(table: str, row: Any) -> str:
    """The partition's folder (``published_date=2023-04-17``) of a conformed row."""
    layout = LAYOUTS[table]
    time: str | None = getattr(row, layout.time)
    return f"{layout.partition}={time[:10] if time else NO_DATE}"


def file_name(table: str, lines: Iterable[str], suffix: str) -> str:
    """``part-<hash>.<suffix>`` of a file that holds these rows, given as JSON lines in the file's order."""
    digest = hashlib.sha256(table.encode())
    unnamed = LAYOUTS[table].unnamed
    for line in lines:
        if unnamed:
            line = json.dumps({name: value for name, value in json.loads(line).items() if name not in unnamed})
        digest.update(b"\n" + line.encode())
    return f"part-{digest.hexdigest()[:24]}.{suffix}"
