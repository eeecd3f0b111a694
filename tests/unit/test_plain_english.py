"""Docstrings and manual are in words that a stranger looks up once at most."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    path for name in ("meetwire", "pipelines", "training", "transforms") for path in sorted((ROOT / name).rglob("*.py"))
]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
RIDDLES = re.compile(r"\b(?:whoever|whomsoever|for ever|counts? no more|has run out counts)\b", re.IGNORECASE)
# What is null in SQL, JSON and YAML is not None there.
SPEAKS_OF_NULL = re.compile(r"/(?:rows\w*|api|add_feeds|article_message)\.py$|/transforms/tables/")


def docstrings(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_docstrings_say_none_where_python_has_none_and_hold_no_riddles(path):
    said = list(docstrings(path))
    assert [text for text in said if RIDDLES.search(text)] == []
    if not SPEAKS_OF_NULL.search(path.as_posix()):
        assert [text for text in said if re.search(r"(?<![\"'`])\bnull\b(?![\"'`])", text)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_hold_no_riddles(path):
    assert RIDDLES.findall(path.read_text(encoding="utf-8")) == []
