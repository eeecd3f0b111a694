"""How fast and how large the page is, over many meetings, while a stream writes more and many read.

    python benchmarks/page.py [--meetings 100000] [--readers 50] [--seconds 20] [--tables FOLDER]

FOLDER keeps the tables for another run. ``meetwire serve`` runs in a
process of its own. First Chromium opens the first page. Then readers ask the API, each the next question once it has the
answer (``without a pause``) or once a second, while a further process writes twenty articles a second. Figures are the
client's: it shares the processor with the server and the writer.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy
from deltalake import write_deltalake
from run_memory import megabytes
from streams import CLI

from transforms import rows
from transforms.rows_of_merging import MergedReport
from transforms.tables.conform import conform, to_json
from transforms.tables.delta_lake.encode import to_arrow
from transforms.tables.delta_lake.store import Store, partitioned
from transforms.tables.sinks import Tables

NOW = datetime.now(UTC).replace(microsecond=0)
AT_ONCE = 5_000
PEOPLE, FEEDS, DAYS = 4_000, 40, 1_500
TOWNS = [("Oslo", "NO", 59.91, 10.75), ("Cairo", "EG", 30.04, 31.24), ("Lima", "PE", -12.05, -77.04),
         ("Hanoi", "VN", 21.03, 105.85), ("Rome", "IT", 41.89, 12.48), ("Accra", "GH", 5.6, -0.19),
         ("Ottawa", "CA", 45.42, -75.7), ("Tallinn", "EE", 59.44, 24.75), ("Amman", "JO", 31.95, 35.93)]  # fmt: skip
TOPICS = ["trade", "fishing", "grain", "migration", "energy", "water", "border", "satellites", "railways", "vaccines"]
STATUSES = ["held"] * 7 + ["planned"] * 2 + ["cancelled"]
SYLLABLES = ["Ba", "Ke", "Lo", "Mi", "Nu", "Pa", "Re", "So", "Ti", "Vu", "Ga", "Da", "Fe", "Hi", "Jo"]
REST = "They spoke for an hour, said a spokesman, and would go on in spring. Nobody else was there to tell of it. " * 8


def name(number):
    """The name of one of the people, like no other's."""
    parts = [SYLLABLES[number // 15**n % 15] for n in range(4)]
    return f"{parts[0]}{parts[1].lower()}n {''.join(parts).capitalize()}sky"


def told(number):
    """An article, its entities and the report of the meeting that it tells of."""
    chance = random.Random(number)
    day = NOW - timedelta(days=chance.randrange(DAYS), seconds=chance.randrange(86_000))
    people = sorted(
        {int(PEOPLE * chance.random() ** 3) for _ in range(chance.choice([2, 2, 2, 3, 5]))} | {number % PEOPLE}
    )
    town, topic = chance.choice(TOWNS), chance.choice(TOPICS)
    names = [name(person) for person in people]
    lead = f"{' and '.join(names)} met in {town[0]} to speak of {topic}, as was told for the {number}th time."
    article_id = rows.derive_id("page", str(number))
    revision_id = rows.derive_id(article_id, "1")
    title = f"Talks on {topic} in {town[0]}, {number}"
    text = f"{title}\n\n{lead} {REST}"
    at, feed = text.index(lead), number % FEEDS
    published = day.isoformat()
    article = rows.Article(
        article_id, revision_id, 1, f"https://news.example/{feed}", f"News {feed}", str(number), "guid",
        f"https://news.example/story/{number}", f"https://news.example/story/{number}", title, REST[:150], text,
        ["A. Writer"], ["politics"], "en", published, None, None, published, None, [],
        rows.Dateline(town[0].upper(), f"{day:%Y-%m-%d}"), len(text.split()), None,
    )  # fmt: skip
    entities = [
        rows.Entity(rows.derive_id(article_id, who), article_id, revision_id, who, "PERSON", "minister", town[1],
                    [rows.Mention(text.index(who), text.index(who) + len(who), who)], published)
        for who in names
    ]  # fmt: skip
    begin = f"{date.fromisoformat(published[:10])}"
    report = rows.MeetingReport(
        report_id=rows.derive_id(revision_id, "report"), meeting_id=rows.derive_id(article_id, "meeting"),
        article_id=article_id, revision_id=revision_id,
        participants=[
            rows.Participant(e.entity_id, e.name, "person", f"minister of {TOPICS[p % 10]}", TOWNS[p % 9][1], None)
            for p, e in zip(people, entities, strict=True)
        ],
        status=chance.choice(STATUSES), mode=chance.choice(["in_person", "in_person", "phone"]),
        kind={2: "bilateral", 3: "trilateral"}.get(len(people), "multilateral"),
        date=rows.MeetingDate(begin, begin, "day", "on that day", "sentence"), place=rows.Place(*town, "sentence"),
        duration_minutes=60, occasion=None, topics=[topic], attribution=None,
        evidence=[rows.Evidence(at, at + len(lead), lead, "body")], confidence=round(chance.uniform(0.3, 1), 2),
        extractor="bench/1", published=published,
    )  # fmt: skip
    return {"articles": [article], "entities": entities, "meeting_reports": [report]}


def merged(report, article):
    """The rows that merging makes of a report that no other tells of."""
    who = [rows.derive_id(party.name) for party in report.participants]
    day = report.date.start
    told = MergedReport(
        report.report_id, report.article_id, report.meeting_id, who, who, [], day, day, report.published, ""
    )
    source = rows.MeetingSource(
        article.article_id, article.feed_title, article.title, article.link, article.published,
        [evidence.text for evidence in report.evidence], None,
    )  # fmt: skip
    meeting = rows.Meeting(
        report.meeting_id, [p._replace(actor_id=i) for p, i in zip(report.participants, who, strict=True)], report.status,
        report.mode, report.kind, report.date, report.place, None, report.topics, report.published, report.published, 1, 1,
        [report.article_id], report.confidence, [source],
        [rows.StatusTold(report.status, day, report.published, report.article_id)], [],
    )  # fmt: skip
    return {"merged_reports": [told], "merged_meetings": [meeting]}


def make(folder, count):
    """Tables with ``count`` meetings, each of one article; written without merging, which would take many minutes."""
    Tables([str(folder)]).write_all(told(count))  # makes the tables
    store = Store(str(folder))
    for begin in range(0, count, AT_ONCE):
        made = [told(number) for number in range(begin, min(begin + AT_ONCE, count))]
        made = [one | merged(one["meeting_reports"][0], one["articles"][0]) for one in made]
        for table in made[0]:
            lines = [to_json(table, conform(table, row)) for one in made for row in one[table]]
            write_deltalake(store.open(table), partitioned(table, to_arrow(table, lines), NOW), mode="append")
        print(f"  {begin + len(made):,} of {count:,} articles", file=sys.stderr, flush=True)


def write(folder, first, wrote):
    """Twenty articles a second, for ever, as ``stream`` commits them."""
    os.nice(5)
    while True:
        began = time.monotonic()
        parts = [told(number) for number in range(first, first + 20)]
        Tables([folder]).write_all({table: [row for part in parts for row in part[table]] for table in parts[0]})
        first += 20
        wrote.value += 20
        time.sleep(max(0, 1 - (time.monotonic() - began)))


@contextlib.contextmanager
def serving(folder):
    """The server's process and address."""
    command = [*CLI, "serve", "--port", "0", "--tables", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def first_page(address):
    """Kilobytes of the first page with all it needs, and the seconds until it can be used, in Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{address}/", wait_until="networkidle")
        found = page.evaluate("""() => {
            const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
            return [all.reduce((sum, one) => sum + one.transferSize, 0), all[0].domContentLoadedEventEnd]
        }""")
        browser.close()
    return found[0] / 1e3, found[1] / 1e3


def questions(chance, ids):
    """What one reader asks next: the kind, and its address; most ask for what many ask for."""
    person = name(int(PEOPLE * chance.random() ** 3)).split()[0]
    filters = [
        "",
        "?status=planned",
        "?country=NO",
        f"?q={chance.choice(TOPICS)}",
        f"?q={person}",
        "?year=2026&kind=bilateral",
    ]
    narrowed = chance.choice(filters)
    meeting, actor = (chance.choice(ids[kind]) for kind in ("meetings", "actors"))
    return chance.choice([
        ("meetings", f"/api/meetings{narrowed}"), ("facets", f"/api/facets{narrowed}"), ("meeting", f"/api/meetings/{meeting}"),
        ("actors", f"/api/actors?q={person}"), ("actor", f"/api/actors/{actor}"), ("pairs", "/api/pairs"),
        ("places", f"/api/places{narrowed}"), ("health", "/api/health"), ("version", "/api/version"),
    ])  # fmt: skip


async def read(address, ids, number, until, pause, waits):
    """One reader on one connection. Any answer but 200 ends the benchmark."""
    chance, host = random.Random(number), urlsplit(address)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    await asyncio.sleep(pause * chance.random())
    while time.monotonic() < until:
        kind, path = questions(chance, ids)
        began = time.monotonic()
        writer.write(f"GET {path} HTTP/1.1\r\nhost: {host.netloc}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.split("\r\n")[0]:
            sys.exit(f"{path}: {head}")
        await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))
        waits.setdefault(kind, []).append(time.monotonic() - began)
        await asyncio.sleep(max(0, pause - (time.monotonic() - began)))
    writer.close()


def asked(address, readers, seconds, pause):
    """Kind of question -> the seconds that each answer took."""
    with httpx.Client(base_url=address, timeout=60) as client:
        ids = {
            kind: [row[f"{kind[:-1]}_id"] for row in client.get(f"/api/{kind}?limit=200").json()[kind]]
            for kind in ("meetings", "actors")
        }
    waits = {}

    async def all_of_them():
        until = time.monotonic() + seconds
        await asyncio.gather(*(read(address, ids, number, until, pause, waits) for number in range(readers)))

    asyncio.run(all_of_them())
    return waits


def tell(what, waits, seconds):
    """Prints a line a kind of question."""
    print(f"{what}: {sum(map(len, waits.values())) / seconds:,.0f} answers a second")
    for kind, taken in sorted(waits.items()):
        half, most = 1e3 * numpy.percentile(taken, [50, 95])
        print(f"  {kind:9} {len(taken):6,} answers  p50 {half:6.0f} ms  p95 {most:6.0f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meetings", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--tables", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        folder = given.tables or Path(aside, "tables")
        if not folder.exists():
            make(folder, given.meetings)
        began = time.monotonic()
        with serving(folder) as (server, address), httpx.Client(base_url=address, timeout=60) as client:
            print(f"listens after {time.monotonic() - began:.1f} s")
            while not client.get("/api/meetings?limit=1").json()["meetings"]:
                time.sleep(0.05)
            print(f"has the first meetings after {time.monotonic() - began:.1f} s")
            while client.get("/api/version").json()["pending"]:
                time.sleep(0.2)
            count = client.get("/api/facets?confidence=0").json()["count"]
            print(f"has all {count:,} after {time.monotonic() - began:.1f} s, {megabytes(server.pid):.0f} MB")
            size, seconds = first_page(address)
            print(f"first page: {size:.0f} kB, to be used after {seconds:.2f} s")
            spawn = multiprocessing.get_context("spawn")
            wrote = spawn.Value("l")
            begin = 10 * given.meetings + int(time.time())
            writer = spawn.Process(target=write, args=(str(folder), begin, wrote), daemon=True)
            writer.start()
            for pause, how in ((1, "once a second"), (0, "without a pause")):
                before, load = wrote.value, os.getloadavg()[0]
                waits = asked(address, given.readers, given.seconds, pause)
                tell(f"{given.readers} readers {how} (load {load:.1f} before)", waits, given.seconds)
                print(
                    f"  {wrote.value - before:,} articles were written meanwhile; the server has {megabytes(server.pid):.0f} MB"
                )
            writer.kill()
            peak = int(Path(f"/proc/{server.pid}/status").read_text().partition("VmHWM:")[2].split()[0]) / 1e3
            print(f"the server's peak: {peak:.0f} MB")


if __name__ == "__main__":
    main()
