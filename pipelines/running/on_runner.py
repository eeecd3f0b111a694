"""``--runner=…``: the chain on another runner of Beam; for ``stream`` behind an unbounded read.

A runner acknowledges a message when it has committed the bundle that read it, and the chain has no shuffle before its
durable write, so the guarantees are those of the default way. Prism is started here and ends with this process;
Dataflow reads with Beam's own source, which it deduplicates by revision.
"""

import contextlib
import signal
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    PipelineOptions,
    PortableOptions,
    PrismRunnerOptions,
    StandardOptions,
    TypeOptions,
)
from apache_beam.transforms.error_handling import ErrorHandler

from pipelines.chain import fates_of, load_model, messages_to_tables
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.beam_options import beam_options
from pipelines.running.prism import prism
from transforms.streams import StreamError
from transforms.streams.connect import FolderAddress, PubSubAddress, parse_address
from transforms.streams.fates import Fates
from transforms.streams.read import ReadFromDataflowPubSub, ReadRange, ReadStream, draining
from transforms.tables.write import WriteDeadLetters, WriteTables


def stream_on_runner(arguments: Sequence[str], settings: Settings, messages: int, idle_seconds: float | None) -> Fates:
    """Runs the pipeline until it is drained (SIGTERM, Ctrl-C, or ``idle_seconds`` without a message).

    Raises:
        SettingsError: the runner or the stream cannot be used.
        StreamError: the pipeline failed; what was not acknowledged comes again.
    """
    options = beam_options(arguments)
    options.view_as(StandardOptions).streaming = True
    # Received carries a dict: it travels, but is never a key.
    options.view_as(TypeOptions).allow_non_deterministic_key_coders = True
    return _run(options, settings, _source(options, settings.stream, messages, idle_seconds))


def batch_on_runner(arguments: Sequence[str], settings: Settings, since: datetime | None, until: datetime) -> Fates:
    """Runs the pipeline over a span of a folder stream; its errors are those of ``stream_on_runner``."""
    if not isinstance(parse_address(settings.stream), FolderAddress):
        raise SettingsError(f"stream: {settings.stream}: a bounded run on another runner reads folder:PATH only")
    return _run(beam_options(arguments), settings, ReadRange(settings.stream, since, until))


def _run(options: PipelineOptions, settings: Settings, source: beam.PTransform) -> Fates:
    load_model(settings)
    with _job_service(options):
        pipeline = beam.Pipeline(options=options)
        with ErrorHandler(WriteDeadLetters(settings.tables)) as errors:
            messages_to_tables(pipeline, source, WriteTables(settings.tables), settings, errors)
        try:
            result = pipeline.run()
            with _drained_by_signals(result):
                result.wait_until_finish()
            return fates_of(result)
        except RuntimeError as error:
            lines = [line for line in str(error).splitlines() if line.strip()]
            raise StreamError(str(options.view_as(StandardOptions).runner), lines[-1] if lines else "failed") from error


def _source(options: PipelineOptions, stream: str, messages: int, idle_seconds: float | None) -> beam.PTransform:
    address = parse_address(stream)
    if options.view_as(StandardOptions).runner == "DataflowRunner":
        if not isinstance(address, PubSubAddress) or address.subscription is None:
            raise SettingsError(f"stream: {stream}: Dataflow reads pubsub://PROJECT/TOPIC/SUBSCRIPTION only")
        return ReadFromDataflowPubSub(address.project, address.subscription)
    return ReadStream(stream, messages, idle_seconds=idle_seconds)


@contextlib.contextmanager
def _job_service(options: PipelineOptions) -> Iterator[None]:
    """Prism, for as long as it is needed, where the options ask for it and name no running one."""
    portable = options.view_as(PortableOptions)
    if options.view_as(StandardOptions).runner != "PrismRunner" or portable.job_endpoint:
        yield
        return
    with prism(options.view_as(PrismRunnerOptions).prism_location) as endpoint:
        portable.job_endpoint = endpoint
        portable.environment_type = portable.environment_type or "LOOPBACK"
        yield


@contextlib.contextmanager
def _drained_by_signals(result: Any) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the readings in this process and so the pipeline; a second one cancels it."""

    def drain(*_: Any) -> None:
        if draining.is_set():
            result.cancel()
        draining.set()

    draining.clear()
    before = {number: signal.signal(number, drain) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
