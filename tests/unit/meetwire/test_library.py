"""meetwire as a library: what its docstrings show is so, it is cheap to import, and every error has one base."""

import ast
import builtins
import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from making import by_table, extract, ticking

import meetwire
from transforms.tables.sinks import Tables

ROOT = Path(__file__).parents[3]
MODULES = ["meetwire", *(f"meetwire.{module.name}" for module in pkgutil.iter_modules(meetwire.__path__))]


@pytest.mark.parametrize("module", MODULES)
def test_what_its_docstrings_show_is_so(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


def test_each_public_function_and_the_package_show_an_example():
    for shown in (meetwire, meetwire.extract, meetwire.read_feed, meetwire.open_tables):
        assert ">>> " in shown.__doc__


def loaded_after(code):
    said = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True, timeout=250,
    )  # fmt: skip
    return set(said.stdout.split())


def test_importing_it_loads_nothing_heavy():
    heavy = {"apache_beam", "duckdb", "lxml", "numpy", "onnxruntime", "pyarrow", "spacy"}
    assert not heavy & loaded_after("import meetwire")


def test_extracting_and_reading_feeds_load_no_beam():
    code = "import meetwire; meetwire.extract('A met B.'); meetwire.read_feed(b'<rss><channel><item><title>A</title></item></channel></rss>')"
    assert not {"apache_beam", "pyarrow"} & loaded_after(code)


TEXT = "Ana Ruiz met Lars Holm in Oslo on Sunday."


@pytest.mark.parametrize(
    "published",
    ["2026-03-09T08:00:00Z", "2026-03-09", datetime(2026, 3, 9, 8), datetime(2026, 3, 9, tzinfo=timezone(timedelta(hours=9)))],
)  # fmt: skip
def test_a_time_of_publication_dates_the_meeting_in_whatever_form_it_comes(published):
    [report] = meetwire.extract(TEXT, published=published)
    assert report.date.start == "2026-03-08"


def test_without_a_time_of_publication_a_weekday_has_no_date():
    [report] = meetwire.extract(TEXT)
    assert report.date is None or report.date.start is None


def test_evidence_points_into_headline_blank_line_and_text():
    [report] = meetwire.extract(TEXT, title="A meeting in Oslo")
    whole = f"A meeting in Oslo\n\n{TEXT}"
    assert all(whole[words.start : words.end] == words.text for words in report.evidence)


@pytest.mark.parametrize("text", ["", " \n\n", "\0", "\ud800", "No one is named here.", "met " * 5000])
def test_a_text_without_a_meeting_has_none(text):
    assert meetwire.extract(text) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: meetwire.extract(TEXT, published="yesterday"),
        lambda: meetwire.extract(TEXT, published="0001-01-01T00:00:00+10:00"),
        lambda: meetwire.extract(TEXT, model="no_such_model"),
        lambda: meetwire.read_feed(b""),
        lambda: meetwire.read_feed(b"<html><body>Not found</body></html>"),
        lambda: meetwire.read_feed(b"<rss><channel><item/></channel></rss>"),
        lambda: meetwire.open_tables("nowhere"),
        lambda: meetwire.open_tables(""),
        lambda: meetwire.open_tables("bigquery://project/dataset"),
    ],
)
def test_what_it_cannot_do_is_its_own_error_in_one_line(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(meetwire.MeetwireError) as raised:
        call()
    assert len(str(raised.value).splitlines()) == 1


def test_several_threads_may_extract():
    found = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: meetwire.extract(TEXT)})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(reports == found[0] for reports in found.values())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "tables"
    Tables([str(folder)], ticking()).write_all(by_table(extract("a"), extract("b")))
    return folder


def test_tables_are_opened_by_name_with_their_current_rows(written):
    with meetwire.open_tables(written) as tables:
        assert {"articles", "entities", "meeting_reports", "meetings"} <= set(tables)
        articles = tables["articles"]
        assert sorted(articles.pl()["article_id"]) == ["a", "b"]
        assert articles.filter("article_id = 'a'").fetchall()[0][0] == "a"
        assert tables.query("select count(*) from meeting_reports").fetchone() == (2,)
        with pytest.raises(KeyError):
            tables["no_such_table"]


@pytest.mark.parametrize(
    "sql",
    ["delete from articles", "copy (select 1) to '{}/articles/x.parquet'", "select", "", "select * from read_text('/etc/passwd')"],
)  # fmt: skip
def test_opened_tables_only_read(written, sql):
    def files():
        return sorted(path for path in written.rglob("*") if path.is_file())

    before = files()
    with meetwire.open_tables(written) as tables, pytest.raises(meetwire.MeetwireError):
        tables.query(sql.format(written)).fetchall()
    assert files() == before


def exception_classes():
    """Each class of the project that is an exception -> the names of its bases, over all its ancestors."""
    bases = {
        node.name: {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
        for package in ("meetwire", "pipelines", "training", "transforms")
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }

    def ancestors(name):
        return {name}.union(*(ancestors(base) for base in bases.get(name, ())))

    builtin = {n for n, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}
    return {name: ancestors(name) for name in bases if ancestors(name) & builtin}


def test_every_error_of_the_project_is_a_meetwire_error():
    found = exception_classes()
    assert len(found) > 20
    assert [name for name, ancestors in found.items() if "MeetwireError" not in ancestors] == []


def test_the_manuals_examples_run_one_after_the_other(written, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/tables").symlink_to(written)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/library.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    names = {}
    for block in blocks:
        exec(block, names)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "['Ana Ruiz', 'Lars Holm'] held 2026-03-08 NO"
    assert said[1].endswith("[('Talks', 'https://news.example/a')]")
    assert said[-1].startswith("published: 'yesterday' is not a time")
