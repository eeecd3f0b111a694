"""Makes the dataset, the tables and the views, and adds what new columns there are."""

from typing import Any

from google.cloud import bigquery

from transforms.tables.bigquery.client import REQUEST_SECONDS, Target
from transforms.tables.bigquery.statements import WRITTEN_AT, views
from transforms.tables.evolve import Change, additions, differences
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import bigquery_schema, summary

CLUSTERS = {
    "articles": ("article_id", "revision_id"),
    "entities": ("article_id", "revision_id", "entity_id"),
    "meeting_reports": ("meeting_id", "article_id", "revision_id", "report_id"),
    "dead_letters": ("stage", "letter_id"),
    "feed_health": ("feed_url",),
    "actor_decisions": ("decision_id",),
    "merged_reports": ("meeting_id", "report_id"),
    "article_sketches": ("article_id",),
    "merged_meetings": ("meeting_id",),
}


def fields(table: str) -> list[dict[str, Any]]:
    """The schema of a stored table: the row's, and when the copy was written."""
    when = "When this copy of the row was written. Not part of the row."
    return [
        *bigquery_schema(LAYOUTS[table].row),
        {"name": WRITTEN_AT, "type": "TIMESTAMP", "mode": "REQUIRED", "description": when},
    ]


def schema(found: list[dict[str, Any]]) -> list[bigquery.SchemaField]:
    """Schema JSON as the client's own objects."""
    return [bigquery.SchemaField.from_api_repr(field) for field in found]


def make_all(client: bigquery.Client, target: Target) -> list[Change]:
    """Makes whatever is missing and gives what was added to tables that were there.

    Raises:
        EvolutionError: a table that is there has a column of another type, so that rows would not fit.
    """
    options: dict[str, Any] = {"retry": target.retry, "timeout": REQUEST_SECONDS}
    dataset = bigquery.Dataset(f"{target.project}.{target.dataset}")
    if target.location:
        dataset.location = target.location
    client.create_dataset(dataset, exists_ok=True, **options)
    changes = []
    for table in LAYOUTS:
        made = client.create_table(_table(target, table), exists_ok=True, **options)
        found = [field.to_api_repr() for field in made.schema]
        added = additions(table, found, fields(table))
        if added:
            made.schema = schema(added)
            client.update_table(made, ["schema"], **options)
            changes += differences(table, found, fields(table))
    for name, query in views(f"{target.project}.{target.dataset}").items():
        view = bigquery.Table(target.name(name))
        view.view_query = query
        there = client.create_table(view, exists_ok=True, **options)
        if there.view_query != query:
            there.view_query = query
            client.update_table(there, ["view_query"], **options)
    return changes


def _table(target: Target, table: str) -> bigquery.Table:
    made = bigquery.Table(target.name(table), schema=schema(fields(table)))
    made.description = summary(LAYOUTS[table].row)
    made.time_partitioning = bigquery.TimePartitioning(
        # By month: a table has at most 10,000 partitions, and by day they would end after 27 years.
        bigquery.TimePartitioningType.MONTH,
        field=LAYOUTS[table].time,
    )
    made.clustering_fields = list(CLUSTERS[table])
    return made
