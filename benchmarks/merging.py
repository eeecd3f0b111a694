"""What it takes to merge reports as they are written, and one more report beside many.

    python benchmarks/merging.py [--sizes 1000 10000 100000] [--bundle 1000] [--more 60] [--tables FOLDER]

For each size a process of its own writes that many articles with a report each, ``--bundle`` a commit, into new tables
(in FOLDER/SIZE, which stay there, or in a temporary folder), and then ``--more`` single ones: CPU seconds, the peak of
its memory, and how long one more takes: merging alone (which reports are one meeting, and copies of which text), and
the whole commit, with all tables durable. Times of one more are of CPU, since other programs have no say in them, and
behind these, for the 95th percentile, by the clock. Two reports of five tell of a meeting that was told of before; one in ten
gives no date, one in seven a surname and an office alone, one in twelve is a copy of another text.
"""

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy

from pipelines.running.memory import save_memory
from transforms import rows
from transforms.tables.delta_lake import derived
from transforms.tables.sinks import Tables

NOW = datetime.now(UTC).replace(microsecond=0)
DAYS, PEOPLE = 365, 5_000
SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "pa", "re", "so", "ti", "vu", "ga", "da", "fe", "hi", "jo"]
WORDS = ["trade", "fishing", "grain", "bread", "water", "border", "railway", "harbour", "winter", "treaty", "council", "letter", "river", "farmer", "school", "engine", "market", "island", "village", "orchard", "tower", "signal"]  # fmt: skip
COUNTRIES = ["FR", "DE", "JP", "US", "BR", "KE", "IN", "ID", "PL", "EG", "CL", "VN"]
OFFICES = ["foreign minister", "president", "trade minister", "ambassador", "prime minister", "finance minister"]
TOWNS = ["Oslo", "Cairo", "Lima", "Hanoi", "Rome", "Accra", "Ottawa", "Tallinn", "Amman"]


def spelt(number, length):
    """A word made of ``length`` syllables, another for each number."""
    return "".join(SYLLABLES[number // 15**n % 15] for n in range(length)).capitalize()


def participant(number, brief):
    """One of the people: some have often met, most hardly ever."""
    given, surname = spelt(number * 7 % 3375, 3), f"{spelt(number, 4)}n"
    office, country = OFFICES[number % 6], COUNTRIES[number % 12]
    return rows.Participant(None, surname if brief else f"{given} {surname}", "person", office, country, None)


def told(number):
    """The article and report of this number; five in a row tell of three meetings."""
    of, own = random.Random(number * 3 // 5), random.Random(-1 - number)
    day = NOW - timedelta(days=of.randrange(DAYS), seconds=of.randrange(86_000))
    one, other = (int(PEOPLE * of.random() ** 2) for _ in range(2))
    brief = own.random() < 1 / 7
    who = [
        participant(person, brief) for person in dict.fromkeys((one, other, (one + 1) % PEOPLE)[: of.choice([2, 2, 3])])
    ]
    status = "held" if own.random() < 0.8 else "planned"
    published = day + timedelta(hours=own.randrange(48)) * (1 if status == "held" else -1)
    words = of if own.random() < 1 / 12 else own
    lead = f"{' and '.join(p.name for p in who)} met."
    text = f"{lead} {' '.join(words.choice(WORDS) for _ in range(60))}."
    dated = own.random() > 1 / 10
    begin = f"{day:%Y-%m-%d}" if dated else None
    date = rows.MeetingDate(begin, begin, "day", "on that day", "sentence") if dated else None
    place = rows.Place(of.choice(TOWNS), None, None, None, "sentence") if own.random() < 0.5 else None
    article_id, at = rows.derive_id("merging", str(number)), published.isoformat()
    link = f"https://news.example/{number}"
    article = rows.Article(
        article_id, article_id, 1, "https://news.example/feed", f"News {number % 40}", str(number), "guid", link, link,
        f"Talks {number}", None, text, [], [], "en", at, None, None, at, None, [], None, 70, None,
    )  # fmt: skip
    report = rows.MeetingReport(
        report_id=rows.derive_id(article_id, "report"), meeting_id=rows.derive_id(article_id, "meeting"),
        article_id=article_id, revision_id=article_id, participants=who, status=status, mode="in_person",
        kind="bilateral", date=date, place=place, duration_minutes=None, occasion=None, topics=["trade"],
        attribution=None, evidence=[rows.Evidence(0, len(lead), lead, "body")], confidence=0.9, extractor="bench/1",
        published=at,
    )  # fmt: skip
    return article, report


def clocks():
    """Seconds of this process's CPU, and by the clock."""
    return numpy.array([time.process_time(), time.perf_counter()])


class Stopwatch:
    """A function that adds up the seconds that it takes."""

    def __init__(self, step):
        self._step, self.seconds = step, numpy.zeros(2)

    def __call__(self, *given):
        began = clocks()
        try:
            return self._step(*given)
        finally:
            self.seconds += clocks() - began


def write(tables, numbers):
    """Writes these articles and reports in one commit."""
    articles, reports = zip(*map(told, numbers), strict=True)
    tables.write_all({"articles": articles, "entities": [], "meeting_reports": reports})


def measured(folder, size, bundle, more):
    """CPU seconds of writing ``size`` reports, and what each of ``more`` further ones takes (merging, whole commit)."""
    save_memory()
    merging = [Stopwatch(derived.merged), Stopwatch(derived.copied)]
    derived.merged, derived.copied = merging
    tables, said, used = Tables([str(folder)]), time.monotonic(), time.process_time()
    for first in range(0, size, bundle):
        write(tables, range(first, min(first + bundle, size)))
        if time.monotonic() - said > 20:
            said = time.monotonic()
            cpu = time.process_time() - used
            print(
                f"  {min(first + bundle, size):,} of {size:,} reports, {cpu:.0f} s of CPU", file=sys.stderr, flush=True
            )
    used = time.process_time() - used
    taken = []
    for number in range(size, size + more):
        before, began = sum(m.seconds for m in merging), clocks()
        write(tables, [number])
        taken.append((sum(m.seconds for m in merging) - before, clocks() - began))
    return used, numpy.array(taken), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--bundle", type=int, default=1_000)
    parser.add_argument("--more", type=int, default=60)
    parser.add_argument("--tables", type=Path)
    given = parser.parse_args()
    print(
        "reports    CPU s  ms a report  peak MB   merging one more, p50 p95 (clock)    its commit, p50 p95 (clock), ms"
    )
    for size in given.sizes:
        with (
            tempfile.TemporaryDirectory() as aside,
            multiprocessing.get_context("spawn").Pool(1) as alone,
        ):
            folder = (given.tables or Path(aside)) / str(size)
            used, taken, peak = alone.apply(measured, (folder, size, given.bundle, given.more))
        half, most = numpy.percentile(taken * 1000, [50, 95], axis=0).round()
        shown = "  ".join(f"{half[n, 0]:20.0f} {most[n, 0]:.0f} ({most[n, 1]:.0f})" for n in (0, 1))
        print(f"{size:7,} {used:8.1f} {used / size * 1000:12.2f} {peak:8.0f} {shown}", flush=True)


if __name__ == "__main__":
    main()
