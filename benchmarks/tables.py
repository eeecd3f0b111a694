"""How fast the tables are: 100,000 rows to Parquet, compaction of 1,000 files, the query of the newest revision.

    python benchmarks/tables.py [--rows 100000] [--files 1000] [--json]

Each task runs in a process of its own, so that its peak memory is its own; pyarrow's plain ``write_dataset`` (which
checks, names, syncs and commits nothing) writes the same rows in the same run for comparison.
"""

import argparse
import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

TEXT = "Ministers met in Málaga on Monday and spoke of trade, fishing and the price of bread. " * 25


def article(number: int, revision: int = 1):
    from transforms import rows

    day = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=number % 30, seconds=number)
    return rows.Article(
        article_id=f"{number:032x}",
        revision_id=f"{number:030x}{revision:02x}",
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


def write_meetwire(folder: str, count: int, _: int) -> None:
    """What a run does: checks every row, partitions by day, names by content, syncs, commits."""
    from transforms.tables.sinks import Tables

    Tables([folder]).write("articles", (article(number) for number in range(count)))


def write_pyarrow(folder: str, count: int, _: int) -> None:
    """The same rows, partitions and compression by ``pyarrow.dataset.write_dataset`` alone."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    from transforms.rows import Article
    from transforms.tables.conform import to_dict
    from transforms.tables.schemas import arrow_schema

    def plain(number: int) -> dict:
        row = to_dict(Article, article(number))
        row["published"], row["fetched_at"] = map(datetime.fromisoformat, (row["published"], row["fetched_at"]))
        row["dateline"]["date"] = datetime.fromisoformat(row["dateline"]["date"]).date()
        return row

    table = pa.Table.from_pylist([plain(number) for number in range(count)], schema=arrow_schema(Article))
    days = table["published"].cast(pa.date32()).cast(pa.string())
    ds.write_dataset(
        table.append_column("published_date", days),
        folder,
        format="parquet",
        partitioning=ds.partitioning(pa.schema([("published_date", pa.string())]), flavor="hive"),
        file_options=ds.ParquetFileFormat().make_write_options(compression="zstd"),
    )


def make_many(folder: str, count: int, files: int) -> None:
    """``files`` commits of one file each; every tenth article has a second revision."""
    from transforms.tables.sinks import Tables

    tables, each = Tables([folder]), max(1, count // files)
    for start in range(files):
        # One day a commit, so that a commit is one file.
        numbers = [start % 30 + 30 * (start // 30 * each + number) for number in range(each)]
        made = [article(number) for number in numbers]
        tables.write("articles", made + [article(number, 2) for number in numbers[::10]])


def compact_all(folder: str, _: int, __: int) -> None:
    """The compaction of all of them."""
    from transforms.tables.compact import compact

    compact(folder, datetime.now(UTC))


def delete_old(folder: str, _: int, __: int) -> None:
    """What the next compaction does when the grace period is over: it deletes what nobody needs any more."""
    from transforms.tables.compact import compact

    compact(folder, datetime.now(UTC), timedelta(0))


def query_newest(folder: str, _: int, __: int) -> None:
    """Each article once, in its newest revision, through the view."""
    from transforms.tables.database import connect

    with connect(folder) as connection:
        connection.execute("SELECT count(*), max(revision), sum(length(text)) FROM articles").fetchall()


def _child(task, arguments, pipe) -> None:
    begun = time.perf_counter()
    task(*arguments)
    seconds = time.perf_counter() - begun
    pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measure(task, *arguments) -> dict[str, float]:
    """Seconds and peak memory in MB of a task in a fresh process (its imports count as well)."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(task, arguments, sending))
    process.start()
    sending.close()
    seconds, megabytes = receiving.recv()
    process.join()
    return {"seconds": round(seconds, 2), "megabytes": round(megabytes)}


def files_in(folder: Path) -> int:
    from transforms.tables import commits
    from transforms.tables.folders import LocalFolder

    return len(commits.live(LocalFolder(folder)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tables-benchmark-"))
    try:
        found = {
            f"write {asked.rows:,} rows": measure(write_meetwire, str(folder / "rows"), asked.rows, 0),
            f"  pyarrow write_dataset, {asked.rows:,} rows": measure(
                write_pyarrow, str(folder / "plain"), asked.rows, 0
            ),
            f"query the newest of {asked.rows:,} rows": measure(query_newest, str(folder / "rows"), 0, 0),
        }
        measure(make_many, str(folder / "many"), asked.rows, asked.files)
        before = files_in(folder / "many")
        found[f"query the newest in {before:,} files"] = measure(query_newest, str(folder / "many"), 0, 0)
        found[f"compact {before:,} files"] = measure(compact_all, str(folder / "many"), 0, 0)
        measure(delete_old, str(folder / "many"), 0, 0)
        after = files_in(folder / "many")
        found[f"query the newest in {after:,} files"] = measure(query_newest, str(folder / "many"), 0, 0)
    finally:
        shutil.rmtree(folder)
    if asked.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(f"{name:45} {figures['seconds']:8.2f} s {figures['megabytes']:8.0f} MB", file=sys.stdout)


if __name__ == "__main__":
    main()
