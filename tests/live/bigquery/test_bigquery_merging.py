"""Meetings in BigQuery grow by steps, and are those of Delta tables: in any batches, and whoever merges beside."""

import random
import sys
from pathlib import Path

import making
import pytest
from holding import content, query
from making import by_table, extract, ticking

from pipelines import cli
from transforms import rows
from transforms.clock import utc_now
from transforms.stories.decided import name_words, own_id, split_off
from transforms.tables.bigquery.merge_steps import Merger
from transforms.tables.bigquery.sink import open_bigquery
from transforms.tables.lines import to_lines
from transforms.tables.sinks import Tables, open_sink

sys.path.insert(0, str(Path(__file__).parents[2] / "stories"))
from told_stories import written

MERGED = ("articles", "meeting_reports", "meetings", "actors", "who_met_whom")


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    """Articles and reports of some stories, shuffled, and what Delta tables make of them."""
    articles, reports = written("test")
    articles = articles[:48]
    random.Random(11).shuffle(articles)
    folder = tmp_path_factory.mktemp("stories")
    Tables([str(folder)], ticking()).write_all(told(articles, reports))
    return articles, reports, {table: making.content(folder)[table] for table in MERGED}


def told(articles, reports):
    of = {article.article_id for article in articles}
    return {"articles": articles, "entities": [], "meeting_reports": [r for r in reports if r.article_id in of]}


def merged(target):
    return {table: rows for table, rows in content(target).items() if table in MERGED}


def test_batches_merged_one_after_the_other_give_what_delta_tables_hold(target, stories):
    articles, reports, wanted = stories
    sink, size = open_sink(target), 16
    for begin in range(0, len(articles), size):
        lines, _ = to_lines(told(articles[begin : begin + size], reports))
        sink.write(lines, utc_now(), bounded=begin > 0)
        sink.settle(utc_now())
    assert merged(target) == wanted
    sink.rebuild(utc_now())
    assert merged(target) == wanted


def test_whoever_merges_at_the_same_time_does_it_again_for_the_articles_of_both(target, stories, monkeypatch):
    articles, reports, wanted = stories
    open_sink(target).write(to_lines(told(articles[:24], reports))[0], utc_now(), bounded=True)
    work_out, others = Merger.work_out, []

    def while_another_merges(self, given):
        made = work_out(self, given)
        if not others:
            others.append(open_bigquery(target))
            others[0].write(to_lines(told(articles[24:], reports))[0], utc_now(), bounded=True)
            others[0].settle(utc_now())
        return made

    monkeypatch.setattr(Merger, "work_out", while_another_merges)
    open_sink(target).settle(utc_now())
    assert merged(target) == wanted


def test_a_report_that_is_gone_takes_its_meeting_along_and_one_that_is_due_is_merged_once(target, monkeypatch):
    sink = open_sink(target)
    full = extract("a")
    for extracted, meetings in ((full, 1), (full._replace(reports=[]), 0), (full, 1)):
        sink.write(to_lines(by_table(extracted))[0], utc_now(), bounded=True)
        sink.settle(utc_now())
        assert len(query(target, "SELECT meeting_id FROM meetings")) == meetings
    monkeypatch.setattr("transforms.tables.bigquery.merge_steps.UNDER_WAY", making.timedelta(0))
    assert Merger(sink._rows, f"{sink.target.project}.{sink.target.dataset}").due() == set()


def test_a_stream_merges_by_itself_once_the_last_time_is_long_ago(target):
    sink = open_sink(f"{target}&merge=0")
    for name in ("a", "b"):
        sink.write(to_lines(by_table(extract(name)))[0], utc_now())
        assert query(target, "SELECT report_count FROM meetings") == [[1 + (name == "b")]]
    sink = open_sink(f"{target}&merge=3600")
    sink.write(to_lines(by_table(extract("c")))[0], utc_now())
    assert query(target, "SELECT report_count FROM meetings") == [[2]]
    sink.settle(utc_now())
    assert query(target, "SELECT report_count FROM meetings") == [[3]]


def test_an_analyst_decides_where_bigquery_is_all_there_is(target, capsys):
    open_sink(target).write(to_lines(by_table(extract("a")))[0], utc_now(), bounded=True)
    open_sink(target).settle(utc_now())
    assert cli.main(["actors", "join", "Ann Lee", "Bo Kim", "--why", "x", "--tables", target]) == 2
    assert "met each other" in capsys.readouterr().err
    made = extract("b")
    who = [making.participant("Ana Lee"), making.participant("Otto Falk")]
    made = made._replace(reports=[made.reports[0]._replace(meeting_id="n", participants=who)])
    open_sink(target).write(to_lines(by_table(made))[0], utc_now(), bounded=True)
    open_sink(target).settle(utc_now())
    assert cli.main(["actors", "join", "Ann Lee", "Ana Lee", "--why", "x", "--by", "ana", "--tables", target]) == 0
    found = query(target, "SELECT report_count FROM actors WHERE 'Ana Lee' IN UNNEST(names)")
    assert found == [[2]]
    decision = query(target, "SELECT decision_id FROM actor_decisions_latest")[0][0]
    assert cli.main(["actors", "undo", decision, "--tables", target]) == 0
    assert query(target, "SELECT report_count FROM actors WHERE 'Ana Lee' IN UNNEST(names)") == [[1]]


def test_decisions_count_in_bigquery_as_in_delta_tables(target, tmp_path, stories):
    articles, reports, _ = stories
    sinks = [open_sink(str(tmp_path)), open_sink(target)]
    names = sorted({p.name for r in reports for p in r.participants if own_id(name_words(p.name))})[:40]
    ids = list(dict.fromkeys(own_id(name_words(name)) for name in names))
    at = "2026-01-01T00:00:00Z"
    made = [
        rows.ActorDecision("j", "join", ids[:2], [], None, None, at, "ana", "so it is", None, None),
        rows.ActorDecision("k", "known", ids[4:5], names[4:7], None, "Q1", at, "people.csv", "the file", None, None),
        rows.ActorDecision(
            "s",
            "split",
            [ids[9], split_off(ids[9], names[10:11])],
            names[10:11],
            None,
            None,
            at,
            "ana",
            "no",
            None,
            None,
        ),
    ]
    steps = [told(articles[:24], reports), {"actor_decisions": made}, told(articles[24:], reports)]
    steps.append({"actor_decisions": [made[0]._replace(taken_back_at="2026-01-02T00:00:00Z", taken_back_by="ana")]})
    for step in steps:
        for sink in sinks:
            sink.write(to_lines(step)[0], utc_now())
            sink.settle(utc_now())
        wanted = making.content(tmp_path)
        assert merged(target) == {table: wanted[table] for table in MERGED}
    assert content(target)["actor_decisions"] == wanted["actor_decisions"]
