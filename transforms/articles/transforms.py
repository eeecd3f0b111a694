"""The first stages of the chain: messages become articles. Only wiring; the logic lies beside it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
from apache_beam.metrics import Metrics

from transforms import coders  # noqa: F401  (registers the rows with Beam)
from transforms.articles import message
from transforms.articles.clean import clean
from transforms.rows import Article, RawArticle
from transforms.streams.message import Received
from transforms.tables.dead_letters import dead_letter

DEAD = "dead"


class _Decode(beam.DoFn):
    def __init__(self) -> None:
        self._decoded = Metrics.counter("meetwire", "decoded")
        self._dead = Metrics.counter("meetwire", "dead_letters.decode")

    def process(self, received: Received) -> Iterator[Any]:
        try:
            raw = message.decode(received.data)
        except ValueError as error:
            self._dead.inc()
            letter = dead_letter(
                "decode", error, received.data, datetime.now(UTC), received.message_id, received.attributes
            )
            yield beam.pvalue.TaggedOutput(DEAD, letter)
        else:
            self._decoded.inc()
            yield raw


class DecodeArticles(beam.PTransform):
    """``PCollection[Received]`` -> ``PCollection[RawArticle]``: the messages of the stream, read.

    Bounded or unbounded; element-wise. A message that is not a raw article goes to ``errors`` whole.
    """

    def __init__(self, errors: Any) -> None:
        super().__init__()
        self._errors = errors

    def expand(self, received: beam.PCollection) -> beam.PCollection:
        """Wires the stage."""
        outputs = received | beam.ParDo(_Decode()).with_output_types(RawArticle).with_outputs(DEAD, main="raw")
        self._errors.add_error_pcollection(outputs[DEAD])
        return outputs.raw


class _Clean(beam.DoFn):
    def __init__(self) -> None:
        self._dead = Metrics.counter("meetwire", "dead_letters.clean")

    def process(self, raw: RawArticle) -> Iterator[Any]:
        try:
            yield clean(raw)
        except Exception as error:  # whatever an article's text can trigger ends with that article
            self._dead.inc()
            letter = dead_letter("clean", error, message.encode(raw), datetime.now(UTC), raw.revision_id)
            yield beam.pvalue.TaggedOutput(DEAD, letter)


class CleanText(beam.PTransform):
    """``PCollection[RawArticle]`` -> ``PCollection[Article]``: dateline found, text ready for reading.

    Bounded or unbounded; element-wise. An article that cannot be cleaned goes to ``errors`` as its message.
    """

    def __init__(self, errors: Any) -> None:
        super().__init__()
        self._errors = errors

    def expand(self, raw: beam.PCollection) -> beam.PCollection:
        """Wires the stage."""
        outputs = raw | beam.ParDo(_Clean()).with_output_types(Article).with_outputs(DEAD, main="articles")
        self._errors.add_error_pcollection(outputs[DEAD])
        return outputs.articles
