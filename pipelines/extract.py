"""Articles in, meetings out: a Unix filter.

Reads JSON with ``id``, ``title``, ``text`` and ``published`` (RFC 3339), an object a line, an array or one object, or
plain text files with ``--published``; standard input without a file. Prints one meeting report a line as JSON. What
cannot be read is named with file and line, the rest goes on, and the exit code is 1.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from pipelines.command_line.flags import add_min_confidence
from pipelines.command_line.progress import say
from pipelines.configuration.checks import check_readable
from pipelines.configuration.settings import Settings, SettingsError, shown
from transforms.articles.article_files import read_articles
from transforms.plain import to_plain


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


def published_flag(text: str) -> str:
    """``text``, which is a time; for argparse."""
    try:
        datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a time (such as 2023-04-17T12:00:00+09:00)") from None
    return text
