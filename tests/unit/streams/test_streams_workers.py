"""``meetwire worker-pool`` starts and ends workers as a runner's managers ask, each its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc

ROOT = Path(__file__).parents[3]


@pytest.fixture
def pool():
    command = [sys.executable, "-m", "pipelines.cli", "worker-pool", "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    process.address = process.stderr.readline().rpartition("listening on ")[2].strip()
    yield process
    process.kill()
    process.communicate()


class Manager:
    """As a TaskManager of Flink: one connection, and workers that it numbers from 1."""

    def __init__(self, pool):
        alone = [("grpc.use_local_subchannel_pool", 1)]
        self.asks = beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(grpc.insecure_channel(pool.address, alone))

    def start(self):
        request = beam_fn_api_pb2.StartWorkerRequest(worker_id="1-1")
        request.control_endpoint.url = "localhost:1"
        assert not self.asks.StartWorker(request, timeout=20, wait_for_ready=True).error

    def stop(self):
        assert not self.asks.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id="1-1"), timeout=20).error


def workers(pool, expected=1):
    """Process ids of the pool's workers, once there are as many as expected: one just started shows its command late."""
    until = time.monotonic() + 20
    while True:
        children = Path(f"/proc/{pool.pid}/task").glob("*/children")
        pids = [pid for file in children for pid in file.read_text().split() if b"running.worker_pool" in command(pid)]
        if len(pids) == expected or time.monotonic() > until:
            return [int(pid) for pid in pids]
        time.sleep(0.05)


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().split()[2] != "Z"


def test_a_manager_that_stops_its_worker_leaves_another_managers_worker_of_that_number_alone(pool):
    one, other = Manager(pool), Manager(pool)
    one.start()
    (first,) = workers(pool)
    other.start()
    one.stop()
    (second,) = workers(pool)
    assert first != second
    one.stop()  # it is gone: nothing happens
    assert workers(pool) == [second]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_pool(pool, number):
    Manager(pool).start()
    (worker,) = workers(pool)
    time.sleep(1)
    pool.send_signal(number)
    assert pool.wait(120) == (0 if number == signal.SIGTERM else -number)
    until = time.monotonic() + 20
    while alive(worker) and time.monotonic() < until:
        time.sleep(0.2)
    assert not alive(worker)


def test_a_port_that_is_taken_is_one_line(pool):
    command = [sys.executable, "-m", "pipelines.cli", "worker-pool", "--port", pool.address.rpartition(":")[2]]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith("meetwire worker-pool: ")
    assert "Traceback" not in second.stderr
