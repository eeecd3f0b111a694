"""The SQL of the tables in BigQuery: views over them, staged rows into them, and superseded copies out of them.

Rows are only ever appended, by any writer and any number of times. The copy of an article that counts is its newest revision's
last one; of its entities and reports count those written with that copy. Articles are written last, so that a reader
sees an extraction when all of it is there.

A view reads a few narrow columns of all months to know which copies count. All other columns it reads only of the
months that are asked for: a condition on the table's time goes through the view to the partitions.
"""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from transforms.tables.bigquery.shown import merged_rows, shown
from transforms.tables.layout import DERIVED, EXTRACTED, GIVEN, LAYOUTS
from transforms.tables.schemas import columns

# Tells the copies of a row apart. All rows of one write have the same.
WRITTEN_AT = "written_at"


def _names(table: str, alias: str = "") -> str:
    return ", ".join(f"{alias}`{column.name}`" for column in columns(LAYOUTS[table].row))


def views(dataset: str) -> dict[str, str]:
    """View -> query, in the order in which they are to be made. ``dataset`` is ``project.dataset``."""
    made = {"article_revisions": _view(dataset, "articles", _last_copies(dataset, "articles"))}
    latest = {table: as_told(dataset, table) for table in (*DERIVED, *GIVEN)}
    made |= {f"{table}_latest": query for table, query in (latest | merged_rows(dataset, latest)).items()}
    return made | shown(dataset, latest)


def as_told(dataset: str, table: str) -> str:
    """The query for the current rows of a table, without what merging says of them."""
    return _view(dataset, table, _copies(dataset, table))


class _Copies(NamedTuple):
    """A table's rows, ``r``, beside what tells which copies count.

    Attributes:
        source: What to select from.
        counting: The condition that holds for those that do.
    """

    source: str
    counting: str


def _view(dataset: str, table: str, copies: _Copies) -> str:
    """The rows of the copies that count, each once even where BigQuery took one request twice."""
    # The time is a key for the sake of the partitions: conditions on it go through.
    keys = ", ".join(f"r.{name}" for name in dict.fromkeys((LAYOUTS[table].time, *LAYOUTS[table].keys)))
    return f"""SELECT {_names(table, "r.")} FROM {copies.source} WHERE {copies.counting}
        QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY r.{WRITTEN_AT} DESC) = 1"""


def _copies(dataset: str, table: str) -> _Copies:
    if table not in EXTRACTED:
        return _last_copies(dataset, table)
    order = f"revision DESC, fetched_at DESC, revision_id DESC, {WRITTEN_AT} DESC"
    newest = f"""SELECT article_id, revision_id, {WRITTEN_AT} FROM `{dataset}.articles` WHERE TRUE
            QUALIFY ROW_NUMBER() OVER (PARTITION BY article_id ORDER BY {order}) = 1"""
    return _beside(dataset, table, newest, ("article_id",), ("revision_id", WRITTEN_AT))


def _last_copies(dataset: str, table: str) -> _Copies:
    keys = LAYOUTS[table].keys
    names = ", ".join(keys)
    newest = f"SELECT {names}, MAX({WRITTEN_AT}) AS {WRITTEN_AT} FROM `{dataset}.{table}` GROUP BY {names}"
    return _beside(dataset, table, newest, keys, (WRITTEN_AT,))


def _beside(dataset: str, table: str, newest: str, on: Sequence[str], same: Sequence[str]) -> _Copies:
    source = f"`{dataset}.{table}` AS r LEFT JOIN ({newest}) AS c ON {_equal('c', on)}"
    return _Copies(source, f"(c.{on[0]} IS NULL OR ({_equal('c', same)}))")


def _equal(other: str, names: Sequence[str]) -> str:
    return " AND ".join(f"{other}.{name} = r.{name}" for name in names)


def append(dataset: str, staged: Mapping[str, str], now: datetime) -> str:
    """The script that appends staged rows to the tables, all of them or none.

    ``staged`` names the staging table of each table. ``now``, aware, is when they are written. Appending reads nothing
    of what is there, and neither waits for other writers nor fails for them.
    """
    script = [_append(dataset, table, name, now) for table, name in staged.items()]
    return "\n".join(["BEGIN TRANSACTION;", *script, "COMMIT TRANSACTION;"])


def _append(dataset: str, table: str, staging: str, now: datetime) -> str:
    names = _names(table)
    return f"""INSERT INTO `{dataset}.{table}` ({names}, {WRITTEN_AT})
        SELECT {names}, {_literal(now)} FROM `{dataset}.{staging}`;"""


def superseded_months(dataset: str, table: str, before: datetime) -> str:
    """The query for the months of a table that have superseded copies from before ``before``, and for how many.

    A month is its first day, and null for rows without a time.
    """
    month = f"DATE(TIMESTAMP_TRUNC({LAYOUTS[table].time}, MONTH))"
    return f"""SELECT {month} AS month, COUNT(*) AS copies FROM ({_superseded(dataset, table, before)}) AS s
        GROUP BY month ORDER BY month"""


def delete_superseded(dataset: str, table: str, before: datetime, months: Iterable[date | None]) -> str:
    """The statement that deletes these copies from ``months``: constants, so that it touches no other partition."""
    within = " OR ".join(_within(f"r.{LAYOUTS[table].time}", month) for month in months)
    return f"""DELETE FROM `{dataset}.{table}` AS r WHERE ({within}) AND EXISTS (
        SELECT 1 FROM ({_superseded(dataset, table, before)}) AS s
        WHERE {_equal("s", (*LAYOUTS[table].keys, WRITTEN_AT))})"""


def _superseded(dataset: str, table: str, before: datetime) -> str:
    """Keys and times of the superseded copies; superseded revisions of articles do, in ``article_revisions``."""
    copies = (_last_copies if table == "articles" else _copies)(dataset, table)
    names = ", ".join(f"r.{name}" for name in dict.fromkeys((*LAYOUTS[table].keys, WRITTEN_AT, LAYOUTS[table].time)))
    return f"SELECT {names} FROM {copies.source} WHERE NOT {copies.counting} AND r.{WRITTEN_AT} < {_literal(before)}"


def _within(time: str, month: date | None) -> str:
    if month is None:
        return f"{time} IS NULL"
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return f"{time} BETWEEN TIMESTAMP '{month}' AND TIMESTAMP '{last} 23:59:59.999999'"


def _literal(time: datetime) -> str:
    return f"TIMESTAMP '{time.astimezone(UTC).isoformat()}'"
