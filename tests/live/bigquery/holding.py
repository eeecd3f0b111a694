"""What the tables in BigQuery hold, in the form that ``making.content`` has for files."""

import time
import urllib.request
from pathlib import Path

import pytest
from google.cloud import bigquery

from transforms import rows
from transforms.clock import utc_now
from transforms.tables.bigquery.client import connect, parse
from transforms.tables.layout import GIVEN
from transforms.tables.queries.ask import plain_value
from transforms.tables.sinks import open_sink

PROJECT_FOLDER = Path(__file__).parents[3]


def wait_for(url, server, log):
    for _ in range(300):
        if server.poll() is not None:
            pytest.fail(f"the emulator ended: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the emulator does not answer: {log.read_text()[-2000:]}")


def query(target: str, sql: str) -> list[list]:
    setting = parse(target)
    config = bigquery.QueryJobConfig(default_dataset=f"{setting.project}.{setting.dataset}")
    found = connect(setting).query(sql, job_config=config, job_retry=None).result(timeout=20)
    return [[plain_value(value) for value in row.values()] for row in found]


def content(target: str) -> dict[str, list]:
    """Every table's rows as plain values, sorted, once their reports are merged."""
    open_sink(target).settle(utc_now())
    views = {table: f"{table}_latest" if table in GIVEN else table for table in rows.TABLES}
    return {table: sorted(query(target, f"SELECT * FROM {view}"), key=repr) for table, view in views.items()}
