"""What the tables in BigQuery hold, in the form that ``making.content`` has for files."""

import time
import urllib.request
from pathlib import Path

import pytest
from google.cloud import bigquery

from transforms import rows
from transforms.tables.ask import plain_value
from transforms.tables.bigquery.client import connect, parse

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
    views = {table: table if table == "meetings" else f"{table}_latest" for table in rows.TABLES}
    return {table: sorted(query(target, f"SELECT * FROM {view}"), key=repr) for table, view in views.items()}


def unmerged(held: dict[str, list]) -> dict[str, list]:
    """The content without what merging adds to it in Delta tables alone: who is who, and which texts are copies."""
    nobody = {
        table: [[_nobody(value) for value in row] for row in held[table]] for table in ("meeting_reports", "meetings")
    }
    copies = rows.Article._fields.index("duplicate_of")
    return {**held, **nobody, "articles": [[*row[:copies], *row[copies + 1 :]] for row in held["articles"]]}


def _nobody(value: object) -> object:
    if isinstance(value, list):
        return [{**item, "actor_id": None} if isinstance(item, dict) and "role" in item else item for item in value]
    return value
