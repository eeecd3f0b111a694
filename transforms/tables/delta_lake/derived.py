"""The Delta tables that are worked out of the others: ``article_sketches``, ``merged_meetings``, ``merged_reports``.

They are committed in this order, each from what the tables hold at that moment; a commit that another writer
forestalled is worked out anew.
"""

import contextlib
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from transforms.rows import ActorDecision
from transforms.stories.decided import NONE, Decisions
from transforms.stories.same_meeting import Search
from transforms.tables.anew import REPORTS_SQL, TEXTS_SQL, every_meeting, every_sketch
from transforms.tables.delta_lake.aside import Aside, to_columns
from transforms.tables.delta_lake.blocks import Blocks
from transforms.tables.delta_lake.current import Change, change
from transforms.tables.delta_lake.lookup import Lookup
from transforms.tables.delta_lake.sketches import Kept, Sketches
from transforms.tables.delta_lake.store import PARTS, STRICT, Store
from transforms.tables.layout import DECISIONS, DERIVED, LAYOUTS
from transforms.tables.merging import (
    Groups,
    Merged,
    Row,
    concerned,
    copied,
    decisions_of,
    merged,
)
from transforms.tables.queries.ask import plain_value
from transforms.tables.queries.database import in_order

Commit = Callable[[str, Callable[[DeltaTable], Change]], None]
_WORKED_OUT_FROM = ("articles", "meeting_reports", DECISIONS)
_MERGED_FROM = ("meeting_reports", "merged_reports", DECISIONS)
# Rows that become columns at a time.
_BATCH = 5000


class DeltaHeld:
    """What Delta tables hold, for merging."""

    def __init__(self, store: Store, lookups: Mapping[str, Lookup]) -> None:
        self._store, self._lookups = store, lookups
        self._blocks, self._sketches = Blocks(), Sketches()
        self._decided: tuple[int, Decisions] = -1, NONE

    def of_articles(self, table: str, articles: Groups, columns: Sequence[str] | None = None) -> list[Row]:
        """See ``Held``."""
        return plain_rows(self._lookups[table].rows(self._store.open(table), articles, columns)) if articles else []

    def found(self, wanted: Sequence[Search]) -> Groups:
        """See ``Held``."""
        return self._blocks.articles(self._store.open("merged_reports"), wanted)

    def decisions(self) -> Decisions:
        """See ``Held``."""
        held = self._store.open(DECISIONS)
        if held.version() != self._decided[0]:
            self._decided = held.version(), Decisions(decisions_of(plain_rows(held.to_pyarrow_table())))
        return self._decided[1]

    def near(self, first: datetime, last: datetime) -> list[Kept]:
        """See ``Held``."""
        return self._sketches.near(self._store.open("article_sketches"), first, last)


class Derived:
    """Keeps the derived tables of a store; ``commit`` and ``lookups`` are the sink's."""

    def __init__(self, store: Store, lookups: Mapping[str, Lookup], commit: Commit) -> None:
        self._store, self._lookups, self._commit = store, lookups, commit
        self._held = DeltaHeld(store, lookups)

    def update(self, articles: Groups, now: datetime) -> None:
        """Works out what may change with ``articles``, which are new, others, or have other reports.

        Once more where another writer's decision came meanwhile, which has not seen what this one made.
        """
        before = self._store.open(DECISIONS).version()
        self._update(articles, now)
        while before != (before := self._store.open(DECISIONS).version()):
            self._update(articles, now, articles)

    def decide(self, decisions: Sequence[ActorDecision], now: datetime) -> None:
        """Works out what ``decisions`` change, which lie in their table already."""
        reports = self._every("meeting_reports", ("article_id", "participants"))
        merged_reports = self._every("merged_reports", ("article_id", "actor_ids"))
        articles = concerned(decisions, self._held.decisions(), reports, merged_reports)
        if articles:
            self._update(articles, now, articles)

    def _update(self, articles: Groups, now: datetime, decided: Set[str] = frozenset()) -> None:
        reached = set(articles)

        def sketches(held: DeltaTable) -> Change:
            found = copied(self._held, articles)
            reached.update(row.article_id for row in found)
            return self._change("article_sketches", held, found, articles, now)

        @functools.lru_cache(maxsize=1)
        def merged_at(*versions: int) -> Merged:
            return merged(self._held, reached, decided)

        def work_out() -> Merged:  # twice only where another writer came in between
            return merged_at(*(self._store.open(table).version() for table in _MERGED_FROM))

        def meetings(held: DeltaTable) -> Change:
            made = work_out()
            return self._change("merged_meetings", held, made.meetings, made.ids, now)

        def reports(held: DeltaTable) -> Change:
            made = work_out()
            return self._change("merged_reports", held, made.reports, made.articles, now)

        self._commit("article_sketches", sketches)
        self._commit("merged_meetings", meetings)
        self._commit("merged_reports", reports)

    def _change(self, table: str, held: DeltaTable, given: Iterable[Any], whole: Groups, now: datetime) -> Change:
        new = to_columns(table, given, now)
        groups = whole | set(new[LAYOUTS[table].group].to_pylist())
        return change(LAYOUTS[table], self._lookups[table].rows(held, groups), new, whole)

    def complete(self, now: datetime) -> None:
        """Works out everything where there are reports and no meetings yet, as in tables of an earlier version."""
        if self._store.open("meeting_reports").file_uris() and not self._store.open("merged_meetings").file_uris():
            self.rebuild(now)

    def rebuild(self, now: datetime) -> Counter[str]:
        """Works out everything anew; table -> its rows. What is worked out lies on the disk until it is committed."""
        with self._store.aside() as aside:

            @functools.lru_cache(maxsize=1)
            def everything_at(*versions: int) -> dict[str, Aside]:
                return self._everything(aside, now)

            def replace(table: str) -> int:
                held = self._store.open(table)
                made = everything_at(*(self._store.open(name).version() for name in _WORKED_OUT_FROM))[table]
                with made.reader() as rows:
                    write_deltalake(
                        held,
                        rows,
                        mode="overwrite",
                        schema_mode="overwrite",
                        commit_properties=STRICT,
                        writer_properties=PARTS,
                    )
                return made.count

            return Counter({table: self._store.retrying(table, functools.partial(replace, table)) for table in DERIVED})

    def _everything(self, folder: Path, now: datetime) -> dict[str, Aside]:
        """Works out the rows of every derived table into files of ``folder``."""
        copies: dict[str, str] = {}

        def ordered(sql: str) -> Iterator[Row]:
            return map(plain_value, in_order(self._store, folder, sql))

        with contextlib.ExitStack() as files:
            made = {table: files.enter_context(Aside(table, folder, now)) for table in DERIVED}
            for sketch in every_sketch(ordered(TEXTS_SQL)):
                made["article_sketches"].add([sketch])
                if sketch.duplicate_of:
                    copies[sketch.article_id] = sketch.duplicate_of
            for part in every_meeting(ordered(REPORTS_SQL), copies, self._held.decisions()):
                made["merged_meetings"].add(part.meetings)
                made["merged_reports"].add(part.reports)
        return made

    def _every(self, table: str, columns: Sequence[str] | None = None) -> Iterator[Row]:
        """All rows of a table, some at a time in memory."""
        for batch in (
            self._store.open(table)
            .to_pyarrow_dataset()
            .to_batches(columns=columns and list(columns), batch_size=_BATCH)
        ):
            yield from map(plain_value, batch.to_pylist())


def plain_rows(rows: pa.Table) -> list[Row]:
    """Rows of a table as plain values."""
    return [plain_value(row) for row in rows.to_pylist()]
