"""The read model: a small database of what pages show, made of the Delta tables and kept current with them.

The tables are only read. Only meetings that changed are taken over, newest first and so many at once that memory
stays bounded: pages answer while the rest is still being read.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from transforms.browse.rows_shown import ARTICLES, MEETINGS, PARTIES, REPORTS, as_json, meeting_row, party_rows
from transforms.tables.ask import plain_value
from transforms.tables.database import connect
from transforms.tables.store import Store

# Meetings that are taken over at once.
AT_ONCE = 2_000
MEMORY = "128MB"
# Tables whose versions say whether anything changed.
WATCHED = ("merged_meetings", "meeting_reports", "feed_health", "dead_letters", "articles")
# Parties of one meeting beyond which it makes no pairs: a photograph of forty heads of state is no acquaintance.
MOST_PAIRED = 20
# Meetings that came, went or changed, the newest first.
_CHANGED = """SELECT meeting_id FROM given FULL JOIN meetings AS held USING (meeting_id, state)
    WHERE held.meeting_id IS NULL OR given.meeting_id IS NULL
    GROUP BY meeting_id ORDER BY max(given.last_reported) DESC NULLS LAST, meeting_id"""


class Model:
    """The read model of the tables in ``target`` (a folder or bucket). A context manager, whose end removes it.

    ``refresh`` belongs to one thread; ``cursor`` gives a connection for any other.

    Attributes:
        version: Counts the refreshes that changed anything.
        pending: Meetings that are still to be read.
    """

    def __init__(self, target: str) -> None:
        self.target, self.version, self.pending = target, 0, 0
        self._store = Store(target)
        self._seen: dict[str, int] = {}
        self._folder = TemporaryDirectory(prefix="meetwire-page-")
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "threads": "2",
            "autoinstall_known_extensions": "false",
            "temp_directory": str(Path(self._folder.name, "spill")),
        }
        self._database = duckdb.connect(str(Path(self._folder.name, "page.duckdb")), config=config)
        self._database.execute("SET TimeZone = 'UTC'")
        self._database.execute((files("transforms.browse") / "schema.sql").read_text(encoding="utf-8"))
        self._lock = threading.Lock()

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()
        self._folder.cleanup()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for one thread: sees whole refreshes only, and waits for none."""
        made = self._database.cursor()
        made.execute("SET TimeZone = 'UTC'")
        return made

    def refresh(self, ended: Callable[[], bool] = lambda: False) -> bool:
        """Takes over what the tables have now; whether anything was new. Stops half-way where ``ended`` says so.

        Raises:
            FileNotFoundError: there are no tables yet.
            OSError: they are damaged.
        """
        with self._lock:
            now = {name: self._store.open(name).version() for name in WATCHED}
            if now == self._seen:
                return False
            with contextlib.closing(connect(self.target)) as tables, contextlib.closing(self.cursor()) as model:
                self._take_meetings(tables, model, ended)
                self._take_operation(tables, model)
            self._seen = now
            self.version += 1
            return True

    def _take_meetings(
        self, tables: duckdb.DuckDBPyConnection, model: duckdb.DuckDBPyConnection, ended: Callable[[], bool]
    ) -> None:
        given = tables.execute("SELECT meeting_id, (hash(m) >> 1)::BIGINT AS state, last_reported FROM meetings AS m")
        with _registered(model, "given", given.to_arrow_table()):
            ids = [meeting for (meeting,) in model.execute(_CHANGED).fetchall()]
        for begin in range(0, len(ids), AT_ONCE):
            if ended():
                return
            self.pending = len(ids) - begin
            self._take(tables, model, ids[begin : begin + AT_ONCE])
            if self.pending == len(ids):
                _take_actors(model)
            self.version += 1
        self.pending = 0
        if ids:
            _take_actors(model)
        _replace(model, "aliases", tables.execute('SELECT "old", "new" FROM meeting_aliases').to_arrow_table())

    def _take(self, tables: duckdb.DuckDBPyConnection, model: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> None:
        """Takes over the meetings ``ids``; those that are no more go."""
        these = "SELECT {} FROM {} AS m WHERE meeting_id IN (SELECT unnest(?))"
        merged = _plain(tables.execute(these.format("*, (hash(m) >> 1)::BIGINT AS state", "meetings"), [list(ids)]))
        told_rows = _plain(tables.execute(these.format("*", "meeting_reports"), [list(ids)]))
        articles = list({report["article_id"] for report in told_rows})
        of = "SELECT * FROM articles WHERE article_id IN (SELECT unnest(?))"
        article_rows = _plain(tables.execute(of, [articles]))
        mentions = _mentions(tables, articles)
        model.execute("BEGIN")
        for table in ("reports", "meetings", "parties"):
            model.execute(f"DELETE FROM {table} WHERE meeting_id IN (SELECT unnest(?))", [list(ids)])
        model.execute("DELETE FROM articles WHERE article_id IN (SELECT unnest(?))", [articles])
        feeds = {row["article_id"]: row["feed_title"] or row["feed_url"] for row in article_rows}
        made = [meeting_row(meeting, feeds) for meeting in merged]
        _insert(model, "meetings", MEETINGS, made)
        _insert(model, "parties", PARTIES, [party for meeting in merged for party in party_rows(meeting)])
        _insert(model, "reports", REPORTS, told_rows)
        for row in article_rows:
            row["mentions"] = mentions.get(row["article_id"], [])
        _insert(model, "articles", ARTICLES, article_rows)
        model.execute("COMMIT")

    def _take_operation(self, tables: duckdb.DuckDBPyConnection, model: duckdb.DuckDBPyConnection) -> None:
        """How the pipeline is doing: of polls the last fortnight's, of dead letters the newest, without long payloads."""
        for table, sql in _OPERATION.items():
            _replace(model, table, tables.execute(sql).to_arrow_table())


_OPERATION = {
    "polls": """SELECT feed_url, polled_at, status, error, fetched, published, gap, next_poll_at FROM feed_health
        WHERE polled_at > (SELECT max(polled_at) FROM feed_health) - INTERVAL 14 DAY""",
    "letters": """SELECT letter_id, stage, error_type, error, element_id,
            CASE WHEN payload_encoding = 'text' THEN left(payload, 4000) END AS payload, occurred_at, version,
            list_contains(list_transform(attributes, a -> a.key), 'replayed_at') AS solved, length(payload) AS size
        FROM dead_letters ORDER BY occurred_at DESC LIMIT 1000""",
    "arrivals": """SELECT date_trunc('hour', fetched_at) AS hour, count(*) AS articles,
            median(greatest(0, epoch(fetched_at) - epoch(published))) AS delay_seconds
        FROM articles WHERE fetched_at > (SELECT max(fetched_at) FROM articles) - INTERVAL 48 HOUR GROUP BY ALL""",
    "totals": "SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM meeting_reports) AS reports",
}


def _take_actors(model: duckdb.DuckDBPyConnection) -> None:
    """Counts actors and pairs from ``parties``. Each has its most frequent name, office and country."""
    model.execute("BEGIN")
    model.execute("DELETE FROM actors")
    model.execute("""INSERT INTO actors SELECT actor_id, mode(name), mode(kind), mode(title), mode(country),
        count(DISTINCT meeting_id), min(day), max(day),
        ' ' || string_agg(DISTINCT lower(strip_accents(name)), ' ') || ' ' || coalesce(lower(mode(title)), '')
        FROM parties GROUP BY actor_id""")
    model.execute("DELETE FROM pairs")
    model.execute(f"""INSERT INTO pairs SELECT one.actor_id, other.actor_id, count(DISTINCT meeting_id), max(one.day)
        FROM parties AS one JOIN parties AS other USING (meeting_id)
        WHERE one.actor_id < other.actor_id AND one.confidence >= 0.5 AND one.number <= {MOST_PAIRED}
            AND other.number <= {MOST_PAIRED} AND one.status IN ('held', 'ongoing') GROUP BY ALL""")
    model.execute("COMMIT")


def _mentions(tables: duckdb.DuckDBPyConnection, articles: list[str]) -> dict[str, list[Any]]:
    """Article -> its entities with where they are named."""
    sql = """SELECT article_id, name, type, list_transform(mentions, m -> [m.start, m."end"]) AS places
        FROM entities WHERE article_id IN (SELECT unnest(?))"""
    found: dict[str, list[Any]] = {}
    for article, name, kind, places in tables.execute(sql, [articles]).fetchall():
        found.setdefault(article, []).append({"name": name, "type": kind, "places": places})
    return found


def _plain(answer: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    return [plain_value(row) for row in answer.to_arrow_table().to_pylist()]


def _insert(model: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], rows: list[dict[str, Any]]) -> None:
    """Appends ``rows``; nested values that the table has as JSON become JSON."""
    if not rows:
        return
    columns = {name: pa.array([as_json(name, row[name]) for row in rows]) for name in names}
    with _registered(model, "rows_", pa.table(columns)):
        model.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_")


def _replace(model: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    with _registered(model, "rows_", rows):
        model.execute(f"BEGIN; DELETE FROM {table}; INSERT INTO {table} BY NAME SELECT * FROM rows_; COMMIT")


@contextlib.contextmanager
def _registered(model: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> Iterator[None]:
    model.register(name, rows)
    try:
        yield
    finally:
        model.unregister(name)
