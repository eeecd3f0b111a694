"""``WriteTables`` and ``WriteDeadLetters`` in Beam: bounded and unbounded, all rows once, failures with their reason.

Beam's own file sinks fail each of these on the local runner: empty or truncated files per window, rows left in
temporary folders, one window's rows in another's file, late rows discarded, colliding names on a re-run.
"""

import json
from pathlib import Path

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
from apache_beam.metrics import MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.testing.util import assert_that
from apache_beam.transforms.error_handling import ErrorHandler
from apache_beam.transforms.window import FixedWindows, TimestampedValue
from making import article, by_table, content, entity, extract, report, rows_of, ticking

from transforms import coders, rows
from transforms.tables.sinks import Tables
from transforms.tables.write import WriteDeadLetters, WriteTables

assert coders.ROWS
DAYS = ["2023-04-16T03:00:00Z", "2023-04-17T03:00:00Z", None]


def extracts(count=12):
    return [extract(f"a{n:02}", published=DAYS[n % 3]) for n in range(count)]


def stream_of(*events):
    """A pipeline over a TestStream: ``(seconds, extract)`` elements, or a number for the watermark."""
    stream = TestStream(coder=beam.coders.registry.get_coder(rows.Extract))
    for event in events:
        if isinstance(event, tuple):
            stream = stream.add_elements([TimestampedValue(event[1], event[0])])
        else:
            stream = stream.advance_watermark_to(event)
    options = PipelineOptions()
    options.view_as(StandardOptions).streaming = True
    return TestPipeline("BundleBasedDirectRunner", options=options), stream.advance_watermark_to_infinity()


def parquet_files(folder):
    return sorted(Path(folder).glob("*/*=*/*"))


@pytest.mark.parametrize("bounded", [True, False])
def test_bounded_input_is_written_whole_and_a_re_run_changes_no_byte(tmp_path, bounded):
    for _ in range(2):
        with beam.Pipeline("FnApiRunner") as pipeline:
            _ = pipeline | beam.Create(extracts()) | WriteTables([str(tmp_path)], bounded=bounded, clock=ticking())
        files = {path: path.read_bytes() for path in parquet_files(tmp_path)}
        assert {table: len(held) for table, held in content(tmp_path).items()} == {
            "articles": 12,
            "entities": 12,
            "meeting_reports": 12,
            "meetings": 1,
            "actors": 2,
            "who_met_whom": 1,
            "dead_letters": 0,
            "feed_health": 0,
            "actor_decisions": 0,
        }
    assert files == {path: path.read_bytes() for path in parquet_files(tmp_path)}


def test_no_rows_make_no_file_and_no_commit(tmp_path):
    with beam.Pipeline("FnApiRunner") as pipeline:
        _ = pipeline | beam.Create([]) | WriteTables([str(tmp_path)])
    assert parquet_files(tmp_path) == []


def test_beam_writes_what_plain_python_writes(tmp_path):
    Tables([f"{tmp_path}/plain"]).write_all(by_table(*extracts()))
    with beam.Pipeline("FnApiRunner") as pipeline:
        counts = pipeline | beam.Create(extracts()) | WriteTables([f"{tmp_path}/beam", f"{tmp_path}/second"])
        assert_that(counts, lambda got: _same(got, [{"articles": 12, "entities": 12, "meeting_reports": 12}]))
    assert content(f"{tmp_path}/plain") == content(f"{tmp_path}/beam") == content(f"{tmp_path}/second")


def test_a_bundle_is_never_cut_inside_an_article(tmp_path, monkeypatch):
    monkeypatch.setattr("transforms.tables.write.BUNDLE_BYTES", 10)
    made = article("a")
    many = rows.Extract(made, [entity(made, f"Person {n}") for n in range(60)], [report(made)])
    with beam.Pipeline("FnApiRunner") as pipeline:
        _ = pipeline | beam.Create([many, extract("b")]) | WriteTables([str(tmp_path)])
    assert len(content(tmp_path)["entities"]) == 61


def test_in_streaming_every_window_s_rows_are_written_late_ones_too(tmp_path):
    made = extracts()
    events = [(n * 5, one) for n, one in enumerate(made[:10])]
    pipeline, stream = stream_of(
        *events[:5], 100, *events[5:], (0, made[10]), 200, (1, made[11])
    )  # the last two are late
    with pipeline:
        _ = pipeline | stream | beam.WindowInto(FixedWindows(10)) | WriteTables([str(tmp_path)])
    held = content(tmp_path)
    assert [row[0] for row in held["articles"]] == [f"a{n:02}" for n in range(12)]
    assert len(held["entities"]) == len(held["meeting_reports"]) == 12
    assert all(pq.read_metadata(path).num_rows > 0 for path in parquet_files(tmp_path))


def test_in_streaming_a_message_that_is_delivered_again_is_seen_once(tmp_path):
    one, other = extracts(2)
    pipeline, stream = stream_of((1, one), 50, (60, one), (60, other), 100, (1, one))
    with pipeline:
        _ = pipeline | stream | WriteTables([str(tmp_path)], clock=ticking())
    assert [len(held) for held in content(tmp_path).values()][:3] == [2, 2, 2]


def test_a_row_that_fits_no_column_is_a_dead_letter_with_field_reason_and_payload(tmp_path):
    made = article("a")
    bad = report(made, date=rows.MeetingDate("2023-02-30", None, "day", None, "sentence"))
    with beam.Pipeline("FnApiRunner") as pipeline:
        _ = (
            pipeline
            | beam.Create([rows.Extract(made, [], [bad, report(made, "planned")])])
            | WriteTables([str(tmp_path)])
        )
    result = pipeline.result.metrics().query(MetricsFilter().with_namespace("tables"))["counters"]
    counters = {counter.key.metric.name: counter.committed for counter in result}
    assert counters == {"articles": 1, "meeting_reports": 1, "dead_letters": 1, "repeats": 0}
    ((stage, kind, error, element, payload, encoding),) = rows_of(
        tmp_path, "SELECT stage, error_type, error, element_id, payload, payload_encoding FROM dead_letters"
    )
    assert (stage, kind, encoding) == ("tables", "ConformError", "text")
    assert error == "meeting_reports.date.start: '2023-02-30' is not a date (such as 2023-04-17)"
    assert element == bad.report_id
    assert json.loads(payload)["date"]["start"] == "2023-02-30"


def refuse(extract):
    if extract.article.article_id == "a03":
        raise ValueError("this one: no")
    return extract


@pytest.mark.parametrize("bounded", [True, False])
def test_beam_s_error_handler_puts_failures_into_the_same_tables(tmp_path, bounded):
    targets = [f"{tmp_path}/p", f"{tmp_path}/j"]
    with (
        beam.Pipeline("FnApiRunner") as pipeline,
        ErrorHandler(WriteDeadLetters(targets, stage="meetings", clock=ticking())) as errors,
    ):
        good = pipeline | beam.Create(extracts()) | beam.Map(refuse).with_exception_handling(error_handler=errors)
        _ = good | WriteTables(targets, bounded=bounded)
    held = content(targets[0])
    assert held == content(targets[1])
    assert (len(held["articles"]), len(held["dead_letters"])) == (11, 1)
    letter = dict(zip(rows.DeadLetter._fields, held["dead_letters"][0], strict=True))
    assert (letter["stage"], letter["error_type"], letter["error"]) == ("meetings", "ValueError", "this one: no")
    assert letter["element_id"] == "a03.1"
    assert json.loads(letter["payload"])["article"]["text"] == extracts()[3].article.text


def _same(got, wanted):
    assert got == wanted, got
