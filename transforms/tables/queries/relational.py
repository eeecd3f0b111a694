"""Writes tables into a relational database, SQLite or Postgres, that any tool can be pointed at.

Records and lists become JSON; everything else keeps its type (SQLite has no type for times: they are RFC 3339 text).
DuckDB's own extensions for both databases have to be of its very version, and their packages come later than it does.
"""

import errno
import itertools
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

SCHEMA = "meetwire"
_SQLITE = {"INTEGER": "INTEGER", "FLOAT": "REAL", "BOOLEAN": "INTEGER"}
_POSTGRES = {
    "INTEGER": "bigint",
    "FLOAT": "double precision",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamptz",
    "DATE": "date",
    "JSON": "jsonb",
}
# What would end a field or a line of COPY.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Relation(NamedTuple):
    """A table with its rows.

    Attributes:
        name: Its name.
        columns: Name -> STRING, INTEGER, FLOAT, BOOLEAN, TIMESTAMP, DATE or JSON, in order.
        keys: The columns of its primary key; none where rows have no key.
        rows: Plain values in the order of the columns; read once, before the next relation is asked for.
    """

    name: str
    columns: Mapping[str, str]
    keys: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_sqlite(file: str, relations: Iterable[Relation]) -> int:
    """Writes a database file, whole or not at all, in place of any that is there; how many rows it holds.

    Raises:
        OSError: the file cannot be written.
    """
    path = Path(file)
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    count = 0
    try:
        connection = sqlite3.connect(aside)
        with connection:
            for relation in relations:
                connection.execute(_create(relation.name, relation, _SQLITE))
                places = ", ".join("?" * len(relation.columns))
                count += connection.executemany(
                    f'INSERT INTO "{relation.name}" VALUES ({places})', map(_flat, relation.rows)
                ).rowcount
        connection.close()
        aside.replace(path)
    except sqlite3.Error as error:
        raise OSError(errno.EIO, str(error), str(path)) from None
    finally:
        aside.unlink(missing_ok=True)
    return count


def write_postgres(url: str, relations: Iterable[Relation]) -> int:
    """Writes the schema ``meetwire`` of ``postgresql://user:password@host:port/database`` in one transaction.

    Readers see what was there until all of it is new; views and grants on the tables stay. Without a password in the
    address, ``PGPASSWORD`` has it. Returns how many rows the tables hold.

    Raises:
        OSError: the database cannot be reached or refuses; the password is in no message.
        ModuleNotFoundError: pg8000 is not installed.
    """
    import pg8000.dbapi

    parts = urlsplit(url)
    place = f"{parts.hostname}:{parts.port or 5432}{parts.path}"
    user, password = unquote(parts.username or "postgres"), unquote(parts.password or os.environ.get("PGPASSWORD", ""))
    count = 0
    try:
        connection = pg8000.dbapi.connect(
            user, parts.hostname, unquote(parts.path[1:]), parts.port or 5432, password or None
        )
        try:
            cursor = connection.cursor()
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            for relation in relations:
                name = f'{SCHEMA}."{relation.name}"'
                cursor.execute(_create(name, relation, _POSTGRES))
                for column in _columns(relation, _POSTGRES):
                    cursor.execute(f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {column}")
                cursor.execute(f"DELETE FROM {name}")
                names = ", ".join(f'"{column}"' for column in relation.columns)
                cursor.execute(f"COPY {name} ({names}) FROM STDIN", stream=_copied(relation.rows))
                count += cursor.rowcount
            connection.commit()
        finally:
            connection.close()
    except pg8000.dbapi.Error as error:
        said = error.args[0]
        text = said.get("M", said) if isinstance(said, dict) else said
        raise OSError(errno.EIO, " ".join(str(text).split()), place) from None
    return count


def _create(name: str, relation: Relation, types: Mapping[str, str]) -> str:
    keys = ", ".join(f'"{key}"' for key in relation.keys)
    inside = [*_columns(relation, types), *([f"PRIMARY KEY ({keys})"] if keys else [])]
    return f"CREATE TABLE IF NOT EXISTS {name} ({', '.join(inside)})"


def _columns(relation: Relation, types: Mapping[str, str]) -> list[str]:
    return [f'"{name}" {types.get(kind, "TEXT")}' for name, kind in relation.columns.items()]


def _flat(row: Sequence[Any]) -> list[Any]:
    return [json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value for value in row]


def _copied(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Rows as the text of COPY, many lines at a time."""
    lines = ("\t".join(map(_field, _flat(row))) + "\n" for row in rows)
    while some := "".join(itertools.islice(lines, 500)):
        yield some


def _field(value: Any) -> str:
    return "\\N" if value is None else str(value).translate(_ESCAPED)
