"""``make install`` installs what the lock holds now, and nothing twice."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_make_installs_again_when_the_lock_or_the_setup_has_changed_whatever_their_times(tmp_path):
    for name in ("Makefile", "requirements.lock", "setup.py"):
        shutil.copy(ROOT / name, tmp_path)

    def to_do():
        command = ["make", "--dry-run", "--no-print-directory", "install"]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        return said.splitlines() if "pip install" in said else []

    def install():
        (tmp_path / ".venv").mkdir(exist_ok=True)
        subprocess.run(to_do()[-1], shell=True, cwd=tmp_path, check=True)  # what notes that all is installed

    for name in ("requirements.lock", "setup.py"):
        file = tmp_path / name
        before = file.read_text()
        for content in (before, before + "# another\n", before):
            file.write_text(content)
            os.utime(file, (0, 0))
            assert to_do(), f"{name} is not what was installed"
            install()
            assert not to_do()
        file.write_text(before + "# for the next\n")
