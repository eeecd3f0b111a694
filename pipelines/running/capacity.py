"""How many workers this machine has room for: its cores and its memory, within the limits of a container."""

import os
from pathlib import Path

# A process with a model holds up to so much: the least that must be free for each further one.
WORKER_BYTES = 600 * 10**6
_CGROUP = Path("/sys/fs/cgroup")
_MEMINFO = Path("/proc/meminfo")


def workers(asked: int, cgroup: Path = _CGROUP, meminfo: Path = _MEMINFO) -> int:
    """``asked``, or where it is 0 one for each core that there is memory for; at least 1."""
    if asked:
        return asked
    free = _free_bytes(cgroup, meminfo)
    cores = _cores(cgroup)
    return max(1, cores if free is None else min(cores, free // WORKER_BYTES))


def _cores(cgroup: Path) -> int:
    """The cores that this process may use, by its affinity and its container's share of time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = (_read(cgroup / "cpu.max") or "max").partition(" ")
    if quota.isdigit() and period.isdigit() and int(period):
        cores = min(cores, max(1, int(quota) // int(period)))
    return cores


def _free_bytes(cgroup: Path, meminfo: Path) -> int | None:
    """Memory that can be had without swapping; None where the system does not tell."""
    rooms = []
    for line in (_read(meminfo) or "").splitlines():
        if line.startswith("MemAvailable:"):
            rooms.append(int(line.split()[1]) * 1024)
    most, used = _read(cgroup / "memory.max"), _read(cgroup / "memory.current")
    if most and used and most.isdigit() and used.isdigit():
        rooms.append(max(0, int(most) - int(used)))
    return min(rooms, default=None)


def _read(path: Path) -> str | None:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return None
