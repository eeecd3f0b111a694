import subprocess

import prepare
import pytest
from cluster import Cluster


def pytest_collection_modifyitems(items):
    """Everything here needs minutes and gigabytes: ``make flink``, not ``make test``."""
    for item in items:
        if "live/flink" in item.path.as_posix():
            item.add_marker(pytest.mark.flink)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A Flink cluster that runs; the tests are skipped where its jars cannot be had."""
    if reason := prepare.no_flink():
        pytest.skip(reason)
    if not prepare.FLINK.exists():
        pytest.skip(f"{prepare.FLINK.name} is not there: run 'make flink'")
    with Cluster(prepare.FLINK, tmp_path_factory.mktemp("flink")) as running:
        yield running
    left = subprocess.run(["pgrep", "-f", str(running.folder)], capture_output=True, text=True).stdout.split()
    assert not left, f"left running: {left}"
