"""Writes a settings file with a comment on every key, to begin a deployment of one's own. Asks nothing.

  meetwire init                                   writes meetwire.yaml
  meetwire init news.yaml                         writes news.yaml, with its data in news-data/
  meetwire init --feed https://news.example/rss   with this feed in it, again and again for more

A file that is there is never overwritten. Commands without --config read meetwire.yaml where it is.
"""

import argparse
import os
import re
from pathlib import Path

from pipelines.add_feeds import with_feeds
from pipelines.progress import say
from pipelines.settings import OWN_FILE, Settings, SettingsError
from pipelines.settings_file import load

TEMPLATE = Path(__file__).with_name("settings_template.yaml")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", nargs="?", type=Path, default=OWN_FILE, help="what to write (default: %(default)s)")


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Writes the file; 2 where it is there already."""
    write(arguments.file, arguments.feed or [])
    flags = "" if arguments.file == OWN_FILE else f" --config {arguments.file}"
    say(f"init: {arguments.file} written; its data will lie in {_data(arguments.file)}/")
    if not arguments.feed:
        say(f"add feeds: meetwire discover https://news.example --add{flags}")
    say(f"then: meetwire run{flags}")
    return 0


def write(path: Path, feeds: list[str]) -> None:
    """Writes a settings file with ``feeds`` and reads it again as every command will.

    Raises:
        SettingsError: the file is there, cannot be written, or a feed cannot be used.
    """
    feeds = [feed if "://" in feed else os.path.relpath(feed, path.parent) for feed in feeds]
    text = TEMPLATE.read_text(encoding="utf-8").replace("{data}", _data(path))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(with_feeds(text, feeds))
    except FileExistsError:
        raise SettingsError(f"{path}: is there already, and is left as it is; name another file") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or error}") from None
    try:
        load(path)
    except SettingsError:
        path.unlink()
        raise


def _data(path: Path) -> str:
    """The folder of the deployment's data, named for its settings file; what YAML would read otherwise is a hyphen."""
    return re.sub(r"[^\w.-]+", "-", path.stem).lstrip("-.") + "-data"
