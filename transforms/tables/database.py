"""``meetwire.duckdb``: a small database of nothing but views over the files, for any DuckDB client.

It is built aside and renamed into place, so that a client that holds it open never stops a run.
"""

import errno
import os
import re
import threading
from pathlib import Path

import duckdb

from transforms.tables import commits, views
from transforms.tables.folders import LocalFolder
from transforms.tables.layout import COMMITS, DATABASE, LAYOUTS, TEMPORARY

# A runner commits from several threads of one process.
_REFRESHING = threading.Lock()
_ANALYZE = re.compile(r"\s*EXPLAIN\s*(ANALY[SZ]E\b|\([^)]*\))", re.IGNORECASE)

NO_TABLES = "no tables here yet (meetwire run makes them)"


class QueryError(ValueError):
    """A statement that cannot be run; its text names the fault in one line."""


def refresh(folder: str | os.PathLike[str]) -> Path:
    """Makes ``meetwire.duckdb`` in ``folder`` (a path, with or without ``jsonl:``) anew and gives its path."""
    root = Path(os.fspath(folder).removeprefix("jsonl:")).absolute()
    commits.begin(LocalFolder(root))
    aside = root / TEMPORARY / f"{DATABASE}.{os.getpid()}"
    with _REFRESHING:
        aside.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        with duckdb.connect(str(aside)) as connection:
            create_views(connection, root)
        aside.replace(root / DATABASE)
    return root / DATABASE


def create_views(connection: duckdb.DuckDBPyConnection, root: Path) -> None:
    """Makes the views over the tables in ``root`` in any database. Tables without a file are empty views.

    Raises:
        FileNotFoundError: there are no tables in ``root``.
    """
    if not (root / COMMITS / commits.FIRST).exists():
        raise FileNotFoundError(errno.ENOENT, NO_TABLES, str(root))
    connection.execute("SET TimeZone = 'UTC'")
    filled = {table: suffix for table in LAYOUTS if (suffix := _suffix(root / table))}
    statements = views.statements(str(root), next(iter(filled.values()), "parquet"), filled)
    connection.execute(";\n".join(["BEGIN", *statements, "COMMIT"]))


def _suffix(table: Path) -> str | None:
    """parquet or jsonl: what the files of a table are; None where it has none."""
    for partition in table.glob("*=*"):
        for file in partition.iterdir():
            if file.suffix in (".parquet", ".jsonl"):
                return file.suffix[1:]
    return None


def connect(target: str) -> duckdb.DuckDBPyConnection:
    """A connection of its own, in memory, with the views over the tables of ``target``: it locks and writes nothing.

    It reaches no file outside the tables and downloads nothing.

    Raises:
        FileNotFoundError: there are no tables in ``target``.
    """
    root = Path(target.removeprefix("jsonl:")).absolute()
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    create_views(connection, root)
    allowed = ", ".join(views.quoted(f"{root}/{folder}/") for folder in (*LAYOUTS, COMMITS))
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
