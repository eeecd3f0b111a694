"""Batch: Parquet loaded into staging tables by jobs with derived ids, then moved in one transaction."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core import exceptions
from google.cloud import bigquery

from transforms.rows import derive_id
from transforms.tables.bigquery import statements
from transforms.tables.bigquery.client import REQUEST_SECONDS, Target
from transforms.tables.bigquery.create import schema
from transforms.tables.encode import to_parquet
from transforms.tables.layout import LAYOUTS
from transforms.tables.layout import digest as digest_of
from transforms.tables.schemas import bigquery_schema

# Staging tables that a killed run left go by themselves.
STAGING_DAYS = 1
_STREAMED = "streaming buffer"


def stage(client: bigquery.Client, target: Target, table: str, lines: Sequence[str], now: datetime) -> str:
    """Loads rows into a staging table of their own and gives its name; the same rows have the same.

    Loading again overwrites, so that a repeat after a kill changes nothing.
    """
    digest = digest_of(table, lines)
    name = f"staging_{table}_{digest}"
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
            num_retries=5,
            timeout=REQUEST_SECONDS,
        )

    run_once(client, target, start, derive_id("load", digest, now.isoformat()))
    return name


def run_once(client: bigquery.Client, target: Target, start: Any, job_id: str) -> Any:
    """Starts the job with this id, or finds the one that has it since an answer was lost, and waits for its end."""
    try:
        job = start(f"meetwire_{job_id}")
    except exceptions.Conflict:
        job = client.get_job(f"meetwire_{job_id}", retry=target.retry, timeout=REQUEST_SECONDS)
    return job.result(retry=target.retry, timeout=target.deadline)


def commit(client: bigquery.Client, target: Target, staged: Sequence[tuple[str, str]], now: datetime) -> None:
    """Moves what is staged, (table, staging table), into the tables, all of it or nothing; drops the staging tables."""
    names: dict[str, list[str]] = {}
    for table, name in sorted(set(staged)):
        names.setdefault(table, []).append(name)
    if not names:
        return

    def run(append: bool) -> None:
        script = statements.merge(f"{target.project}.{target.dataset}", names, now, append)

        def start(job_id: str) -> Any:
            return client.query(script, job_id=job_id, job_retry=None, retry=target.retry, timeout=REQUEST_SECONDS)

        run_once(client, target, start, derive_id("commit", script, now.isoformat()))

    try:
        run(append=False)
    except exceptions.GoogleAPICallError as error:
        # Rows that were streamed in lately cannot be touched yet.
        if _STREAMED not in str(error):
            raise
        run(append=True)
    for _, name in staged:
        client.delete_table(target.name(name), not_found_ok=True, retry=target.retry, timeout=REQUEST_SECONDS)
