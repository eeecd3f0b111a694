"""A write returns when its rows would outlast a power cut."""

import os
from pathlib import Path

from benchmarks.tables import article
from transforms.tables.sinks import Tables


def test_data_log_and_folders_are_on_disk_before_write_returns(tmp_path, monkeypatch):
    synced, real = set(), os.fsync

    def fsync(descriptor):
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink())
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    Tables([str(tmp_path / "t")]).write("articles", [article(1)])
    files = set((tmp_path / "t" / "articles").rglob("*"))
    assert any(path.suffix == ".parquet" for path in files)
    assert files <= synced
