"""Reads marked articles, the format that ``docs/training.md`` describes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transforms.errors import MeetwireError

_TAG = re.compile(r"<(/?)([etdp]\d+|x)>")
_WRITTEN_SMALL = frozenset(["he", "she", "they", "his", "her", "their", "i", "we", "it"])


class MarkedError(MeetwireError, ValueError):
    """An article that is marked wrong; one line that names file, article and fault."""


def read_marked(path: Path) -> Iterator[dict[str, Any]]:
    """The articles of a file, as gold records with ``spans`` ([start, end, tag]) beside their text and meetings.

    Raises:
        MarkedError: an article's head or marks are wrong.
    """
    for block in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
        try:
            yield _article(block)
        except ValueError as error:
            raise MarkedError(f"{path}: {block.split(maxsplit=1)[0]}: {error}") from error


def _article(block: str) -> dict[str, Any]:
    head, _, body = block.partition("\n--\n")
    identity, *lines = [line.strip() for line in head.splitlines() if line.strip()]
    fields = dict(line.split(":", 1) for line in lines)
    record: dict[str, Any] = {
        "id": identity,
        "title": fields.get("title", "").strip() or None,
        "published": fields.get("published", "").strip() or None,
    }
    names = {key: [x.strip() for x in fields[key].split("|")] for key in fields if re.fullmatch(r"e\d+", key)}
    record["text"], record["spans"] = _marks(body)
    record["meetings"] = [
        _meeting(key, [x.strip() for x in fields[key].split("|")], names, record)
        for key in fields
        if re.fullmatch(r"m\d+", key)
    ]
    return record


def _marks(body: str) -> tuple[str, list[list[Any]]]:
    """The text without its tags, on lines as a reader sees them, and [start, end, tag] of each."""
    paragraphs = re.split(r"\n[ \t]*\n", body.strip())
    plain = "\n\n".join(re.sub(r"[ \t]*\n[ \t]*", " ", paragraph) for paragraph in paragraphs)
    text, at, spans, opened = "", 0, [], []
    for match in _TAG.finditer(plain):
        text += plain[at : match.start()]
        at = match.end()
        if not match[1]:
            opened.append((match[2], len(text)))
        elif not opened or opened[-1][0] != match[2]:
            raise ValueError(f"</{match[2]}> closes nothing that is open")
        else:
            tag, start = opened.pop()
            spans.append([start, len(text), tag])
    if opened:
        raise ValueError(f"<{opened[-1][0]}> is never closed")
    return text + plain[at:], sorted(spans)


def _meeting(key: str, fields: list[str], names: dict[str, list[str]], record: dict[str, Any]) -> dict[str, Any]:
    if len(fields) not in {5, 6}:
        raise ValueError(f"{key}: status | mode | date | place | participants are expected")
    status, mode, date, place, who = fields[:5]
    unknown = [e for e in who.split() if e not in names]
    if unknown:
        raise ValueError(f"{key}: {unknown[0]} is not told at the head")
    days = [] if date == "-" else date.split("/")
    places = [] if place == "-" else [name.strip() for name in place.split(";")]
    return {
        "key": key,
        "participants": [_participant(e, names[e], record) for e in who.split()],
        "status": status,
        "mode": mode,
        "date": {"start": days[0] if days else None, "end": days[-1] if days else None},
        "place": {"name": places[0] if places else None, "aliases": places[1:]},
        "optional": fields[5:] == ["optional"],
    }


def _participant(entity: str, fields: list[str], record: dict[str, Any]) -> dict[str, Any]:
    _, name, _, country = fields
    shown = {record["text"][start:end] for start, end, tag in record["spans"] if tag == entity}
    aliases = {words for words in shown if words[:1].isupper() and words.lower() not in _WRITTEN_SMALL}
    return {
        "name": name,
        "country": None if country == "-" else country,
        "entity": entity,
        "aliases": sorted(aliases - {name}),
    }
