"""Gold sets: articles with their meetings, or date expressions with their days, one JSON object a line.

``docs/meetings.md`` is the guideline and the format. A set goes by its file's name without the ending.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms.articles.clean import clean
from transforms.rows import Article, RawArticle, derive_id

# Where sets lie by default, below the project's folder; a set that is found twice counts once.
PLACES = ("tests/evaluation/*.jsonl", "tests/**/*-dev.jsonl", "../shared/meetings/*.jsonl", "../shared/dates/*.jsonl")


class GoldError(ValueError):
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
    place = f"{gold.path}: {record['id']}"
    published = record.get("published")
    try:
        moment = datetime.fromisoformat(published) if published else None
    except (TypeError, ValueError):
        raise GoldError(f"{place}: published: {published!r} is not a time such as 2024-03-12T19:40:00+08:00") from None
    # "Z" is what a publisher writes whose own zone is not known.
    offset = moment.isoformat()[-6:] if moment and moment.tzinfo and not str(published).endswith("Z") else None
    utc = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
    identity = derive_id(gold.name, str(record["id"]))
    return clean(
        RawArticle(
            article_id=identity,
            revision_id=derive_id(identity, record["text"]),
            revision=1,
            feed_url=str(gold.path),
            feed_title=None,
            id=str(record["id"]),
            id_source="guid",
            link=None,
            canonical_url=None,
            title=record.get("title") or "",
            summary=None,
            text=record["text"],
            html=None,
            authors=[],
            categories=[],
            language="en",
            published=utc,
            utc_offset=offset,
            updated=None,
            fetched_at=utc or "1970-01-01T00:00:00Z",
            published_raw=published,
            flags=[],
        )
    )
