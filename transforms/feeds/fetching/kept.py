"""Fetched bytes, kept for a while: compressed, by hash, so that a document that did not change is kept once."""

import hashlib
import os
import zlib
from datetime import datetime
from pathlib import Path


class Kept:
    """A folder of compressed documents, each named by the SHA-256 of its bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Keeps ``body``; its name. Kept again, it is only younger."""
        name = sha(body)
        path = self._path(name)
        try:
            os.utime(path)
        except OSError:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f"{name}.{os.getpid()}.tmp")
            temporary.write_bytes(zlib.compress(body, 6))
            temporary.replace(path)
        return name

    def get(self, name: str) -> bytes | None:
        """The bytes of that name; None where they are not kept any more or not whole."""
        try:
            body = zlib.decompress(self._path(name).read_bytes())
        except (OSError, zlib.error):
            return None
        return body if sha(body) == name else None

    def prune(self, before: datetime) -> int:
        """Removes what was last fetched before ``before``; how many."""
        removed = 0
        for path in self.folder.glob("*/*"):
            try:
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    removed += 1
            except OSError:
                continue
        return removed

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name


def sha(body: bytes) -> str:
    """The SHA-256 of ``body``, hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def beside(state: Path) -> Kept:
    """The folder that belongs to a state file."""
    return Kept(state.with_name(state.name + ".kept"))
