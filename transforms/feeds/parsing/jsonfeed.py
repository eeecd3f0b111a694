"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import contextlib
import json
import re
from collections.abc import Mapping
from typing import Any

from transforms.feeds.dates import timestamps
from transforms.feeds.document import Document, Entry, Feed, refused
from transforms.feeds.parsing import body, links
from transforms.feeds.parsing.entries import Fetch, read_all
from transforms.feeds.text import characters, plaintext

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_SEPARATOR = re.compile(r"[\s,]*(?=[{\[\"\w-])")
# The fields before the items that are plain strings, of a document that is cut.
_HEAD = re.compile(r'"(version|title|home_page_url|language)"\s*:\s*"((?:[^"\\]|\\[^u]|\\u[0-9a-fA-F]{4})*)"')


def looks_like_json(text: str) -> bool:
    """True where ``text`` opens like a JSON object or array."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def read(text: str, fetch: Fetch) -> Document:
    """The document; an error where it is other JSON, or none. Of one that is cut or damaged, the items before the damage."""
    content, damaged = _load(text.lstrip("\ufeff \t\r\n"))
    if not isinstance(content, dict) or not isinstance(content.get("items"), list):
        return refused("not_a_feed")
    version = content.get("version")
    known = isinstance(version, str) and "jsonfeed.org/version/" in version
    if not known and not isinstance(content.get("title"), str):
        return refused("not_a_feed")
    number = str(version).rpartition("/")[2].replace(".", "") if known else "11"
    language = _text(content.get("language"))
    feed = Feed(
        plaintext.line(_text(content.get("title")) or ""),
        links.absolute(_text(content.get("home_page_url")), fetch.url),
        language,
    )
    items = [item for item in content["items"] if isinstance(item, dict)]
    if content["items"] and not items:
        return refused("no_entries_read")
    authors = _authors(content)
    name = f"jsonfeed{number if len(number) == 2 else number[:1] + '0'}"
    document = Document(name, None, feed, (), flags=("malformed",) if damaged else (), whole=not damaged)
    return read_all(document, items, len(items), lambda item: _entry(item, fetch, language, authors), fetch)


def _load(text: str) -> tuple[Any, bool]:
    """What ``text`` says, and whether it is cut or damaged: then as far as it can be read."""
    decoder = json.JSONDecoder(strict=False, parse_int=_number)
    try:
        return decoder.raw_decode(text)[0], False
    except (ValueError, RecursionError):
        pass
    opening = _ITEMS.search(text)
    if opening is None:
        return None, True
    items: list[Any] = []
    position = opening.end()
    with contextlib.suppress(ValueError, RecursionError):
        while separator := _SEPARATOR.match(text, position):
            item, position = decoder.raw_decode(text, separator.end())
            items.append(item)
    head = {name: json.loads(f'"{value}"', strict=False) for name, value in _HEAD.findall(text[: opening.start()])}
    return ({**head, "items": items}, True) if items else (None, True)


def _number(digits: str) -> int | float:
    """A number of any length; Python refuses to read very long ones as integers."""
    return int(digits) if len(digits) < 40 else float(digits)


def _entry(item: Mapping[str, Any], fetch: Fetch, language: str | None, authors: list[str]) -> Entry:
    markup, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    said = body.from_markup(markup or "")
    if not said.text:
        said = body.Text(plaintext.from_text(plain or ""), None)
    summary = plaintext.from_text(_text(item.get("summary")) or "") or None
    declared = _text(item.get("language"))
    link = links.absolute(_text(item.get("url")), fetch.url) or links.absolute(
        _text(item.get("external_url")), fetch.url
    )
    guid = _identity(item.get("id"))
    tags_of_language = tuple(tag for tag in (declared, language) if tag)
    raw = _text(item.get("date_published"))
    when = timestamps.read(raw, fetch.at, tags_of_language, fetch.zone) if raw else timestamps.Found(None)
    changed = _text(item.get("date_modified"))
    if link is None and guid and guid.startswith(("http://", "https://")):
        link = links.absolute(guid, fetch.url)
    tags = item.get("tags")
    return Entry(
        title=plaintext.line(_text(item.get("title")) or ""),
        link=link,
        canonical_url=links.canonical(link) if link else None,
        guid=guid,
        id="",
        id_source="",
        summary=summary,
        text=said.text or summary or "",
        html=said.html,
        base=fetch.url,
        authors=_authors(item) or authors,
        categories=[
            label for tag in (tags if isinstance(tags, list) else ()) if (label := plaintext.line(_text(tag) or ""))
        ],
        language=None,
        language_declared=declared or language,
        language_source="entry" if declared else "feed" if language else None,
        published=when.at,
        utc_offset=when.offset,
        published_raw=raw,
        updated=timestamps.read(changed, fetch.at, tags_of_language, fetch.zone).at if changed else None,
        flags=(*when.flags, *(["text_cut"] if said.is_cut else [])),
    )


def _text(value: Any) -> str | None:
    """A string as it is, None for anything else and for blanks."""
    return characters.whole(value) if isinstance(value, str) and value.strip() else None


def _identity(value: Any) -> str | None:
    """Ids are strings by the standard and often numbers; 3 and 3.0 are the same."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return plaintext.line(str(value)) if isinstance(value, str | int | float) else None


def _authors(holder: Mapping[str, Any]) -> list[str]:
    several = holder.get("authors")
    people = several if isinstance(several, list) else [holder.get("author")]
    names = [person.get("name") if isinstance(person, dict) else person for person in people]
    return [name for name in (plaintext.line(_text(name) or "") for name in names) if name]
