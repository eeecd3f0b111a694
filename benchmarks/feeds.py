"""Real feeds from disk: meetwire's reader beside plain feedparser, in one run, on one core.

    python benchmarks/feeds.py [FOLDER]     (default: ../shared/feeds/corpus, else configs/sample-feeds)

meetwire: decoding, repair, bodies by name, plain text, dates, links, identity and revision of every entry.
feedparser: ``feedparser.parse`` with its defaults, and with both of its slow options off; no text, identity or revision.
Each runs in a process of its own, so that peak memory is its own; the memory that the documents take is told apart.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = (ROOT.parent / "shared" / "feeds" / "corpus", ROOT / "configs" / "sample-feeds")
READERS = ("meetwire", "feedparser, both off", "feedparser")
FETCHED_AT = datetime(2026, 11, 25, tzinfo=UTC)


def files(folder):
    return [path for path in sorted(folder.iterdir()) if path.suffix not in (".jsonl", ".md")]


def documents(folder):
    return [path.read_bytes() for path in files(folder)]


def read(reader, body):
    """How many entries ``reader`` finds."""
    if reader == "meetwire":
        from transforms.feeds.parsing.parse import parse_document

        return len(parse_document(body, "https://news.example/feed", FETCHED_AT, detect=False).entries)
    import feedparser

    options = {"sanitize_html": False, "resolve_relative_uris": False} if "off" in reader else {}
    return len(feedparser.parse(body, **options).entries)


def measure(reader, folder):
    """One reader over all documents: a JSON line."""
    bodies = documents(folder)
    read(reader, bodies[0])  # imports and tables are not the feeds' cost
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    entries = sum(read(reader, body) for body in bodies)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = sum(map(len, bodies)) / 1e6
    print(
        json.dumps(
            {
                "feeds": len(bodies),
                "entries": entries,
                "mb": size,
                "seconds": seconds,
                "base_mb": before / 1024,
                "peak_mb": peak / 1024,
            }
        )
    )


def main():
    if len(sys.argv) == 3:
        measure(sys.argv[1], Path(sys.argv[2]))
        return
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else next(folder for folder in FOLDERS if folder.is_dir())
    print(
        f"{'reader':22}{'feeds/s':>9}{'entries/s':>11}{'MB/s':>7}{'entries':>9}{'seconds':>9}{'peak MB':>9}{'of it input':>13}"
    )
    for reader in READERS:
        run = subprocess.run(
            [sys.executable, __file__, reader, str(folder)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        found = json.loads(run.stdout)
        seconds = found["seconds"]
        print(
            f"{reader:22}{found['feeds'] / seconds:9.1f}{found['entries'] / seconds:11.0f}{found['mb'] / seconds:7.1f}{found['entries']:9}"
            f"{seconds:9.1f}{found['peak_mb']:9.0f}{found['base_mb']:13.0f}"
        )


if __name__ == "__main__":
    main()
