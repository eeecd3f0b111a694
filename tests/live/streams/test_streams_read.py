"""``ReadStream`` acknowledges what its runner has committed and nothing else, on Prism and on the local runner."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transforms.streams import Message, open_subscription
from transforms.streams.folder import FolderPublisher

JOB = """
import sys, time
import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from transforms.streams.read import ReadStream
import contextlib
from pipelines.running.prism import prism

class Write(beam.DoFn):
    # A durable write that ends with its bundle, as the tables' does.
    def __init__(self, folder):
        self.folder = folder
    def start_bundle(self):
        self.lines = []
    def process(self, received):
        if received.data == b"bad":
            raise ValueError("bad")
        if received.data.startswith(b"slow"):
            time.sleep(0.1)
        self.lines.append(received.data.decode())
    def finish_bundle(self):
        time.sleep(0.02)
        if self.lines:
            with open(f"{self.folder}/{time.time_ns()}", "w") as file:
                file.write("\\n".join(self.lines) + "\\n")

if __name__ == "__main__":
    stream, folder, idle, program, readers = sys.argv[1:]
    here = prism(program) if program != "-" else contextlib.nullcontext()
    with here as endpoint:
        flags = ["--runner=PrismRunner", f"--job_endpoint={endpoint}", "--environment_type=LOOPBACK"]
        if program == "-":
            flags = ["--runner=FnApiRunner"]
        with beam.Pipeline(options=PipelineOptions([*flags, "--streaming"])) as pipeline:
            pipeline | ReadStream(stream, 20, 10**6, float(idle), int(readers)) | beam.ParDo(Write(folder))
"""


@pytest.fixture(params=["prism", "FnApiRunner"])
def program(request):
    if request.param == "FnApiRunner":
        return "-"
    return str(request.getfixturevalue("prism"))


class Job:
    def __init__(self, folder: Path, program: str, readers: int = 1) -> None:
        self.readers = readers
        self.stream, self.out, self.program = f"folder:{folder / 'stream'}", folder / "out", program
        self.out.mkdir()
        self.script = folder / "job.py"
        self.script.write_text(JOB)

    def publish(self, *texts: str) -> None:
        path = Path(self.stream.removeprefix("folder:"))
        FolderPublisher(path).publish([Message(text.encode(), {"k": "v"}, "") for text in texts])

    def start(self, idle: float) -> subprocess.Popen:
        command = [
            sys.executable,
            str(self.script),
            self.stream,
            str(self.out),
            str(idle),
            self.program,
            str(self.readers),
        ]
        root = str(Path(__file__).parents[3])
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": root}, stderr=subprocess.PIPE, text=True)

    @property
    def written(self) -> list[str]:
        return [line for file in sorted(self.out.iterdir()) for line in file.read_text().splitlines()]

    @property
    def backlog(self) -> int:
        subscription = open_subscription(self.stream)
        try:
            return subscription.backlog().messages
        finally:
            subscription.close()


@pytest.mark.parametrize("readers", [1, 3])
def test_everything_is_read_once_and_acknowledged(tmp_path, program, readers):
    job = Job(tmp_path, program, readers)
    sent = [f"m{index}" for index in range(110)]
    job.publish(*sent[:100])
    process = job.start(2)
    time.sleep(1)
    job.publish(*sent[100:])
    _, said = process.communicate(timeout=250)
    assert process.returncode == 0, said
    assert sorted(job.written) == sorted(sent)
    assert job.backlog == 0


def test_work_that_takes_longer_than_the_idle_time_is_no_idleness(tmp_path, program):
    job = Job(tmp_path, program)
    sent = [f"slow{index}" for index in range(50)]
    job.publish(*sent)
    _, said = job.start(0.5).communicate(timeout=250)
    assert sorted(job.written) == sorted(sent), said
    assert job.backlog == 0


def test_a_bundle_that_fails_is_not_acknowledged(tmp_path, program):
    job = Job(tmp_path, program)
    job.publish("good", "bad")
    process = job.start(2)
    _, said = process.communicate(timeout=250)
    assert process.returncode != 0
    assert "ValueError: bad" in said
    assert job.backlog == 2


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_a_killed_pipeline_loses_nothing(tmp_path, program, kills):
    job = Job(tmp_path, program, readers=kills)
    sent = [f"m{index}" for index in range(300 * kills)]
    job.publish(*sent)
    draw = random.Random(3)
    for _ in range(kills):
        process = job.start(2)
        before = len(job.written)
        until = time.monotonic() + 60
        while len(job.written) == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(draw.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    process = job.start(2)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert set(job.written) == set(sent)
    assert job.backlog == 0


def test_prism_ends_with_the_process_that_started_it(prism):
    code = (
        "import sys, time; from pipelines.running.prism import prism\n"
        "with prism(sys.argv[1]) as endpoint: print(endpoint, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(prism)], stdout=subprocess.PIPE, text=True)
    port = process.stdout.readline().strip().rpartition(":")[2]
    assert running(port)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    until = time.monotonic() + 20
    while running(port) and time.monotonic() < until:
        time.sleep(0.05)
    assert not running(port)


def running(port: str) -> bool:
    """Whether a process was started with this port as its job port."""
    flag = f"-job_port={port}".encode()
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
        except OSError:
            continue
        if flag in words and b"prism" in words[0]:
            return True
    return False
