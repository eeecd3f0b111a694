"""Deletes superseded copies of rows, which the views do not show and which would still be stored and read."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from transforms.rows import derive_id
from transforms.tables.bigquery import statements
from transforms.tables.bigquery.client import connect, parse, told
from transforms.tables.bigquery.load import run
from transforms.tables.layout import LAYOUTS

# Younger copies stay: BigQuery deletes no row for 90 minutes after it was streamed in, and an extraction may be under way.
SETTLED = timedelta(hours=3)


def dedupe(setting: str, now: datetime) -> Iterator[tuple[str, int]]:
    """Yields each table with how many copies were deleted from it. Writers and readers go on meanwhile.

    Each table is asked, by a few narrow columns, which months have such copies; only these months are rewritten.

    Raises:
        OSError: BigQuery does not answer, or does not let us; one line.
    """
    target = parse(setting)
    dataset, before = f"{target.project}.{target.dataset}", now - SETTLED
    with told(setting):
        client = connect(target)
        for table in LAYOUTS:
            name = f"{table}_{derive_id('dedupe', setting, now.isoformat())}"
            found = run(client, target, statements.superseded_months(dataset, table, before), f"months_{name}")
            months = [row["month"] for row in found.result()]
            deleted = 0
            if months:
                sql = statements.delete_superseded(dataset, table, before, months)
                deleted = run(client, target, sql, f"delete_{name}").num_dml_affected_rows or 0
            yield table, deleted
