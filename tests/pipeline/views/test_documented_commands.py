"""Every command in README and the manual is run as it stands there, or named here with the reason why not."""

import http.server
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from terminals import ROOT

from pipelines import cli
from pipelines.command_line.arguments import beam_flags, command_parser

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROGRAMS = ("meetwire", "make", "pip", "source", "python", "export", "sudo", "docker")
# How a command begins -> why it is not run here.
NOT_RUN = {
    "make run": "sets up an environment; the sample feeds' tests run what it runs",
    "make test": "is this suite",
    "make train": "trains for hours, on articles that are not part of the project",
    "make bigquery-emulator": "serves until Ctrl-C; its own test starts it three times",
    "export BIGQUERY_EMULATOR_HOST": "sets a variable of the shell",
    "meetwire run --config configs/local.yaml --tables bigquery:": "needs the emulator; its own test runs it there",
    "meetwire query --tables bigquery:": "needs the emulator; its own test asks there",
    "pip install": "sets up an environment",
    "source .venv/bin/activate": "this environment is active",
    "meetwire doctor --create --config configs/streaming.yaml": "needs Google Cloud",
    "meetwire publish --every 10m --config configs/streaming.yaml": "needs Google Cloud",
    "meetwire stream --config configs/streaming.yaml": "needs Google Cloud",
    "python -m pytest": "is a part of this suite",
    "meetwire evaluate": "scores every gold set; the evaluation's tests run it over sets of their own",
    "docker": "needs Docker; what the image is made of is tried by make dist",
    "sudo apt-get": "installs packages of the system",
    **dict.fromkeys(
        (f"meetwire {words}" for words in ("actors join", "actors split", "actors undo", "meetings --explain")),
        "is about actors and meetings of one's own; its own tests decide and explain",
    ),
    "meetwire export --format postgres": "needs a Postgres; its own tests start one",
}
# Page and language of fenced blocks -> the test that runs or reads them.
BLOCKS = {
    ("README.md", "text"): "tests/pipeline/test_run.py",
    ("docs/actors.md", "text"): "tests/unit/pipelines/configuration/test_actors_file.py",
    ("docs/actors.md", "yaml"): "tests/unit/pipelines/configuration/test_actors_file.py",
    ("docs/analysis.md", "python"): "tests/pipeline/tables/test_analysis.py",
    ("docs/analysis.md", "sql"): "tests/pipeline/tables/test_analysis.py",
    ("docs/dates.md", "python"): "tests/unit/language/dates/test_dates.py",
    ("docs/deploy.md", "bash"): "tests/pipeline/test_dataflow.py",
    ("docs/deploy.md", "cron"): Path(__file__).relative_to(ROOT).as_posix(),
    ("docs/deploy.md", "ini"): Path(__file__).relative_to(ROOT).as_posix(),
    ("docs/deploy.md", "sh"): Path(__file__).relative_to(ROOT).as_posix(),
    ("docs/deploy.md", "yaml"): Path(__file__).relative_to(ROOT).as_posix(),
    ("docs/lexicon.md", "yaml"): "tests/unit/language/test_lexicon.py",
    ("docs/library.md", "python"): "tests/unit/meetwire/test_library.py",
    ("docs/meetings.md", "json"): "tests/evaluation/test_evaluation_gold.py",
    ("docs/tables.md", "text"): "tests/pipeline/test_run.py",
    ("docs/training.md", "text"): "tests/unit/reader/test_training_marked.py",
}
FOR_EVER = ("meetwire publish --every", "meetwire serve", "meetwire stream")
FEED = (
    "<rss version='2.0'><channel><title>Desk</title><item><guid>1</guid><title>Talks</title>"
    "<pubDate>Mon, 12 Oct 2026 09:00:00 GMT</pubDate>"
    "<description>Foreign Minister Ana Duarte met Foreign Minister Per Lindholm in Oslo on Monday.</description>"
    "</item></channel></rss>"
)


def commands_of(page):
    """The commands of a page's code blocks, without the remarks behind them."""
    for line in page.read_text(encoding="utf-8").splitlines():
        match = re.match(rf"(?: {{4}}|\$ )((?:{'|'.join(PROGRAMS)}) .*)", line)
        if match and not re.match(r"meetwire [\w-]+: ", match[1]):  # what a command says
            yield re.split(r"\s{2,}|\s#", match[1])[0].rstrip("& ")


COMMANDS = list(dict.fromkeys(command for page in PAGES for command in commands_of(page)))
RUN = [command for command in COMMANDS if not command.startswith(tuple(NOT_RUN))]


def test_the_pages_hold_commands():
    assert len(RUN) >= 9
    for begin in NOT_RUN:
        assert any(command.startswith(begin) for command in COMMANDS), f"{begin!r} is in no page any more"


