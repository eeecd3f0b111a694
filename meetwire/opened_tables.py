"""Read-only access to the tables that a deployment has written."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from transforms.errors import MeetwireError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


class TablesError(MeetwireError, OSError):
    """There are no tables, or they cannot be read."""


class OpenedTables(Mapping[str, "DuckDBPyRelation"]):
    """A mapping from the name of each table and view to its current rows.

    The rows are a DuckDB relation, which is read only when ``.pl()``, ``.df()`` or ``.fetchall()`` asks for it. Use it as a
    context manager to close the connection. It is not safe for use by several threads at once.
    """

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection
        found = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_name")
        self._names = [name for (name,) in found.fetchall()]

    def __getitem__(self, name: str) -> "DuckDBPyRelation":
        """Returns the rows of one table or view.

        Raises:
            KeyError: There is none of this name.
        """
        if name not in self._names:
            raise KeyError(name)
        return self._connection.view(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def query(self, sql: str) -> "DuckDBPyConnection":
        """Runs one SELECT over the tables.

        Args:
            sql: The statement, in DuckDB's SQL.

        Returns:
            DuckDB's connection with the result; fetch it before the next query.

        Raises:
            MeetwireError: The statement is not valid, or is not a SELECT.
        """
        from transforms.tables.queries.database import select

        return select(self._connection, sql)

    def close(self) -> None:
        """Closes the connection. Relations obtained from it can no longer be read."""
        self._connection.close()

    def __enter__(self) -> "OpenedTables":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_tables(path: str | Path) -> OpenedTables:
    """Opens the tables in a folder or bucket as they are now, without locking or writing anything.

    Args:
        path: A folder, ``gs://…`` or ``s3://…``: the value of ``tables`` in the settings.

    Returns:
        The tables and views by name.

    Raises:
        MeetwireError: There are no tables, they are damaged, or they are in BigQuery (use its own client).

    Examples:
        >>> open_tables("nowhere")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        meetwire.opened_tables.TablesError: ...nowhere: no tables here yet (meetwire run makes them)
    """
    from transforms.tables.queries.database import connect

    if str(path).startswith("bigquery://"):
        raise TablesError(f"{path}: BigQuery's tables are read with its own client")
    try:
        return OpenedTables(connect(str(path)))
    except OSError as error:
        raise TablesError(f"{error.filename or path}: {error.strerror or error}") from error
