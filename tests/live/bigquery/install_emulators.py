"""Makes .venv-bqemulator, where the emulators of BigQuery and Cloud Storage live; quick when it is there.

The BigQuery emulator gets an environment of its own since it needs another DuckDB than meetwire, and has DuckDB's
extensions as wheels, so that it downloads nothing when it starts.
"""

import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[2] / ".venv-bqemulator"
PYTHON = FOLDER / "bin/python"


def install() -> Path:
    """The environment's Python. CalledProcessError where pip cannot reach its index."""
    wanted = (HERE / "requirements.txt").read_text()
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = FOLDER / "ready.txt"
        if not (ready.exists() and ready.read_text() == wanted):
            venv.create(FOLDER, with_pip=True, clear=False)
            run({}, PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", HERE / "requirements.txt")
            (FOLDER / "home").mkdir(exist_ok=True)
            import_all = "from duckdb_extensions import import_extension as i; [i(e) for e in ('spatial', 'avro')]"
            run({"HOME": str(FOLDER / "home")}, PYTHON, "-c", import_all)
            ready.write_text(wanted)
    return PYTHON


def run(changed: dict[str, str], *command: str | Path) -> None:
    """Runs a command; what it says goes to stderr."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **changed}
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)


if __name__ == "__main__":
    install()
