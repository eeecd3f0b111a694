"""What commands promise beside their work: Ctrl-C is one line, input comes in the forms that people have."""

import os
import subprocess
import sys

import pytest

from pipelines import cli


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
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=250)
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
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=250)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "own" / "state.sqlite").exists()
    assert not (tmp_path / "data" / "stream").exists()
