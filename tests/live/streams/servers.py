"""The two Pub/Sub servers that the contract is tested against: meetwire's own, and Google's fake."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


class Server:
    """A running server; ``host`` is for PUBSUB_EMULATOR_HOST."""

    def __init__(self, kind: str, command: list[str]) -> None:
        self.kind, self.command = kind, command
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline().strip()
        self.host = f"localhost:{line.rpartition(':')[2]}"

    def keep_port(self) -> None:
        """Starts at the same port from now on."""
        self.command[self.command.index("--port") + 1] = self.host.rpartition(":")[2]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        code = self.process.wait(timeout=250)
        self.process.stdout.close()
        return code


def emulator(folder: Path, port: int = 0) -> Server:
    """``meetwire emulator`` as a process of its own."""
    command = [sys.executable, "-m", "pipelines.cli", "emulator", "--port", str(port), "--data", str(folder)]
    return Server("emulator", command)


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """``server``, stopped at the end."""
    try:
        yield server
    finally:
        server.stop()
