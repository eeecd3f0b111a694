"""Whether a setting can be used, by whichever way it came: a settings file, or a flag.

Each check raises SettingsError with one line that names the place, what stands there and the way out.
"""

import importlib.util
import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipelines.configuration.settings import FeedSettings, FetchSettings, Settings, SettingsError, shown
from transforms.streams.connect import FolderAddress, parse_address
from transforms.streams.message import StreamError

# The commands that heed the user's own file of actors.
_WRITES = frozenset(
    f"pipelines.{name}"
    for name in ["run", "batch", "streaming", "replay", "upkeep.rebuild", "upkeep.doctor", "views.actors"]
)
_FLAGS = {"feeds": "--feed", "state": "--state", "stream": "--stream", "tables": "--tables", "language": "--model"}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?")
_PUBSUB = re.compile(r"[A-Za-z][A-Za-z0-9._~+%:-]*")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(//)?")


def check_file(settings: Settings) -> None:
    """Checks everything that a settings file says."""
    _check_feeds(settings.feeds, "feeds")
    _check_fetch(settings.fetch)
    _check_state(settings.state, "state")
    _check_stream(settings.stream, "stream")
    _check_tables(settings.tables, "tables")
    _one_line(settings.language.model, "language.model")


def check_flags(settings: Settings, given: Collection[str]) -> None:
    """Checks those settings that came as flags; faults name the flag."""
    if "feeds" in given:
        _check_feeds(settings.feeds, "--feed")
    for name, check in (("state", _check_state), ("stream", _check_stream)):
        if name in given:
            check(getattr(settings, name), _FLAGS[name])
    if "tables" in given:
        _check_tables(settings.tables, "--tables")
    if "language" in given:
        _one_line(settings.language.model, "--model")


def check_together(settings: Settings, heeds: Collection[str], module: str) -> None:
    """Checks how the settings go together, and what this machine has, for a command that heeds some of them."""
    if "stream" in heeds and "tables" in heeds:
        _apart(settings)
    if "state" in heeds:
        _is_sqlite(Path(settings.state))
    if module in ("pipelines.run", "pipelines.publish"):
        for index, feed in enumerate(settings.feeds):
            file = feed.opml or feed.url or ""
            if not _is_address(file):
                check_readable(Path(file), f"feeds[{index}].{'opml' if feed.opml else 'url'}")
    if "stream" in heeds and module in ("pipelines.run", "pipelines.batch", "pipelines.streaming"):
        address = parse_address(settings.stream)
        if not isinstance(address, FolderAddress) and address.subscription is None:
            raise SettingsError(
                f"stream: {settings.stream}: names no subscription to read (pubsub://PROJECT/TOPIC/SUBSCRIPTION)"
            )
    if settings.actors_file is not None and module in _WRITES:
        from pipelines.configuration.actors_file import read_actors_file

        read_actors_file(Path(settings.actors_file))
    if "model" in heeds:
        _check_model(settings.language.model)
    if "tables" in heeds:
        for target in settings.tables:
            if _scheme(target) == "bigquery" and not _is_installed("google.cloud.bigquery"):
                raise SettingsError(
                    f"tables: {target}: needs a package that is not installed: pip install 'meetwire[gcp]'"
                )


def _check_feeds(feeds: Sequence[FeedSettings], place: str) -> None:
    seen: dict[str, str] = {}
    for index, feed in enumerate(feeds):
        here = f"{place}[{index}]" if place == "feeds" else place
        if (feed.url is None) == (feed.opml is None):
            raise SettingsError(f"{here}: give either 'url' or 'opml'")
        key = f"{here}.{'opml' if feed.url is None else 'url'}" if place == "feeds" else here
        address = feed.url if feed.url is not None else str(feed.opml)
        _one_line(address, key)
        if feed.url is not None and _is_address(feed.url):
            check_url(feed.url, key, ("http", "https", "file"))
        elif place != "feeds":
            check_readable(Path(address), key)
        if address in seen:
            raise SettingsError(f"{key}: {shown(address)} is there already, as {seen[address]}")
        seen[address] = key
        _check_feed(feed, here)


def _check_feed(feed: FeedSettings, here: str) -> None:
    if feed.language is not None and not _LANGUAGE.fullmatch(feed.language):
        raise SettingsError(f"{here}.language: {shown(feed.language)} is not a language tag (such as 'en' or 'pt-BR')")
    if feed.timezone is not None:
        check_zone(feed.timezone, f"{here}.timezone")
    if feed.user_agent is not None:
        _header(feed.user_agent, f"{here}.user_agent")
    for name, value in feed.headers.items():
        if not _TOKEN.fullmatch(name):
            raise SettingsError(f"{here}.headers: {shown(name)} is not the name of an HTTP header")
        _header(value, f"{here}.headers.{name}")


def check_zone(zone: str, place: str) -> None:
    """``zone`` is an IANA time zone."""
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise SettingsError(f"{place}: {shown(zone)} is not a zone (such as 'Asia/Tokyo')") from None


def _is_address(feed: str) -> bool:
    return "://" in feed or feed.startswith("file:")


def check_url(address: str, place: str, schemes: Sequence[str] = ("http", "https")) -> None:
    """``address`` is an absolute one of one of ``schemes``."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError as error:
        raise SettingsError(f"{place}: {shown(address)} is not an address: {error}") from None
    if parts.scheme not in schemes:
        forms = "http:// and https:// addresses" + (", and files" if "file" in schemes else "")
        raise SettingsError(f"{place}: {shown(address)}: {parts.scheme or 'no scheme'}; only {forms} can be read")
    if parts.scheme != "file" and (not parts.hostname or re.search(r"\s", address)):
        raise SettingsError(f"{place}: {shown(address)} is not an address: no host, or a space in it")


def check_readable(path: Path, place: str) -> None:
    """``path`` is a file that is there and may be read."""
    if not os.access(path, os.R_OK) or path.is_dir():
        fault = "is a folder" if path.is_dir() else "may not be read" if path.exists() else "no such file"
        first = str(path).partition("/")[0]
        hint = f"; did you mean 'https://{path}'?" if fault == "no such file" and _looks_like_host(first) else ""
        raise SettingsError(f"{place}: {shown(str(path))}: {fault}{hint}")


def _looks_like_host(text: str) -> bool:
    return bool(re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[a-z]{2,}", text)) and not re.search(r"\.(xml|json|rss|atom)$", text)


def _check_fetch(fetch: FetchSettings) -> None:
    _header(fetch.user_agent, "fetch.user_agent")
    for index, host in enumerate(fetch.allow_hosts):
        if not _HOST.fullmatch(host):
            raise SettingsError(f"fetch.allow_hosts[{index}]: {shown(host)} is not a host (NAME or NAME:PORT)")


def _header(value: str, place: str) -> None:
    """``value`` can travel in a request's head."""
    if not value or not value.isascii() or not value.isprintable():
        raise SettingsError(f"{place}: {shown(value)} is empty, or has characters that no HTTP header takes")


def _check_state(state: str, place: str) -> None:
    _one_line(state, place)
    _local_path(state, place, "a file on this machine")
    if Path(state).is_dir():
        raise SettingsError(f"{place}: {shown(state)} is a folder, and a file is needed")


def _is_sqlite(state: Path) -> None:
    """What is there is no other file than a state: it would be in the way, or be spoiled."""
    try:
        with state.open("rb") as file:
            head = file.read(16)
    except OSError:
        return  # not there yet; or the state itself says why it cannot be used
    if head and not head.startswith(b"SQLite format 3"):
        raise SettingsError(f"state: {state} is a file of another kind, not a state (SQLite)")


def _check_stream(stream: str, place: str) -> None:
    _one_line(stream, place)
    try:
        address = parse_address(stream)
    except StreamError as error:
        raise SettingsError(f"{place}: {error}") from None
    if isinstance(address, FolderAddress):
        _local_path(stream, place, "a folder on this machine")
        if address.path.exists() and not address.path.is_dir():
            raise SettingsError(f"{place}: {stream}: is a file, and a folder is needed")
        return
    for part in filter(None, address):
        if not _PUBSUB.fullmatch(part):
            raise SettingsError(f"{place}: {stream}: {part!r} is not a name that Pub/Sub takes")


def _check_tables(tables: Sequence[str], place: str) -> None:
    if not tables:
        raise SettingsError(f"{place}: an empty list; name at least one place (such as data/tables)")
    places: dict[str, str] = {}
    for target in tables:
        _one_line(target, place)
        _check_target(target, place)
        same = target.rstrip("/") if "://" in target else str(Path(target).absolute())
        if same in places:
            raise SettingsError(f"{place}: {target} and {places[same]} are the same place; give each its own")
        places[same] = target


def _check_target(target: str, place: str) -> None:
    scheme = _scheme(target)
    if target.startswith("jsonl:"):
        way_out = "give a folder, and let meetwire export TABLE --format jsonl write JSON lines"
        raise SettingsError(f"{place}: {target}: JSON lines are no place for tables; {way_out}")
    if scheme == "bigquery":
        if not re.fullmatch(r"bigquery://[^/?#\s]+/\w+(\?\S*)?", target):
            raise SettingsError(f"{place}: {target} is not bigquery://PROJECT/DATASET")
    elif scheme in ("gs", "s3"):
        if not re.fullmatch(r"(gs|s3)://[a-z0-9][a-z0-9._-]+(/.*)?", target):
            raise SettingsError(f"{place}: {target}: names no bucket ({scheme}://BUCKET/FOLDER)")
    elif scheme:
        forms = "a folder, gs://BUCKET/FOLDER, s3://BUCKET/FOLDER or bigquery://PROJECT/DATASET"
        raise SettingsError(f"{place}: {target}: not a place for tables ({forms})")
    elif Path(target).exists() and not Path(target).is_dir():
        raise SettingsError(f"{place}: {target}: is a file, and a folder is needed")


def _scheme(target: str) -> str:
    """``gs`` of ``gs://…``; ``""`` for a path. ``jsnol:x`` has one too, but ``C:\\x`` or ``a/b:c`` have none."""
    match = _SCHEME.match(target)
    return match[1].lower() if match and (match[2] or len(match[1]) > 1) else ""


def _local_path(path: str, place: str, what: str) -> None:
    if "://" in path:
        raise SettingsError(f"{place}: {shown(path)} is not {what}")


def _apart(settings: Settings) -> None:
    """The state, the stream and each of the tables' folders lie apart."""
    address = parse_address(settings.stream)
    stream = address.path.absolute() if isinstance(address, FolderAddress) else None
    for target in settings.tables:
        folder = Path(target).absolute()
        if stream is not None and "://" not in target and (folder == stream or stream in folder.parents):
            raise SettingsError(f"tables: {target} lies in the stream's folder, {settings.stream}; keep them apart")


def _one_line(text: str, place: str) -> None:
    if not text.strip():
        raise SettingsError(f"{place}: is empty")
    if not text.isprintable():
        raise SettingsError(f"{place}: {shown(text)} has characters that do not belong there")


def _check_model(model: str) -> None:
    """``model`` is a package or a folder; whether it can do its work is seen when it is loaded."""
    if not Path(model).is_dir() and not (model.isidentifier() and _is_installed(model)):
        raise SettingsError(f"language.model: {model!r} is no installed package (install it with pip, or name another)")


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
