"""A standalone Flink cluster on loopback, as processes that end with the tests: a JobManager, two TaskManagers, Beam's job
server, and a pool of Python workers. Ports are free ones; what it keeps lies in one folder."""

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
_EXPORTS = ("java.base/sun.net.util", "java.rmi/sun.rmi.registry", "java.security.jgss/sun.security.krb5")
_OPENS = (
    *(f"java.base/java.{name}" for name in ("io", "lang", "lang.reflect", "net", "nio", "text", "time", "util")),
    *(f"java.base/{name}" for name in ("sun.nio.ch", "java.util.concurrent", "java.util.concurrent.atomic")),
    "java.base/java.util.concurrent.locks",
)
_JAVA = [
    "java",
    "-Xmx768m",
    *(f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTS),
    *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS),
]
_MEMORY = {
    "task.heap.size": 384,
    "task.off-heap.size": 0,
    "framework.heap.size": 128,
    "framework.off-heap.size": 128,
    "network.min": 64,
    "network.max": 64,
    "managed.size": 128,
    "jvm-metaspace.size": 256,
    "jvm-overhead.min": 192,
    "jvm-overhead.max": 192,
}
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
START_SECONDS = 180.0


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


def wait(what: str, there: Callable[[], Any], seconds: float = START_SECONDS) -> Any:
    """What ``there`` gives once it is true; OSErrors until then are no answer yet."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if found := there():
                return found
        time.sleep(0.3)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


class Cluster:
    """``jars`` is the folder that ``make flink`` fills. A context manager, whose end ends every process."""

    def __init__(self, jars: Path, folder: Path) -> None:
        self.jars, self.folder = jars, folder
        self.rest, self.rpc, self.jobs, self.artifacts, self.pool = (free_port() for _ in range(5))
        self.processes: dict[str, subprocess.Popen] = {}
        self.empty_jar, self.job_server_jar = folder / "empty.jar", folder / "job-server.jar"

    def __enter__(self) -> "Cluster":
        self._configure()
        try:
            self.start_job_manager()
            self.start_task_manager("tm1")
            self.start_task_manager("tm2")
            self._start("pool", [sys.executable, "-m", "pipelines.cli", "worker-pool", "--port", str(self.pool)])
            self.wait_for_slots(2)
            driver = "org.apache.beam.runners.flink.FlinkJobServerDriver"
            ports = {"job": self.jobs, "artifact": self.artifacts, "expansion": 0}
            flags = [f"--{name}-port={port}" for name, port in ports.items()]
            master = ["--job-host=localhost", f"--flink-master=localhost:{self.rest}"]
            self._java("job-server", driver, *flags, *master, f"--artifacts-dir={self.folder / 'artifacts'}")
            wait("job server", lambda: not socket.create_connection(("localhost", self.jobs), timeout=1).close())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Workers end with their pool, and job servers that a command started with the command."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def flags(self) -> list[str]:
        """Of ``meetwire batch`` and ``stream``, for a job with both TaskManagers through the job server that runs."""
        return ["--runner=PortableRunner", f"--job_endpoint=localhost:{self.jobs}", *self.worker_flags]

    @property
    def worker_flags(self) -> list[str]:
        """The same without the runner."""
        return [
            f"--flink_master=localhost:{self.rest}",
            "--environment_type=EXTERNAL",
            f"--environment_config=localhost:{self.pool}",
            f"--files_to_stage={self.empty_jar}",
            "--parallelism=2",
            "--checkpointing_interval=5000",
        ]

    def start_job_manager(self) -> None:
        main = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
        self._java("job-manager", main, "--configDir", str(self.folder))
        wait("JobManager", lambda: self.ask("/overview"))

    def start_task_manager(self, name: str) -> None:
        sizes = [f"-Dtaskmanager.memory.{key}={size}m" for key, size in _MEMORY.items()]
        main = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
        own = [f"-Dtaskmanager.resource-id={name}", "-Dtaskmanager.cpu.cores=1"]
        self._java(name, main, "--configDir", str(self.folder), *own, *sizes)

    def wait_for_slots(self, slots: int) -> None:
        """Until so many TaskManagers stand ready with nothing to do."""
        wait(f"{slots} free slots", lambda: self.ask("/overview")["slots-available"] == slots)

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def workers(self) -> list[int]:
        """The processes of the pool's workers."""
        children = Path(f"/proc/{self.processes['pool'].pid}/task").glob("*/children")
        return [int(child) for file in children for child in file.read_text().split()]

    def ask(self, path: str) -> Any:
        """What the cluster's REST interface answers."""
        with urllib.request.urlopen(f"http://localhost:{self.rest}{path}", timeout=10) as answer:
            return json.load(answer)

    def running(self) -> list[str]:
        """The jobs that have not ended."""
        return [job["jid"] for job in self.ask("/jobs/overview")["jobs"] if job["end-time"] < 0]

    def cancel_all(self) -> None:
        for job in self.running():
            cancel = urllib.request.Request(f"http://localhost:{self.rest}/jobs/{job}?mode=cancel", method="PATCH")
            urllib.request.urlopen(cancel, timeout=30).close()

    def newest(self) -> str:
        return max(self.ask("/jobs/overview")["jobs"], key=lambda job: job["start-time"])["jid"]

    def wait_for_checkpoint(self) -> None:
        """Until the newest job has a checkpoint to go on from."""
        counts = f"/jobs/{self.newest()}/checkpoints"
        wait("a checkpoint", lambda: self.ask(counts)["counts"]["completed"])

    def taken(self, job: str, stage: str) -> dict[str, int]:
        """TaskManager -> how many elements it took into the task that holds ``stage``."""
        (task,) = (one for one in self.ask(f"/jobs/{job}")["vertices"] if stage in one["name"])
        subtasks = self.ask(f"/jobs/{job}/vertices/{task['id']}")["subtasks"]
        return {one["taskmanager-id"]: one["metrics"]["read-records"] for one in subtasks}

    def _configure(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        places = {kind: (self.folder / kind).as_uri() for kind in ("checkpoints", "savepoints")}
        template = (Path(__file__).parent / "flink-conf.yaml").read_text()
        (self.folder / "flink-conf.yaml").write_text(template.format(rest=self.rest, rpc=self.rpc, **places))
        with zipfile.ZipFile(self.empty_jar, "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n")
        entries = " ".join(path.resolve().as_uri() for path in sorted(self.jars.glob("*.jar")))
        main = "org.apache.beam.runners.flink.FlinkJobServerDriver"
        lines = ["Manifest-Version: 1.0", f"Main-Class: {main}", f"Class-Path: {entries}"]
        with zipfile.ZipFile(self.job_server_jar, "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "".join(map(_wrapped, lines)) + "\r\n")

    def _java(self, name: str, main: str, *arguments: str) -> None:
        self._start(name, [*_JAVA, "-cp", f"{self.jars}/*", main, *arguments])

    def _start(self, name: str, command: list[str]) -> None:
        """In a session of its own, so that it hears no Ctrl-C; it dies with this process, however that ends."""
        libc = ctypes.CDLL(None)
        environment = {**os.environ, "FLINK_CONF_DIR": str(self.folder), "PYTHONPATH": str(ROOT)}
        with (self.folder / f"{name}.log").open("a") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: libc.prctl(_DEATH_SIGNAL, signal.SIGKILL),
            )


def _wrapped(line: str) -> str:
    """A line of a manifest: 72 bytes, then more behind a space each."""
    first, rest = line[:72], line[72:]
    return "\r\n ".join([first, *(rest[at : at + 71] for at in range(0, len(rest), 71))]) + "\r\n"
