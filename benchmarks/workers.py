"""The time that ``meetwire batch`` takes with one process that reads articles and with one a core, in turn.

    python benchmarks/workers.py [FOLDER] [--articles 2000] [--pairs 3] [--workers 2]

FOLDER holds feeds (default: ../shared/feeds/corpus, else configs/sample-feeds); their English articles, again and again
under other ids, are a stream that each run reads anew into tables of its own. Says each pair, the median of their
ratios, and how busy the machine was beside: on one that is shared the ratio says little.
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from feeds import FOLDERS
from run_memory import watched
from streams import english, variants

from transforms.articles import article_message
from transforms.streams import Message
from transforms.streams.folder import FolderPublisher


def run(stream, folder, workers):
    """Seconds of one batch, and the most megabytes that its processes held together."""
    folder.mkdir(parents=True)
    most, seconds = watched(["batch", "--since", "2000-01-01", f"--stream=folder:{stream}"], folder, workers, every=5.0)
    return seconds, sum(most)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", nargs="?", type=Path, default=next(folder for folder in FOLDERS if folder.is_dir()))
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="workers-benchmark-") as name:
        folder = Path(name)
        publisher = FolderPublisher(folder / "stream")
        for raw in variants(english(asked.feeds, folder), asked.articles):
            publisher.publish([Message(article_message.encode(raw), {}, "")])
        ratios = []
        for pair in range(asked.pairs):
            (one, one_mb), (more, more_mb) = (
                run(folder / "stream", folder / f"{pair}-{workers}", workers) for workers in (1, asked.workers)
            )
            ratios.append(one / more)
            print(
                f"{asked.articles:,} articles: 1 process {one:.1f} s, {one_mb:.0f} MB; {asked.workers} processes "
                f"{more:.1f} s, {more_mb:.0f} MB; {one / more:.2f} times as fast; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
        print(f"median of {asked.pairs} pairs: {statistics.median(ratios):.2f} times as fast on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
