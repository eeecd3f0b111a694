"""Tables in an S3 bucket are what tables in a folder are: moto's server, reached by delta-rs's own client."""

import collections
import concurrent.futures
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
import urllib.request

import httpx
import polars
import pytest
from deltalake import DeltaTable
from holding import wait_for
from making import by_table, extract, health, ticking, write_three
from serve import free_port

from pipelines import cli
from transforms import rows
from transforms.tables.plan import plan
from transforms.tables.queries.ask import ask
from transforms.tables.sinks import Tables

# moto looks whether an object is there and then puts it: only one request at a time makes that the one step it is in S3.
SERVER = """
import sys
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple
run_simple("127.0.0.1", int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
"""


@pytest.fixture(scope="module")
def s3(emulators_python, tmp_path_factory):
    """What the environment holds for an S3 server on this machine with the bucket ``news``."""
    port, log = free_port(), tmp_path_factory.mktemp("s3") / "log"
    command = [str(emulators_python), "-c", SERVER, str(port)]
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/moto-api/", server, log)
        urllib.request.urlopen(urllib.request.Request(f"{url}/news", method="PUT")).close()
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
        yield {"AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true", **keys}
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def bucket(s3, monkeypatch, request):
    """A ``tables`` setting that names a folder of the test's own in the bucket."""
    for name, value in s3.items():
        monkeypatch.setenv(name, value)
    return f"s3://news/{os.getpid()}/{request.node.name}"


def content(target):
    found = {}
    for table in rows.TABLES:
        with ask(target, f"SELECT * FROM {table}") as answer:
            found[table] = sorted(answer.rows, key=repr)
    return found


def test_a_bucket_holds_what_a_folder_holds_and_a_second_write_adds_nothing(bucket, tmp_path):
    for _ in range(2):
        Tables([bucket, str(tmp_path)], ticking()).write_all(by_table(extract("a"), extract("a", 2), extract("b")))
    assert content(bucket) == content(str(tmp_path))
    assert len(content(bucket)["articles"]) == 2


def test_a_plain_reader_of_a_bucket_sees_current_rows_once(bucket):
    for revision in (1, 2, 1):
        Tables([bucket], ticking()).write_all(by_table(extract("a", revision)))
    found = polars.read_delta(f"{bucket}/articles")
    assert found["revision_id"].to_list() == ["a.2"]
    assert DeltaTable(f"{bucket}/articles_history").to_pyarrow_table()["revision_id"].to_pylist() == ["a.1"]


def test_several_writers_at_once_lose_and_double_nothing(bucket):
    Tables([bucket]).write_all(by_table(extract("first")))
    spawned = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(3, mp_context=spawned) as pool:
        for done in [pool.submit(write_three, bucket, name) for name in "abcabc"]:
            done.result()
    names = sorted(polars.read_delta(f"{bucket}/articles")["article_id"].to_list())
    assert names == sorted(["first", *(f"{name}{n}" for name in "abc" for n in range(3))])


def test_query_plan_and_compact_work_on_a_bucket(bucket, capsys):
    assert cli.main(["query", "--tables", bucket, "select 1"]) == 1
    assert "no tables here yet" in capsys.readouterr().err
    assert plan(bucket)[0] == "articles: would be made"
    for name in "abc":
        Tables([bucket], ticking()).write_all(by_table(extract(name)))
    held = content(bucket)
    assert cli.main(["compact", "--tables", bucket]) == 0
    assert content(bucket) == held
    assert plan(bucket)[0] == "articles: 1 files with 3 rows"
    sql = "select status, count(*) n from meeting_reports group by 1"
    capsys.readouterr()
    assert cli.main(["query", "--csv", "--tables", bucket, sql]) == 0
    assert capsys.readouterr().out == "status,n\nheld,3\n"


def test_a_run_writes_to_a_bucket_and_its_meetings_are_shown_from_there(bucket, tmp_path, s3):
    text = "Foreign Minister Ana Ruiz met her Danish counterpart, Lars Holm, in Oslo on Sunday."
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Gazette"}
    feed["items"] = [{"id": "1", "title": "Talks", "content_text": text, "date_published": "2026-03-09T08:00:00Z"}]
    (tmp_path / "feed.json").write_text(json.dumps(feed))
    flags = ["--state", str(tmp_path / "state.sqlite"), "--stream", f"folder:{tmp_path / 'stream'}", "--tables", bucket]
    command = [sys.executable, "-m", "pipelines.cli", "run", "--feed", str(tmp_path / "feed.json"), *flags]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **s3}, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "Ana Ruiz" in done.stdout


def test_the_page_follows_a_bucket_while_others_write_and_compact_and_many_read(bucket):
    """Every answer is one, also those that wait for nothing but the server's own reading of changes."""
    Tables([bucket]).write_all(by_table(extract("first")))
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0", "--tables", bucket]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ended, codes = threading.Event(), collections.Counter()

    def read(path):
        with httpx.Client(base_url=address, timeout=60) as client:
            while not ended.is_set():
                codes[client.get(path).status_code] += 1

    try:
        address = server.stdout.readline().strip()
        paths = [
            "/",
            "/api/meetings",
            "/api/facets",
            "/api/actors",
            "/api/health",
            "/pipeline",
            "/healthz",
            "/meetings.csv",
        ]
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
            asking = [pool.submit(read, path) for path in paths]
            try:
                for name in "abcd":
                    Tables([bucket]).write_all(
                        by_table(extract(name)) | {"feed_health": [health(f"https://{name}.example")]}
                    )
                assert cli.main(["compact", "--tables", bucket]) == 0
                wait_until(lambda: len(httpx.get(f"{address}/api/health", timeout=60).json()["feeds"]) == 4)
                wait_until(lambda: httpx.get(f"{address}/api/health", timeout=60).json()["totals"]["articles"] == 5)
            finally:
                ended.set()
        assert [one.exception() for one in asking] == [None] * len(paths)
        assert codes.keys() <= {200, 503} and codes[200] > codes[503]  # /healthz is 503 until there is anything to read
        assert httpx.get(f"{address}/healthz").text == "ok"
    finally:
        server.terminate()
        assert server.wait(120) == 0


def wait_until(reached):
    until = time.monotonic() + 120
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.5)
