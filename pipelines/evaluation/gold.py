"""Gold sets: articles with their meetings, or date expressions with their days, one JSON object a line.

``docs/meetings.md`` is the guideline and the format. A set goes by its file's name without the ending.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from transforms.articles.from_text import PublishedError, article_from_text
from transforms.errors import MeetwireError
from transforms.rows import Article, derive_id

# Where sets lie by default, below the project's folder; a set that is found twice counts once.
PLACES = ("tests/evaluation/*.jsonl", "tests/**/*-dev.jsonl", "../shared/meetings/*.jsonl", "../shared/dates/*.jsonl")


class GoldError(MeetwireError, ValueError):
    """A gold set that cannot be used; its text names file, line and fault in one line."""


@dataclasses.dataclass(frozen=True)
class GoldSet:
    """One file of gold.

    Attributes:
        name: The file's name without the ending.
        path: The file.
        sha256: Of the file's bytes, in hexadecimal: figures of another digest are not comparable.
        kind: ``meetings`` or ``dates``.
        records: Its lines.
    """

    name: str
    path: Path
    sha256: str
    kind: str
    records: Sequence[Mapping[str, Any]]


def find(root: Path) -> list[Path]:
    """The gold files of the project at ``root``, in the order of ``PLACES``; the first one of each name."""
    found: dict[str, Path] = {}
    for pattern in PLACES:
        for path in _glob(root, pattern):
            found.setdefault(path.stem, path)
    return list(found.values())


def _glob(root: Path, pattern: str) -> list[Path]:
    beside = pattern.removeprefix("../")
    return sorted((root if beside == pattern else root.resolve().parent).glob(beside))


def load(path: Path) -> GoldSet:
    """The gold set in ``path``.

    Raises:
        GoldError: it cannot be read, or a line is not a gold record; one line with file, line and fault.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GoldError(f"{path}: {error.strerror or error}") from error
    records = []
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        if line.strip():
            records.append(_record(line, f"{path}:{number}"))
    kinds = {"dates" if "anchor" in record else "meetings" for record in records}
    if len(kinds) != 1:
        raise GoldError(f"{path}: {'holds both meetings and dates' if kinds else 'is empty'}")
    repeated = _repeated(str(record["id"]) for record in records)
    if repeated:
        raise GoldError(f"{path}: the id {repeated!r} stands twice")
    return GoldSet(path.stem, path, hashlib.sha256(data).hexdigest(), kinds.pop(), records)


def _record(line: str, place: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise GoldError(f"{place}: not JSON: {error.msg}") from None
    if not isinstance(record, dict) or "id" not in record or not isinstance(record.get("text"), str):
        raise GoldError(f"{place}: a gold record needs 'id' and 'text'")
    if "anchor" in record:
        return record
    if not isinstance(record.get("meetings"), list):
        raise GoldError(f"{place}: a gold article needs 'meetings' (a list, empty where it holds none)")
    for meeting in record["meetings"]:
        if not isinstance(meeting, dict) or not _named(meeting.get("participants")):
            raise GoldError(f"{place}: a gold meeting needs 'participants', each with a 'name'")
    return record


def _named(participants: Any) -> bool:
    """Whether these are participants, at least one, each with a name."""
    return (
        isinstance(participants, list)
        and bool(participants)
        and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in participants)
    )


def _repeated(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            return one
        seen.add(one)
    return None


def to_article(record: Mapping[str, Any], gold: GoldSet) -> Article:
    """The article of a gold ``record``, cleaned as one that came from a feed.

    Raises:
        GoldError: ``published`` is no time; one line with set and article.
    """
    published = record.get("published")
    identity = derive_id(gold.name, str(record["id"]))
    try:
        article = article_from_text(
            record["text"], title=record.get("title") or "", published=published and str(published), identity=identity
        )
    except PublishedError as error:
        raise GoldError(f"{gold.path}: {record['id']}: {error}") from None
    return article._replace(feed_url=str(gold.path), id=str(record["id"]), language="en")
