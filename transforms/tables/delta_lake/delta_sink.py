"""The sink of Delta tables: each holds its current rows once, whatever comes, how often and in whatever order.

An article's rows go into ``articles_history``, ``articles``, ``entities``, ``meeting_reports``, a commit a table, in
this order. Within one table a reader finds all rows of an article from one extraction. Where a writer dies between two
commits the message comes again, and the same write completes what is there.
"""

import errno
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from transforms.clock import utc_now
from transforms.tables.delta_lake.compaction import tidy
from transforms.tables.delta_lake.current import Change, change, split_revisions
from transforms.tables.delta_lake.derived import Derived, plain_rows
from transforms.tables.delta_lake.encode import to_arrow
from transforms.tables.delta_lake.first_format import refuse
from transforms.tables.delta_lake.lookup import Lookup
from transforms.tables.delta_lake.store import PARTS, STRICT, Store, delta_schema, fields, partitioned
from transforms.tables.evolve import differences, possible
from transforms.tables.layout import DECISIONS, EXTRACTED, HISTORY, LAYOUTS, STORED
from transforms.tables.lines import Line
from transforms.tables.merging import decisions_of
from transforms.tables.queries import database
from transforms.tables.queries.views import quoted
from transforms.tables.schemas import bigquery_schema

Groups = set[str]
# What a write takes beside its rows: log entries, views, the ends of files. Where the disk is full in the midst of it,
# delta-rs panics on stderr.
SPARE_BYTES = 1_000_000


