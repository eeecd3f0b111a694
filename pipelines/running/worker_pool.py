"""Workers for a runner elsewhere: starts one process for each worker that the runner asks for, with this Python.

For Beam's environments of the type EXTERNAL, as Flink's TaskManagers use them; a pool runs beside each TaskManager, which
finds it on the same host. Needs the package and the model installed here; nothing is staged.

  meetwire worker-pool                   listens on this machine only, port 50000
  meetwire stream --runner=PortableRunner --job_endpoint=HOST:8099 --environment_type=EXTERNAL \\
      --environment_config=localhost:50000 --flink_master=HOST:8081
"""

import argparse
import importlib
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc

from pipelines.command_line.flags import number_flag
from pipelines.command_line.progress import log_to_stderr, say
from pipelines.command_line.stopping import Stopping
from pipelines.configuration.settings import Settings

# How long a worker may take to end when it is told to, in seconds; then it is killed.
ENDS_WITHIN = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``worker-pool``."""
    parser.add_argument(
        "--port", type=number_flag(0, 65535), default=50000, help="where to listen; 0: any free port (default: 50000)"
    )
    parser.add_argument(
        "--host",
        default="localhost",
        help="on which address; anyone who can reach it can start workers (default: localhost)",
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serves until SIGTERM or Ctrl-C, then ends its workers; 0 then. OSError where the port is taken."""
    stopping = Stopping()
    pool = WorkerPool()
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    try:
        port = server.add_insecure_port(f"{arguments.host}:{arguments.port}")
    except RuntimeError as error:
        raise OSError(0, "cannot listen there", f"{arguments.host}:{arguments.port}") from error
    server.start()
    say(f"worker-pool: listening on {arguments.host}:{port}")
    stopping.wait()
    server.stop(None)
    pool.close()
    return 0


class WorkerPool(beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolServicer):  # type: ignore[misc]  # generated, without types
    """The workers that were asked for: processes that end with this one, or when their runner hangs up.

    Each TaskManager numbers its workers from 1, so that a worker is known by the connection that it was asked for on too.
    """

    def __init__(self) -> None:
        self._workers: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def StartWorker(self, request: Any, context: Any) -> Any:  # noqa: N802  (the service's own name)
        """Starts a worker, which calls the runner at the address in ``request``."""
        command = [
            sys.executable,
            "-m",
            "pipelines.running.worker_pool",
            request.control_endpoint.url,
            request.worker_id,
        ]
        threads = {name: os.environ.get(name, "1") for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        try:
            worker = subprocess.Popen([*command, str(os.getpid())], env={**os.environ, **threads})
        except OSError as error:
            return beam_fn_api_pb2.StartWorkerResponse(error=str(error))
        with self._lock:
            self._workers = {key: one for key, one in self._workers.items() if one.poll() is None}
            self._workers[context.peer(), request.worker_id] = worker
        return beam_fn_api_pb2.StartWorkerResponse()

    def StopWorker(self, request: Any, context: Any) -> Any:  # noqa: N802  (the service's own name)
        """Ends a worker; one that is not known has ended."""
        with self._lock:
            worker = self._workers.pop((context.peer(), request.worker_id), None)
        if worker:
            _end([worker])
        return beam_fn_api_pb2.StopWorkerResponse()

    def close(self) -> None:
        """Ends all workers."""
        with self._lock:
            workers, self._workers = list(self._workers.values()), {}
        _end(workers)


def _end(workers: list[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
    until = time.monotonic() + ENDS_WITHIN
    for worker in workers:
        try:
            worker.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def work(address: str, worker_id: str, pool: int) -> None:
    """Works for the runner at ``address`` until it has no more to do, or the process ``pool`` is gone."""

    def belong() -> None:
        while os.getppid() == pool:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=belong, daemon=True).start()
    log_to_stderr()
    # All that bundles need is imported before threads work on them: each would import it for itself, at the same time.
    importlib.import_module("pipelines.chain")
    from apache_beam.runners.worker.sdk_worker import SdkHarness

    SdkHarness(address, worker_id=worker_id, state_cache_size=0, data_buffer_time_limit_ms=-1).run()


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2], int(sys.argv[3]))
