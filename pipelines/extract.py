"""Articles in, meetings out: a Unix filter.

Reads JSON with ``id``, ``title``, ``text`` and ``published`` (RFC 3339), an object a line, an array or one object, or
plain text files with ``--published``; standard input without a file. Prints one meeting report a line as JSON. What
cannot be read is named with file and line, the rest goes on, and the exit code is 1.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from pipelines import documents
from pipelines.command_line.flags import add_min_confidence
from pipelines.command_line.progress import say
from pipelines.configuration.checks import check_readable
from pipelines.configuration.settings import Settings, SettingsError, shown
from transforms.articles.from_text import article_from_text
from transforms.plain import to_plain
from transforms.rows import Article, derive_id

Complain = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``extract``."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="JSON, JSON lines or plain text; standard input without one"
    )
    parser.add_argument(
        "--published", type=published_flag, metavar="TIME", help="when plain text was published (RFC 3339)"
    )
    add_min_confidence(parser, "only meetings with at least this confidence, 0 to 1 (default: 0)", 0.0)
    parser.add_argument("--entities", action="store_true", help="print the entities instead of the meetings")
    parser.add_argument("--explain", action="store_true", help="tell for each report which words say what")
    parser.add_argument("--html", metavar="FILE", type=Path, help="also write the texts with names and meetings marked")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Extracts from each article in turn; 1 where one of them cannot be read, which is named, and the rest goes on."""
    if arguments.entities and arguments.explain:
        raise SettingsError("--entities or --explain, not both")
    for name in arguments.files:
        if name != "-":
            check_readable(Path(name), "FILE")
    if arguments.html and not arguments.html.absolute().parent.is_dir():
        raise SettingsError(f"--html: {arguments.html}: there is no folder {arguments.html.parent}")
    from transforms.meetings import explain
    from transforms.meetings.article_reader import Extractor, ModelError

    try:
        extractor = Extractor(settings.language.model, settings.language.reader)
    except ModelError as error:
        raise SettingsError(f"language.model: {error}") from None
    faults: list[str] = []

    def complain(fault: str) -> None:
        faults.append(fault)
        say(f"meetwire extract: {fault}")

    drawn: list[str] = []
    for article, found in extractor.find(read_articles(arguments.files, arguments.published, complain)):
        found = found.at_least(arguments.min_confidence)
        if arguments.explain:
            print(explain.as_text(article, found), flush=True)
        else:
            for row in found.entities if arguments.entities else found.reports:
                print(json.dumps(to_plain(row), ensure_ascii=False))
        if arguments.html:
            drawn.append(explain.as_html(article, found))
    if arguments.html:
        arguments.html.write_text(explain.page(drawn), encoding="utf-8")
    return 1 if faults else 0


def read_articles(files: Iterable[str], published: str | None, complain: Complain = say) -> Iterator[Article]:
    """The articles of ``files``, in order.

    Args:
        files: Paths, or ``-`` for standard input, as is none.
        published: RFC 3339 time of the articles that do not say theirs.
        complain: Is told what cannot be read: one line with file, line and fault.
    """
    for name in files or ["-"]:
        place = "standard input" if name == "-" else name
        try:
            with documents.opened(name) as stream:
                for found in documents.read(stream, place, complain):
                    if isinstance(found, str):
                        identity = "stdin" if name == "-" else Path(name).stem
                        yield article_from_text(found, published=published, identity=identity)
                    elif article := _from_record(found, published, complain):
                        yield article
        except OSError as error:
            complain(f"{place}: {error.strerror or error}")


def _from_record(record: documents.Record, published: str | None, complain: Complain) -> Article | None:
    fields = record.value
    if not isinstance(fields, dict):
        complain(f"{record.place}: an object with id, title, text and published is expected")
        return None
    for key in ("id", "title", "text", "published"):
        value = fields.get(key)
        if value is not None and not isinstance(value, (str, int) if key == "id" else str):
            complain(f"{record.place}: {key}: text is expected, not {type(value).__name__}")
            return None
    title, text = documents.cleaned(fields.get("title") or ""), documents.cleaned(fields.get("text") or "")
    if not text.strip():
        near = next((key for key in fields if str(key).lower() in ("body", "content", "article", "text")), None)
        complain(f"{record.place}: no text" + (f" (it has {near!r})" if near and near != "text" else ""))
        return None
    try:
        stamp = published_flag(fields["published"]) if fields.get("published") else published
    except argparse.ArgumentTypeError as error:
        complain(f"{record.place}: published: {error}")
        return None
    identity = documents.cleaned(str(fields.get("id") or fields.get("article_id") or derive_id(title, text)))
    return article_from_text(text, title=title, published=stamp, identity=identity)


def published_flag(text: str) -> str:
    """``text``, which is a time; for argparse."""
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a time (such as 2023-04-17T12:00:00+09:00)") from None
    return text
