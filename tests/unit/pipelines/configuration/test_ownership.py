"""``pipelines`` and ``transforms`` are common names: where another distribution holds them too, meetwire says so."""

import os
import subprocess
import sys

from pipelines.configuration import ownership


def distribution(folder, name, package):
    """Another distribution, as pip leaves it in ``folder``."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{package}/other.py,,\n")
    (folder / package).mkdir()
    (folder / package / "other.py").touch()  # without __init__.py, so that the package of the name stays meetwire's


def test_names_that_are_meetwires_alone_are_well():
    assert ownership.fault() is None


def test_another_distribution_of_the_same_names_is_named_with_the_way_out(tmp_path, monkeypatch):
    distribution(tmp_path, "other-etl", "pipelines")
    distribution(tmp_path, "harmless", "harmless")
    monkeypatch.syspath_prepend(tmp_path)
    assert ownership.shared_names() == {"pipelines": ["other-etl"]}
    assert ownership.fault().startswith(
        "'pipelines' is also of other-etl: install meetwire in an environment of its own"
    )


def test_the_first_run_and_doctor_say_so(tmp_path):
    distribution(tmp_path / "site", "other-etl", "transforms")
    feed = tmp_path / "feed.xml"
    feed.write_text("<rss><channel><title>T</title><item><title>Nothing</title></item></channel></rss>")
    (tmp_path / "meetwire.yaml").write_text("feeds: [{url: feed.xml}]\n")

    def said_by(command):
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.cli", command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=250,
        )  # fmt: skip
        return done.stdout + done.stderr

    told = "'transforms' is also of other-etl: install meetwire in an environment of its own"
    assert f"run: {told}" in said_by("run")
    assert "also of other-etl" not in said_by("run")
    assert f"FAIL  packages: {told}" in said_by("doctor")
