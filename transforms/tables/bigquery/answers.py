"""Asks BigQuery, in its own dialect, with the dataset's views as the tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from google.api_core import exceptions
from google.cloud import bigquery

from transforms.tables.bigquery.client import REQUEST_SECONDS, connect, one_line, parse, told
from transforms.tables.queries.database import QueryError


def rows_of(setting: str, sql: str) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Names and rows of one reading statement; unqualified names are tables and views of the dataset.

    Raises:
        QueryError: BigQuery finds a fault, or the statement does more than read; one line.
        FileNotFoundError: there is no such dataset.
        OSError: BigQuery does not answer, or does not let us; one line.
    """
    target = parse(setting)
    config = bigquery.QueryJobConfig(default_dataset=f"{target.project}.{target.dataset}")
    checked = bigquery.QueryJobConfig(default_dataset=config.default_dataset, dry_run=True)
    options: dict[str, Any] = {"retry": target.retry, "timeout": REQUEST_SECONDS, "job_retry": None}
    with told(setting):
        client = connect(target)
        try:
            plan = client.query(sql, job_config=checked, **options)
            if (plan.statement_type or "SELECT") != "SELECT":
                kind = plan.statement_type
                raise QueryError(f"this reads tables and does not change them: give one SELECT, not {kind}")
            found = client.query(sql, job_config=config, **options).result(timeout=target.deadline)
        except exceptions.NotFound as error:
            raise FileNotFoundError(2, f"no tables here yet: {one_line(error.message)}", setting) from None
        except exceptions.BadRequest as error:
            raise QueryError(one_line(error.message)) from None
    return [field.name for field in found.schema], _values(found, setting)


def _values(found: Iterable[Any], setting: str) -> Iterator[Sequence[Any]]:
    with told(setting):
        for row in found:
            yield row.values()
