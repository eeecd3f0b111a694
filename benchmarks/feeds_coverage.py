"""What news feeds tell: the share of entries with text, date, language and link, feed by feed.

    python benchmarks/feeds_coverage.py [FOLDER]     (default: ../shared/feeds/corpus, else configs/sample-feeds)

A folder may hold ``manifest.jsonl`` with ``file``, ``host`` and ``news_site``; then only news sites are shown.
"""

import json
import sys
from pathlib import Path

from feeds import FETCHED_AT, FOLDERS

from transforms.feeds.parsing.parse import parse_document

FIELDS = ("text", "published", "language", "link")


def feeds(folder):
    """(host, file) of each feed that is to be shown."""
    manifest = folder / "manifest.jsonl"
    if manifest.exists():
        for line in manifest.read_text("utf-8").splitlines():
            record = json.loads(line)
            if record.get("news_site"):
                yield record["host"], folder / record["file"]
    else:
        for path in sorted(folder.glob("*.*")):
            if path.suffix in (".xml", ".atom", ".rdf", ".json"):
                yield path.name, path


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else next(found for found in FOLDERS if found.exists())
    total = dict.fromkeys(("entries", *FIELDS), 0)
    empty = failed = shown = 0
    print(f"| feed | entries | {' | '.join(FIELDS)} |\n|---|---|{'---|' * len(FIELDS)}")
    for host, path in feeds(folder):
        document = parse_document(path.read_bytes(), f"https://{host}/", FETCHED_AT)
        entries = document.entries
        shown += 1
        failed += document.error is not None
        empty += not entries and document.error is None
        counts = {field: sum(bool(getattr(entry, field)) for entry in entries) for field in FIELDS}
        for field, count in {"entries": len(entries), **counts}.items():
            total[field] += count
        shares = " | ".join(f"{count / len(entries):.0%}" if entries else "–" for count in counts.values())
        print(f"| {host} | {len(entries)} | {shares} |")
    shares = " | ".join(f"{total[field] / max(1, total['entries']):.1%}" for field in FIELDS)
    print(f"| **{shown} feeds** | {total['entries']} | {shares} |")
    print(f"{failed} errors, {empty} without an entry or an error", file=sys.stderr)


if __name__ == "__main__":
    main()
