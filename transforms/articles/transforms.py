"""The first stages of the chain: messages become articles. Only wiring; the logic lies beside it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.metrics import Metrics

from transforms import coders
from transforms.articles import article_message
from transforms.articles.clean import clean
from transforms.clock import Clock, utc_now
from transforms.rows import Article, RawArticle
from transforms.streams.message import Received
from transforms.tables.dead_letters import dead_letter

assert coders.ROWS
DEAD = "dead"


class _Source(NamedTuple):
    """What a dead letter keeps of the element that a stage could not process."""

    payload: bytes
    element_id: str
    attributes: Mapping[str, str]


class _OrDeadLetter(beam.DoFn):
    """``work(element)``, or a dead letter of ``source(element)`` where that raises ``caught``."""

    def __init__(
        self,
        stage: str,
        work: Callable[[Any], Any],
        caught: type[Exception],
        source: Callable[[Any], _Source],
        clock: Clock,
    ) -> None:
        self._stage, self._work, self._caught = stage, work, caught
        self._source, self._clock = source, clock
        self._done = Metrics.counter("meetwire", f"done.{stage}")
        self._dead = Metrics.counter("meetwire", f"dead_letters.{stage}")

    def process(self, element: Any) -> Iterator[Any]:
        try:
            done = self._work(element)
        except self._caught as error:
            self._dead.inc()
            source = self._source(element)
            letter = dead_letter(
                self._stage, error, source.payload, self._clock(), source.element_id, source.attributes
            )
            yield beam.pvalue.TaggedOutput(DEAD, letter)
        else:
            self._done.inc()
            yield done


class DecodeArticles(beam.PTransform):
    """``PCollection[Received]`` -> ``PCollection[RawArticle]``: the messages of the stream, read.

    Bounded or unbounded; element-wise. A message that is not a raw article goes to ``errors`` whole.
    """

    def __init__(self, errors: Any, clock: Clock = utc_now) -> None:
        super().__init__()
        self._errors, self._clock = errors, clock

    def expand(self, received: beam.PCollection) -> beam.PCollection:
        """Wires the stage."""
        decode = _OrDeadLetter("decode", _decode, ValueError, _of_message, self._clock)
        outputs = received | beam.ParDo(decode).with_output_types(RawArticle).with_outputs(DEAD, main="raw")
        self._errors.add_error_pcollection(outputs[DEAD])
        return outputs.raw


def _decode(received: Received) -> RawArticle:
    return article_message.decode(received.data)


def _of_message(received: Received) -> _Source:
    return _Source(received.data, received.message_id, received.attributes)


class CleanText(beam.PTransform):
    """``PCollection[RawArticle]`` -> ``PCollection[Article]``: dateline found, text ready for reading.

    Bounded or unbounded; element-wise. An article that cannot be cleaned, whatever its text has set off, goes to
    ``errors`` as its message.
    """

    def __init__(self, errors: Any, clock: Clock = utc_now) -> None:
        super().__init__()
        self._errors, self._clock = errors, clock

    def expand(self, raw: beam.PCollection) -> beam.PCollection:
        """Wires the stage."""
        cleaned = _OrDeadLetter("clean", clean, Exception, _of_raw, self._clock)
        outputs = raw | beam.ParDo(cleaned).with_output_types(Article).with_outputs(DEAD, main="articles")
        self._errors.add_error_pcollection(outputs[DEAD])
        return outputs.articles


def _of_raw(raw: RawArticle) -> _Source:
    return _Source(article_message.encode(raw), raw.revision_id, {})
