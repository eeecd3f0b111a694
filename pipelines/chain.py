"""The chain, the only place where it is written: messages -> articles -> entities and meetings -> tables.

Its two ends are arguments, so that a batch, a stream and a run on one machine are the same chain. Between the read and
the durable write nothing is shuffled: an element is acknowledged only when what came of it is durable.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import apache_beam as beam
from apache_beam.metrics import MetricsFilter
from apache_beam.runners.runner import PipelineResult
from apache_beam.transforms.error_handling import ErrorHandler

from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.beam_options import local_options
from transforms.articles.transforms import CleanText, DecodeArticles
from transforms.meetings.article_reader import ModelError, extractor_for
from transforms.meetings.transforms import FindMeetings
from transforms.rows import Article
from transforms.streams.fates import Fates
from transforms.streams.message import Received
from transforms.tables.write import WriteDeadLetters, WriteTables


def messages_to_tables(
    pipeline: beam.Pipeline, read: beam.PTransform, write: beam.PTransform, settings: Settings, errors: ErrorHandler
) -> beam.PCollection:
    """The whole chain: what ``read`` gives (``PCollection[Received]``) through every stage into ``write``."""
    articles = (
        pipeline
        | "Read the stream" >> read
        | "Decode the messages" >> DecodeArticles(errors)
        | "Clean the text" >> CleanText(errors)
    )
    return articles_to_tables(articles, write, settings, errors)


def articles_to_tables(
    articles: beam.PCollection, write: beam.PTransform, settings: Settings, errors: ErrorHandler
) -> beam.PCollection:
    """The chain behind cleaning: ``PCollection[Article]`` into ``write``, where archived articles are read anew."""
    return (
        articles
        | "Find entities and meetings" >> FindMeetings(settings.language.model, errors, reader=settings.language.reader)
        | "Write the tables" >> write
    )


def load_model(settings: Settings) -> None:
    """Loads the model into this process, before anything is read or published.

    Raises:
        SettingsError: it is not installed, or lacks a parser or named entities.
    """
    try:
        extractor_for(settings.language.model, settings.language.reader)
    except ModelError as error:
        raise SettingsError(f"language.model: {error}") from None


def extracted_from_now(settings: Settings) -> Callable[[], dict[str, int]]:
    """Gives how many ``articles`` this process has read since this call, and how many ``reports`` it found in them."""
    extractor = extractor_for(settings.language.model, settings.language.reader)
    articles, reports = extractor.articles, extractor.reports
    return lambda: {"articles": extractor.articles - articles, "reports": extractor.reports - reports}


def run_messages(messages: Sequence[Received], settings: Settings, streamed: bool = False) -> Fates:
    """Takes ``messages`` through the chain in this process; returns when all that came of them is durable.

    With ``streamed`` rows go into BigQuery by its streaming requests, within seconds, where they would else be loaded: a
    stream would soon have used up the loads of a day.
    """
    return _run_here(messages, settings, whole_chain=True, bounded=False if streamed else None)


def run_articles(articles: Sequence[Article], settings: Settings) -> Fates:
    """The same for articles that are clean already."""
    return _run_here(articles, settings, whole_chain=False)


def _run_here(
    elements: Sequence[Received] | Sequence[Article], settings: Settings, whole_chain: bool, bounded: bool | None = None
) -> Fates:
    pipeline = beam.Pipeline(options=local_options())
    source = beam.Create(list(elements), reshuffle=False)
    with ErrorHandler(WriteDeadLetters(settings.tables)) as errors:
        write = WriteTables(settings.tables, bounded=bounded)
        if whole_chain:
            messages_to_tables(pipeline, source, write, settings, errors)
        else:
            articles_to_tables(pipeline | "Take the articles" >> source, write, settings, errors)
    result = pipeline.run()
    result.wait_until_finish()
    return fates_of(result, len(elements))


def fates_of(result: PipelineResult, messages: int | None = None) -> Fates:
    """What became of a finished pipeline's elements, by its counters; ``messages`` where it is known what went in."""
    counts: Counter[str] = Counter()
    for counter in result.metrics().query(MetricsFilter().with_namespace("meetwire"))["counters"]:
        counts[counter.key.metric.name] += counter.committed
    dead, refused = (
        Counter({name.removeprefix(kind): count for name, count in counts.items() if name.startswith(kind)})
        for kind in ("dead_letters.", "refused.")
    )
    known = counts["done.decode"] + dead["decode"] if messages is None else messages
    return Fates(known, counts["extracted"], counts["reports"], dead, refused)
