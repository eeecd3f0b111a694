"""The stream on one machine: how long from publish to durable row, how fast a backlog goes, how much memory it takes.

    python benchmarks/streams.py [FOLDER] [--articles 5000] [--seconds 120] [--backlog 100000]

FOLDER holds feeds (default: ../shared/feeds/corpus, else configs/sample-feeds); their English articles are the stream.
Messages lie in ``meetwire emulator``, a process of its own, and go through google-cloud-pubsub.

- throughput: the chain over a backlog, run by run beside bare ``nlp.pipe`` of the same model over the same texts, in one
  process on one core with one thread. Pull, entities, meetings, durable tables and acknowledgement are all in it.
- latency: ``meetwire stream`` with its defaults while two articles a second are published. A row is durable when the
  commit that names its file is there.
- memory: ``meetwire stream`` at the head of a long backlog of short articles: its resident memory as it goes.
"""

import argparse
import dataclasses
import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import spacy
from deltalake import DeltaTable
from feeds import FOLDERS, ROOT, files

from pipelines.chain import run_messages
from pipelines.configuration.settings import DEFAULT_FILE, FeedSettings
from pipelines.configuration.settings_file import load
from pipelines.publish import publish_once
from pipelines.running.stream_metrics import percentile
from transforms.articles import article_message
from transforms.articles.clean import clean
from transforms.rows import derive_id
from transforms.streams import Message, open_publisher, open_subscription, read_range
from transforms.streams.attempts import Attempts
from transforms.streams.consumer import Consumer, Limits
from transforms.streams.create import create_stream

PER_SECOND = 2
CLI = [sys.executable, "-m", "pipelines.cli"]


def english(feeds, folder):
    """The English articles of a folder of feeds, as the feed reader publishes them."""
    stream = f"folder:{folder / 'articles'}"
    settings = dataclasses.replace(
        load(ROOT / DEFAULT_FILE),
        feeds=tuple(FeedSettings(url=str(path)) for path in files(feeds)),
        state=str(folder / "state.sqlite"),
        stream=stream,
        tables=(str(folder / "published"),),
    )
    publish_once(settings, lambda: datetime.now(UTC), lambda line: None)
    raws = [article_message.decode(one.data) for one in read_range(stream)]
    return [raw for raw in raws if raw.language == "en"]


