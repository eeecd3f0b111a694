"""Long work says how far it is: one line that renews itself on a terminal, a line now and then elsewhere."""

import os
import re
import subprocess
import sys
import time

import pytest
from terminals import ESCAPES, ROOT, on_terminal, request

from pipelines import cli
from pipelines.command_line import progress
from pipelines.command_line.progress import Progress, Said
from transforms.wording import counted

FEED = "<rss version='2.0'><channel><title>Desk</title>{}</channel></rss>"
ITEM = (
    "<item><guid>{0}</guid><title>Talks {0}</title><pubDate>Mon, 12 Oct 2026 09:00:00 GMT</pubDate>"
    "<description>Foreign Minister Ana Duarte met Foreign Minister Per Lindholm in Oslo on Monday, {0}.</description></item>"
)


@pytest.fixture
def flags(tmp_path):
    (tmp_path / "desk.xml").write_text(FEED.format("".join(ITEM.format(n) for n in range(3))), encoding="utf-8")
    return [
        f"--feed={tmp_path}/desk.xml",
        f"--state={tmp_path}/state.sqlite",
        f"--stream=folder:{tmp_path}/stream",
        f"--tables={tmp_path}/tables",
    ]


def timed(seconds):
    clock = iter(seconds)
    return lambda: next(clock)


@pytest.mark.parametrize(
    ("total", "added", "seconds", "line"),
    [
        (None, [], 5, "extract: 0 articles, 5 s so far"),
        (None, [(10, {})], 5, "extract: 10 articles, 2.0 articles/s, 5 s so far"),
        (100, [], 5, "extract: 0 of 100 articles, 5 s so far"),
        (100, [(10, {"reports": 3}), (10, {"reports": 1})], 5, "extract: 20 of 100 articles, 4 reports, 4.0 articles/s, 20 s left"),
        (7354, [(1500, {"reports": 0})], 82, "extract: 1,500 of 7,354 articles, 18.3 articles/s, 5 min left"),
        (100_000, [(10, {})], 2, "extract: 10 of 100,000 articles, 5.0 articles/s, 5 h 33 min left"),
        (5, [(9, {})], 3, "extract: 9 of 5 articles, 3.0 articles/s, 0 s left"),
        (0, [(1, {})], 0, "extract: 1 articles, 0 s so far"),
    ],
)  # fmt: skip
def test_a_line_says_what_is_done_how_fast_and_how_long_it_takes_yet(total, added, seconds, line):
    made = Progress("extract", "articles", total, clock=timed([100.0, 100.0 + seconds]))
    for done, others in added:
        made.add(done, **others)
    assert made.line() == line


def test_where_no_terminal_is_a_line_comes_now_and_then(capsys):
    with Progress("extract", "articles", every_seconds=0.05) as made:
        made.add(2)
        deadline = time.monotonic() + 5
        said = ""
        while said.count("\n") < 2 and time.monotonic() < deadline:
            said += capsys.readouterr().err
            time.sleep(0.01)
    assert re.match(r"(extract: 2 articles, [\d.]+ articles/s, \d s so far\n){2}", said)
    assert progress.EVERY_SECONDS == 30


def test_short_work_says_nothing_of_it_where_no_terminal_is(capsys):
    with Progress("extract", "articles"):
        pass
    assert capsys.readouterr() == ("", "")


def test_one_is_one():
    assert [counted(0, "feed"), counted(1, "feed"), counted(1234, "entry", "entries")] == [
        "0 feeds",
        "1 feed",
        "1,234 entries",
    ]


def test_a_log_record_is_said_like_any_line(capsys):
    import logging

    logger = logging.getLogger("test of what is said")
    logger.addHandler(Said())
    logger.warning("20 messages failed")
    assert capsys.readouterr().err == "20 messages failed\n"


