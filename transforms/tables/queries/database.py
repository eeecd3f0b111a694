"""Makes ``meetwire.duckdb``, a small database that holds only views over the tables, for any DuckDB client.

It is built aside and renamed into place, so that a client that holds it open never stops a run.
"""

import re
import string
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any

import duckdb

from transforms.errors import MeetwireError
from transforms.tables.delta_lake.store import Store, told
from transforms.tables.layout import DATABASE, DECISIONS, STORED
from transforms.tables.queries import views

# What sorting keeps in memory; the rest lies on the disk.
_SORTING = "128MB"
_BATCH = 1000
_ANALYZE = re.compile(r"\s*EXPLAIN\s*(ANALY[SZ]E\b|\([^)]*\))", re.IGNORECASE)


class QueryError(MeetwireError, ValueError):
    """A statement cannot be run; the message names the fault in one line."""


def refresh(store: Store, alike: Set[str] = frozenset()) -> Path:
    """Makes ``meetwire.duckdb`` in the folder of ``store`` anew and gives its path. To be called under the store's lock.

    Its views name the files that the tables are made of now: a client that holds it open goes on reading these.
    ``alike``: tables whose files are known to have the same columns, so that DuckDB need not look into each.
    """
    with store.aside() as aside, told(store.address(DATABASE)):
        made = aside / DATABASE
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


def in_order(store: Store, aside: Path, sql: str) -> Iterator[dict[str, Any]]:
    """The rows that ``sql`` gives of the current rows of the tables whose names stand in braces, in little memory.

    What does not fit into it lies in the folder ``aside`` meanwhile.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": _SORTING,
        "temp_directory": str(aside),
        "autoinstall_known_extensions": "false",
    }
    with told(store.root), duckdb.connect(config=config) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        names = {name for _, name, *_ in string.Formatter().parse(sql) if name}
        sources = {name: views.stored(STORED[name], _source(connection, store, name, by_name=True)) for name in names}
        for batch in connection.execute(sql.format_map(sources)).to_arrow_reader(_BATCH):
            yield from batch.to_pylist()


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
