"""The two Pub/Sub servers that the contract is tested against: meetwire's own, and Google's fake."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PSTEST = Path(__file__).parent.parent / "pstest"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "meetwire-tools"


def go() -> str | None:
    """The Go toolchain, where there is one."""
    usual = Path("/usr/local/go/bin/go")
    return shutil.which("go") or (str(usual) if usual.exists() else None)


def build_pstest() -> Path | None:
    """Google's fake as a program, built once for this source; null without a Go toolchain."""
    source = b"".join((PSTEST / name).read_bytes() for name in ("main.go", "go.mod", "go.sum"))
    program = CACHE / f"pstest-{hashlib.sha256(source).hexdigest()[:12]}"
    if not program.exists():
        toolchain = go()
        if toolchain is None:
            return None
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = program.with_name(f"{program.name}.{os.getpid()}")
        subprocess.run([toolchain, "build", "-o", str(partial), "."], cwd=PSTEST, check=True)
        partial.replace(program)
    return program


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
        code = self.process.wait(timeout=20)
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


def build_prism() -> Path | None:
    """Beam's Prism as a program, built once; null without a Go toolchain."""
    program = CACHE / "prism"
    if not program.exists():
        toolchain = go()
        if toolchain is None:
            return None
        CACHE.mkdir(parents=True, exist_ok=True)
        package = "github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0"
        subprocess.run([toolchain, "install", package], env={**os.environ, "GOBIN": str(CACHE)}, check=True)
    return program
