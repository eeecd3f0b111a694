"""What is wrong on the command line or in a settings file is told before anything runs: exit 2, one line, the place."""

import os
import subprocess
import sys

import pytest

from pipelines import cli

FLAGS = {
    "an unknown command": (["metings"], "'metings' is not a command; did you mean 'meetings'?"),
    "an unknown flag": (["batch", "--sinse", "6h"], "'--sinse' is no flag of this command; did you mean '--since'?"),
    "a flag of another command": (["stream", "--stop-when-idel", "1s"], "did you mean '--stop-when-idle'?"),
    "a flag cut short": (["batch", "--sinc", "6h"], "'--sinc' is no flag"),
    "Beam's flag without a runner": (["batch", "--parallelism", "2"], "Beam's own flags need --runner"),
    "a runner's misspelt flag": (["batch", "--runner=FlinkRunner", "--sinse", "6h"], "did you mean '--since'?"),
    "a word too many": (["meetings", "now"], "'now' is no argument"),
    "an empty span": (["batch", "--since", "2026-03-02", "--until", "2026-03-01"], "--since"),
    "a moment that is none": (["batch", "--since", "yesterdayish"], "--since"),
    "a negative limit": (["meetings", "--limit", "-1"], "--limit"),
    "an interval beyond all": (["publish", "--every", "99999999999d"], "--every"),
    "a negative interval": (["publish", "--every", "-5m"], "--every"),
    "no interval": (["publish", "--every", "0s"], "--every"),
    "a contradiction": (["publish", "--every", "10m", "--once"], "--every"),
    "a share that is none": (["publish", "--shard", "4/4"], "--shard"),
    "a stream of an unknown kind": (["run", "--stream", "kafka://x"], "kafka://x"),
    "a stream with no name": (["run", "--stream", "folder:"], "--stream"),
    "a topic without a subscription": (["batch", "--stream", "pubsub://my-project/topic"], "subscription"),
    "tables of an unknown kind": (["run", "--tables", "s3x://bucket/a"], "s3x://bucket/a: not a place for tables"),
    "tables of JSON lines": (["run", "--tables", "jsonl:x"], "JSON lines are no place for tables"),
    "no bucket": (["run", "--tables", "gs://"], "names no bucket"),
    "no dataset": (["run", "--tables", "bigquery://project"], "is not bigquery://PROJECT/DATASET"),
    "an empty place": (["run", "--tables", ""], "--tables"),
    "the same place twice": (["run", "--tables", "a", "--tables", "./a"], "are the same place"),
    "a feed that no one reads": (["run", "--feed", "ftp://news.example/a.xml"], "ftp://news.example/a.xml"),
    "a feed that is not there": (["run", "--feed", "nowhere.xml"], "nowhere.xml"),
    "the same feed twice": (
        ["run", "--feed", "https://a.example/", "--feed", "https://a.example/"],
        "is there already",
    ),
    "a settings file that is not there": (["run", "--config", "nowhere.yaml"], "nowhere.yaml"),
    "a stage that is none": (["replay", "--stage", "parsing"], "--stage"),
    "a format that is none": (["export", "--format", "xlsx"], "--format"),
    "a document that is not there": (["parse-feed", "x.xml"], "x.xml"),
}


def one_line(err):
    lines = err.strip().splitlines()
    assert len(lines) == 1, err
    return lines[0]


