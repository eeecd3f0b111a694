"""How fast the tables are: rows into Delta beside bare ``write_deltalake``, commits, queries, and a million rows.

python benchmarks/tables.py [--rows 20000] [--commits 60] [--many 1000000]

Each task has a process of its own, whose memory is told with it. ``write_deltalake`` is given Arrow tables ready made:
no check, no ids, no sync to disk, no views.
"""

import argparse
import concurrent.futures
import multiprocessing
import random
import resource
import string
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

import numpy
from deltalake import write_deltalake

from transforms import rows
from transforms.tables.delta_lake.compaction import compact
from transforms.tables.delta_lake.encode import to_arrow
from transforms.tables.lines import to_lines
from transforms.tables.queries.ask import ask
from transforms.tables.sinks import Tables

LENGTH = 400  # words of an article of 2 kB; no two are alike
DAYS = 1000
NEWEST = "SELECT max(published), count(DISTINCT article_id), avg(word_count) FROM articles"


def article(number: int, revision: int = 1):
    day = datetime.now(UTC).replace(microsecond=0) - timedelta(days=number % DAYS, seconds=number % 3600)
    letters = "".join(random.Random(number).choices(string.ascii_lowercase, k=5 * LENGTH))
    name, text = rows.derive_id(str(number)), " ".join(letters[n : n + 5] for n in range(0, len(letters), 5))
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
        summary=text[:150],
        text=text,
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
        word_count=LENGTH,
        duplicate_of=None,
    )


def timed(step):
    """Seconds, and seconds of CPU."""
    begin, used = time.perf_counter(), time.process_time()
    step()
    return numpy.array([time.perf_counter() - begin, time.process_time() - used])


def written(folder, count, size):
    """What writing ``count`` articles takes, ``size`` a commit; to make them is not part of it."""
    taken, said = numpy.zeros(2), time.monotonic()
    for first in range(0, count, size):
        part = [article(number) for number in range(first, min(first + size, count))]
        taken += timed(lambda part=part: Tables([folder]).write("articles", part))
        if time.monotonic() - said > 30:
            said = time.monotonic()
            print(f"  {first + size:,} of {count:,} rows", file=sys.stderr, flush=True)
    return taken


def bare(folder, count, size):
    lines, _ = to_lines({"articles": [article(number) for number in range(count)]})
    parts = [to_arrow("articles", [line.json for line in lines[b : b + size]]) for b in range(0, count, size)]
    return timed(lambda: [write_deltalake(folder, part, mode="append") for part in parts])


def commits(folder, count, begin, revision):
    """The median and the 95th percentile of what a commit of one article takes."""
    Tables([folder]).write("articles", [article(begin + count)])  # what a process does once
    some = [article(number, revision) for number in range(begin, begin + count)]
    waits = [timed(lambda one=one: Tables([folder]).write("articles", [one])) for one in some]
    return numpy.percentile(waits, [50, 95], axis=0)


def first_commit(folder, number):
    return timed(lambda: Tables([folder]).write("articles", [article(number)]))


def query(folder):
    def answer():
        with ask(folder, NEWEST) as found:
            list(found.rows)

    return timed(answer)


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


def tell(what, task, *arguments, count=0):
    """Prints what a task takes: seconds, seconds of CPU, rows a second, memory."""
    (seconds, used), memory = alone(task, *arguments)
    rate = f", {count / seconds:,.0f} rows/s ({count / used:,.0f} a second of CPU)" if count else ""
    print(f"{what}: {seconds:.2f} s ({used:.2f} s of CPU){rate}, {memory} MB", flush=True)


def tell_commits(what, *arguments):
    """Prints the percentiles of ``commits``."""
    (half, most), _ = alone(commits, *arguments)
    shown = (f"p{p} {s:.3f} s ({used:.3f} s of CPU)" for p, (s, used) in ((50, half), (95, most)))
    print(f"{what}: {', '.join(shown)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--commits", type=int, default=60)
    parser.add_argument("--many", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        some, days, many = f"{folder}/some", f"{folder}/days", f"{folder}/many"
        for size in (500, 5000):
            what = f"{given.rows:,} articles of 2 kB, {size} a commit"
            tell(what, written, f"{some}{size}", given.rows, size, count=given.rows)
            tell("  write_deltalake alone", bare, f"{folder}/bare{size}", given.rows, size, count=given.rows)
        tell_commits(f"a commit of a new article beside {given.rows:,}", f"{some}500", given.commits, given.rows, 1)
        tell_commits("  of a new revision", f"{some}500", given.commits, 0, 2)
        alone(written, days, DAYS, 10)
        tell(f"query over {DAYS} days with an article each, ten a commit", query, days)
        tell(f"{given.many:,} articles, 10,000 a commit", written, many, given.many, 10_000, count=given.many)
        tell("  the first commit of a process beside them", first_commit, many, given.many)
        tell_commits("  a commit of a new article", many, given.commits, given.many + 1, 1)
        tell_commits("  of a new revision", many, given.commits, 0, 2)
        tell("  query", query, many)
        tell("  compact", compacted, many)


if __name__ == "__main__":
    main()
