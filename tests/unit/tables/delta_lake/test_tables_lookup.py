"""A writer knows which files may hold an article; what others wrote, replaced and compacted meanwhile is never missed."""

import random
from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake
from making import by_table, extract

from transforms.tables.delta_lake.compaction import compact
from transforms.tables.delta_lake.current import change
from transforms.tables.delta_lake.delta_sink import DeltaSink
from transforms.tables.delta_lake.lookup import Lookup
from transforms.tables.layout import LAYOUTS
from transforms.tables.lines import once, to_lines


def test_writers_that_take_turns_and_compaction_leave_each_revision_in_its_place(tmp_path):
    drawn, known = random.Random(2), {}
    sinks = [DeltaSink(str(tmp_path)) for _ in range(3)]
    for _ in range(14):
        bundle = [(drawn.choice("abcde"), drawn.randint(1, 4)) for _ in range(drawn.randint(1, 3))]
        published = drawn.choice([None, "2001-02-03T00:00:00Z", datetime.now(UTC).isoformat()])
        lines, _ = to_lines(by_table(*(extract(name, revision, published=published) for name, revision in bundle)))
        drawn.choice(sinks).write(once(lines), datetime.now(UTC))
        for name, revision in bundle:
            known.setdefault(name, set()).add(revision)
        if drawn.random() < 0.2:
            compact(str(tmp_path), 0)
    current = sorted(f"{name}.{max(revisions)}" for name, revisions in known.items())
    for table in ("articles", "entities", "meeting_reports"):
        assert sorted(pl.read_delta(f"{tmp_path}/{table}")["revision_id"].to_list()) == current
    old = sorted(f"{name}.{revision}" for name, revisions in known.items() for revision in revisions - {max(revisions)})
    assert sorted(pl.read_delta(f"{tmp_path}/articles_history")["revision_id"].to_list()) == old


def test_a_change_is_what_the_rows_say_for_any_rows_held_and_new():
    schema = pa.schema([(name, pa.string()) for name in ("article_id", "revision_id", "title", "published_month")])

    def table(rows):
        return pa.Table.from_pylist(list(rows.values()), schema)

    for seed in range(500):
        drawn = random.Random(seed)

        def some(most, drawn=drawn):
            keys = {(drawn.choice("abc"), drawn.randint(1, 3)) for _ in range(drawn.randint(0, most))}
            return {
                (group, key): dict(
                    zip(schema.names, (group, f"{group}.{key}", drawn.choice("xy"), drawn.choice("mn")), strict=True)
                )
                for group, key in keys
            }

        held, new = some(6), some(4)
        whole = {group for group, _ in new if drawn.random() < 0.3} | {group for group in "abc" if drawn.random() < 0.1}
        made = change(LAYOUTS["articles"], table(held), table(new), whole)
        left = [row for row in held.values() if row["article_id"] not in made.replaced]
        titles = {row["revision_id"]: row["title"] for row in [*left, *made.rows.to_pylist()]}
        wanted = {name: row for name, row in held.items() if name[0] not in whole} | new
        assert titles == {row["revision_id"]: row["title"] for row in wanted.values()}
        if made.replaced:  # one commit takes these groups out, and may put in no other
            assert {row["article_id"] for row in made.rows.to_pylist()} <= made.replaced
        assert len(titles) == len(left) + made.rows.num_rows
        assert {row["published_month"] for row in held.values() if row["article_id"] in made.replaced} <= made.months
        assert {row["published_month"] for row in made.rows.to_pylist()} <= made.months
        assert made.rows.num_rows or made.replaced or titles == {r["revision_id"]: r["title"] for r in held.values()}


def test_a_group_is_found_wherever_it_lies_among_many_files_others_and_files_that_are_gone(tmp_path):
    drawn, lookup, held = random.Random(3), Lookup("article_id"), None
    schema = pa.schema([("article_id", pa.string()), ("n", pa.int64()), ("month", pa.string())])
    for step in range(60):
        names = [drawn.choice(["x", "é", "y", "z", None, str(step)]) for _ in range(drawn.randint(1, 7))]
        months = [drawn.choice(["2026-01", "other", None, "a b/c%"]) for _ in names]
        rows = pa.table({"article_id": names, "n": [step] * len(names), "month": months}, schema)
        parts = WriterProperties(max_row_group_size=3)
        write_deltalake(held or str(tmp_path), rows, mode="append", partition_by=["month"], writer_properties=parts)
        held = held or DeltaTable(str(tmp_path))
        held.update_incremental()
        if step % 20 == 13:
            held.optimize.compact(writer_properties=parts)
        wanted = {drawn.choice(["x", "é", "q", str(drawn.randint(0, step))]) for _ in range(drawn.randint(0, 2))}
        everything = held.to_pyarrow_table().to_pylist()
        found = lookup.rows(held, wanted).to_pylist()
        assert sorted(map(str, found)) == sorted(str(row) for row in everything if row["article_id"] in wanted)
