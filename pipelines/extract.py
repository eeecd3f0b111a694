"""Articles in, meetings out: a Unix filter.

Reads JSONL with ``id``, ``title``, ``text`` and ``published`` (RFC 3339), or plain text files with ``--published``;
standard input without a file. Prints one meeting report a line as JSON.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from pipelines.settings import Settings
from transforms.articles.clean import clean
from transforms.rows import Article, RawArticle, derive_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``extract``."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="JSONL or plain text; standard input without one")
    parser.add_argument("--published", metavar="TIME", help="when plain text was published (RFC 3339)")
    parser.add_argument("--entities", action="store_true", help="print the entities instead of the meetings")
    parser.add_argument("--explain", action="store_true", help="tell for each report which words say what")
    parser.add_argument("--html", metavar="FILE", type=Path, help="also write the texts with names and meetings marked")


class InputError(ValueError):
    """An input that cannot be read; one line that names file, line and fault."""


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Extracts from each article in turn; 1 where an input or the model cannot be used."""
    from transforms.meetings import explain
    from transforms.meetings.extract import Extractor, ModelError

    try:
        extractor = Extractor(settings.language.model, settings.language.reader)
        drawn: list[str] = []
        for article, found in extractor.find(read_articles(arguments.files, arguments.published)):
            if arguments.explain:
                print(explain.as_text(article, found), flush=True)
            else:
                for row in found.entities if arguments.entities else found.reports:
                    print(json.dumps(_plain(row), ensure_ascii=False))
            if arguments.html:
                drawn.append(explain.as_html(article, found))
        if arguments.html:
            arguments.html.write_text(explain.page(drawn), encoding="utf-8")
    except (InputError, ModelError) as error:
        print(f"meetwire extract: {error}", file=sys.stderr)
        return 2 if isinstance(error, ModelError) else 1
    return 0


def _plain(row: Any) -> Any:
    """A row as what JSON knows."""
    if hasattr(row, "_asdict"):
        return {key: _plain(value) for key, value in row._asdict().items()}
    return [_plain(item) for item in row] if isinstance(row, (list, tuple)) else row


def read_articles(files: Iterable[str], published: str | None) -> Iterator[Article]:
    """The articles of ``files``, in order; ``published`` is the time of those that do not say theirs.

    Raises:
        InputError: a file cannot be read; names file, line and fault.
    """
    stamp = _moment(published, "--published") if published else None
    for name in files or ["-"]:
        if name == "-":
            yield from _read(sys.stdin, "standard input", stamp)
        else:
            try:
                with Path(name).open(encoding="utf-8", errors="replace") as stream:
                    yield from _read(stream, name, stamp)
            except OSError as error:
                raise InputError(f"{name}: {error.strerror or error}") from error


def _read(stream: TextIO, name: str, published: str | None) -> Iterator[Article]:
    first = stream.readline()
    if first.lstrip().startswith("{"):
        lines: Iterable[str] = stream
        for number, line in enumerate(_chain(first, lines), 1):
            if line.strip():
                yield _from_json(line, f"{name}:{number}", published)
        return
    text = first + stream.read()
    if text.strip():
        yield _article(Path(name).stem if name != "standard input" else "stdin", "", text, published)


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


def _from_json(line: str, where: str, published: str | None) -> Article:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where}: not JSON: {error}") from error
    if not isinstance(record, dict):
        raise InputError(f"{where}: an object with id, title, text and published is expected")
    for key in ("id", "title", "text", "published"):
        if record.get(key) is not None and not isinstance(record[key], (str, int) if key == "id" else str):
            raise InputError(f"{where}: {key}: text is expected, not {type(record[key]).__name__}")
    stamp = _moment(record["published"], f"{where}: published") if record.get("published") else published
    title, text = record.get("title") or "", record.get("text") or ""
    identity = str(record.get("id") or record.get("article_id") or derive_id(title, text))
    return _article(identity, title, text, stamp)


def _moment(value: str, where: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise InputError(f"{where}: {value!r} is not a time (such as 2023-04-17T12:00:00+09:00)") from error
    return value


def _article(identity: str, title: str, text: str, published: str | None) -> Article:
    from transforms.language.dates_anchor import anchor_for

    moment = anchor_for(published) if published else None
    offset = None
    if published and not published.endswith("Z"):
        offset = datetime.fromisoformat(published).strftime("%z") or None
    raw = RawArticle(
        article_id=identity,
        revision_id=derive_id(identity, title, text),
        revision=1,
        feed_url="",
        feed_title=None,
        id=identity,
        id_source="guid",
        link=None,
        canonical_url=None,
        title=title,
        summary=None,
        text=text,
        html=None,
        authors=[],
        categories=[],
        language=None,
        published=moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None,
        utc_offset=f"{offset[:3]}:{offset[3:5]}" if offset else None,
        updated=None,
        fetched_at="",
        published_raw=published,
        flags=[],
    )
    return clean(raw)
