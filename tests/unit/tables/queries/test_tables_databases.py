"""``meetwire export`` into SQLite and into a real Postgres: what the tables hold, in types that any tool reads."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pg8000.dbapi
import pytest
from making import article, by_table, extract, health, participant, report, ticking

from pipelines import cli
from transforms.rows import Extract
from transforms.tables.sinks import Tables

PASSWORD = "not & so / secret"
ODD = [
    "tab\there",
    "line\nbreak",
    "back\\slash",
    "\\N",
    "\\.",
    "it's",
    '"quoted"',
    "",
    "a\rb",
    "a,b;c",
    "é中\U0001f600",
    "%s ?",
]


def program(name):
    """A server program on the path or where Debian puts it."""
    found = [shutil.which(name), *sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    return next((path for path in reversed(found) if path), None)


@pytest.fixture(scope="module")
def server():
    """(port, a connection) of a Postgres that is made for these tests."""
    if program("initdb") is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt install postgresql)")
    # It refuses to be root, who gives it the rights of another user.
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "password").write_text(PASSWORD)
        folder.chmod(0o755)
        if user:
            try:
                shutil.chown(folder, "postgres")
            except LookupError:
                pytest.skip("there is no user postgres, and PostgreSQL does not run as root")
        made = [
            program("initdb"),
            "-D",
            folder / "data",
            "-U",
            "ana",
            "--pwfile",
            folder / "password",
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(made, check=True, capture_output=True, **user)
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        running = [program("pg_ctl"), "-D", folder / "data", "-l", folder / "log"]
        subprocess.run(
            [*running, "-w", "-o", f"-p {port} -k {folder} -F", "start"], check=True, stdout=subprocess.DEVNULL, **user
        )
        stack.callback(subprocess.run, [*running, "-m", "immediate", "stop"], capture_output=True, **user)
        yield (
            port,
            stack.enter_context(
                contextlib.closing(pg8000.dbapi.connect("ana", port=port, password=PASSWORD, database="postgres"))
            ),
        )


@pytest.fixture
def tables(tmp_path):
    """Two meetings with names that a careless export would break on."""
    one, other = article("a", title=ODD[0]), article("b", published=None, authors=ODD)
    said = [
        report(one, participants=[participant(name or "nobody", title=name) for name in ODD]),
        report(other, "planned", "n", date=None, place=None),
    ]
    folder = tmp_path / "t"
    Tables([str(folder)], ticking()).write_all(
        {"articles": [one, other], "entities": extract("a").entities, "meeting_reports": said}
    )
    Tables([str(folder)], ticking()).write("feed_health", [health()])
    return str(folder)


def export(tables, output, *arguments):
    name = "postgres" if output.startswith("postgres") else "sqlite"
    return cli.main(["export", *arguments, "--tables", tables, "--format", name, "--output", output])


def address(port, database="postgres"):
    return f"postgresql://ana:{PASSWORD.replace(' ', '%20').replace('&', '%26').replace('/', '%2F')}@127.0.0.1:{port}/{database}"


def rows(connection, sql):
    cursor = connection.cursor()
    cursor.execute(sql)
    found = [list(row) for row in cursor.fetchall()]
    connection.rollback()
    return found


def test_sqlite_holds_every_table_with_types_keys_and_any_text(tables, tmp_path, capsys):
    file = tmp_path / "all.sqlite"
    assert export(tables, str(file)) == 0
    assert capsys.readouterr().err == f"{2 + 14 + 2 + 67 + 2 + 1 + 2 + 1} rows\n"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert names >= {"meetings", "participants", "sources", "dyads", "articles", "entities", "meeting_reports"}
        assert rows(connection, "SELECT name FROM participants WHERE meeting_id = 'm' ORDER BY number") == [
            [name or "nobody"] for name in ODD
        ]
        ((authors,),) = rows(connection, "SELECT authors FROM articles WHERE article_id = 'b'")
        assert json.loads(authors) == ODD
        assert rows(
            connection, "SELECT typeof(latitude), typeof(report_count), date_start FROM meetings ORDER BY 3"
        ) == [
            ["null", "integer", None],
            ["real", "integer", "2023-04-17"],
        ]
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO meetings SELECT * FROM meetings")
    assert not list(tmp_path.glob(".*"))


def test_postgres_holds_what_sqlite_holds(server, tables, tmp_path, capsys):
    port, connection = server
    file = tmp_path / "all.sqlite"
    assert export(tables, str(file)) == export(tables, address(port)) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[0] == said[1]
    with contextlib.closing(sqlite3.connect(file)) as other:
        for table in (
            "participants",
            "dyads",
            "sources",
            "meetings",
            "articles",
            "entities",
            "meeting_reports",
            "feed_health",
        ):
            held = rows(connection, f"SELECT * FROM meetwire.{table}")
            assert sorted((plain(row) for row in held), key=repr) == sorted(
                (plain(row) for row in rows(other, f"SELECT * FROM {table}")), key=repr
            )


def plain(row):
    """Values in the form that SQLite has them in."""
    made = []
    for value in row:
        if isinstance(value, datetime):
            value = value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, str) and value[:1] in ("[", "{"):
            value = json.loads(value)
        made.append(value)
    return made


def test_postgres_has_types_that_can_be_asked(server, tables):
    port, connection = server
    assert export(tables, address(port)) == 0
    asked = {
        "SELECT count(*) FROM meetwire.meetings WHERE date_start + 1 = DATE '2023-04-18'": 1,
        "SELECT count(*) FROM meetwire.articles WHERE published < now() AND word_count > 5": 1,
        "SELECT authors ->> 3 FROM meetwire.articles WHERE article_id = 'b'": ODD[3],
        "SELECT bool_or(gap) FROM meetwire.feed_health": False,
    }
    assert {sql: rows(connection, sql)[0][0] for sql in asked} == asked


def test_an_export_again_is_all_or_nothing_and_keeps_views_and_own_tables(server, tables):
    port, connection = server
    assert export(tables, address(port)) == 0
    cursor = connection.cursor()
    cursor.execute("CREATE OR REPLACE VIEW mine AS SELECT name FROM meetwire.participants")
    cursor.execute("CREATE TABLE IF NOT EXISTS articles (own int)")
    cursor.execute("ALTER TABLE meetwire.entities DROP COLUMN country")  # as an older version left it
    connection.commit()
    made = article("c")
    Tables([tables], ticking()).write_all(by_table(Extract(made, [], [report(made, meeting="o")])))
    assert export(tables, address(port)) == 0
    assert rows(connection, "SELECT count(*) FROM mine")[0] == [16]
    assert rows(connection, "SELECT count(*) FROM articles") == [[0]]
    assert rows(connection, "SELECT DISTINCT country FROM meetwire.entities") == [["ES"]]
    cursor.execute("ALTER TABLE meetwire.meeting_reports ADD CONSTRAINT no CHECK (status <> 'denied')")
    connection.commit()
    made = article("d")
    Tables([tables], ticking()).write_all(by_table(Extract(made, [], [report(made, "denied", "p")])))
    before = rows(connection, "SELECT count(*) FROM meetwire.meetings")
    assert export(tables, address(port)) == 1
    assert rows(connection, "SELECT count(*) FROM meetwire.meetings") == before
    cursor.execute("ALTER TABLE meetwire.meeting_reports DROP CONSTRAINT no")
    connection.commit()


@pytest.mark.parametrize(
    ("database", "port", "said"),
    [
        ("nowhere", None, 'database "nowhere" does not exist'),
        ("postgres", 1, "Can't create a connection to host 127.0.0.1 and port 1"),
    ],
)
def test_a_database_that_is_not_there_is_one_line_without_the_password(server, tables, capsys, database, port, said):
    capsys.readouterr()
    assert export(tables, address(port or server[0], database)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert "secret" not in line


def test_one_table_or_some_meetings_alone(tables, tmp_path):
    file = tmp_path / "some.sqlite"
    assert export(tables, str(file), "participants", "--status", "planned") == 0
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table'") == [["participants"]]
        assert rows(connection, "SELECT DISTINCT meeting_id FROM participants") == [["n"]]


def test_a_file_that_cannot_be_written_is_one_line_and_leaves_nothing(tables, tmp_path, capsys):
    (tmp_path / "folder.sqlite").mkdir()
    for place in ("folder.sqlite", "nowhere/x.sqlite"):
        assert export(tables, str(tmp_path / place)) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert place in line
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "sqlite"], "--format sqlite needs --output FILE"),
        (["--format", "postgres"], "--format postgres goes with --output postgresql://USER@HOST/DATABASE"),
        (["--format", "postgres", "--output", "x.db"], "--format postgres goes with --output"),
        (["--format", "postgres", "--output", "postgresql://host"], "--format postgres goes with --output"),
        (["--format", "postgres", "--output", "postgresql://host/"], "--format postgres goes with --output"),
        (["--format", "postgres", "--output", "postgresql:///db"], "--format postgres goes with --output"),
        (["--format", "postgres", "--output", "postgresql://host:port/db"], "--format postgres goes with --output"),
        (["--format", "postgres", "--output", "postgresql://host:99999/db"], "--format postgres goes with --output"),
        (["--format", "postgres", "--output", "mysql://host/db"], "--format postgres goes with --output"),
        (["--format", "csv", "--output", "postgresql://host/db"], "--format postgres goes with --output"),
        (["--format", "sqlite", "--output", "postgresql://host/db"], "--format postgres goes with --output"),
        (["--format", "sqlite", "--nested", "--output", "x.db"], "--nested is for meetings with --format jsonl"),
        (["articles", "--format", "sqlite", "--since", "2023-01-01", "--output", "x"], "articles goes out whole"),
    ],
)
def test_what_does_not_go_together_is_said(tables, capsys, arguments, said):
    assert cli.main(["export", "--tables", tables, *arguments]) == 2
    assert said in capsys.readouterr().err
