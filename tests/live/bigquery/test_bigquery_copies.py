"""Which copies of a row count in BigQuery, what reading them costs, and how the others are deleted."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import duckdb
import making
import pytest
from holding import content, query
from making import by_table, extract, health

from pipelines import cli
from transforms.clock import utc_now
from transforms.rows import ActorDecision, Attribute
from transforms.tables.bigquery.dedupe import dedupe
from transforms.tables.bigquery.make_dataset import fields
from transforms.tables.bigquery.sink import open_bigquery
from transforms.tables.bigquery.statements import as_told
from transforms.tables.dead_letters import dead_letter
from transforms.tables.layout import DERIVED, EXTRACTED, GIVEN, LAYOUTS
from transforms.tables.lines import to_lines
from transforms.tables.sinks import open_sink

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


def write(place, extracts, now=NOW, bounded=False):
    open_sink(str(place)).write(to_lines(by_table(*extracts))[0], now, bounded)


def fetched(name, revision, hour, **more):
    return extract(name, revision, fetched_at=f"2026-11-26T{hour:02}:00:00Z", **more)


@pytest.mark.parametrize("hours", [(11, 10, 9), (10, 11, 9), (9, 11, 10)], ids=str)
@pytest.mark.parametrize("bounded", [False, True], ids=["stream", "batch"])
def test_a_clock_that_is_set_back_makes_no_old_revision_the_newest(target, tmp_path, hours, bounded):
    """Three revisions, fetched at these hours of a clock, come in an order that each case has of its own."""
    revisions = [
        fetched("a", n + 1, hour, status=status) for n, (hour, status) in enumerate(zip(hours, STATUSES, strict=True))
    ]
    for come, place in itertools.product(range(3), (target, tmp_path)):
        write(place, [revisions[(come + hours[0]) % 3]], NOW + timedelta(minutes=come), bounded)
    held = content(target)
    assert held == making.content(tmp_path)
    assert [row[1] for row in held["articles"]] == ["a.3"]
    assert query(target, "SELECT status FROM meeting_reports_latest") == [["cancelled"]]
    assert query(target, "SELECT revision_id FROM article_revisions ORDER BY 1") == [["a.1"], ["a.2"], ["a.3"]]


STATUSES = ("held", "planned", "cancelled")


def fill(target, proxy=None):
    """Repeats, other extractions, revisions, dead letters and polls over several months, in stream and batch."""
    dates = ("2026-11-20T00:00:00Z", "2026-09-01T00:00:00Z", "2015-06-01T00:00:00Z", None)
    for come in range(3):
        now = NOW + timedelta(minutes=come)
        some = [extract(f"a{n}", published=date) for n, date in enumerate(dates)]
        write(target, some, now, bounded=come == 1)
        write(
            target,
            [extract("a1", 1 + come, published=dates[1]), extract("once", published=dates[0])][: 1 + come // 2],
            now,
        )
        nothing = extract("a0", published=dates[0])._replace(reports=[])
        write(target, [nothing], now + timedelta(seconds=1))
        letter = dead_letter("decode", ValueError("not JSON"), "x", NOW)
        marked = letter._replace(attributes=[Attribute("failed_again", str(come))])
        polls = [health(), health(at=f"2026-11-2{come}T00:00:00Z")]
        lines, _ = to_lines({"dead_letters": [marked], "feed_health": polls, "actor_decisions": [decision()]})
        open_sink(target).write(lines, now)


def decision(at="2026-11-26T12:00:00Z"):
    return ActorDecision(
        at, "join", ["one", "other"], ["Ana Ruiz", "Anna Ruys"], None, None, at, "ana", "one", None, None
    )


def copies(target):
    return [query(target, f"SELECT COUNT(*) FROM {table}")[0][0] for table in GIVEN]


def test_copies_that_count_no_more_are_deleted_and_the_views_show_the_same(target):
    fill(target)
    held, stored = content(target), copies(target)
    revisions = query(target, "SELECT * FROM article_revisions ORDER BY revision_id")
    deleted = dict(dedupe(target, LATER))
    assert all(deleted[table] for table in GIVEN)
    assert copies(target) == [count - deleted[table] for count, table in zip(stored, GIVEN, strict=True)]
    assert copies(target) == [len(revisions), *(len(held[table]) for table in list(GIVEN)[1:])]
    assert content(target) == held
    assert query(target, "SELECT * FROM article_revisions ORDER BY revision_id") == revisions
    again = dict(dedupe(target, LATER + timedelta(hours=1)))
    assert not any(again[table] for table in GIVEN)


def test_young_copies_stay_since_bigquery_may_still_hold_them_and_their_articles_may_be_under_way(target):
    fill(target)
    stored = copies(target)
    assert not any(count for _, count in dedupe(target, NOW + timedelta(hours=3)))
    assert copies(target) == stored


def test_only_months_that_have_such_copies_are_touched_and_they_are_constants(target, proxy):
    for month in ("2026-11", "2026-10", "2026-09", "9999-12"):
        write(target, [extract(month, published=f"{month}-30T23:59:59Z")])
    write(target, [extract("none", published=None)])
    for again in ("2026-09", "9999-12"):
        write(target, [extract(again, published=f"{again}-30T23:59:59Z")], NOW + timedelta(minutes=1))
    proxy.requests.clear()
    assert dict(dedupe(target, LATER)) == {
        "articles": 2,
        "entities": 2,
        "meeting_reports": 2,
        "dead_letters": 0,
        "feed_health": 0,
        "actor_decisions": 0,
        **dict.fromkeys(DERIVED, 0),
    }
    asked = [json.loads(r.body)["configuration"]["query"]["query"] for r in proxy.requests if b"DELETE" in r.body]
    assert len(asked) == 3
    for sql in asked:
        assert "r.published BETWEEN TIMESTAMP '2026-09-01' AND TIMESTAMP '2026-09-30 23:59:59.999999'" in sql
        assert "r.published BETWEEN TIMESTAMP '9999-12-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'" in sql
        assert "2026-10" not in sql
        assert "IS NULL)" not in sql.partition("EXISTS")[0]


def test_compact_deletes_them_and_says_so(target, capsys):
    yesterday = utc_now() - timedelta(days=1)
    for minutes in range(3):
        write(target, [extract("a")], yesterday + timedelta(minutes=minutes))
    capsys.readouterr()
    assert cli.main(["compact", "--json", "--tables", target]) == 0
    assert json.loads(capsys.readouterr().out)["copies_deleted"] == {
        **dict.fromkeys(EXTRACTED, 2),
        "dead_letters": 0,
        "feed_health": 0,
        "actor_decisions": 0,
        **dict.fromkeys(DERIVED, 0),
    }
    assert cli.main(["compact", "--tables", target]) == 0
    assert "articles: 0 superseded copies deleted" in capsys.readouterr().err


@pytest.mark.parametrize("table", GIVEN)
def test_a_condition_on_the_time_goes_through_the_view_to_the_partitions(table, tmp_path):
    """The inner SQL of the view in DuckDB, over files by month: of eleven months one is read whole, and of the others a
    few columns. BigQuery's price is by what is read, and the emulator has no partitions."""
    layout = LAYOUTS[table]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in GIVEN:
            time = LAYOUTS[name].time
            some = making_rows(name)
            connection.execute(f"CREATE TABLE raw_{name} AS SELECT * FROM read_json('{dump(tmp_path, name, some)}')")
            connection.execute(
                f"""COPY (SELECT * REPLACE ({time}::TIMESTAMPTZ AS {time}), strftime({time}::TIMESTAMPTZ, '%Y-%m') AS month
                    FROM raw_{name}) TO '{tmp_path}/{name}' (FORMAT parquet, PARTITION_BY (month), WRITE_PARTITION_COLUMNS)"""
            )
            connection.execute(
                f"""CREATE VIEW "d.{name}" AS SELECT * FROM read_parquet('{tmp_path}/{name}/*/*.parquet')"""
            )
        sql = as_told("d", table).replace("`", '"')
        within = f"{layout.time} >= TIMESTAMPTZ '2026-03-01' AND {layout.time} < TIMESTAMPTZ '2026-04-01'"
        plan = json.loads(
            connection.execute(f"EXPLAIN (FORMAT json) SELECT * FROM ({sql}) WHERE {within}").fetchall()[0][1]
        )
        scans = list(scans_of(plan[0]))
        assert len(scans) == 2
        narrow, payload = sorted(scans, key=lambda scan: len(scan["extra_info"]["Projections"]))
        assert "2026-03-01" in str(payload["extra_info"]["Filters"])
        assert len(narrow["extra_info"]["Projections"]) <= 5
        (count,) = connection.execute(f"SELECT COUNT(*) FROM ({sql}) WHERE {within}").fetchone()
        assert count == 1


