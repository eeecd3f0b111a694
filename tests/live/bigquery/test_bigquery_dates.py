"""Articles of any date get into BigQuery, which streams only dates of the last five years and the next."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import making
import pytest
from fault_proxy import Answer
from holding import content, query
from making import by_table, extract
from serve import PROJECT

from transforms.clock import utc_now
from transforms.tables.conform import rfc3339
from transforms.tables.dead_letters import dead_letter
from transforms.tables.layout import LAYOUTS
from transforms.tables.lines import to_lines
from transforms.tables.sinks import Tables, open_sink

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def bounded_as_bigquery_is(back=timedelta(days=1825), ahead=timedelta(days=366)):
    """Refuses rows of other times, in BigQuery's words, and passes the others on."""

    def outside(row, column):
        time = row["json"][column]
        return time is not None and not NOW - back <= datetime.fromisoformat(time) <= NOW + ahead

    def rule(request):
        table = request.path.partition("/tables/")[2].partition("/")[0]
        if not request.inserts or table not in LAYOUTS:
            return None
        column = LAYOUTS[table].time
        bad = [n for n, row in enumerate(request.inserts) if outside(row, column)]
        message = (
            f"Value for partition column {column} of the destination table {table} is outside the allowed bounds. You can "
            f"only stream to partitions of date range within {back.days} days in the past and {ahead.days} days in the "
            "future relative to the current date."
        )
        errors = [{"index": n, "errors": [{"reason": "invalid", "message": message}]} for n in bad]
        kept = [row for n, row in enumerate(request.inserts) if n not in bad]
        if not kept:
            return Answer(200, {"insertErrors": errors})
        body = json.dumps({**json.loads(request.body), "rows": kept}).encode()
        return Answer(passed=request._replace(body=body), change=lambda answer: {**answer, "insertErrors": errors})

    return rule


def days(count, hours=0):
    return rfc3339(NOW + timedelta(days=count, hours=hours))


TIMES = {
    "year 1": "0001-01-01T00:00:00Z",
    "1899": "1899-12-31T23:59:59Z",
    "before 1970": "1969-07-20T20:17:40Z",
    "2015": "2015-06-01T12:00:00Z",
    "just too old": days(-1825, -1),
    "just young enough": days(-1825, 1),
    "young enough for sure": days(-1700),
    "now": days(0),
    "announced": days(300),
    "just near enough": days(366, -1),
    "just too far": days(366, 1),
    "2100": "2100-01-01T00:00:00+14:00",
    "the last": "9999-12-31T23:59:59.999999Z",
    "none": None,
}


@pytest.mark.parametrize("bounded", [False, True], ids=["stream", "batch"])
def test_articles_of_any_date_are_all_there_with_their_entities_and_reports(target, proxy, tmp_path, bounded):
    proxy.fault(bounded_as_bigquery_is())
    lines, dead = to_lines(by_table(*(extract(name, published=time) for name, time in TIMES.items())))
    assert not dead
    for place in (target, str(tmp_path)):
        assert not open_sink(place).write(lines, NOW, bounded)
    held = content(target)
    assert held == making.content(tmp_path)
    assert sorted(row[0] for row in held["articles"]) == sorted(TIMES)
    assert [len(held[table]) for table in ("entities", "meeting_reports", "dead_letters")] == [14, 14, 0]


@pytest.mark.parametrize("wrong", [timedelta(days=-3000), timedelta(days=3000)], ids=["slow", "fast"])
def test_a_wrong_clock_here_loses_no_date_either(target, proxy, wrong):
    proxy.fault(bounded_as_bigquery_is())
    lines, _ = to_lines(by_table(*(extract(name, published=time) for name, time in TIMES.items())))
    assert not open_sink(target).write(lines, NOW + wrong)
    held = content(target)
    assert [len(held[table]) for table in ("articles", "entities", "meeting_reports", "dead_letters")] == [
        14,
        14,
        14,
        0,
    ]


