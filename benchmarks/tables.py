"""How fast the tables are: rows into Delta beside bare ``write_deltalake``, commits, and queries.

python benchmarks/tables.py [--rows 20000] [--commits 60]
"""

import argparse
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

from deltalake import write_deltalake

from transforms import rows
from transforms.tables.ask import ask
from transforms.tables.encode import to_arrow
from transforms.tables.sinks import Tables, to_lines

TEXT = "Ministers met in Málaga on Monday and spoke of trade, fishing and the price of bread. " * 25


def article(number: int, revision: int = 1):
    day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=number % 1000, seconds=number)
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


def timed(step):
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--commits", type=int, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = [article(number) for number in range(given.rows)]
        parts = [made[begin : begin + 500] for begin in range(0, len(made), 500)]
        tables = Tables([f"{folder}/tables"])
        ours = timed(lambda: [tables.write("articles", part) for part in parts])
        lines, _ = to_lines({"articles": made})
        arrow = [to_arrow("articles", [line.json for line in lines[b : b + 500]]) for b in range(0, len(lines), 500)]
        bare = timed(lambda: [write_deltalake(f"{folder}/bare", part, mode="append") for part in arrow])
        print(f"{given.rows:,} articles, 500 a commit: {given.rows / ours:,.0f} rows/s")
        print(f"  write_deltalake alone, of Arrow tables ready made: {given.rows / bare:,.0f} rows/s")
        more = [article(given.rows + number) for number in range(given.commits)]
        waits = [timed(lambda one=one: tables.write("articles", [one])) for one in more]
        print(f"a commit of one article: median {statistics.median(waits):.3f} s, longest {max(waits):.3f} s")
        with ask(f"{folder}/tables", "SELECT count(*), max(word_count) FROM articles") as answer:
            print(f"query: {timed(lambda: print(list(answer.rows))):.3f} s")


if __name__ == "__main__":
    main()
