"""How fast the tables are: rows into Delta beside bare ``write_deltalake``, commits, queries, and a million rows.

python benchmarks/tables.py [--rows 20000] [--commits 60] [--many 1000000]

Each task has a process of its own, whose memory is told with it. ``write_deltalake`` is given Arrow tables ready made:
no check, no ids, no sync to disk, no views.
"""

import argparse
import concurrent.futures
import multiprocessing
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deltalake import write_deltalake

from transforms import rows
from transforms.tables.ask import ask
from transforms.tables.compact import compact
from transforms.tables.encode import to_arrow
from transforms.tables.sinks import Tables, to_lines

TEXT = "Ministers met in Málaga on Monday and spoke of trade, fishing and the price of bread. " * 25
DAYS = 1000


def article(number: int, revision: int = 1):
    day = datetime.now(UTC).replace(microsecond=0) - timedelta(days=number % DAYS, seconds=number % 3600)
    name = rows.derive_id(str(number))
    return rows.Article(
        article_id=name,
        revision_id=rows.derive_id(name, str(revision)),
        revision=revision,
        feed_url=f"https://news.example/{number % 20}",
        feed_title="News",
        id=str(number),
        id_source="guid",
        link=f"https://news.example/story/{number}",
        canonical_url=f"https://news.example/story/{number}",
        title=f"Ministers met for the {number}th time",
        summary=TEXT[:150],
        text=f"{number} {TEXT}",
        authors=["A. Writer", "B. Writer"],
        categories=["politics"],
        language="en",
        published=day.isoformat(),
        utc_offset=None,
        updated=None,
        fetched_at=(day + timedelta(minutes=revision)).isoformat(),
        published_raw=None,
        flags=[],
        dateline=rows.Dateline("MALAGA", "2023-01-01"),
        word_count=len(TEXT.split()),
        duplicate_of=None,
    )


def timed(step):
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def written(folder, count, size, begin=0):
    """Seconds that writing ``count`` articles takes, ``size`` a commit; to make them is not part of it."""
    seconds, said = 0.0, time.monotonic()
    for first in range(begin, begin + count, size):
        part = [article(number) for number in range(first, min(first + size, begin + count))]
        seconds += timed(lambda part=part: Tables([folder]).write("articles", part))
        if time.monotonic() - said > 30:
            said = time.monotonic()
            print(f"  {first + size - begin:,} of {count:,} rows", file=sys.stderr)
    return seconds


def bare(folder, count, size):
    lines, _ = to_lines({"articles": [article(number) for number in range(count)]})
    parts = [to_arrow("articles", [line.json for line in lines[b : b + size]]) for b in range(0, count, size)]
    return timed(lambda: [write_deltalake(folder, part, mode="append") for part in parts])


def commits(folder, count, begin, revision):
    """The median and the 95th percentile of the seconds that a commit of one article takes."""
    Tables([folder]).write("articles", [article(begin + count)])  # what a process does once
    some = [article(number, revision) for number in range(begin, begin + count)]
    waits = sorted(timed(lambda one=one: Tables([folder]).write("articles", [one])) for one in some)
    return waits[count // 2], waits[count * 95 // 100]


def first_commit(folder, number):
    return timed(lambda: Tables([folder]).write("articles", [article(number)]))


def query(folder, sql):
    """Seconds, seconds of CPU, and the files that the articles lie in."""

    def answer():
        with ask(folder, sql) as found:
            list(found.rows)

    used = time.process_time()
    return timed(answer), time.process_time() - used, len(list(Path(folder, "articles").glob("*/*.parquet")))


def compacted(folder):
    return timed(lambda: compact(folder, 0))


def measured(task, *arguments):
    """What a task gives, and the peak of its process's memory in MB."""
    return task(*arguments), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def alone(task, *arguments):
    """``measured`` in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, context) as process:
        return process.submit(measured, task, *arguments).result()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--commits", type=int, default=60)
    parser.add_argument("--many", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        some, days, many = f"{folder}/some", f"{folder}/days", f"{folder}/many"
        newest = "SELECT max(published), count(DISTINCT article_id), avg(word_count) FROM articles"
        for size in (500, 5000):
            seconds, memory = alone(written, f"{folder}/{size}", given.rows, size)
            print(f"{given.rows:,} articles of 2 kB, {size} a commit: {given.rows / seconds:,.0f} rows/s, {memory} MB")
            seconds, memory = alone(bare, f"{folder}/bare{size}", given.rows, size)
            print(f"  write_deltalake alone: {given.rows / seconds:,.0f} rows/s, {memory} MB")
        alone(written, some, given.rows, 500)
        for what, begin, revision in (("a new article", given.rows, 1), ("a new revision", 0, 2)):
            (half, most), _ = alone(commits, some, given.commits, begin, revision)
            print(f"a commit of {what} beside {given.rows:,}: p50 {half:.3f} s, p95 {most:.3f} s")
        alone(written, days, DAYS, 10)
        (seconds, used, files), _ = alone(query, days, newest)
        print(
            f"query over {DAYS} days with an article each, ten a commit: {seconds:.2f} s ({used:.2f} s of CPU, {files} files)"
        )
        seconds, memory = alone(written, many, given.many, 10_000)
        print(
            f"{given.many:,} articles, 10,000 a commit: {seconds:.0f} s, {given.many / seconds:,.0f} rows/s, {memory} MB"
        )
        seconds, memory = alone(first_commit, many, given.many)
        print(f"  the first commit of a process beside them: {seconds:.2f} s, {memory} MB")
        (half, most), _ = alone(commits, many, given.commits, given.many + 1, 1)
        print(f"  a commit of a new article: p50 {half:.3f} s, p95 {most:.3f} s")
        (half, most), _ = alone(commits, many, given.commits, 0, 2)
        print(f"  a commit of a new revision: p50 {half:.3f} s, p95 {most:.3f} s")
        (seconds, used, files), memory = alone(query, many, newest)
        print(f"  query: {seconds:.2f} s ({used:.2f} s of CPU, {files} files), {memory} MB")
        seconds, memory = alone(compacted, many)
        print(f"  compact: {seconds:.1f} s, {memory} MB")


if __name__ == "__main__":
    main()
