"""A write returns when its rows would outlast a power cut; what a disk cannot take is told in one line."""

import contextlib
import errno
import os
import subprocess
from pathlib import Path

import pytest
from deltalake import DeltaTable
from making import by_table, content, extract

from benchmarks.tables import article
from pipelines import cli
from transforms.tables.delta_lake.compaction import compact
from transforms.tables.layout import STORED
from transforms.tables.sinks import Tables


@pytest.fixture
def synced(monkeypatch):
    """The paths that were synced to disk."""
    paths, real = set(), os.fsync

    def fsync(descriptor):
        paths.add(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return paths


def test_data_log_and_folders_are_on_disk_before_write_returns(tmp_path, synced):
    for revision in (1, 2):
        Tables([str(tmp_path / "t")]).write_all(by_table(extract("a", revision), extract("b")))
        for table in STORED:
            assert set((tmp_path / "t" / table).rglob("*")) <= synced


def test_what_compaction_wrote_is_on_disk_before_anything_is_deleted(tmp_path, synced, monkeypatch):
    for number in range(3):
        Tables([str(tmp_path)]).write("articles", [article(number)])
    vacuum, checked = DeltaTable.vacuum, []

    def checking(table, *arguments, **named):
        checked.extend(Path(file.removeprefix("file://")) for file in table.file_uris())
        assert set(checked) <= synced
        return vacuum(table, *arguments, **named)

    monkeypatch.setattr(DeltaTable, "vacuum", checking)
    synced.clear()
    assert compact(str(tmp_path), 0).deleted >= 3
    assert set(checked) == set(tmp_path.glob("*/**/*.parquet"))
    assert set((tmp_path / "articles" / "_delta_log").glob("*4.json")) <= synced


@pytest.fixture
def disk(tmp_path):
    """Mounts a file system of its own with mount's options ``how`` and gives a folder in it."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(*how):
        made = subprocess.run(["mount", "-t", "tmpfs", *how, "tmpfs", str(place)], capture_output=True)
        if made.returncode:
            pytest.skip("no right to mount a file system")
        return place / "t"

    yield mount
    subprocess.run(["umount", str(place)], capture_output=True)


@pytest.mark.parametrize("size", range(1200, 1800, 100))
def test_a_full_disk_is_one_line_whatever_it_strikes_and_loses_nothing(disk, size, capfd):
    folder = disk("-o", f"size={size}k")
    written = 0
    with pytest.raises(OSError) as caught:
        for written in range(100):
            Tables([str(folder)]).write_all(by_table(*[extract(f"{written}.{number}") for number in range(40)]))
    assert caught.value.errno == errno.ENOSPC
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""
    if written:
        assert len(content(folder)["articles"]) >= 40 * written
        assert cli.main(["compact", "--tables", str(folder)]) in (0, 1)
    subprocess.run(["mount", "-o", "remount,size=20m", str(folder.parent)], check=True)
    capfd.readouterr()
    Tables([str(folder)]).write_all(by_table(*[extract(f"{written}.{number}") for number in range(40)]))
    assert len(content(folder)["articles"]) == 40 * (written + 1)


def test_a_full_disk_and_one_that_may_only_be_read_end_compact_with_one_line(disk, capfd):
    folder = disk("-o", "size=4m")
    for number in range(3):
        Tables([str(folder)]).write_all(by_table(*[extract(f"{number}.{n}") for n in range(20)]))
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
    capfd.readouterr()
    assert cli.main(["compact", "--tables", str(folder)]) == 1
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1
    assert "no space is left: compaction needs" in said[0]
    subprocess.run(["mount", "-o", "remount,ro", str(folder.parent)], check=True)
    assert cli.main(["compact", "--tables", str(folder)]) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert line.endswith("Read-only file system")
    assert len(content(folder)["articles"]) == 60
