"""``meetwire open`` opens the report that is there, and says what to do where none is."""

import webbrowser

from pipelines import cli


def test_it_opens_the_first_page(tmp_path, monkeypatch, capsys):
    (tmp_path / "index.html").write_text("")
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not opened.append(address))
    assert cli.main(["open", str(tmp_path)]) == 0
    assert opened == [(tmp_path / "index.html").as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    assert cli.main(["open", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(tmp_path / "index.html")] * 2 and "no browser" in said.err


def test_without_a_report_it_names_the_command_that_writes_one(tmp_path, capsys):
    assert cli.main(["open", str(tmp_path)]) == 2
    assert f"meetwire report --out {tmp_path}" in capsys.readouterr().err