@pytest.mark.parametrize("back", [31, 365, 3650])
def test_other_bounds_of_bigquerys_are_heeded_as_it_tells_them(target, proxy, back):
    proxy.fault(bounded_as_bigquery_is(back=timedelta(days=back)))
    lines, _ = to_lines(by_table(*(extract(str(n), published=days(-n)) for n in (30, 32, 364, 366, 1700, 3649, 3651))))
    assert not open_sink(target).write(lines, NOW)
    held = content(target)
    assert [len(held[table]) for table in ("articles", "entities", "meeting_reports", "dead_letters")] == [7, 7, 7, 0]


def test_dead_letters_and_polls_of_long_ago_are_there_too(target, proxy):
    proxy.fault(bounded_as_bigquery_is())
    letter = dead_letter("decode", ValueError("not JSON"), "x", NOW - timedelta(days=4000))
    Tables([target], lambda: NOW).write_all(
        {"dead_letters": [letter], "feed_health": [making.health(at="2011-01-01T00:00:00Z"), making.health(at=days(0))]}
    )
    held = content(target)
    assert [len(held[table]) for table in ("dead_letters", "feed_health")] == [1, 2]


def test_of_an_old_article_bigquery_sees_an_extraction_whole_or_not_at_all(target, proxy):
    """The table of articles is written last, and what counts is what came with the article."""
    proxy.fault(bounded_as_bigquery_is())
    Tables([target], lambda: NOW).write_all(by_table(extract("a", published="2015-06-01T12:00:00Z")))
    seen = []

    def looking(request):
        if request.method == "POST" and (b"INSERT INTO" in request.body or request.inserts):
            seen.append(query(target, "SELECT status FROM meeting_reports_latest"))

    proxy.fault(looking)
    again = by_table(extract("a", published="2015-06-01T12:00:00Z", status="planned"), extract("b", status="planned"))
    Tables([target], lambda: NOW + timedelta(hours=1)).write_all(again)
    assert len(seen) >= 3
    stages = [[["held"]], [["held"], ["planned"]], [["planned"], ["planned"]]]  # merging follows once all is there
    passed = [stages.index(sorted(one)) for one in seen]
    assert passed == sorted(passed)
    assert query(target, "SELECT status FROM meeting_reports_latest") == [["planned"], ["planned"]]


def test_no_table_takes_more_than_one_load_however_many_bundles_there_are(target, proxy):
    """BigQuery takes 1,500 loads a day into a table."""
    for n in range(6):
        old = by_table(extract(f"old{n}", published="2015-06-01T12:00:00Z"), extract(f"new{n}"))
        Tables([target], utc_now).write_all(old)
        open_sink(target).write(to_lines(by_table(extract(f"batch{n}")))[0], utc_now(), bounded=True)
    starts = [json.loads(r.body) for r in proxy.requests if r.method == "POST" and "/upload/" in r.path]
    loads = Counter(start["configuration"]["load"]["destinationTable"]["tableId"] for start in starts)
    assert len(loads) == 6 * 6
    assert set(loads.values()) == {1}
    assert query(target, "SELECT COUNT(*) FROM articles_latest") == [[18]]


def test_writing_reads_nothing_of_what_the_tables_hold(target, proxy):
    for bounded in (False, True):
        lines, _ = to_lines(by_table(extract("a"), extract("old", published="2015-06-01T12:00:00Z")))
        open_sink(target).write(lines, utc_now(), bounded)
    scripts = [json.loads(r.body)["configuration"]["query"]["query"] for r in proxy.requests if b"COMMIT" in r.body]
    assert len(scripts) == 3
    for script in scripts:
        read = [word for word in script.replace("`", " ").split() if word.startswith(f"{PROJECT}.")]
        into = [word for word in read if "staging_" not in word]
        assert len(into) == script.count("INSERT INTO")
        assert not any(word in script for word in ("MERGE", "UPDATE", "DELETE", "JOIN"))