class DeltaSink:
    """Delta tables at one address. Whatever is missing there is made before the first row is written."""

    def __init__(self, target: str) -> None:
        self.store = Store(target)
        self._ready = False
        self._lookups = {name: Lookup(_group(name)) for name in STORED}
        self._revisions_of: tuple[int, Groups, dict[str, str]] = -1, set(), {}
        self._shown: list[int] = []
        self._derived = Derived(self.store, self._lookups, self._commit)

    def write(self, lines: Sequence[Line], now: datetime, bounded: bool = False) -> Counter[str]:
        """See ``Sink``. Delta tables refuse nothing that fits the columns."""
        texts: dict[str, list[str]] = {}
        for line in lines:
            texts.setdefault(line.table, []).append(line.json)
        if not texts:
            return Counter()
        new = {table: partitioned(table, to_arrow(table, rows), now) for table, rows in texts.items()}
        needed = sum(len(line.json) for line in lines) + SPARE_BYTES
        with self.store.lock():
            if self.store.room() < needed:
                raise OSError(errno.ENOSPC, f"no space is left: a write needs {needed:,} bytes", self.store.root)
            self._begin()
            if any(table in EXTRACTED for table in new):
                self._write_extracts(new)
                given = (new[table]["article_id"].to_pylist() for table in EXTRACTED if table in new)
                self._derived.update(set(chain.from_iterable(given)), now)
            for table in new.keys() - set(EXTRACTED):
                self._commit(table, partial(self._merged, table, new[table]))
            if DECISIONS in new:
                self._derived.decide(decisions_of(plain_rows(new[DECISIONS])), now)
            self._show()
        return Counter()

    def settle(self, now: datetime) -> None:
        """See ``Sink``. Each write has done it."""

    def rebuild(self, now: datetime) -> Counter[str]:
        """See ``Sink``."""
        with self.store.lock():
            self._begin()
            made = self._derived.rebuild(now)
            self._show()
        return made

    def _show(self) -> None:
        """Makes the commits durable, and visible in ``meetwire.duckdb``, those of other writers too."""
        versions = [self.store.sync(name) for name in STORED]
        if self.store.local and versions != self._shown:
            alike = {name for name, lookup in self._lookups.items() if lookup.alike(self.store.open(name))}
            database.refresh(self.store, alike)
        self._shown = versions

    def _begin(self) -> None:
        """Once for each sink: makes the tables, and refuses those that cannot take the rows."""
        if self._ready:
            return
        if self.store.local:
            refuse(Path(self.store.root))
        self.store.make()
        for name, table in STORED.items():
            possible(differences(table, fields(self.store.open(name), table), bigquery_schema(LAYOUTS[table].row)))
        self._ready = True
        self._derived.complete(utc_now())

    def _write_extracts(self, new: Mapping[str, pa.Table]) -> None:
        articles = new.get("articles", delta_schema("articles").empty_table())
        given = set(articles["article_id"].to_pylist())
        if given:
            self._commit(HISTORY, partial(self._superseded, articles, given))
            self._commit("articles", partial(self._current, articles, given))
            if set(articles["revision_id"].to_pylist()) - set(self._revisions(given).values()):
                self._commit(HISTORY, partial(self._superseded, articles, given))
        for table in EXTRACTED[1:]:
            rows = new.get(table, delta_schema(table).empty_table())
            self._commit(table, partial(self._extracted, table, rows, articles))

    def _superseded(self, articles: pa.Table, given: Groups, history: DeltaTable) -> Change:
        """What ``articles_history`` lacks of the revisions that are not, or will not be, the current ones."""
        known = self._lookups["articles"].rows(self.store.open("articles"), given)
        _, old = split_revisions(_joined(known, articles))
        return self._merged(HISTORY, old, history)

    def _current(self, articles: pa.Table, given: Groups, held: DeltaTable) -> Change:
        """The newest revision of each article of ``given``, of what is there and what comes."""
        known = self._lookups["articles"].rows(held, given)
        newest, _ = split_revisions(_joined(known, articles))
        return change(LAYOUTS["articles"], known, newest, given)

    def _merged(self, name: str, new: pa.Table, held: DeltaTable) -> Change:
        """``new`` rows beside those of other keys."""
        groups = set(new[_group(name)].to_pylist())
        return change(LAYOUTS[STORED[name]], self._lookups[name].rows(held, groups), new, set())

    def _extracted(self, table: str, rows: pa.Table, articles: pa.Table, held: DeltaTable) -> Change:
        """The entities or reports of the current revisions.

        ``held`` was read before the current revisions are: rows of a revision that another writer supersedes meanwhile
        either are left out here, or this commit fails since that writer's was first.
        """
        of = rows["article_id"].to_pylist()
        extracted = dict(zip(articles["revision_id"].to_pylist(), articles["article_id"].to_pylist(), strict=True))
        groups = set(of) | set(extracted.values())
        current = self._revisions(groups)
        pairs = zip(of, rows["revision_id"].to_pylist(), strict=True)
        rows = rows.filter(
            pa.array([current.get(article, revision) == revision for article, revision in pairs], pa.bool_())
        )
        whole = {article for revision, article in extracted.items() if current[article] == revision}
        return change(LAYOUTS[table], self._lookups[table].rows(held, groups), rows, whole)

    def _revisions(self, articles: Groups) -> dict[str, str]:
        """Article -> its current revision, of those that the table has."""
        held = self.store.open("articles")
        version, of, revisions = self._revisions_of
        if (held.version(), articles) != (version, of):
            rows = self._lookups["articles"].rows(held, articles, ["article_id", "revision_id"])
            revisions = dict(zip(*rows.to_pydict().values(), strict=True))
            self._revisions_of = held.version(), articles, revisions
        return revisions

    def _commit(self, name: str, work_out: Callable[[DeltaTable], Change]) -> None:
        """Commits to table ``name`` what ``work_out`` says of its newest version; nothing where nothing changes."""
        layout = LAYOUTS[STORED[name]]

        def step() -> None:
            held = self.store.open(name)
            made = work_out(held)
            if made.replaced:
                write_deltalake(
                    held,
                    made.rows,
                    mode="overwrite",
                    predicate=f"{_among(layout.partition, made.months)} AND {_among(layout.group, made.replaced)}",
                    schema_mode="merge",
                    commit_properties=STRICT,
                    writer_properties=PARTS,
                )
            elif made.rows.num_rows:
                write_deltalake(
                    held,
                    made.rows,
                    mode="append",
                    schema_mode="merge",
                    commit_properties=STRICT,
                    writer_properties=PARTS,
                )
            else:
                return
            tidy(self.store, name)

        self.store.retrying(name, step)


def _among(column: str, values: set[str]) -> str:
    return f"{column} IN ({', '.join(map(quoted, sorted(values)))})"


def _group(name: str) -> str:
    return LAYOUTS[STORED[name]].group


def _joined(known: pa.Table, articles: pa.Table) -> pa.Table:
    return pa.concat_tables([known, articles], promote_options="permissive")