@pytest.fixture
def deployment(tmp_path):
    """A folder as README leaves it, with a site on loopback that stands for https://news.example."""
    folder = tmp_path
    for name in ("configs", "tests", "benchmarks"):
        (folder / name).symlink_to(ROOT / name)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(FEED.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (folder / "article.txt").write_text(
        "Foreign Minister Ana Duarte met Foreign Minister Per Lindholm in Oslo on Monday.\n"
    )
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_commands_of_the_manual_do_what_they_say(deployment):
    """One after the other: each finds what those before it left."""
    for command in RUN:
        if "jq " not in command or shutil.which("jq"):
            does_what_it_says(*deployment, command)


def does_what_it_says(folder, site, command):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", f"exec {command.replace('https://news.example', site)}" if "|" not in command else command],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if command.startswith(FOR_EVER):
        for line in process.stderr:
            if line.startswith(("publish: ", "serve: ", "stream: ")):
                process.send_signal(signal.SIGTERM)
                break
    _, said = process.communicate(timeout=250)
    assert process.returncode == 0, f"{command}: {said}"
    assert "Traceback" not in said
    if command == "meetwire init":  # the site that stands for the real one is on a private address
        settings = folder / "meetwire.yaml"
        settings.write_text(settings.read_text() + "\nfetch: {allow_hosts: [127.0.0.1], host_spacing: 0.01}\n")


def fenced_and_other(page):
    """Language and content of each fenced block, and the indented lines outside of them."""
    text = page.read_text(encoding="utf-8")
    fence = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    text = re.sub(r"^::: .*\n(?: .*\n)*", "", text, flags=re.MULTILINE)  # what mkdocstrings puts a docstring for
    return fence.findall(text), [line[4:] for line in fence.sub("", text).splitlines() if line.startswith("    ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_block_of_a_page_has_a_test_that_runs_it(page):
    fenced, other = fenced_and_other(page)
    name = page.relative_to(ROOT).as_posix()
    for language, _ in fenced:
        tested_by = BLOCKS.get((name, language))
        assert tested_by, f"{name}: nothing runs a block of {language or 'no language'!r}"
        assert page.stem in (ROOT / tested_by).read_text(encoding="utf-8")
    for line in other:
        assert line.startswith((*PROGRAMS, *NOT_RUN)), f"{name}: {line!r} is no command; fence it and name its test"


HELD = ("benchmarks", "configs", "docs", "examples", "meetwire", "pipelines", "tests", "training", "transforms")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_file_that_a_page_names_is_there(page):
    named = re.findall(rf"`((?:{'|'.join(HELD)})/[\w./-]+)`", page.read_text(encoding="utf-8"))
    made = re.compile(r"NN-|reader/weights/")  # what a reader of the page is to make
    assert [name for name in named if not made.search(name) and not (ROOT / name).exists()] == []


def test_the_commands_of_the_scheduler_s_files_in_deploy_are_understood():
    fenced, _ = fenced_and_other(ROOT / "docs" / "deploy.md")
    commands = [
        match
        for language, block in fenced
        for match in re.findall(r"bin/meetwire (.*)", block) + re.findall(r"args: \[(.*)\]", block)
        if language in ("cron", "ini", "yaml")
    ]
    assert len(commands) == 4
    for command in commands:
        name, *words = shlex.split(command.replace(",", " "))
        command_parser(name).parse_args(words)


def test_the_commands_for_flink_in_deploy_are_understood_and_their_flags_are_those_of_make_flink():
    fenced, _ = fenced_and_other(ROOT / "docs" / "deploy.md")
    (block,) = (block for language, block in fenced if language == "sh")
    tried = (ROOT / "tests" / "live" / "flink" / "cluster.py").read_text(encoding="utf-8")
    commands = block.replace("\\\n", " ").splitlines()
    assert [command.split()[1] for command in commands] == ["worker-pool", "batch", "stream"]
    for command in commands:
        _, name, *words = shlex.split(command, comments=True)
        parser = command_parser(name)
        _, further = parser.parse_known_args(words)
        flags = beam_flags(parser, further, cli.COMMANDS[name].beam)
        assert [flag for flag in flags if flag.split("=")[0] not in tried] == []


MENTIONED = sorted(
    {
        mention
        for page in PAGES
        for mention in re.findall(r"`meetwire ([a-z][^`\n]*)`", page.read_text(encoding="utf-8"))
        if mention.split()[0] != "COMMAND"
    }
)


@pytest.mark.parametrize("mention", MENTIONED)
def test_a_command_that_is_mentioned_exists_with_its_flags(mention):
    name, *words = shlex.split(mention)
    assert name in cli.COMMANDS
    parser = command_parser(name)
    if not cli.COMMANDS[name].beam:
        for flag in (word.split("=")[0] for word in words if word.startswith("--")):
            assert flag in parser._option_string_actions, f"meetwire {name} has no {flag}"
