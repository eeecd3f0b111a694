"""Tables in BigQuery hold what the files hold, however the rows came there and however often."""

import apache_beam as beam
import making
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.test_stream import TestStream as Stream
from holding import content, query
from making import by_table, extract, ticking

from transforms import coders, rows
from transforms.clock import utc_now
from transforms.tables.bigquery.client import connect, parse
from transforms.tables.bigquery.make_dataset import fields, make_all
from transforms.tables.lines import to_lines
from transforms.tables.schemas import bigquery_schema
from transforms.tables.sinks import Tables, open_sink
from transforms.tables.write import WriteTables

assert coders.ROWS


def extracts():
    return [
        extract("a"),
        extract("a", 2, "planned", text="Ministers met\n\n“Málaga” 😀\u2028\ttab"),
        extract("b", published=None, dateline=None),
        extract("c", published="2023-04-18T23:59:59.999999-03:00", authors=[]),
        extract("d", published="2023-02-30T00:00:00Z"),  # three dead letters
    ]


@pytest.mark.parametrize("grouped", [True, False], ids=["batch", "stream"])
def test_parquet_duckdb_and_bigquery_hold_the_same_after_a_run_a_second_one_and_a_replay(target, tmp_path, grouped):
    clock = ticking()
    for elements in (extracts(), extracts(), extracts()[2:]):
        with beam.Pipeline("FnApiRunner") as pipeline:
            _ = pipeline | beam.Create(elements) | WriteTables([str(tmp_path), target], bounded=grouped, clock=clock)
    held = content(target)
    assert _without_times(held) == _without_times(making.content(tmp_path))
    assert [len(held[table]) for table in rows.TABLES] == [3, 3, 3, 1, 2, 1, 0, 3, 0]


def test_a_stream_with_late_and_repeated_rows_gives_the_same(target, tmp_path):
    options = PipelineOptions()
    options.view_as(StandardOptions).streaming = True
    made, clock = extracts(), ticking()
    stream = Stream(coder=beam.coders.registry.get_coder(rows.Extract)).add_elements(made[:2])
    stream = stream.advance_watermark_to(1000).add_elements(made).advance_watermark_to_infinity()
    with Pipeline("BundleBasedDirectRunner", options=options) as pipeline:
        _ = pipeline | stream | WriteTables([target, str(tmp_path)], clock=clock)
    assert _without_times(content(target)) == _without_times(making.content(tmp_path))


COUNTS = "SELECT (SELECT COUNT(*) FROM entities_latest), (SELECT COUNT(*) FROM meeting_reports_latest)"


def test_extracting_a_revision_again_replaces_what_it_said_before_in_batch_and_stream(target):
    sink = open_sink(target)
    clock = ticking()
    made = making.article("a")
    full = {"articles": [made], "entities": [making.entity(made)], "meeting_reports": [making.report(made)]}
    none = {"articles": [made], "entities": [], "meeting_reports": []}
    for extracted, counts in ((full, (1, 1)), (none, (0, 0)), (full, (1, 1))):
        lines, _ = to_lines(extracted)
        now = clock()
        sink.write(lines, now, bounded=True)
        assert tuple(query(target, COUNTS)[0]) == counts
    for extracted, counts in ((none, (0, 0)), (full, (1, 1))):
        sink.write(to_lines(extracted)[0], clock())
        assert tuple(query(target, COUNTS)[0]) == counts


def test_no_staging_table_is_left(target):
    Tables([target]).write_all(by_table(*extracts()))
    sink, now = open_sink(target), utc_now()
    sink.write(to_lines(by_table(*extracts()))[0], now, bounded=True)
    names = [table.table_id for table in sink.client.list_tables(sink.target.dataset)]
    assert not [name for name in names if name.startswith("staging_")]


@pytest.mark.parametrize("table", ["articles", "entities", "meeting_reports", "dead_letters", "feed_health"])
def test_tables_are_made_with_partitions_clusters_descriptions_and_modes(target, table):
    sink = open_sink(target)
    made = sink.client.get_table(sink.target.name(table))
    assert made.time_partitioning.type_ == "MONTH"
    assert made.time_partitioning.field in ("published", "occurred_at", "polled_at")
    assert made.clustering_fields
    assert made.description
    wanted = bigquery_schema(rows.TABLES[table])
    found = [field.to_api_repr() for field in made.schema]
    assert [(f["name"], f["mode"], f["description"]) for f in found[:-1]] == [
        (f["name"], f["mode"], f["description"]) for f in wanted
    ]
    assert found[-1]["name"] == "written_at"


def test_a_table_that_lacks_columns_gets_them_and_nothing_else_changes(target, proxy):
    from google.cloud import bigquery

    setting = parse(target)
    client = connect(setting)
    client.create_dataset(f"{setting.project}.{setting.dataset}")
    old = [field for field in fields("articles") if field["name"] not in ("word_count", "flags")]
    client.create_table(bigquery.Table(setting.name("articles"), [bigquery.SchemaField.from_api_repr(f) for f in old]))
    changes = make_all(client, setting)
    assert [str(change) for change in changes] == [
        "articles: + flags STRING REPEATED",
        "articles: + word_count INTEGER REQUIRED",
    ]
    assert make_all(client, setting) == []
    found = connect(setting).get_table(setting.name("articles")).schema
    assert {field.name for field in found} == {field["name"] for field in fields("articles")}


def test_dead_letters_longer_than_a_request_are_loaded_instead(target):
    from transforms.tables.dead_letters import dead_letter

    letter = dead_letter("decode", ValueError("not JSON"), "x" * 10_000_000, utc_now())
    Tables([target]).write("dead_letters", [letter])
    assert query(target, "SELECT LENGTH(payload), error FROM dead_letters_latest") == [[10_000_000, "not JSON"]]


def _without_times(held):
    """The content without the time at which a dead letter was made."""
    return {**held, "dead_letters": [row[:8] + row[9:] for row in held["dead_letters"]]}


def test_query_asks_bigquery_in_its_own_dialect(target, capsys):
    from pipelines import cli

    def ask(sql):
        code = cli.main(["query", "--json", "--tables", target, sql])
        return code, *capsys.readouterr()

    code, _, err = ask("SELECT 1 FROM articles")
    assert code in (1, 2)
    assert err.count("\n") == 1
    Tables([target]).write_all(by_table(*extracts()))
    assert ask("SELECT status, COUNT(*) AS n FROM meeting_reports_latest GROUP BY 1 ORDER BY 1") == (
        0,
        '[\n{"status": "held", "n": 2},\n{"status": "planned", "n": 1}\n]\n',
        "",
    )
    code, out, err = ask("SELECT nix FROM articles")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "nix" in err


def test_the_plan_says_what_would_be_made_and_makes_nothing(target):
    from transforms.tables.plan import plan

    (line,) = plan(target)
    assert line.startswith("dataset ")
    assert "would be made" in line
    assert plan(target) == [line]
    Tables([target]).write_all(by_table(extract("a")))
    assert plan(target)[0].startswith("articles: ")
