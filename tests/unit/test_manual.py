"""The manual becomes a site without a warning, with every public name of the library on it."""

import os
import subprocess
import sys
from pathlib import Path

import meetwire

ROOT = Path(__file__).parents[2]


def test_the_site_is_built_without_a_warning_and_shows_every_public_name(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}  # mkdocs-material's own advertisement
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    api = (tmp_path / "python-api.html").read_text(encoding="utf-8")
    assert [name for name in meetwire.__all__ if f'id="meetwire.{name}"' not in api] == []
    assert "https://fonts." not in api
