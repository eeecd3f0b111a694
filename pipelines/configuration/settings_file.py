"""A settings file's text as settings: YAML that is read strictly, and values that must be of their setting's type."""

import dataclasses
import math
import typing
from collections.abc import Hashable
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any

import yaml

from pipelines.configuration import checks
from pipelines.configuration.settings import FeedSettings, Settings, SettingsError, duration, shown

_TYPES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


class _StrictLoader(yaml.SafeLoader):
    """YAML's own types; a key that is there twice is a fault, where PyYAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is not text", problem_mark=key.start_mark)
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load(path: Path) -> Settings:
    """The settings in ``path``; paths of feeds and OPML files are made relative to that file.

    Raises:
        SettingsError: the file cannot be read or used; one line with file, key and fault.
    """
    try:
        settings: Settings = build(Settings, read_yaml(path), "")
        if settings.actors_file is not None:
            settings = dataclasses.replace(settings, actors_file=str(path.parent / settings.actors_file))
        settings = dataclasses.replace(settings, feeds=tuple(_beside(path.parent, feed) for feed in settings.feeds))
        checks.check_file(settings)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None
    return settings


def _beside(folder: Path, feed: FeedSettings) -> FeedSettings:
    """``feed`` with its file names relative to the settings file's ``folder``."""
    if feed.opml is not None:
        return dataclasses.replace(feed, opml=str(folder / feed.opml))
    if feed.url is not None and "://" not in feed.url and not feed.url.startswith("file:"):
        return dataclasses.replace(feed, url=str(folder / feed.url))
    return feed


def read_yaml(path: Path) -> Any:
    """What the file says; an empty one says ``{}``.

    Raises:
        SettingsError: it cannot be read, is not UTF-8 (or UTF-16 with its mark) or not YAML; names the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(error.strerror or str(error)) from None
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError(f"line {line}: not YAML: not UTF-8 text (byte 0x{data[error.start]:02X})") from None
    try:
        document = yaml.load(text, _StrictLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = "; indent with spaces" if "\\t" in str(error.problem) else ""
        raise SettingsError(f"line {mark.line + 1 if mark else 1}: not YAML: {error.problem}{hint}") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise SettingsError(f"line {line}: not YAML: character U+{ord(text[error.position]):04X}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError(f"not YAML: {shown(str(error))}") from None
    return {} if document is None else document


def build(kind: Any, value: Any, place: str) -> Any:
    """``value`` from YAML as a ``kind``; SettingsError that names ``place`` where it is none."""
    origin = typing.get_origin(kind)
    if origin is UnionType:
        return None if value is None else build(typing.get_args(kind)[0], value, place)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _build_settings(kind, value, place)
    if value is None:
        raise SettingsError(f"{place}: nothing is given; leave the key out for the default")
    if origin is tuple:
        items = value if isinstance(value, list) else [value]
        return tuple(build(typing.get_args(kind)[0], item, f"{place}[{i}]") for i, item in enumerate(items))
    if kind is timedelta:
        try:
            return duration(str(value))
        except ValueError as error:
            raise SettingsError(f"{place}: {error}") from None
    if origin is not None:
        return _build_mapping(value, place)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value) if abs(value) < 2**63 else math.inf
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        quote = " (put it in quotes)" if kind is str and isinstance(value, bool | int | float) else ""
        raise SettingsError(f"{place}: {shown(value)} is not {_TYPES[kind]}{quote}")
    return value


def _build_settings(kind: Any, value: Any, place: str) -> Any:
    if not isinstance(value, dict):
        raise SettingsError(f"{place or 'settings'}: {shown(value)} is not a mapping of settings")
    types, fields = typing.get_type_hints(kind), {field.name: field for field in dataclasses.fields(kind)}
    made = {}
    for key, given in value.items():
        here = f"{place}.{key}" if place else str(key)
        if key not in types:
            near = get_close_matches(str(key).lower(), types, 1)
            known = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(types)}"
            raise SettingsError(f"{here}: unknown setting ({known})")
        made[key] = build(types[key], given, here)
        bounds = fields[key].metadata
        if bounds and not bounds["least"] <= made[key] <= bounds["most"]:
            raise SettingsError(f"{here}: {shown(given)} is not between {bounds['least']:,} and {bounds['most']:,}")
    return kind(**made)


def _build_mapping(value: Any, place: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise SettingsError(f"{place}: {shown(value)} is not a mapping")
    for key, item in value.items():
        if not isinstance(key, str) or isinstance(item, bool) or not isinstance(item, str | int | float):
            raise SettingsError(f"{place}.{key}: {shown(item)} is not text (put it in quotes)")
    return {key: str(item) for key, item in value.items()}
