"""``meetwire run``: feeds in, who met whom out; killed or repeated, the tables hold the same."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from transforms.streams import Message, open_publisher
from transforms.tables.queries.ask import ask

ROOT = Path(__file__).parents[2]
# Which row was written when differs from run to run; what it says must not.
CONTENT = {
    "articles": "* EXCLUDE (fetched_at)",
    "entities": "*",
    "meeting_reports": "*",
    "meetings": "*",
    "dead_letters": "* EXCLUDE (occurred_at)",
}


class Deployment:
    """A deployment of its own in one folder, run as its users run it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.flags = [
            f"--state={folder}/state.sqlite",
            f"--stream=folder:{folder}/stream",
            f"--tables={folder}/tables",
        ]

    def command(self, name, *arguments):
        return [sys.executable, "-m", "pipelines.cli", name, *arguments, *self.flags]

    def meetwire(self, name, *arguments, **options):
        return subprocess.run(
            self.command(name, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=280, **options
        )

    def rows(self, sql):
        with ask(f"{self.folder}/tables", sql) as answer:
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]

    def content(self):
        return {
            table: sorted(json.dumps(row, sort_keys=True) for row in self.rows(f"SELECT {columns} FROM {table}"))
            for table, columns in CONTENT.items()
        }

    def files(self):
        """The files of every table but feed_health, which has a row for each poll."""
        paths = (self.folder / "tables").rglob("*.parquet")
        return sorted(path.name for path in paths if "feed_health" not in str(path))


@pytest.fixture
def deployment(tmp_path):
    return Deployment(tmp_path)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A deployment after one run over the sample feeds, with what that run said."""
    made = Deployment(tmp_path_factory.mktemp("finished"))
    begun = time.monotonic()
    made.first = made.meetwire("run", env={**os.environ, "COLUMNS": "150"})
    made.seconds = time.monotonic() - begun
    return made


def test_a_run_prints_the_meetings_and_says_where_the_tables_are(finished):
    assert finished.first.returncode == 0, finished.first.stderr
    assert "Ana Lourdes Figueira" in finished.first.stdout
    assert "held" in finished.first.stdout
    assert f"tables: {finished.folder}/tables" in finished.first.stderr


def block_of(page, start):
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.search(rf"^```text\n({re.escape(start)}.*?)^```$", text, re.MULTILINE | re.DOTALL)[1].splitlines()


def test_what_the_readme_shows_is_what_a_run_prints(finished):
    printed = finished.first.stdout.splitlines()
    assert [line for line in block_of("README.md", "2026-") if line not in printed] == []


def test_the_folders_of_the_tables_are_those_that_the_manual_shows(finished):
    words = " ".join(block_of("docs/tables.md", "data/tables/")[1:]).split()
    shown = {word.split("/")[0] for word in words if "/" in word}
    there = {path.name for path in (finished.folder / "tables").iterdir() if path.is_dir()}
    assert there <= shown
    assert len(there) >= 6


def test_a_broken_feed_is_named_in_one_line_and_the_rest_goes_on(finished):
    lines = [line for line in finished.first.stderr.splitlines() if "broken.xml" in line]
    assert len(lines) == 1
    health = finished.rows("SELECT status, count(*) n FROM feed_health GROUP BY ALL ORDER BY ALL")
    assert health == [{"status": "error", "n": 1}, {"status": "ok", "n": 4}]


def test_the_fates_add_up(finished):
    health = finished.rows(
        "SELECT sum(fetched) fetched, sum(published) published, "
        "sum(list_sum(list_transform(skipped, s -> s.count))) skipped FROM feed_health"
    )[0]
    assert health["fetched"] == 50
    assert health["fetched"] == health["published"] + (health["skipped"] or 0)
    revisions = finished.rows("SELECT count(*) n FROM article_revisions")[0]["n"]
    assert revisions == health["published"]


def test_the_meetings_of_two_articles_are_one(finished):
    told_twice = finished.rows("SELECT report_count FROM meetings WHERE report_count > 1")
    assert told_twice


@pytest.mark.parametrize("pointers", ["entities.mentions", "meeting_reports.evidence"])
def test_every_offset_in_the_tables_points_at_its_words(finished, pointers):
    table, column = pointers.split(".")
    found = finished.rows(
        f"SELECT a.text AS article, unnest(r.{column}) AS at FROM {table} r JOIN articles a USING (article_id)"
    )
    assert found
    for row in found:
        assert row["article"][row["at"]["start"] : row["at"]["end"]] == row["at"]["text"]


def test_a_second_run_adds_no_row(finished):
    before = finished.content()
    files = sorted(
        path.name for path in (finished.folder / "tables").rglob("*.parquet") if "feed_health" not in str(path)
    )
    again = finished.meetwire("run")
    assert again.returncode == 0, again.stderr
    assert finished.content() == before
    assert finished.files() == files


@pytest.mark.parametrize("share", [0.3, 0.6, 0.85])
def test_a_run_that_is_killed_and_started_again_gives_the_same_tables(deployment, finished, share):
    process = subprocess.Popen(
        deployment.command("run"), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(finished.seconds * share)
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = deployment.meetwire("run")
    assert again.returncode == 0, again.stderr
    assert deployment.content() == finished.content()


@pytest.mark.parametrize(("at", "number"), [("broken.xml", signal.SIGINT), ("read: 5", signal.SIGTERM)])
def test_a_run_that_is_told_to_stop_ends_in_one_line_with_all_its_processes(deployment, at, number):
    process = subprocess.Popen(
        deployment.command("run"), cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    said = ""
    while at not in said:
        said += (line := process.stderr.readline())
        assert line, said
    os.killpg(process.pid, number)
    rest = [line for line in process.communicate(timeout=250)[1].splitlines() if not line.startswith("read: ")]
    assert (process.returncode, rest) in [(130, ["meetwire: interrupted"]), (-number, [])]
    until = time.monotonic() + 20
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            time.sleep(0.1)


FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Desk</title>{}</channel></rss>"""
ITEM = (
    "<item><guid>{}</guid><title>{}</title><pubDate>Mon, 12 Oct 2026 09:00:00 GMT</pubDate>"
    "<description>{}</description></item>"
)
MEETING = "Foreign Minister Ana Duarte met Foreign Minister Per Lindholm in Oslo on Monday."