def scans_of(node):
    if "READ_PARQUET" in node["name"]:
        yield node
    for child in node["children"]:
        yield from scans_of(child)


def making_rows(table):
    made = []
    for month in range(1, 12):
        time = f"2026-{month:02}-15T00:00:00Z"
        one = extract(str(month), published=time)
        made += {
            **by_table(one),
            "feed_health": [health(at=time)],
            "actor_decisions": [decision(time)],
            "dead_letters": [dead_letter("decode", ValueError("x"), str(month), datetime.fromisoformat(time))],
        }[table]
    return [{**json.loads(line.json), "written_at": "2026-11-26T12:00:00Z"} for line in to_lines({table: made})[0]]


def dump(folder, table, some):
    path = folder / f"{table}.json"
    path.write_text("\n".join(json.dumps(row) for row in some))
    assert [field["name"] for field in fields(table)] == list(some[0])
    return path


def write_again_and_again(target, names, bounded):
    sink = open_bigquery(target)
    for name in names:
        lines, _ = to_lines(by_table(extract(name), extract(f"{name}-old", published="2015-06-01T00:00:00Z")))
        sink.write(lines, utc_now(), bounded)


def test_writers_at_once_lose_and_double_nothing_while_copies_are_deleted(target):
    """Appending conflicts with nobody's appending, and deleting looks at settled copies alone."""
    write(target, [extract("first")])
    with ThreadPoolExecutor(3) as pool:
        given = (("aba", False), ("cab", True), ("bcd", False))
        writers = [pool.submit(write_again_and_again, target, *one) for one in given]
        while not all(writer.done() for writer in writers):
            list(dedupe(target, utc_now()))
    for writer in writers:
        writer.result()
    wanted = sorted(["first", *(f"{name}{old}" for name in "abcd" for old in ("", "-old"))])
    for table in EXTRACTED:
        assert query(target, f"SELECT article_id FROM {table}_latest ORDER BY 1") == [[name] for name in wanted]
