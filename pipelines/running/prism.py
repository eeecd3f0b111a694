"""A Prism runner that ends with the process that started it, also where that is killed."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pipelines.configuration.settings import SettingsError

START_SECONDS = 30.0
# The shell waits for the end of its input, which comes when this process closes it or dies.
_KEEPER = '"$0" "$@" & read -r _; kill -9 $!'
GET_IT = "go install github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0"


@contextlib.contextmanager
def prism(program: str | None) -> Iterator[str]:
    """A running Prism; the address of its job service. SettingsError where ``program`` is not one."""
    if program is None or not Path(program).is_file():
        raise SettingsError(f"--prism_location: {program or 'missing'}: not a file (get Prism with: {GET_IT})")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    flags = [f"-job_port={port}", "-serve_http=false", "-log_kind=text", "-log_level=error"]
    with tempfile.TemporaryFile() as log:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, str(Path(program).resolve()), *flags],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(keeper, port, program)
            yield f"localhost:{port}"
        finally:
            if keeper.stdin:
                keeper.stdin.close()
            keeper.wait()


def _wait(keeper: subprocess.Popen[bytes], port: int, program: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and keeper.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
            return
        time.sleep(0.05)
    raise SettingsError(f"--prism_location: {program}: did not start listening in {START_SECONDS:.0f} s")
