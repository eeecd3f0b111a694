"""Rows of any date and size, at no price: Parquet loaded into staging tables, and appended from there in one transaction.

BigQuery takes 1,500 loads a day into one table, and any number into tables of their own.
"""

import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core import exceptions
from google.cloud import bigquery

from transforms.rows import derive_id
from transforms.tables.bigquery import statements
from transforms.tables.bigquery.client import NEVER, REQUEST_SECONDS, Patience, Target, passing
from transforms.tables.bigquery.make_dataset import schema
from transforms.tables.delta_lake.encode import to_parquet
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import bigquery_schema

# Staging tables that a killed run left go by themselves.
STAGING_DAYS = 1
Start = Callable[[str], Any]


def load(client: bigquery.Client, target: Target, lines: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Appends rows, JSON lines by table, written at ``now``: all of them or none.

    Raises:
        BigQueryUnavailableError: the deadline has passed; writing all again is harmless.
        GoogleAPICallError: BigQuery says no.
    """
    commit_id = derive_id("load", now.isoformat(), *(line for table in sorted(lines) for line in lines[table]))
    staged = {table: f"staging_{table}_{commit_id}" for table in lines}
    for table, name in staged.items():
        _stage(client, target, table, name, lines[table], now)
    run(client, target, statements.append(f"{target.project}.{target.dataset}", staged, now), f"commit_{commit_id}")
    for name in staged.values():
        client.delete_table(target.name(name), not_found_ok=True, retry=target.retry, timeout=REQUEST_SECONDS)


def _stage(client: bigquery.Client, target: Target, table: str, name: str, lines: Sequence[str], now: datetime) -> None:
    """Loads rows into a staging table of their own; loading again overwrites."""
    config = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE,
        schema=schema(bigquery_schema(LAYOUTS[table].row)),
    )
    config.parquet_options = bigquery.ParquetOptions.from_api_repr({"enableListInference": True})
    staging = bigquery.Table(target.name(name), schema=config.schema)
    staging.expires = now.astimezone(UTC) + timedelta(days=STAGING_DAYS)
    client.create_table(staging, exists_ok=True, retry=target.retry, timeout=REQUEST_SECONDS)
    data = to_parquet(table, lines)

    def start(job_id: str) -> Any:
        return client.load_table_from_file(
            io.BytesIO(data),
            target.name(name),
            job_config=config,
            job_id=job_id,
            num_retries=0,
            timeout=REQUEST_SECONDS,
        )

    _finish(client, target, start, name)


def run(client: bigquery.Client, target: Target, sql: str, name: str) -> Any:
    """Runs a statement or script as a job of this name, once, and gives its job."""

    def start(job_id: str) -> Any:
        return client.query(sql, job_id=job_id, job_retry=None, retry=NEVER, timeout=REQUEST_SECONDS)

    return _finish(client, target, start, name)


def _finish(client: bigquery.Client, target: Target, start: Start, name: str) -> Any:
    """Starts a job, waits for its end and gives it.

    A job that failed for want of quota, or by a fault of BigQuery's, has changed nothing, and is followed by another.
    """
    patience = Patience(target, target.name(name), "did not end a job")
    for attempt in itertools.count():
        job = target.retry(_started)(client, start, f"meetwire_{name}_{attempt}")
        try:
            job.result(retry=target.retry, timeout=target.deadline)
            break
        except exceptions.GoogleAPICallError as error:
            job.reload(retry=target.retry, timeout=REQUEST_SECONDS)
            if not (job.error_result and passing(error)):
                raise
            patience.again(error)
    return job


def _started(client: bigquery.Client, start: Start, job_id: str) -> Any:
    """The job of this id: started, or found where the answer to its start was lost."""
    try:
        return start(job_id)
    except exceptions.Conflict:
        return client.get_job(job_id, retry=NEVER, timeout=REQUEST_SECONDS)