def test_bad_feeds_give_one_line_each_and_the_rest_goes_on(deployment):
    feeds = {
        "good.xml": FEED.format(ITEM.format("1", "Talks", MEETING)),
        "page.xml": "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in</body></html>",
        "empty.xml": "",
    }
    for name, text in feeds.items():
        (deployment.folder / name).write_text(text, encoding="utf-8")
    answer = deployment.meetwire("run", *[f"--feed={deployment.folder / name}" for name in feeds])
    assert answer.returncode == 0, answer.stderr
    for name in ("page.xml", "empty.xml"):
        assert sum(name in line for line in answer.stderr.splitlines()) == 1, answer.stderr
    assert "Traceback" not in answer.stderr
    assert "Ana Duarte" in answer.stdout


def test_where_no_feed_can_be_read_the_run_fails_and_says_so(deployment):
    (deployment.folder / "empty.xml").write_text("")
    answer = deployment.meetwire("run", f"--feed={deployment.folder / 'empty.xml'}")
    assert answer.returncode == 1
    assert "run: no feed could be read" in answer.stderr


def test_odd_articles_lose_nothing(deployment):
    items = [
        ITEM.format("large", "Large", f"{MEETING} " + "The river rose again overnight. " * 160_000),
        ITEM.format("japanese", "日本の外相", "外相は月曜日、東京で英国の外相と会談した。"),
        ITEM.format("nul", "Talks&#0; in Oslo", MEETING),
        ITEM.format("surrogate", "Talks &#xD800; in Oslo", MEETING.replace("Oslo", "Bergen")),
    ]
    (deployment.folder / "odd.xml").write_text(FEED.format("".join(items)), encoding="utf-8")
    answer = deployment.meetwire("run", f"--feed={deployment.folder / 'odd.xml'}")
    articles = deployment.rows("SELECT id, length(text) AS length FROM articles")
    letters = deployment.rows("SELECT element_id FROM dead_letters")
    assert len(articles) + len(letters) == 4
    assert answer.returncode == (1 if letters else 0), answer.stderr
    assert {article["id"] for article in articles} >= {"japanese", "nul", "surrogate"}
    assert deployment.rows("SELECT * FROM meeting_reports r JOIN articles a USING (article_id) WHERE a.id = 'nul'")


def test_a_message_that_is_no_article_is_a_dead_letter_with_its_payload(deployment):
    publisher = open_publisher(f"folder:{deployment.folder}/stream")
    publisher.publish([Message(b"not JSON at all", {"from": "a test"}, ""), Message(b"\xff\x00\xfe", {}, "")])
    publisher.close()
    (deployment.folder / "good.xml").write_text(FEED.format(ITEM.format("1", "Talks", MEETING)), encoding="utf-8")
    answer = deployment.meetwire("run", f"--feed={deployment.folder / 'good.xml'}")
    assert answer.returncode == 0, answer.stderr
    letters = deployment.rows("SELECT stage, payload, payload_encoding FROM dead_letters ORDER BY payload_encoding")
    assert [letter["stage"] for letter in letters] == ["decode", "decode"]
    assert letters[0] == {"stage": "decode", "payload": "/wD+", "payload_encoding": "base64"}
    assert letters[1]["payload"] == "not JSON at all"
    assert len(deployment.rows("SELECT * FROM articles")) == 1


def test_tables_that_cannot_be_written_fail_in_one_line_and_lose_nothing(deployment):
    (deployment.folder / "tables").write_text("in the way")
    answer = deployment.meetwire("run")
    assert answer.returncode == 2
    assert f"{deployment.folder}/tables: is a file, and a folder is needed" in answer.stderr
    assert "Traceback" not in answer.stderr
    (deployment.folder / "tables").unlink()
    again = deployment.meetwire("run")
    assert again.returncode == 0, again.stderr
    assert deployment.rows("SELECT count(*) n FROM article_revisions") == [{"n": 49}]


def test_a_full_disk_fails_in_one_line_and_loses_nothing(deployment, finished):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    answer = deployment.meetwire("run", preexec_fn=small_files, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert len(answer.stderr.strip().splitlines()[-1]) < 400
    again = deployment.meetwire("run")
    assert again.returncode == 0, again.stderr
    assert deployment.content() == finished.content()


def test_an_unknown_model_stops_before_anything_is_read(deployment):
    answer = deployment.meetwire("run", "--model=no_such_model")
    assert answer.returncode == 2
    assert "no_such_model" in answer.stderr
    assert not (deployment.folder / "state.sqlite").exists()


def test_no_feeds_is_a_clear_error(deployment):
    path = deployment.folder / "none.yaml"
    path.write_text("feeds: []")
    answer = deployment.meetwire("run", f"--config={path}")
    assert answer.returncode == 2
    assert "no feeds" in answer.stderr
