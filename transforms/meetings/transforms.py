"""The stage that reads: articles become extracts. Only wiring; the logic lies beside it."""

from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics

from transforms import coders
from transforms.articles import article_message
from transforms.clock import Clock, utc_now
from transforms.meetings.article_reader import Extractor, extractor_for
from transforms.rows import Article, Extract
from transforms.tables.dead_letters import dead_letter

assert coders.ROWS
DEAD = "dead"
# Memory, not speed, limits the batch: spaCy is as fast at 16 as at 256 and needs half the memory.
BATCH = 16


class _Find(beam.DoFn):
    def __init__(self, model: str, reader: bool, clock: Clock) -> None:
        self._model, self._with_reader, self._clock = model, reader, clock
        self._dead = Metrics.counter("meetwire", "dead_letters.meetings")

    def setup(self) -> None:
        self._extractor: Extractor = extractor_for(self._model, self._with_reader)

    def process(self, articles: Sequence[Article]) -> Iterator[Any]:
        try:
            extracts: list[Extract] = list(self._extractor.extract(articles, batch_size=BATCH))
        except Exception as error:  # whatever a text can trigger in the model ends with that article
            if len(articles) > 1:
                for article in articles:
                    yield from self.process([article])
                return
            self._dead.inc()
            payload = article_message.encode_article(articles[0])
            letter = dead_letter("meetings", error, payload, self._clock(), articles[0].revision_id)
            yield beam.pvalue.TaggedOutput(DEAD, letter)
        else:
            yield from extracts


class FindMeetings(beam.PTransform):
    """``PCollection[Article]`` -> ``PCollection[Extract]``: the article's entities and meeting reports.

    Bounded or unbounded; element-wise, so nothing is shuffled. An article that the model cannot read goes to
    ``errors``. Loads ``model`` once a process, with ``reader`` also the taught reader, and hands it texts in batches.
    """

    def __init__(self, model: str, errors: Any, clock: Clock = utc_now, reader: bool = False) -> None:
        super().__init__()
        self._model, self._errors, self._clock, self._reader = model, errors, clock, reader

    def expand(self, articles: beam.PCollection) -> beam.PCollection:
        """Wires the stage."""
        find = _Find(self._model, self._reader, self._clock)
        outputs = (
            articles
            | "Batch the articles" >> beam.BatchElements(min_batch_size=1, max_batch_size=BATCH)
            | "Read them" >> beam.ParDo(find).with_output_types(Extract).with_outputs(DEAD, main="extracts")
        )
        self._errors.add_error_pcollection(outputs[DEAD])
        return outputs.extracts
