"""The articles of files that people have: JSON lines, a JSON array, one JSON object, or plain text."""

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from transforms.articles import json_files
from transforms.articles.from_text import PublishedError, article_from_text
from transforms.rows import Article, derive_id

Complain = Callable[[str], None]
LOG = logging.getLogger(__name__)


def read_articles(files: Iterable[str], published: str | None, complain: Complain = LOG.warning) -> Iterator[Article]:
    """The articles of ``files``, in order.

    Args:
        files: Paths, or ``-`` for standard input, as is none.
        published: RFC 3339 time of the articles that do not say theirs.
        complain: Is told what cannot be read: one line with file, line and fault.
    """
    for name in files or ["-"]:
        place = "standard input" if name == "-" else name
        try:
            with json_files.opened(name) as stream:
                for found in json_files.read(stream, place, complain):
                    if isinstance(found, str):
                        identity = "stdin" if name == "-" else Path(name).stem
                        yield article_from_text(found, published=published, identity=identity)
                    elif article := _from_record(found, published, complain):
                        yield article
        except OSError as error:
            complain(f"{place}: {error.strerror or error}")


def _from_record(record: json_files.Record, published: str | None, complain: Complain) -> Article | None:
    fields = record.value
    if not isinstance(fields, dict):
        complain(f"{record.place}: an object with id, title, text and published is expected")
        return None
    for key in ("id", "title", "text", "published"):
        value = fields.get(key)
        if value is not None and not isinstance(value, (str, int) if key == "id" else str):
            complain(f"{record.place}: {key}: text is expected, not {type(value).__name__}")
            return None
    title, text = json_files.cleaned(fields.get("title") or ""), json_files.cleaned(fields.get("text") or "")
    if not text.strip():
        near = next((key for key in fields if str(key).lower() in ("body", "content", "article", "text")), None)
        complain(f"{record.place}: no text" + (f" (it has {near!r})" if near and near != "text" else ""))
        return None
    identity = json_files.cleaned(str(fields.get("id") or fields.get("article_id") or derive_id(title, text)))
    try:
        return article_from_text(text, title=title, published=fields.get("published") or published, identity=identity)
    except PublishedError as error:
        complain(f"{record.place}: {error}")
        return None
