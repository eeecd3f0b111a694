"""BigQuery on a laptop is one command, which the manual tells."""

import os
import re
import signal
import subprocess
import time

from holding import PROJECT_FOLDER, query, wait_for
from making import by_table, extract
from serve import free_port

from pipelines import cli
from transforms.tables.sinks import Tables

MANUAL = (PROJECT_FOLDER / "docs/tables.md").read_text()


def serve(port, data, log):
    """Starts it as the manual says, but for port and folder; the process, and the line to be exported."""
    (command,) = re.findall(r"^    (make bigquery-emulator)\b", MANUAL, re.MULTILINE)
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command.split(), f"PORT={port}", f"DATA={data}"],
            cwd=PROJECT_FOLDER,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    wait_for(f"http://127.0.0.1:{port}/healthz", server, log)
    (exported,) = re.findall(r"^export (\w+)=(.+)$", log.read_text(), re.MULTILINE)
    return server, exported


def stop(server, number):
    os.killpg(server.pid, number)
    server.wait(120)


def test_one_command_serves_bigquery_and_what_was_written_is_there_the_next_time(
    emulators_python, tmp_path, monkeypatch, capsys
):
    (target,) = set(re.findall(r"--tables (bigquery://\S+)", MANUAL))
    port = free_port()
    for name, number in (("a", signal.SIGINT), ("b", signal.SIGTERM), ("c", signal.SIGINT)):
        server, (variable, address) = serve(port, tmp_path / "kept", tmp_path / "log")
        try:
            monkeypatch.setenv(variable, address)
            Tables([target]).write_all(by_table(extract(name)))
            names = query(target, "SELECT article_id FROM articles_latest ORDER BY 1")
            assert names == [[kept] for kept in "abc"[: "abc".index(name) + 1]]
            time.sleep(0.5)
        finally:
            stop(server, number)
    capsys.readouterr()
    assert cli.main(["query", "--tables", f"{target}?deadline=1", "SELECT 1"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
