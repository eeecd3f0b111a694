"""Folders that hold tables: on this machine, or wherever Beam's filesystems reach (gs://, s3://, hdfs://)."""

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from transforms.tables.layout import OWN, TEMPORARY


class Folder(Protocol):
    """Where files are written whole or not at all. Paths are relative to the folder, with ``/``."""

    root: str
    local: bool

    def write(self, path: str, data: bytes) -> None:
        """Makes ``path`` hold ``data``, durably: a reader finds the old file or the new one, never a part."""

    def read(self, path: str) -> bytes:
        """What ``path`` holds."""

    def keep(self, path: str, data: bytes) -> None:
        """``write``, for a path derived from its rows: a file that is there is only marked as in use, so that nobody
        removes it as a left-over."""

    def names(self, folder: str) -> list[str]:
        """The names of the files right in ``folder``, sorted; empty where there is no such folder."""

    def walk(self, folder: str) -> list[tuple[str, int, float]]:
        """Path, bytes and time of change (seconds since 1970) of every file under ``folder``, sorted."""

    def sweep(self) -> None:
        """Removes what writers that are dead left half written."""

    def delete(self, path: str) -> None:
        """Removes ``path``; nothing happens where it is gone already."""

    def lock(self, alone: bool) -> contextlib.AbstractContextManager[None]:
        """Holds the folder, together with others or alone. Readers never wait for it."""


def open_folder(target: str) -> Folder:
    """The folder that a ``tables`` setting names: a path, or an address such as ``gs://bucket/tables``."""
    if "://" in target:
        from transforms.tables.remote import RemoteFolder

        return RemoteFolder(target)
    return LocalFolder(target)


class LocalFolder:
    """A folder of this machine: written aside, fsynced, renamed into place."""

    local = True

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = str(Path(root).absolute())
        self._root = Path(self.root)

    def write(self, path: str, data: bytes) -> None:
        """See ``Folder``. OSError names the file where the disk is full or may not be written."""
        target = self._root / path
        aside = self._root / TEMPORARY / f"{target.name}.{threading.get_ident()}.{os.getpid()}"
        self._make(aside.parent)
        self._make(target.parent)
        try:
            with aside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(target)
        except OSError as error:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)
            raise OSError(error.errno, error.strerror, str(target)) from error
        _sync(target.parent)

    def _make(self, folder: Path) -> None:
        """Makes ``folder`` and makes its name durable in every folder above it that is new."""
        new = []
        while not folder.is_dir():
            new.append(folder)
            folder = folder.parent
        for made in reversed(new):
            made.mkdir(exist_ok=True)
            _sync(made.parent)

    def read(self, path: str) -> bytes:
        """See ``Folder``."""
        return (self._root / path).read_bytes()

    def keep(self, path: str, data: bytes) -> None:
        """See ``Folder``."""
        try:
            os.utime(self._root / path)
        except FileNotFoundError:
            self.write(path, data)

    def names(self, folder: str) -> list[str]:
        """See ``Folder``."""
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(entry.name for entry in entries if entry.is_file())
        except FileNotFoundError:
            return []

    def walk(self, folder: str) -> list[tuple[str, int, float]]:
        """See ``Folder``."""
        found = []
        for place, _, names in os.walk(self._root / folder):
            for name in names:
                file = Path(place, name)
                with contextlib.suppress(FileNotFoundError):
                    status = file.stat()
                    found.append((file.relative_to(self._root).as_posix(), status.st_size, status.st_mtime))
        return sorted(found)

    def sweep(self) -> None:
        """See ``Folder``. A temporary file's name ends with its process."""
        for name in self.names(TEMPORARY):
            process = name.rpartition(".")[2]
            if not process.isdecimal() or not _alive(int(process)):
                (self._root / TEMPORARY / name).unlink(missing_ok=True)

    def delete(self, path: str) -> None:
        """See ``Folder``. Removes the folder too where it is empty then."""
        target = self._root / path
        target.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            if target.parent != self._root:
                target.parent.rmdir()

    @contextlib.contextmanager
    def lock(self, alone: bool) -> Iterator[None]:
        """See ``Folder``; an advisory lock that the system gives up when the process dies."""
        self._make(self._root / OWN)
        with (self._root / OWN / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            yield


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _sync(folder: Path) -> None:
    """Makes the names in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
