"""Downloads and builds what the live tests start, servers and a browser: ``make prepare``, and so ``make test``.

They are kept in ``~/.cache/meetwire-tools`` (``$XDG_CACHE_HOME``), for every checkout, and made anew only when their
pinned versions change. What cannot be made here is said in a line, and the tests that need it are skipped.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "meetwire-tools"
PRISM_PACKAGE = "github.com/apache/beam/sdks/v2/go/cmd/prism@v2.77.0"
SAY_EVERY = 15.0  # seconds


def _of(*files: Path) -> str:
    """A name for the contents of ``files``."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


PSTEST_SOURCE = HERE / "pstest"
PSTEST = CACHE / f"pstest-{_of(*(PSTEST_SOURCE / name for name in ('main.go', 'go.mod', 'go.sum')))}"
PRISM = CACHE / f"prism-{PRISM_PACKAGE.rpartition('@')[2]}"
REQUIREMENTS = HERE / "bigquery" / "requirements.txt"
# An environment of its own: the BigQuery emulator needs another DuckDB than meetwire.
EMULATORS = CACHE / f"emulators-py{sys.version_info[0]}{sys.version_info[1]}-{_of(REQUIREMENTS)}"
EMULATORS_PYTHON = EMULATORS / "bin" / "python"
EMULATORS_HOME = EMULATORS / "home"
EMULATORS_READY = EMULATORS / "ready"


FLINK_POM = HERE / "flink" / "pom.xml"
FLINK = CACHE / f"flink-{_of(FLINK_POM)}"
LEAST_JAVA = 17


def main(what: str | None = None) -> int:
    """Makes whatever is missing, with a line when it begins, every 15 seconds, and when it is there; Flink only where
    ``what`` names it."""
    if what == "flink":
        return _prepare_flink()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make("Google's Pub/Sub fake (Go modules, 60 MB, half a minute)", PSTEST, _build_pstest)
        _make("Beam's Prism runner (Go modules, 150 MB, about a minute)", PRISM, _build_prism)
        _make(
            "emulators of BigQuery and Cloud Storage (Python packages, 200 MB, about a minute)",
            EMULATORS_READY,
            _install_emulators,
        )
        if chromium() is None and _can_install():
            _make("Chromium (Debian packages, 100 MB, about a minute)", Path("/usr/bin/chromium"), _install_chromium)
    return 0


def _prepare_flink() -> int:
    if reason := no_flink():
        print(f"prepare: {reason}", flush=True)
        return 0
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make("Flink with Beam's job server (Maven, 156 MB, half a minute)", FLINK, _copy_flink)
    return 0


def no_flink() -> str | None:
    """Why no Flink can be started here; null where it can."""
    if shutil.which("mvn") is None:
        return "Flink's tests are skipped: no Maven (mvn) on the PATH"
    said = ""
    if shutil.which("java") is not None:
        said = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    if not found or int(found[1]) < LEAST_JAVA:
        return f"Flink's tests are skipped: no Java {LEAST_JAVA} or newer on the PATH"
    return None


def chromium() -> str | None:
    """The browser that tests of the page start; null where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _can_install() -> bool:
    """Whether this is a Debian whose packages we may install; elsewhere nothing is tried."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _make(what: str, made: Path, make: Callable[[], None]) -> None:
    if made.exists():
        return
    print(f"prepare: {what}", flush=True)
    try:
        make()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"prepare: not made, and the tests that need it are skipped: {error}", flush=True)
    else:
        print(f"prepare: {made.name if made != EMULATORS_READY else EMULATORS.name} is ready", flush=True)


def _go() -> str:
    """The Go toolchain. FileNotFoundError where there is none."""
    usual = Path("/usr/local/go/bin/go")
    found = shutil.which("go") or (str(usual) if usual.exists() else None)
    if found is None:
        raise FileNotFoundError("no Go toolchain (https://go.dev/dl) on the PATH")
    return found


def _build_pstest() -> None:
    partial = PSTEST.with_name(f"{PSTEST.name}.partial")
    _run({}, _go(), "-C", PSTEST_SOURCE, "build", "-o", partial, ".")
    partial.replace(PSTEST)


def _build_prism() -> None:
    folder = CACHE / "gobin.partial"
    _run({"GOBIN": str(folder)}, _go(), "install", PRISM_PACKAGE)
    (folder / "prism").replace(PRISM)


def _copy_flink() -> None:
    partial = FLINK.with_name(f"{FLINK.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    _run({}, "mvn", "--batch-mode", "--quiet", "--file", FLINK_POM, *copy)
    partial.replace(FLINK)


def _install_emulators() -> None:
    """DuckDB's extensions come as wheels, so that the emulator downloads nothing when it starts."""
    venv.create(EMULATORS, with_pip=True, clear=True)
    _run({}, EMULATORS_PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", REQUIREMENTS)
    EMULATORS_HOME.mkdir()
    import_all = "from duckdb_extensions import import_extension as i; [i(e) for e in ('spatial', 'avro')]"
    _run({"HOME": str(EMULATORS_HOME)}, EMULATORS_PYTHON, "-c", import_all)
    EMULATORS_READY.touch()


def _install_chromium() -> None:
    """Without what Debian recommends beside it."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    _run(quiet, "apt-get", "-q", "update")
    _run(quiet, "apt-get", "-q", "-y", "--no-install-recommends", "install", "chromium")


def _run(changed: Mapping[str, str], *command: str | Path) -> None:
    """Runs ``command`` to its end and says every 15 seconds that it goes on.

    Raises:
        OSError: it failed; its last line.
    """
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **changed}
    began, log = time.monotonic(), CACHE / "log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, cwd=CACHE, stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                process.wait(SAY_EVERY)
            except subprocess.TimeoutExpired:
                print(f"prepare:   {time.monotonic() - began:.0f} s", flush=True)
    if process.returncode:
        lines = log.read_text(errors="replace").strip().splitlines()
        raise OSError(f"{Path(command[0]).name} ended with {process.returncode}: {lines[-1] if lines else ''}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
