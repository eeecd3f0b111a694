"""The BigQuery emulator of the tests, for laptops: ``make bigquery-emulator [PORT=9050] [DATA=data/bigquery]``.

Prints the line that makes meetwire, and every client of Google's, use it, and serves on this machine alone until Ctrl-C.
What is written is there again the next time.
"""

import os
import socket
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

import prepare  # noqa: E402  # found by the path above

PROJECT = "proj-emulated"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def command(port: int, data: Path | None = None) -> tuple[list[str], dict[str, str]]:
    """The command that serves on ``port``, with its environment; tables are kept in ``data``, or in memory alone."""
    ports = ["--rest-port", str(port), "--grpc-port", str(free_port())]
    kept = ["--persistent", "--data-dir", str(data)] if data else []
    start = [str(prepare.EMULATORS_PYTHON), str(HERE / "start_emulator.py"), "start", "--project", PROJECT]
    return [*start, *ports, *kept], {**os.environ, "HOME": str(prepare.EMULATORS_HOME)}


def main(port: str, data: str) -> None:
    """Becomes the emulator."""
    if not prepare.EMULATORS_READY.exists():
        sys.exit("bigquery-emulator: it is not there; make prepare says why")
    Path(data).mkdir(parents=True, exist_ok=True)
    start, environment = command(int(port), Path(data))
    print(f"export BIGQUERY_EMULATOR_HOST=http://127.0.0.1:{port}", flush=True)
    print(f"bigquery-emulator: tables: bigquery://{PROJECT}/news, kept in {data}", file=sys.stderr, flush=True)
    os.execvpe(start[0], [*start, "--log-level", "warning"], environment)


if __name__ == "__main__":
    main(*sys.argv[1:])
