"""A writer knows which files may hold an article; what others wrote, replaced and compacted meanwhile is never missed."""

import random
from datetime import UTC, datetime

import numpy
import polars as pl
import pyarrow as pa
from making import by_table, extract

from transforms.tables.compact import compact
from transforms.tables.current import change
from transforms.tables.delta import DeltaSink
from transforms.tables.layout import LAYOUTS
from transforms.tables.lines import once, to_lines
from transforms.tables.lookup import Where, hashes


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


def test_a_file_says_in_which_of_its_parts_groups_lie():
    drawn = random.Random(3)
    for _ in range(300):
        groups = [drawn.randint(-9, 9) for _ in range(drawn.randint(0, 9))]
        parts = [drawn.randint(0, 2) for _ in groups]
        order = sorted(range(len(groups)), key=lambda place: hash(groups[place]))
        where = Where(
            numpy.array([hash(groups[place]) for place in order], numpy.int64),
            numpy.array([parts[place] for place in order], numpy.int16),
        )
        wanted = {drawn.randint(-9, 9) for _ in range(drawn.randint(0, 6))}
        hashed = {hash(group) for group in wanted}
        assert where.of(hashes(wanted)) == sorted(
            {part for group, part in zip(groups, parts, strict=True) if hash(group) in hashed}
        )
