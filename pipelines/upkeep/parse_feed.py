"""Shows what one fetched document yields, as one JSON object: {"format", "error", "feed", "entries"}.

  meetwire parse-feed feed.xml --url https://example.org/feed.xml --at 2026-03-10T12:00:00Z

Nothing is fetched and nothing is remembered: the answer follows from the bytes, the address, the headers and the time.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.command_line.flags import number_flag
from pipelines.configuration.checks import check_url, check_zone
from pipelines.configuration.settings import Settings, SettingsError
from transforms.feeds.document import Document, Entry
from transforms.feeds.parsing import links
from transforms.feeds.parsing.parse import parse_document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``parse-feed``."""
    parser.add_argument("file", metavar="FILE", help="the document's bytes; - for standard input")
    parser.add_argument("--url", help="where it was fetched from, after redirects (default: the file)")
    parser.add_argument("--at", metavar="TIME", help="when it was fetched, RFC 3339 (default: now)")
    parser.add_argument("--status", type=number_flag(100, 599), default=200, help="its HTTP status")
    parser.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help="an HTTP header; again and again"
    )
    parser.add_argument(
        "--policy", choices=("guid", "link", "hash"), default="guid", help="the identity that the feed is known to need"
    )
    parser.add_argument("--zone", default="", metavar="ZONE", help="IANA zone of dates that name none")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prints the document; 0 also where it is no feed (``error`` says so)."""
    if arguments.url is not None:
        check_url(arguments.url, "--url", ("http", "https", "file"))
    if arguments.zone:
        check_zone(arguments.zone, "--zone")
    try:
        body = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
    except OSError as error:
        raise SettingsError(f"{arguments.file}: {error.strerror or error}") from None
    headers = {}
    for header in arguments.header:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise SettingsError(f"--header {header!r} is not 'NAME: VALUE'")
        headers[name.strip()] = value.strip()
    document = parse_document(
        body,
        arguments.url or Path(arguments.file).absolute().as_uri(),
        _time(arguments.at),
        arguments.status,
        headers,
        policy=arguments.policy,
        zone=arguments.zone,
    )
    json.dump(as_json(document), sys.stdout, ensure_ascii=False, indent=None if arguments.json else 1)
    print()
    return 0


def _time(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--at {text!r} is not a time such as 2026-03-10T12:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_json(document: Document) -> dict[str, Any]:
    """``document`` as the command prints it."""
    return {
        "format": document.format,
        "error": document.error,
        "feed": document.feed._asdict(),
        "identity": document.identity,
        "omitted": document.omitted,
        "flags": list(document.flags),
        "entries": [_entry(entry) for entry in document.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    fields = entry._asdict()
    marks = fields.pop("marks")
    fields["content_hash"] = marks and marks.content_hash
    for name in ("published", "updated"):
        moment = fields[name]
        fields[name] = moment and moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name in ("authors", "categories", "flags"):
        fields[name] = list(fields[name])
    fields["content_links"] = links.within(entry.html or "", entry.base)
    return fields