def test_a_terminal_sees_the_work_go_on_and_nothing_of_it_is_left(flags):
    commands = [["run"], ["reparse", "--check"], ["reparse"], ["batch", "--archive"]]
    answers = on_terminal(*(request(*command, *flags, columns=60) for command in commands))
    assert [answer.code for answer in answers] == [0] * len(commands), answers
    ran, checked, printed, again = (ESCAPES.sub("", answer.text) for answer in answers)
    assert "WARNING" not in ran  # what the libraries warn of, in the process apart too
    assert "read: 0 of 1 feeds" in ran
    assert "extract: 0 of 3 articles" in ran
    assert "\x1b[2K" in answers[0].text  # the line is wiped
    assert "read: 1 feed (1 ok); 3 entries: 3 published\n" in ran
    assert "extract: 3 messages: 3 articles with 3 reports; dead letters: none\n" in ran
    assert re.search(r"reparse: \d messages, .* so far", checked)
    assert "reparse: 3 messages again: 3 same, 0 different, 0 lost\n" in checked
    assert "reparse: 0 of" not in printed  # the messages go to the terminal
    assert re.search(r"batch: \d articles, .* so far", again)
    assert "batch: 3 messages: 3 articles with 3 reports" in again


@pytest.mark.parametrize(
    ("arguments", "summary"),
    [
        (["publish"], "publish: 1 feed (1 ok); 3 entries: 3 published"),
        (["batch"], "batch: 3 messages: 3 articles with 3 reports; dead letters: none"),
        (["replay"], "replay: no dead letters"),
        (["reparse", "--check"], "reparse: 3 messages again: 3 same, 0 different, 0 lost"),
        (["feeds"], "1 feed"),
        (["meetings"], "no meetings in 0 articles"),
        (["export"], "0 lines"),
        (["query", "SELECT 1 AS x"], "(1 row)"),
    ],
)
def test_a_command_ends_with_a_summary(flags, capsys, arguments, summary):
    if arguments != ["publish"]:
        assert cli.main(["publish", *flags]) == 0
    if arguments[0] in ("meetings", "replay", "export", "query"):
        cli.main(["batch", f"--stream=folder:{flags[0].removeprefix('--feed=')}.empty", *flags[1:2], flags[3]])
    capsys.readouterr()
    assert cli.main([*arguments, *flags]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == summary


def until(process, wanted):
    """Reads stderr up to the line that matches ``wanted``."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if re.search(wanted, line):
            return
    raise AssertionError(f"{wanted!r} was never said: {lines}")


@pytest.mark.timeout(180)
def test_publish_for_ever_and_stream_say_a_line_a_round(flags, tmp_path):
    command = [sys.executable, "-m", "pipelines.cli"]
    settings = tmp_path / "settings.yaml"
    settings.write_text("feeds: [{url: desk.xml, every: 1s}]\n")
    flags = [f"--config={settings}", *flags[1:]]
    options = {"cwd": ROOT, "stderr": subprocess.PIPE, "text": True, "env": {**os.environ, "PYTHONUNBUFFERED": "1"}}
    publishing = subprocess.Popen([*command, "publish", "--every", "1s", *flags], **options)
    streaming = subprocess.Popen([*command, "stream", *flags], **options)
    try:
        until(publishing, r"^publish: .* entries: 3 published")
        until(streaming, r"^stream: 3 messages: 3 articles with 3 reports; dead letters: none")
        (tmp_path / "desk.xml").write_text(FEED.format("".join(ITEM.format(n) for n in range(5))), encoding="utf-8")
        until(publishing, r"^publish: .* entries: 2 published")
        until(streaming, r"^stream: 2 messages: 2 articles with 2 reports; dead letters: none")
        for process in (publishing, streaming):
            process.terminate()
        until(publishing, r"^publish: in all \d+ feeds .*: 5 published")
        until(streaming, r"^stream: in all 5 messages: 5 articles")
        assert [publishing.wait(120), streaming.wait(120)] == [0, 0]
    finally:
        for process in (publishing, streaming):
            process.kill()
            process.wait()
            process.stderr.close()
