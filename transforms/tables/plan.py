"""Checks, without writing, whether a run could write to a place for tables, and what it would create there."""

import errno
import os
from pathlib import Path

from transforms.tables.delta_lake.first_format import refuse
from transforms.tables.evolve import differences, shown
from transforms.tables.layout import LAYOUTS
from transforms.tables.schemas import bigquery_schema


def plan(target: str) -> list[str]:
    """Returns lines that list the tables that exist or would be created, and each difference of schema.

    Raises:
        OSError: Rows could not be written there.
        ValueError: ``target`` is not a place for tables.
    """
    if target.startswith("bigquery://"):
        from transforms.tables.bigquery.dataset_plan import plan_bigquery

        return plan_bigquery(target)
    from transforms.tables.delta_lake.store import Store, fields

    store = Store(target)
    if store.local:
        _writable(Path(store.root))
        refuse(Path(store.root))
    lines = []
    for table, layout in LAYOUTS.items():
        try:
            held = store.open(table)
        except FileNotFoundError:
            lines.append(f"{table}: would be made")
            continue
        rows = held.to_pyarrow_dataset().count_rows()
        lines.append(f"{table}: {len(held.file_uris())} files with {rows} rows")
        lines += shown(differences(table, fields(held, table), bigquery_schema(layout.row)))
    return lines


def _writable(folder: Path) -> None:
    """OSError where a run could not write: a file in the way, no permission, a full disk."""
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file, and tables need a folder", str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "may not be written", str(folder))
    if not os.statvfs(folder).f_bavail:
        raise OSError(errno.ENOSPC, "no space is left", str(folder))
