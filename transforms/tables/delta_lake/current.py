"""Works out what a table has to change so that it holds new rows, each once, beside what it holds."""

from typing import Any, NamedTuple

import pyarrow as pa

from transforms.tables.layout import Layout

# Key -> (place in the table, the row).
Keyed = dict[tuple[Any, ...], tuple[int, dict[str, Any]]]


class Change(NamedTuple):
    """What one commit does to a table.

    Attributes:
        rows: The rows that it adds.
        replaced: The groups (values of the layout's ``group``) of which it takes every other row out.
        months: The partitions in which rows of the groups lie or will lie.
    """

    rows: pa.Table
    replaced: set[str]
    months: set[str]


def change(layout: Layout, held: pa.Table, new: pa.Table, whole: set[str]) -> Change:
    """The change that brings ``new`` into a table; nothing where all of it is there.

    Args:
        layout: The table's.
        held: All rows that the table holds of the groups of ``new`` and ``whole``.
        new: New rows, no key twice.
        whole: Groups of which ``new`` is everything: other rows of theirs go.
    """
    said = [name for name in new.column_names if name not in (layout.partition, *layout.unnamed)]
    held = _with_columns(held, new.schema)
    before, after = _by_group(layout, held, said), _by_group(layout, new, said)
    groups = after.keys() | (whole & before.keys())
    grown = {group for group in groups if after.get(group, {}).keys() - before.get(group, {}).keys()}
    stale = {group for group in groups if _stale(before.get(group, {}), after.get(group, {}), group in whole)}
    # Rows are taken out and put in by one commit, which puts in none beside rows that it leaves.
    replaced = stale | grown if stale else set()
    added, kept = [], []
    for group in replaced | grown:
        old, given = before.get(group, {}), after.get(group, {})
        added += [place for name, (place, _) in given.items() if group in replaced or name not in old]
        if group in replaced - whole:
            kept += [place for name, (place, _) in old.items() if name not in given]
    rows = pa.concat_tables([_take(new, sorted(added)), _take(held, sorted(kept))], promote_options="default")
    return Change(rows, replaced, {month for table in (held, rows) for month in table[layout.partition].to_pylist()})


def _stale(old: Keyed, given: Keyed, whole: bool) -> bool:
    """Whether a row of ``old`` is another one in ``given``, or, where that is all there is, none."""
    return any(given[name][1] != row if name in given else whole for name, (_, row) in old.items())


def split_revisions(articles: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The newest revision of each article, and all the others; of two rows of one revision the later in the table.

    A revision's number is what makes it newer: clocks are set back now and then.
    """
    columns = [articles[name].to_pylist() for name in ("article_id", "revision", "fetched_at", "revision_id")]
    newest: dict[str, tuple[Any, ...]] = {}
    last: dict[str, int] = {}
    for place, (article, *order) in enumerate(zip(*columns, strict=True)):
        last[order[-1]] = place
        newest[article] = max(newest.get(article, tuple(order)), tuple(order))
    current = {order[-1] for order in newest.values()}
    return (
        _take(articles, [place for revision, place in last.items() if revision in current]),
        _take(articles, [place for revision, place in last.items() if revision not in current]),
    )


def _take(table: pa.Table, places: list[int]) -> pa.Table:
    return table.take(pa.array(places, pa.int64()))


def _with_columns(held: pa.Table, wanted: pa.Schema) -> pa.Table:
    """``held`` with the types and all the columns of ``wanted``, beside columns of its own."""
    schema = pa.schema([wanted.field(f.name) if f.name in wanted.names else f for f in held.schema])
    return pa.concat_tables([wanted.empty_table(), held.cast(schema)], promote_options="default")


def _by_group(layout: Layout, table: pa.Table, said: list[str]) -> dict[Any, Keyed]:
    made: dict[Any, Keyed] = {}
    for place, row in enumerate(table.select(said).to_pylist()):
        name = tuple(row[column] for column in layout.keys)
        made.setdefault(row[layout.group], {})[name] = (place, row)
    return made
