"""Writes a settings file with a comment on every key, to begin a deployment of one's own. Asks nothing.

  meetwire init                                   writes meetwire.yaml
  meetwire init news.yaml                         writes news.yaml, with its data in news-data/
  meetwire init --feed https://news.example/rss   with this feed in it, again and again for more
  meetwire init --sample                          with feeds to try meetwire on, in a folder sample-feeds/

A file that is there is never overwritten. Commands without --config read meetwire.yaml where it is.
"""

import argparse
import os
import re
import shutil
from pathlib import Path

from pipelines.command_line.progress import say
from pipelines.configuration.add_feeds import with_feeds
from pipelines.configuration.settings import OWN_FILE, Settings, SettingsError
from pipelines.configuration.settings_file import load
from transforms.feeds.fetching.source import USER_AGENT

TEMPLATE = Path(__file__).with_name("settings_template.yaml")
SAMPLE = Path(__file__).with_name("sample_feeds")
SAMPLE_FEEDS = ("wire.xml", "gazette.atom", "bulletin.rdf", "monitor.json", "broken.xml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, and whether it names the sample feeds."""
    parser.add_argument("file", nargs="?", type=Path, default=OWN_FILE, help="what to write (default: %(default)s)")
    parser.add_argument(
        "--sample",
        action="store_true",
        help="write five small feeds of invented news beside it too, one broken on purpose",
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes the file; 2 where it is there already."""
    feeds = list(arguments.feed or [])
    if arguments.sample:
        feeds += write_sample(arguments.file)
    write(arguments.file, feeds)
    flags = "" if arguments.file == OWN_FILE else f" --config {arguments.file}"
    say(f"init: {arguments.file} written; its data will lie in {_data(arguments.file)}/")
    if not feeds:
        say(f"add feeds: meetwire discover https://news.example --add{flags}")
    say(f"then: meetwire run{flags}")
    return 0


def write(path: Path, feeds: list[str]) -> None:
    """Writes a settings file with ``feeds`` and reads it again as every command will.

    Raises:
        SettingsError: the file is there, cannot be written, or a feed cannot be used.
    """
    feeds = [feed if "://" in feed else os.path.relpath(feed, path.parent) for feed in feeds]
    text = TEMPLATE.read_text(encoding="utf-8").replace("{data}", _data(path)).replace("{user_agent}", USER_AGENT)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(with_feeds(text, feeds))
    except FileExistsError:
        raise SettingsError(_taken(path)) from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from None
    try:
        load(path)
    except SettingsError:
        path.unlink()
        raise


def write_sample(settings_file: Path) -> list[str]:
    """Copies the sample feeds into ``sample-feeds/`` beside the settings file.

    Returns:
        Their paths.

    Raises:
        SettingsError: the settings file or the folder is there already, or cannot be written.
    """
    folder = settings_file.parent / "sample-feeds"
    if settings_file.exists():
        raise SettingsError(_taken(settings_file))
    try:
        folder.mkdir()
        return [shutil.copyfile(SAMPLE / name, str(folder / name)) for name in SAMPLE_FEEDS]
    except FileExistsError:
        raise SettingsError(f"{folder}: is there already, and is left as it is") from None
    except OSError as error:
        raise SettingsError(f"{folder}: {error.strerror or error}") from None


def _taken(path: Path) -> str:
    return f"{path}: is there already, and is left as it is; name another file"


def _data(path: Path) -> str:
    """The folder of the deployment's data, named for its settings file; what YAML would read otherwise is a hyphen."""
    return re.sub(r"[^\w.-]+", "-", path.stem).lstrip("-.") + "-data"