@pytest.mark.parametrize(("arguments", "told"), FLAGS.values(), ids=FLAGS)
def test_a_wrong_command_line_ends_with_2_and_names_the_fault(arguments, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        code = cli.main(arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert told in one_line(capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


FILES = {
    "an unknown key": ("feds: []", "feds: unknown setting (did you mean 'feeds'?)"),
    "a key twice": ("tables: a\ntables: b", "line 2: not YAML: 'tables' is there twice"),
    "a tab": ("feeds:\n\t- url: https://a.example/", "line 2: not YAML"),
    "no YAML": ("feeds: [", "not YAML"),
    "a list": ("- a", "is not a mapping"),
    "an empty list of tables": ("tables: []", "tables: an empty list"),
    "no connections": ("fetch: {connections: 0}", "fetch.connections: 0 is not between 1 and 10,000"),
    "a negative size": ("fetch: {max_bytes: -1}", "fetch.max_bytes"),
    "a number in words": ("fetch: {max_entries: many}", "fetch.max_entries: 'many' is not a whole number"),
    "an infinite time": ("fetch: {host_spacing: .inf}", "fetch.host_spacing"),
    "a duration that is none": ("feeds: [{url: https://a.example/, every: 5 minuts}]", "feeds[0].every"),
    "neither url nor opml": ("feeds: [{every: 5m}]", "feeds[0]: give either 'url' or 'opml'"),
    "a zone that is none": ("feeds: [{url: https://a.example/, timezone: Mars/Base}]", "feeds[0].timezone"),
    "a language that is none": ("feeds: [{url: https://a.example/, language: '??'}]", "feeds[0].language"),
    "a header with a line break": ('feeds: [{url: https://a.example/, headers: {A: "b\\nc"}}]', "feeds[0].headers.A"),
    "an address without a host": ("feeds: [{url: 'https://'}]", "feeds[0].url"),
    "a switch in words": ("feeds: [{url: https://a.example/, full_text: sometimes}]", "feeds[0].full_text"),
    "an empty model": ("language: {model: ''}", "language.model: is empty"),
    "bytes that are no text": (b"tables: \xff", "not UTF-8 text (byte 0xFF)"),
}


@pytest.mark.parametrize(("text", "told"), FILES.values(), ids=FILES)
def test_a_wrong_settings_file_ends_with_2_and_names_file_and_key(text, told, tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert cli.main(["publish", "--config", str(path)]) == 2
    line = one_line(capsys.readouterr().err)
    assert str(path) in line and told in line


def test_the_version_is_told(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("meetwire 0.")


def test_ctrl_c_during_the_imports_is_one_line_and_130():
    program = (
        "import sys, builtins\n"
        "from pipelines import cli\n"
        "real = builtins.__import__\n"
        "def interrupted(name, *rest):\n"
        "    if name.startswith('pipelines.run'): raise KeyboardInterrupt\n"
        "    return real(name, *rest)\n"
        "import importlib\n"
        "importlib.import_module = lambda name: interrupted(name)\n"
        "sys.exit(cli.main(['run']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "meetwire: interrupted\n")


EXTRACT = {
    "a byte order mark": b'\xef\xbb\xbf{"id": 1, "text": "%s"}\n',
    "a blank first line": b'\n\n{"id": 1, "text": "%s"}\n',
    "an array": b'[{"id": 1, "text": "%s"}]',
    "one object over several lines": b'{\n "id": 1,\n "text": "%s"\n}\n',
    "Windows line ends": b'{"id": 1, "text": "%s"}\r\n',
    "separators inside a text": '{"id": 1, "text": "%s\x85\u2028\x1e"}\n'.encode(),
}


@pytest.mark.parametrize("form", EXTRACT.values(), ids=EXTRACT)
def test_extract_reads_the_json_that_people_have(form, tmp_path, capsys):
    path = tmp_path / "articles.jsonl"
    path.write_bytes(form.replace(b"%s", b"Ana Ruiz met Lars Holm in Oslo on Sunday."))
    assert cli.main(["extract", str(path)]) == 0
    assert '"Lars Holm"' in capsys.readouterr().out


def test_a_line_without_text_is_named_and_the_rest_goes_on(tmp_path, capsys):
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": 1}\n{"id": 2, "text": "Ana Ruiz met Lars Holm in Oslo on Sunday."}\nnonsense\n')
    assert cli.main(["extract", str(path)]) == 1
    out, err = capsys.readouterr()
    assert '"Lars Holm"' in out
    assert f"{path}:1: no text" in err and f"{path}:3: " in err


def test_feeds_of_ones_own_never_mix_with_the_samples(tmp_path):
    """``--feed`` in the checkout: the sample's state, stream and tables stay as they are."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "local.yaml").write_text(
        "state: ../data/state.sqlite\nstream: folder:data/stream\ntables: data/tables\n"
    )
    (tmp_path / "mine.xml").write_text(
        "<rss version='2.0'><channel><title>T</title><item><title>A</title><guid>1</guid></item></channel></rss>"
    )
    command = [sys.executable, "-m", "pipelines.cli", "publish", "--feed", "mine.xml"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "own" / "state.sqlite").exists()
    assert not (tmp_path / "data" / "stream").exists()
