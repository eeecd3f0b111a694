"""What is built from the checkout holds all that it needs and nothing else. ``make dist`` installs it and tries it out."""

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("meetwire", "pipelines", "transforms")
EMULATOR = "pipelines/pubsub_emulator/"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of what is built, without what earlier builds and runs left."""
    tree = tmp_path_factory.mktemp("built") / "tree"
    unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in PACKAGES:
        shutil.copytree(ROOT / folder, tree / folder, ignore=unwanted)
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "LICENSE", "README.md"):
        shutil.copy(ROOT / name, tree)
    return tree


@pytest.fixture(scope="module")
def files(tree):
    """The files of the packages, named from the checkout's root."""
    paths = (path for package in PACKAGES for path in (tree / package).rglob("*") if path.is_file())
    return {path.relative_to(tree).as_posix() for path in paths}


@pytest.fixture(scope="module")
def built(tree, files):
    """The folder with wheel and source distribution, built as ``make dist`` does and as Beam's stager does."""
    out = tree.parent / "out"
    build = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", str(out), str(tree)]
    subprocess.run(build, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def wheel(built):
    """Name -> contents."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_wheel_holds_every_file_of_the_packages_and_no_other(wheel, files):
    assert {name for name in wheel if ".dist-info/" not in name} == files
    for needed in ("meetwire/py.typed", "transforms/lexicon/offices.yaml", "pipelines/sample_feeds/wire.xml"):
        assert needed in files


def test_a_wheel_names_its_command_its_components_and_its_licence(wheel):
    (folder,) = {name.split("/")[0] for name in wheel if ".dist-info/" in name}
    entry_points = wheel[f"{folder}/entry_points.txt"].decode()
    assert "meetwire = pipelines.cli:main" in entry_points
    assert "meetwire_meetings = meetwire.spacy_component:create" in entry_points
    assert wheel[f"{folder}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_what_beam_stages_to_its_workers_is_the_chain_with_its_data_and_not_the_emulator(built, files):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        staged = {name.partition("/")[2] for name in archive.getnames()}
    emulator = {name for name in files if name.startswith(EMULATOR)}
    assert emulator
    assert files - emulator <= staged
    assert not emulator & staged


def test_the_image_gets_what_the_wheel_is_built_from_and_runs_as_nobody_of_note():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    sources = {name for names in copied for name in names}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {*PACKAGES, "setup.py", "pyproject.toml", "LICENSE", "requirements.lock"} <= sources == let_in
    assert all((ROOT / name).exists() for name in sources)
    assert 'ENTRYPOINT ["meetwire"]' in lines
    (user,) = (line.split()[1] for line in lines if line.startswith("USER "))
    assert int(user.split(":")[0]) >= 10_000


def test_the_version_is_named_once(wheel, files):
    (name,) = (name for name in wheel if name.endswith(".dist-info/METADATA"))
    version = Parser().parsestr(wheel[name].decode())["Version"]
    assert version == metadata.version("meetwire")
    assert re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1] == version
    naming = {name for name in files if name.endswith((".py", ".yaml", ".html")) and version.encode() in wheel[name]}
    assert naming == set()
    assert (ROOT / "setup.py").read_text(encoding="utf-8").count(version) == 1