def variants(raws, count):
    """``count`` articles: those of ``raws``, then the same with other ids."""
    for number in range(count):
        raw, again = raws[number % len(raws)], str(number // len(raws))
        yield raw._replace(article_id=derive_id(raw.article_id, again), revision_id=derive_id(raw.revision_id, again))


def publish(publisher, raws):
    """Returns when the stream has them all."""
    results = publisher.publish(
        [Message(article_message.encode(raw), {"revision_id": raw.revision_id}, "") for raw in raws]
    )
    assert all(isinstance(result, str) for result in results), results


def new_stream(name):
    address = f"pubsub://benchmark/{name}/{name}"
    create_stream(address)
    return address, open_publisher(address)


def throughput(raws, count, folder):
    """Runs the chain over ``count`` articles, and ``nlp.pipe`` over the texts of each run behind it."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    address, publisher = new_stream("throughput")
    texts = {raw.revision_id: clean(raw).text for raw in variants(raws, count)}
    publish(publisher, variants(raws, count))
    settings = dataclasses.replace(load(ROOT / DEFAULT_FILE), stream=address, tables=(str(folder / "throughput"),))
    bare = spacy.load(settings.language.model)
    pairs = []
    began = 0.0

    def run(messages):
        return run_messages(messages, settings, streamed=True)

    def done(messages, _):
        nonlocal began
        ours = time.perf_counter() - began
        of_run = [texts[one.attributes["revision_id"]] for one in messages]
        begin = time.perf_counter()
        for _ in bare.pipe(of_run, batch_size=64):
            pass
        pairs.append((sum(len(text.split()) for text in of_run), ours, time.perf_counter() - begin, len(messages)))
        began = time.perf_counter()

    def bury(one, error):
        raise error

    list(bare.pipe(list(texts.values())[:20]))
    warm = open_subscription(address)
    first = warm.pull(20, 10_000_000, 1.0)
    run_messages(first, settings, streamed=True)
    warm.acknowledge([one.ack_id for one in first])
    attempts = Attempts(folder / "attempts.sqlite", address)
    consumer = Consumer(open_subscription(address), run, run, bury, attempts, Limits(seconds=0.0), done)
    began = time.perf_counter()
    consumer.consume(15.0)
    words, ours, plain = (sum(column) for column in list(zip(*pairs, strict=True))[:3])
    ratios = [pair[2] / pair[1] for pair in pairs]
    articles = sum(pair[3] for pair in pairs)
    print(f"throughput: {articles:,} articles of {words / articles:.0f} words, in {len(pairs)} runs, one core")
    print(f"  meetwire stream   {articles / ours:8.1f} articles/s {words / ours:9,.0f} words/s")
    print(f"  nlp.pipe alone    {articles / plain:8.1f} articles/s {words / plain:9,.0f} words/s")
    print(
        f"  ratio             {plain / ours:8.2f} (runs: median {statistics.median(ratios):.2f}, "
        f"from {min(ratios):.2f} to {max(ratios):.2f})"
    )


def durable_at(tables):
    """revision_id -> when its row was durable, in seconds since the epoch: when its file was in the table."""
    moments = {}
    for path in (tables / "articles").glob("*/*.parquet"):
        read = pyarrow.parquet.ParquetFile(path).read(columns=["revision_id"])
        moments |= dict.fromkeys(read["revision_id"].to_pylist(), path.stat().st_ctime)
    return moments


class Stream:
    """``meetwire stream`` as a process of its own."""

    def __init__(self, address, folder):
        self.tables = folder / "tables"
        command = [*CLI, "stream", "--stream", address, "--state", str(folder / "state.sqlite")]
        self.process = subprocess.Popen(
            [*command, "--tables", str(self.tables)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for line in self.process.stderr:
            if "reading" in line:
                break

    def megabytes(self):
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


def latency(raws, seconds, folder):
    """Publishes two articles a second for so long, and says how long each took to be a durable row."""
    address, publisher = new_stream("latency")
    stream = Stream(address, folder / "latency")
    published = {}
    began = time.time()
    for number, raw in enumerate(variants(raws, seconds * PER_SECOND)):
        time.sleep(max(0.0, began + number / PER_SECOND - time.time()))
        published[raw.revision_id] = time.time()
        publish(publisher, [raw])
    time.sleep(15)
    stream.end()
    durable = durable_at(stream.tables)
    waited = sorted(durable[revision] - moment for revision, moment in published.items())
    print(f"latency from publish to durable row: {len(waited)} articles, {PER_SECOND} a second")
    print(f"  p50 {percentile(waited, 0.5):.1f} s, p95 {percentile(waited, 0.95):.1f} s, longest {waited[-1]:.1f} s")


def memory(raws, count, folder, points=6):
    """The stream's memory at the head of a backlog of ``count`` articles of a sentence or two."""
    address, publisher = new_stream("memory")
    made = variants([raw._replace(text=raw.text[:200], html=None) for raw in raws], count)
    while part := list(itertools.islice(made, 5_000)):
        publish(publisher, part)
    stream = Stream(address, folder / "memory")
    print(f"memory of the stream with a backlog of {count:,} articles")
    for _ in range(points):
        time.sleep(20)
        done = DeltaTable(stream.tables / "articles").to_pyarrow_dataset().count_rows()
        print(f"  {done:8,} done {stream.megabytes():8.0f} MB", flush=True)
    stream.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("feeds", nargs="?", type=Path, default=next(folder for folder in FOLDERS if folder.is_dir()))
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--backlog", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="streams-benchmark-") as name:
        folder = Path(name)
        emulator = subprocess.Popen(
            [*CLI, "emulator", "--port", "0", "--data", str(folder / "pubsub")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            os.environ["PUBSUB_EMULATOR_HOST"] = emulator.stdout.readline().strip().partition("=")[2]
            raws = english(asked.feeds, folder)
            latency(raws, asked.seconds, folder)
            memory(raws, asked.backlog, folder)
            throughput(raws, asked.articles, folder)
        finally:
            emulator.terminate()
            emulator.wait()


if __name__ == "__main__":
    main()
