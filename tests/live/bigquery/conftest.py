"""The emulator of BigQuery, started once for each test process, and a fault proxy in front of it for each test."""

import itertools
import os
import subprocess

import pytest
import serve
from fault_proxy import FaultProxy
from holding import wait_for
from serve import PROJECT, free_port

_datasets = itertools.count()


@pytest.fixture(scope="session")
def emulator(emulators_python, tmp_path_factory):
    """The address of a BigQuery emulator."""
    port, log = free_port(), tmp_path_factory.mktemp("bigquery") / "log"
    command, environment = serve.command(port)
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def proxy(emulator, monkeypatch):
    """A fault proxy without faults; the client's ``BIGQUERY_EMULATOR_HOST`` is this."""
    made = FaultProxy(emulator)
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", made.url)
    monkeypatch.setattr("transforms.tables.bigquery.client.FIRST_WAIT", 0.02)
    yield made
    made.close()


@pytest.fixture
def target(proxy):
    """A ``tables`` setting that names a dataset of the test's own."""
    return f"bigquery://{PROJECT}/d{os.getpid()}_{next(_datasets)}?deadline=5"


@pytest.fixture(scope="session")
def cloud_storage(emulators_python, tmp_path_factory):
    """The address of a Cloud Storage emulator with the bucket ``news``."""
    port, log = free_port(), tmp_path_factory.mktemp("storage") / "log"
    command = [emulators_python, "-m", "gcp_storage_emulator", "-d", log.parent, "start", "--host", "127.0.0.1"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--default-bucket", "news"], stdout=output, stderr=output
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/storage/v1/b/news", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def bucket(cloud_storage, monkeypatch):
    """A ``tables`` setting that names a folder of the test's own in a bucket."""
    import google.auth
    from google.auth.credentials import AnonymousCredentials

    monkeypatch.setenv("STORAGE_EMULATOR_HOST", cloud_storage)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", PROJECT)
    monkeypatch.setattr(google.auth, "default", lambda *_, **__: (AnonymousCredentials(), PROJECT))
    return f"gs://news/t{os.getpid()}_{next(_datasets)}/tables"
