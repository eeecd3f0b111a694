"""Articles in, extracts out: the model is loaded once, texts go through it in batches, and each is read by rule.

What can hold no meeting is never parsed; names are looked for everywhere.
"""

import functools
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from spacy.language import Language

from transforms.articles.clean import mask
from transforms.language import pipeline
from transforms.language.pipeline import ModelError
from transforms.lexicon.meeting_words import frames
from transforms.meetings.find import Found, Sees, find
from transforms.meetings.reports.combine import decisions
from transforms.reader.component import NAME, ReaderComponent
from transforms.reader.network import ReaderError
from transforms.rows import Article, Extract

__all__ = ["Extractor", "ModelError", "extractor_for", "read_batch"]

# Set on an article of which only the first pipeline.LIMIT characters were read.
CUT = "text_cut"
# Set on an article in another language than the model's: nothing is looked for in it.
FOREIGN = "language_not_read"
# A batch ends with the article that brings it beyond so many characters.
_TOGETHER = 100_000


class Extractor:
    """Reads articles with the spaCy pipeline ``model``, by rule; with ``reader``, beside the taught reader.

    Attributes:
        articles: How many it has read so far.
        reports: How many meeting reports it has found in them.

    Raises:
        ModelError: the model is not installed, or has no parser or no named entities; the reader's weights are missing
            or damaged, or it lacks ONNX Runtime.
    """

    def __init__(self, model: str, reader: bool = False) -> None:
        self._nlp = pipeline.load(model)
        self._sees = _sees(self._nlp) if reader else None
        self.model = model
        self.articles = self.reports = 0
        self._lock = threading.Lock()

    def extract(self, articles: Iterable[Article], batch_size: int = 16) -> Iterator[Extract]:
        """One extract an article, in order; lazy, ``batch_size`` articles at a time, fewer of long ones.

        What spaCy learns of a batch's words is forgotten behind it, so that a stream of any length stays in memory.
        One batch at a time: spaCy can forget for one thread only.
        """
        for batch in _batches(articles, batch_size):
            with self._lock, self._nlp.memory_zone():
                extracts = [
                    Extract(article, found.entities, found.reports)
                    for article, found in read_batch(self._nlp, batch, self._sees)
                ]
            self.articles += len(extracts)
            self.reports += sum(len(extract.reports) for extract in extracts)
            yield from extracts

    def find(self, articles: Iterable[Article], batch_size: int = 16) -> Iterator[tuple[Article, Found]]:
        """Each article with what was found in it, down to the spaCy tokens that each report was made from."""
        for batch in _batches(articles, batch_size):
            yield from read_batch(self._nlp, batch, self._sees)


def read_batch(
    nlp: Language, batch: list[Article], sees: Sees | None = None, components: pipeline.Components | None = None
) -> Iterator[tuple[Article, Found]]:
    """Each article of ``batch`` with what was found in it by ``nlp``, or by some of its ``components``."""
    read = [article.language in (None, nlp.lang) for article in batch]
    texts = [mask(article).text if known else "" for article, known in zip(batch, read, strict=True)]
    docs = pipeline.read(nlp, texts, _can_meet, components)
    for article, known, doc in zip(batch, read, docs, strict=True):
        if not known:
            article = _flagged(article, FOREIGN)
        elif len(article.text) > pipeline.LIMIT:
            article = _flagged(article, CUT)
        yield article, find(doc, article, sees)


def _sees(nlp: Language) -> Sees:
    try:
        return Sees(cast(ReaderComponent, nlp.create_pipe(NAME)), decisions())
    except ReaderError as error:
        raise ModelError(str(error)) from error


def _batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) == size or sum(len(one.text) for one in batch) > _TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def _flagged(article: Article, flag: str) -> Article:
    return article if flag in article.flags else article._replace(flags=[*article.flags, flag])


# Where someone went before a meeting is told: its paragraph is parsed where the next one can hold the meeting.
_LEADS_ON = re.compile(r"\b(?:arriv|land|travel|trip|visit|welcom|fl[ey]w|tour)", re.IGNORECASE)


def _can_meet(paragraphs: Sequence[str]) -> list[bool]:
    meet = [frames().gate.search(paragraph) is not None for paragraph in paragraphs]
    ahead = [*meet, False][1:]
    return [
        here or (following and _LEADS_ON.search(paragraph) is not None)
        for here, following, paragraph in zip(meet, ahead, paragraphs, strict=True)
    ]


@functools.lru_cache(maxsize=2)
def extractor_for(model: str, reader: bool = False) -> Extractor:
    """The process's one extractor for ``model``, with or without the taught reader."""
    return Extractor(model, reader)
