"""The command line explains itself, and bad usage ends with 2 and one line that names the fault."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import cli


def meetwire(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments], capture_output=True, text=True, timeout=250, **options
    )


def test_help_lists_every_command():
    answer = meetwire("--help")
    assert answer.returncode == 0
    for command, described in cli.COMMANDS.items():
        assert command in answer.stdout
        assert described.what in answer.stdout


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([command, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert f"meetwire {command}" in text
    assert len(text.split()) > 40
    assert "--config" in text


def test_no_command_is_bad_usage(capsys):
    assert cli.main([]) == 2


def test_an_unknown_command_is_named(capsys):
    assert cli.main(["meet"]) == 2
    assert "'meet' is not a command" in capsys.readouterr().err


def test_an_unknown_setting_ends_with_2_and_one_line(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("feedz: []")
    answer = meetwire("doctor", "--config", str(path))
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr.strip().count("\n") == 0
    assert f"{path}: feedz: unknown setting" in answer.stderr


def test_every_command_is_in_the_manual():
    manual = (Path(__file__).parents[4] / "docs" / "command-line.md").read_text(encoding="utf-8")
    for command in cli.COMMANDS:
        assert f"`{command}" in manual, f"docs/command-line.md does not tell of {command}"
