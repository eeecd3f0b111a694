"""A place that is full, damaged or may only be read ends a command with 1 and one line that names it; once it is mended
the next run takes up what is left: nothing is lost, and no message is a dead letter for it."""

import contextlib
import shutil
import sqlite3
import subprocess

import pytest
from deployment import Deployment, articles, publish

from transforms.streams import Message, open_publisher


def first(place, pattern):
    return min(place.glob(pattern))


def junk(path):
    path.write_bytes(b"no such thing as was here before" * 300)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def fill(folder):
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


# Whatever its kind: what happens to a deployment's folder, and what the one line must name.
DAMAGED = {
    "a data file is gone": (lambda at: first(at, "tables/articles/*/*.parquet").unlink(), "tables/articles"),
    "a data file is cut": (lambda at: cut(first(at, "tables/entities/*/*.parquet")), "tables/entities"),
    "a log entry is no JSON": (
        lambda at: junk(first(at, "tables/meeting_reports/_delta_log/*0.json")),
        "meeting_reports",
    ),
    "a log is gone": (lambda at: shutil.rmtree(at / "tables/articles/_delta_log"), "its _delta_log is missing"),
    "the subscription is no database": (lambda at: junk(at / "stream/subscriptions/meetwire/state.sqlite"), "stream"),
    "the attempts are no database": (lambda at: junk(at / "state.attempts.sqlite"), "it may be removed"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A deployment whose tables hold half of the articles, with the others on its stream; and the rows of them all."""
    folder = tmp_path_factory.mktemp("half")
    raws = articles(folder, 16)
    half, whole = Deployment(folder / "half"), Deployment(folder / "whole")
    publish(half.stream, raws[:8])
    half.run("batch")
    publish(half.stream, raws[8:])
    publish(whole.stream, raws)
    whole.run("batch")
    return half.folder, whole.rows()


@pytest.fixture
def disk(tmp_path):
    """Mounts a small file system of its own and gives its folder."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("no right to mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], capture_output=True)


def fails(deployment, command, named):
    said = deployment.run(*command, code=1)
    assert "Traceback" not in said
    (line,) = [line for line in said.splitlines() if line.startswith(f"meetwire {command[0]}: ")]
    assert named in line


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_damaged_is_named_and_nothing_is_lost(tmp_path, made, damage):
    half, rows = made
    deployment = Deployment(tmp_path / "here")
    shutil.copytree(half, deployment.folder, dirs_exist_ok=True)
    shutil.copytree(half, tmp_path / "backup")
    do, named = DAMAGED[damage]
    do(deployment.folder)
    fails(deployment, ["batch"], named)
    shutil.rmtree(deployment.folder)
    shutil.copytree(tmp_path / "backup", deployment.folder)
    deployment.run("batch")
    assert deployment.rows() == rows


@pytest.mark.parametrize(("what", "command"), [("tables", ["batch"]), ("stream", ["stream", "--stop-when-idle", "1s"])])
def test_a_full_disk_or_one_that_may_only_be_read_ends_with_one_line_and_nothing_is_lost(disk, made, what, command):
    half, rows = made
    deployment = Deployment(disk.parent / "here")
    shutil.copytree(half, deployment.folder, dirs_exist_ok=True)
    shutil.move(deployment.folder / what, disk / what)
    (deployment.folder / what).symlink_to(disk / what)
    fill(disk)
    fails(deployment, command, what)
    (disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    fails(deployment, command, what)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    deployment.run(*command)
    assert deployment.rows() == rows


def test_a_file_of_attempts_of_another_version_is_begun_anew(tmp_path):
    deployment = Deployment(tmp_path)
    open_publisher(deployment.stream).publish([Message(b"{}", {}, "")])
    with contextlib.closing(sqlite3.connect(tmp_path / "state.attempts.sqlite")) as database, database:
        database.execute("CREATE TABLE tries (message_id TEXT PRIMARY KEY, begun INTEGER, since TEXT)")
        database.execute("INSERT INTO tries VALUES ('00000000000000000000', 49, 'long ago')")
    assert "1 message: 0 articles with 0 reports; dead letters: 1 at decode" in deployment.run("batch")
