"""Folders that Beam's filesystems reach: gs:// and whatever else is installed (s3://, hdfs://)."""

import contextlib
import time
from collections.abc import Iterator

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems


class RemoteFolder:
    """A folder in a bucket. An object appears whole when it is closed, so nothing is renamed.

    Listing is consistent on Google Cloud Storage and S3. There are no locks: compaction leaves whatever is younger
    than its grace period alone.
    """

    local = False

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    def write(self, path: str, data: bytes) -> None:
        """See ``Folder``."""
        with FileSystems.create(f"{self.root}/{path}", compression_type=CompressionTypes.UNCOMPRESSED) as file:
            file.write(data)

    def keep(self, path: str, data: bytes) -> None:
        """See ``Folder``: written again, since an object's time cannot be set."""
        self.write(path, data)

    def read(self, path: str) -> bytes:
        """See ``Folder``."""
        with FileSystems.open(f"{self.root}/{path}", compression_type=CompressionTypes.UNCOMPRESSED) as file:
            data: bytes = file.read()
            return data

    def names(self, folder: str) -> list[str]:
        """See ``Folder``."""
        return sorted(path.rpartition("/")[2] for path, _, _ in self._match(f"{folder}/*"))

    def walk(self, folder: str) -> list[tuple[str, int, float]]:
        """See ``Folder``."""
        return self._match(f"{folder}/**")

    def _match(self, pattern: str) -> list[tuple[str, int, float]]:
        found = FileSystems.match([f"{self.root}/{pattern}"])[0].metadata_list
        cut = len(self.root) + 1
        return sorted((m.path[cut:], m.size_in_bytes, m.last_updated_in_seconds or time.time()) for m in found)

    def sweep(self) -> None:
        """See ``Folder``; there is never anything half written."""

    def delete(self, path: str) -> None:
        """See ``Folder``."""
        with contextlib.suppress(BeamIOError, FileNotFoundError):
            FileSystems.delete([f"{self.root}/{path}"])

    @contextlib.contextmanager
    def lock(self, alone: bool) -> Iterator[None]:
        """See ``Folder``; holds nothing."""
        yield
