"""What a run would do in BigQuery: dataset, tables, views, missing columns, and whether queries are allowed."""

from typing import Any

from google.api_core import exceptions
from google.cloud import bigquery

from transforms.tables.bigquery.client import REQUEST_SECONDS, Target, connect, parse, told
from transforms.tables.bigquery.make_dataset import fields
from transforms.tables.bigquery.statements import views
from transforms.tables.evolve import differences, shown
from transforms.tables.layout import LAYOUTS


def plan_bigquery(setting: str) -> list[str]:
    """Lines as of ``transforms.tables.plan.plan``. A dry run of a query tells whether jobs are allowed.

    Raises:
        OSError: BigQuery does not answer, or does not let us; with its reason.
    """
    with told(setting):
        return _plan(parse(setting))


def _plan(target: Target) -> list[str]:
    client = connect(target)
    options: dict[str, Any] = {"retry": target.retry, "timeout": REQUEST_SECONDS}
    client.query("SELECT 1", job_config=bigquery.QueryJobConfig(dry_run=True), job_retry=None, **options)
    try:
        client.get_dataset(f"{target.project}.{target.dataset}", **options)
    except exceptions.NotFound:
        where = f" in {target.location}" if target.location else ""
        return [
            f"dataset {target.dataset}: would be made{where}, with {len(LAYOUTS)} tables and {len(views(''))} views"
        ]
    lines = []
    for table in LAYOUTS:
        try:
            found = client.get_table(target.name(table), **options)
        except exceptions.NotFound:
            lines.append(f"{table}: would be made")
            continue
        lines.append(f"{table}: {found.num_rows} rows")
        if (found.time_partitioning and found.time_partitioning.type_) != bigquery.TimePartitioningType.MONTH:
            lines.append(f"{table}: not partitioned by month, which only a table that is made anew can be")
        lines += shown(differences(table, [field.to_api_repr() for field in found.schema], fields(table)))
    return lines
