"""The memory of ``meetwire run``, whatever the number of articles: the peak of all its processes together.

    python benchmarks/run_memory.py [FOLDER] [--articles 500 2000 8000] [--workers 1]

FOLDER holds feeds (default: ../shared/feeds/corpus, else configs/sample-feeds); their English articles, again and again
under other ids, are the feeds that are read, 200 entries each. Memory is the proportional set size that the kernel
tells (``/proc/PID/smaps_rollup``): a page that two processes share counts half in each.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from feeds import FOLDERS
from streams import CLI, english, variants

ENTRIES = 200


def write_feeds(raws, count, folder):
    """``count`` articles as JSON feeds; the flags that name them."""
    made = [
        {"id": raw.revision_id, "title": raw.title, "content_text": raw.text, "date_published": raw.published}
        for raw in variants(raws, count)
    ]
    for begin in range(0, count, ENTRIES):
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": f"Feed {begin}"}
        path = folder / f"{begin}.json"
        path.write_text(json.dumps({**feed, "items": made[begin : begin + ENTRIES]}))
        yield from ("--feed", str(path))


def tree(process):
    """A process and all that it started."""
    found = [process]
    for pid in found:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def megabytes(pid):
    """The proportional set size of a process; 0 where it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1e3 for line in lines if line.startswith("Pss:")), 0.0)


def own_places(folder, workers):
    """The flags for so many workers, and for state and tables in ``folder``."""
    (folder / "settings.yaml").write_text(f"workers: {workers}\n")
    places = {"config": "settings.yaml", "state": "state.sqlite", "tables": "t"}
    return [f"--{flag}={folder / name}" for flag, name in places.items()]


def watched(command, folder, workers, every=0.1):
    """Runs ``meetwire COMMAND`` once with so many workers, and with state and tables in ``folder``.

    Looks at its memory ``every`` so many seconds, each time for tenths of a second of CPU.

    Returns the most that all its processes held at one time, as each one's megabytes then, and the seconds it took.
    """
    flags = own_places(folder, workers)
    began = time.monotonic()
    run = subprocess.Popen([*CLI, *command, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = [0.0]
    while run.poll() is None:
        most = max(most, [megabytes(pid) for pid in tree(run.pid)], key=sum)
        time.sleep(every)
    if run.returncode:
        sys.exit(f"meetwire {command[0]} ended with {run.returncode}")
    return most, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", nargs="?", type=Path, default=next(folder for folder in FOLDERS if folder.is_dir()))
    parser.add_argument("--articles", type=int, nargs="+", default=[500, 2_000, 8_000])
    parser.add_argument("--workers", type=int, default=1, help="processes that read articles at once (default: 1)")
    arguments = parser.parse_args()
    print("memory of meetwire run: peak of all its processes (each one's share)")
    with tempfile.TemporaryDirectory() as name:
        raws = english(arguments.feeds, Path(name))
        for count in arguments.articles:
            folder = Path(name, str(count))
            folder.mkdir()
            command = ["run", *write_feeds(raws, count, folder), f"--stream=folder:{folder}/stream"]
            most, seconds = watched(command, folder, arguments.workers)
            shares = " + ".join(f"{share:.0f}" for share in most)
            print(f"  {count:6,} articles {sum(most):6.0f} MB ({shares}) in {seconds:5.0f} s", flush=True)


if __name__ == "__main__":
    main()
