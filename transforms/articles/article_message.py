"""The message on the stream: one ``RawArticle`` as JSON in UTF-8, with the number of its schema."""

import json
import types
import typing
from collections.abc import Sequence
from typing import Any

from transforms.plain import from_plain, to_plain
from transforms.rows import Article, RawArticle

SCHEMA = 1
_HINTS = typing.get_type_hints(RawArticle)


def encode(raw: RawArticle) -> bytes:
    """``raw`` as the bytes of a message; the same row always gives the same bytes."""
    fields = {"schema": SCHEMA, **raw._asdict()}
    try:
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate: JSON can carry it as an escape, and decoding gives it back
        return json.dumps(fields, separators=(",", ":")).encode("ascii")


def decode(data: bytes) -> RawArticle:
    """The row in ``data``.

    Raises:
        ValueError: not JSON, another schema, a field that is missing or of the wrong type; one line naming which.
    """
    try:
        fields = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"message is not UTF-8: byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"message is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise ValueError(f"message is a JSON {type(fields).__name__}, not an object")
    if fields.get("schema") != SCHEMA:
        raise ValueError(f"message has schema {fields.get('schema')!r}; this version of meetwire reads {SCHEMA}")
    values = {}
    for name, hint in _HINTS.items():
        if name not in fields:
            raise ValueError(f"message lacks the field {name!r}")
        if not _fits(fields[name], hint):
            raise ValueError(f"message field {name!r} is {type(fields[name]).__name__}, not {_name(hint)}")
        values[name] = fields[name]
    return RawArticle(**values)


def encode_article(article: Article) -> bytes:
    """A cleaned article as bytes, for a dead letter; ``decode_article`` gives it back."""
    fields = {"schema": SCHEMA, **to_plain(article)}
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def decode_article(data: bytes) -> Article:
    """The article that ``encode_article`` made ``data`` of; ValueError, naming the fault, for anything else."""
    fields = json.loads(data)
    if not isinstance(fields, dict):
        raise ValueError(f"an article is a JSON object, not a {type(fields).__name__}")
    return from_plain(Article, fields)


def _fits(value: Any, hint: Any) -> bool:
    """True where ``value`` is of the type that the row declares."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, option) for option in typing.get_args(hint))
    if origin is not None and issubclass(origin, Sequence):
        return isinstance(value, list) and all(_fits(item, typing.get_args(hint)[0]) for item in value)
    return isinstance(value, hint) and not (hint is int and isinstance(value, bool))


def _name(hint: Any) -> str:
    options = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join("null" if option is type(None) else _name(option) for option in options)
    return f"list of {_name(options[0])}" if options else str(hint.__name__)
