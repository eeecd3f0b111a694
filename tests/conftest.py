"""What holds for all tests.

A module beside the tests that is none itself (``making``, ``servers``) is imported by its bare name from any of them.
No test leaves a file in the checkout: the run fails where git then knows of a new one. No test of hypothesis fails for being slow.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
SHARED = [path for path in Path(__file__).parent.rglob("*.py") if not path.name.startswith(("test_", "conftest"))]
sys.path[:0] = sorted({str(path.parent) for path in SHARED})
hypothesis.settings.register_profile(
    "whatever the load", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("whatever the load")
_before = pytest.StashKey[set[str]]()


def untracked() -> set[str]:
    """The files that git neither holds nor ignores; none where this is no checkout."""
    if shutil.which("git") is None:
        return set()
    command = ["git", "ls-files", "--others", "--exclude-standard"]
    return set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.splitlines())


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        session.config.stash[_before] = untracked()


def pytest_sessionfinish(session):
    if _before not in session.config.stash:
        return
    if left := sorted(untracked() - session.config.stash[_before]):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        session.config.get_terminal_writer().line(f"\ntests left files in the checkout: {', '.join(left)}", red=True)
