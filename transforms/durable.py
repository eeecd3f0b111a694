"""What outlasts a power cut."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Makes a file's bytes, or the names in a folder, durable; OSError where the disk could not keep them."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
