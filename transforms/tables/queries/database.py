"""Makes ``meetwire.duckdb``, a small database that holds only views over the tables, for any DuckDB client.

It is built aside and renamed into place, so that a client that holds it open never stops a run.
"""

import re
import shutil
import tempfile
import time
from collections.abc import Set
from pathlib import Path

import duckdb

from transforms.errors import MeetwireError
from transforms.tables.delta_lake.store import Store, told
from transforms.tables.layout import DATABASE, DECISIONS, OWN, STORED
from transforms.tables.queries import views

_ASIDE = "views-"
_ANALYZE = re.compile(r"\s*EXPLAIN\s*(ANALY[SZ]E\b|\([^)]*\))", re.IGNORECASE)


class QueryError(MeetwireError, ValueError):
    """A statement cannot be run; the message names the fault in one line."""


def refresh(store: Store, alike: Set[str] = frozenset()) -> Path:
    """Makes ``meetwire.duckdb`` in the folder of ``store`` anew and gives its path. To be called under the store's lock.

    Its views name the files that the tables are made of now: a client that holds it open goes on reading these.
    ``alike``: tables whose files are known to have the same columns, so that DuckDB need not look into each.
    """
    own = Path(store.root, OWN)
    for left in own.glob(f"{_ASIDE}*"):
        if time.time() - left.stat().st_mtime > 3600:  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=own) as aside, told(store.address(DATABASE)):
        made = Path(aside, DATABASE)
        with duckdb.connect(str(made)) as connection:
            create_views(connection, store, alike)
        return made.replace(Path(store.root, DATABASE))


def create_views(connection: duckdb.DuckDBPyConnection, store: Store, alike: Set[str] = frozenset()) -> None:
    """Makes the views over the tables of ``store`` in any database; ``alike`` as for ``refresh``.

    Raises:
        FileNotFoundError: there are no tables.
    """
    connection.execute("SET TimeZone = 'UTC'")
    sources = {name: _source(connection, store, name, name not in alike) for name in STORED}
    connection.execute(";\n".join(["BEGIN", *views.statements(sources), "COMMIT"]))


def _source(connection: duckdb.DuckDBPyConnection, store: Store, name: str, by_name: bool) -> str:
    """A SELECT of a table's rows: of its files, or, of one in a bucket, through delta-rs."""
    try:
        table = store.open(name)
    except FileNotFoundError:
        if name != DECISIONS:
            raise
        return "SELECT 1 AS none WHERE false"  # of an earlier version, in which nobody has decided anything
    if not store.local:
        connection.register(f"delta_{name}", table.to_pyarrow_dataset())
        return f"SELECT * FROM delta_{name}"
    files = ", ".join(views.quoted(file) for file in table.file_uris())
    if not files:
        return "SELECT 1 AS none WHERE false"
    return f"SELECT * FROM read_parquet([{files}], union_by_name = {by_name}, hive_partitioning = false)"


def connect(target: str) -> duckdb.DuckDBPyConnection:
    """A connection of its own, in memory, with the views over the tables of ``target``: it locks and writes nothing.

    It reaches no file outside the tables and downloads nothing.

    Raises:
        FileNotFoundError: there are no tables in ``target``.
        OSError: they are damaged.
    """
    store = Store(target)
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    with told(store.root):
        create_views(connection, store)
    if store.local:
        allowed = ", ".join(views.quoted(f"{store.root}/{name}/") for name in STORED)
        connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def select(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """Runs one statement that only reads; the rows are fetched from what comes back.

    Raises:
        QueryError: ``sql`` is not one reading statement, or DuckDB finds a fault in it; one line.
    """
    try:
        found = connection.extract_statements(sql)
        kinds = [statement.type.name for statement in found]
        # DuckDB makes two statements of a PIVOT.
        if kinds not in (["SELECT"], ["EXPLAIN"], ["CREATE", "SELECT"]):
            shown = " and ".join(kinds) or "nothing"
            raise QueryError(f"this reads tables and does not change them: give one SELECT, not {shown}")
        if kinds == ["EXPLAIN"] and _ANALYZE.match(sql):
            select(connection, _ANALYZE.sub("", sql)).fetchall()
        return connection.execute(sql)
    except duckdb.Error as error:
        raise QueryError(" ".join(str(error).split())) from None
