"""The file sink: Parquet or JSON lines, in a folder here or in a bucket."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from transforms.tables import commits, database
from transforms.tables.commits import StagedFile
from transforms.tables.encode import SUFFIXES, encode
from transforms.tables.folders import open_folder
from transforms.tables.layout import DATABASE, file_name
from transforms.tables.sinks import Line, once

# Rows of one file, as JSON: what a machine with little memory holds with ease, and Parquet readers like.
FILE_BYTES = 64_000_000


class FileSink:
    """Tables as files. The database over them is made anew when a table gets its first file."""

    def __init__(self, target: str) -> None:
        self.suffix = "jsonl" if target.startswith("jsonl:") else "parquet"
        self.folder = open_folder(target.removeprefix("jsonl:"))
        self._begun = False
        self._viewed: set[str] = set()

    def stage(self, lines: Sequence[Line], now: datetime) -> list[StagedFile]:
        """Writes a file for each table and partition (more where it would be over 64 MB of rows)."""
        self._begin()
        staged = []
        with self.folder.lock(alone=False):
            for (table, part), group in itertools.groupby(once(lines), key=lambda line: line[:2]):
                for texts in _portions([line.json for line in group]):
                    path = f"{table}/{part}/{file_name(table, texts, self.suffix)}"
                    self.folder.keep(path, encode(table, texts, self.suffix))
                    staged.append(StagedFile(table, path, len(texts)))
        return staged

    def _begin(self) -> None:
        """Once for each sink: refuses a folder of another format, and removes what killed writers left half done."""
        if self._begun:
            return
        other = next(suffix for suffix in SUFFIXES if suffix != self.suffix)
        if any(file.path.endswith(f".{other}") for file in commits.live(self.folder)):
            raise ValueError(f"{self.folder.root} holds {other}, not {self.suffix}: give another folder")
        self.folder.sweep()
        self._begun = True

    def commit(self, staged: Iterable[StagedFile], now: datetime) -> None:
        """Writes the commit that makes the staged files visible."""
        files = list(staged)
        with self.folder.lock(alone=False):
            commits.commit(self.folder, files, now)
        tables = {file.table for file in files}
        if self.folder.local and not (tables <= self._viewed and Path(self.folder.root, DATABASE).exists()):
            database.refresh(self.folder.root)
            self._viewed |= tables

    def write(self, lines: Sequence[Line], now: datetime) -> int:
        """Writes files and commits them. Files refuse nothing that fits the columns."""
        self.commit(self.stage(lines, now), now)
        return 0


def _portions(texts: list[str]) -> Iterable[list[str]]:
    """``texts`` in order, in portions of at most FILE_BYTES characters (or of one text)."""
    portion: list[str] = []
    size = 0
    for text in texts:
        if portion and size + len(text) > FILE_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(text)
        size += len(text)
    if portion:
        yield portion
