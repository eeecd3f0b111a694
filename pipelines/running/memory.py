"""Less memory for a process that runs for long."""

import ctypes
import importlib.abc
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
_THP_DISABLE = 41  # PR_SET_THP_DISABLE of prctl(2)


class _WithoutPandas(importlib.abc.MetaPathFinder):
    """Beam and Arrow load pandas wherever it is installed, for what is not used here: 43 MB and a third of a second."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """ModuleNotFoundError for pandas."""
        if name == "pandas":
            raise ModuleNotFoundError("not needed here", name=name)


def save_memory() -> None:
    """Has this process do without pandas, and give memory back when it is free; to be called before it loads Arrow."""
    sys.meta_path.insert(0, _WithoutPandas())
    import pyarrow

    # Arrow's own pool keeps what it once had: some 50 MB that are needed for no longer than a write.
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    libc = ctypes.CDLL(None)
    if sys.platform == "linux":  # a page of 2 MB for a few kilobytes, which delta-rs's allocator asks for: 50 MB less
        libc.prctl(_THP_DISABLE, 1, 0, 0, 0)
    # glibc: large blocks go back at once, and all threads share one heap: 50 MB less in pieces
    if hasattr(libc, "mallopt"):
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, 1 << 20), (_TRIM_THRESHOLD, 1 << 20)):
            libc.mallopt(option, value)
