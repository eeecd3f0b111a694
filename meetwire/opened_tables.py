"""The tables that a deployment has written, read only."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from transforms.errors import MeetwireError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


class TablesError(MeetwireError, OSError):
    """OpenedTables that are not there or cannot be read."""


class OpenedTables(Mapping[str, "DuckDBPyRelation"]):
    """The current rows of each table and view by name, as DuckDB relations: lazy, for ``.pl()``, ``.df()``, ``.fetchall()``.

    A context manager, whose end closes the connection. Not for several threads at once.
    """

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection
        found = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name")
        self._names = [name for (name,) in found.fetchall()]

    def __getitem__(self, name: str) -> "DuckDBPyRelation":
        """The rows of the table ``name``; KeyError where there is none."""
        if name not in self._names:
            raise KeyError(name)
        return self._connection.view(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def query(self, sql: str) -> "DuckDBPyConnection":
        """The result of one SELECT over the tables, to be fetched before the next query.

        Raises:
            MeetwireError: it is at fault, or would change something.
        """
        from transforms.tables.database import select

        return select(self._connection, sql)

    def close(self) -> None:
        """Closes the connection; relations that came of it can be read no more."""
        self._connection.close()

    def __enter__(self) -> "OpenedTables":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_tables(path: str | Path) -> OpenedTables:
    """The tables in a folder or bucket, as they are now; nothing is locked or written.

    Args:
        path: A folder, or ``gs://…`` or ``s3://…``, as ``tables`` of the settings has it.

    Raises:
        MeetwireError: there are no tables, they are damaged, or they lie in BigQuery, which has a client of its own.

    >>> open_tables("nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    meetwire.opened_tables.TablesError: ...nowhere: no tables here yet (meetwire run makes them)
    """
    from transforms.tables.database import connect

    if str(path).startswith("bigquery://"):
        raise TablesError(f"{path}: BigQuery's tables are read with its own client")
    try:
        return OpenedTables(connect(str(path)))
    except OSError as error:
        raise TablesError(f"{error.filename or path}: {error.strerror or error}") from error
