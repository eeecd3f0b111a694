"""A job on a Flink cluster, by the cluster's REST interface: found by its name, and stopped in good order."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from pipelines.command_line.progress import say
from transforms.errors import MeetwireError

# How often is looked, and how long one request may take, in seconds.
EVERY, REQUEST = 1.0, 30.0
# What Flink's watermark is where nothing more can come: 2^63 - 1, here as a number that a float holds.
ENDED = 9.2e18
NOTHING_READ = (
    "a TaskManager or worker was lost before the job's first checkpoint, and Flink started the job again without its "
    "readings; nothing is lost: start the command again"
)


class FlinkError(MeetwireError, RuntimeError):
    """A cluster that does not answer, or does not do what it was asked for, in one line."""


class FlinkJob:
    """One job of a cluster.

    Args:
        master: The cluster's REST address, ``HOST:PORT`` or ``http(s)://HOST:PORT``.
        name: The job's name; no other running job of the cluster may have it.
    """

    def __init__(self, master: str, name: str) -> None:
        self._address = master.rstrip("/") if "://" in master else f"http://{master.rstrip('/')}"
        self._name = name
        self._id: str | None = None

    def stop(self, seconds: float) -> str:
        """Ends the job with a savepoint where the cluster keeps such, and returns the savepoint's address.

        Waits for a job that is about to start, and tries again while not all of it runs.

        Raises:
            FlinkError: it is not stopped after so many ``seconds``, or never can be.
        """
        until = time.monotonic() + seconds
        while True:
            try:
                return self._stop_once(until)
            except FlinkError as error:
                if time.monotonic() >= until or "state.savepoints.dir" in str(error):
                    raise
            time.sleep(EVERY)

    def cancel(self) -> None:
        """Ends the job at once. What it has not acknowledged comes again."""
        self._ask(f"/jobs/{self._running()}?mode=cancel", method="PATCH")

    def ended(self) -> bool:
        """Whether every reading of the job has ended by itself: Flink keeps a job without work running all the same."""
        job = f"/jobs/{self._running()}"
        vertices = [vertex["id"] for vertex in self._ask(job)["vertices"]]
        return bool(vertices) and all(self._watermark(f"{job}/vertices/{vertex}") >= ENDED for vertex in vertices)

    def begun_anew(self) -> bool:
        """Whether Flink started the job again with no checkpoint to go on from: what begins its readings may not come
        again then, so that they end without having read anything."""
        job = f"/jobs/{self._running()}"
        first = self._ask(job)["vertices"][0]["id"]
        again = any(subtask["attempt"] for subtask in self._ask(f"{job}/vertices/{first}")["subtasks"])
        return again and not self._ask(f"{job}/checkpoints")["counts"]["restored"]

    def _watermark(self, vertex: str) -> float:
        """The least of the watermarks that the vertex's tasks have given on; minus infinity before they tell."""
        metrics = f"{vertex}/subtasks/metrics"
        names = [one["id"] for one in self._ask(metrics) if one["id"].endswith("currentOutputWatermark")]
        if not names:
            return float("-inf")
        asked = urllib.parse.urlencode({"get": ",".join(names), "agg": "min"})
        return min((float(one["min"]) for one in self._ask(f"{metrics}?{asked}")), default=float("-inf"))

    def _stop_once(self, until: float) -> str:
        job = f"/jobs/{self._running()}"
        trigger = self._ask(f"{job}/stop", {"drain": False})["request-id"]
        while True:
            done = self._ask(f"{job}/savepoints/{trigger}")
            if done["status"]["id"] == "COMPLETED":
                break
            if time.monotonic() >= until:
                raise FlinkError(f"{self._address}: job {self._name}: its savepoint takes too long")
            time.sleep(EVERY / 4)
        if "failure-cause" in done["operation"]:
            raise FlinkError(f"{self._address}: job {self._name}: {_first_line(done['operation']['failure-cause'])}")
        return str(done["operation"]["location"])

    def _running(self) -> str:
        """The job's id. FlinkError where the cluster has no such job that has not ended."""
        if self._id is None:
            jobs = self._ask("/jobs/overview")["jobs"]
            ids = [job["jid"] for job in jobs if job["name"] == self._name and job["end-time"] < 0]
            if len(ids) != 1:
                raise FlinkError(f"{self._address}: {len(ids)} jobs named {self._name} are running")
            self._id = ids[0]
        return self._id

    def _ask(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """What the cluster answers; FlinkError where it refuses or is not there."""
        request = urllib.request.Request(
            self._address + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=REQUEST) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise FlinkError(f"{self._address}: {_first_line(error.read())}") from None
        except (OSError, ValueError) as error:
            raise FlinkError(f"{self._address}: {error}") from None


class Stopping:
    """Ends a job in a thread of its own, once: when it is asked to, or when its readings have ended.

    Args:
        job: The job.
        seconds: How long the stop with a savepoint may take; then the job is cancelled, which loses nothing. None for a
            job that has no savepoints, a batch: it is cancelled at once, and it ends by itself when it has read all.

    Attributes:
        cancelled: Whether the job was ended without a savepoint.
        fault: Why a job that went on without reading anything was cancelled; None where it read.
    """

    def __init__(self, job: FlinkJob, seconds: float | None) -> None:
        self._job, self._seconds = job, seconds
        self._asked, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="flink", daemon=True)
        self.cancelled = False
        self.fault: str | None = None

    def __enter__(self) -> "Stopping":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._asked.set()
        self._thread.join(REQUEST)

    def ask(self) -> None:
        """Has the job ended. May be called from a signal handler."""
        self._asked.set()

    def _work(self) -> None:
        while not self._asked.wait(None if self._seconds is None else EVERY):
            with contextlib.suppress(FlinkError):  # it is starting, or the cluster is away for a while
                if self._job.ended():
                    self.fault = NOTHING_READ if self._job.begun_anew() else None
                    break
        if self._over.is_set():
            return
        try:
            if self._seconds is not None and self.fault is None:
                say(f"stream: the job is stopped; savepoint: {self._job.stop(self._seconds)}")
                return
        except FlinkError as error:
            say(f"stream: the job is cancelled without a savepoint: {error}")
        self.cancelled = True
        with contextlib.suppress(FlinkError):  # it has just ended, or was never there: the wait for it tells
            self._job.cancel()


def _first_line(fault: Any) -> str:
    """The reason in what Flink says: the innermost cause of a stack trace that stands in JSON."""
    if isinstance(fault, bytes):
        with contextlib.suppress(ValueError):
            fault = json.loads(fault)
    if isinstance(fault, dict):
        fault = fault.get("stack-trace") or fault.get("errors") or fault
    text = "\n".join(map(str, fault)) if isinstance(fault, list) else str(fault)
    causes = [line for line in text.splitlines() if line.startswith("Caused by: ")]
    return " ".join((causes[-1] if causes else text.partition("\n")[0]).removeprefix("Caused by: ").split())[:300]
