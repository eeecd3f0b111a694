"""``--runner=…``: the chain on another runner of Beam; for ``stream`` behind an unbounded read.

A runner acknowledges a message when it has committed the bundle that read it, and the chain has no shuffle before its
durable write, so the guarantees are those of the default way. Prism is started here and ends with this process; a job
on Flink is stopped through the cluster's REST interface, ``--flink_master``; Dataflow reads with Beam's own source,
which it deduplicates by revision.
"""

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import (
    FlinkRunnerOptions,
    GoogleCloudOptions,
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
from pipelines.running.flink import FlinkJob, Stopping
from pipelines.running.prism import prism
from pipelines.running.settle import heed_actors_file, settle
from transforms.streams import StreamError
from transforms.streams.connect import FolderAddress, PubSubAddress, parse_address
from transforms.streams.fates import Fates
from transforms.streams.read import ReadFromDataflowPubSub, ReadRange, ReadStream, draining
from transforms.tables.write import WriteDeadLetters, WriteTables

ON_FLINK = ("FlinkRunner", "PortableRunner")
READERS_EACH = 4


def stream_on_runner(
    arguments: Sequence[str], settings: Settings, messages: int, idle_seconds: float | None, readers: int | None
) -> Fates:
    """Runs the pipeline until it is drained (SIGTERM, Ctrl-C, or ``idle_seconds`` without a message).

    Raises:
        SettingsError: the runner or the stream cannot be used.
        StreamError: the pipeline failed; what was not acknowledged comes again.
    """
    options = beam_options(arguments)
    options.view_as(StandardOptions).streaming = True
    # Received carries a dict: it travels, but is never a key.
    options.view_as(TypeOptions).allow_non_deterministic_key_coders = True
    source = source_of(options, settings.stream, messages, idle_seconds, readers or _readers(options))
    return _run(options, settings, source)


def batch_on_runner(arguments: Sequence[str], settings: Settings, since: datetime | None, until: datetime) -> Fates:
    """Runs the pipeline over a span of a folder stream; its errors are those of ``stream_on_runner``."""
    if not isinstance(parse_address(settings.stream), FolderAddress):
        raise SettingsError(f"stream: {settings.stream}: a bounded run on another runner reads folder:PATH only")
    return _run(beam_options(arguments), settings, ReadRange(settings.stream, since, until))


def _run(options: PipelineOptions, settings: Settings, source: beam.PTransform) -> Fates:
    load_model(settings)
    heed_actors_file(settings)
    on_flink = _on_flink(options, settings)
    name = str(options.view_as(StandardOptions).runner)
    with _job_service(options):
        pipeline = built(options, settings, source)
        try:
            with _ended_by_signals(on_flink) as ended, on_flink or contextlib.nullcontext():
                result = _submitted(pipeline, on_flink)
                ended(result)
                result.wait_until_finish()
        except RuntimeError as error:
            if on_flink and on_flink.cancelled and not options.view_as(StandardOptions).streaming:
                raise KeyboardInterrupt from error
            if not (on_flink and on_flink.cancelled):
                lines = [line for line in str(error).splitlines() if line.strip()]
                raise StreamError(name, lines[-1] if lines else "failed") from error
        if on_flink and on_flink.fault:
            raise StreamError(name, on_flink.fault)
        if not (on_flink and on_flink.cancelled):
            settle(settings)
        return fates_of(result)


def built(options: PipelineOptions, settings: Settings, source: beam.PTransform) -> beam.Pipeline:
    """The pipeline from ``source`` to the settings' tables, not yet running."""
    pipeline = beam.Pipeline(options=options)
    with ErrorHandler(WriteDeadLetters(settings.tables)) as errors:
        messages_to_tables(pipeline, source, WriteTables(settings.tables), settings, errors)
    return pipeline


def _on_flink(options: PipelineOptions, settings: Settings) -> Stopping | None:
    """What ends the job on the Flink cluster whose REST address the options name; None where they name none."""
    master = options.view_as(FlinkRunnerOptions).flink_master
    if options.view_as(StandardOptions).runner not in ON_FLINK or master in ("[auto]", "[local]"):
        return None
    cloud = options.view_as(GoogleCloudOptions)  # where Beam keeps the job's name for all runners
    cloud.job_name = cloud.job_name or f"meetwire-{socket.gethostname()}-{os.getpid()}"
    streaming = options.view_as(StandardOptions).streaming
    job = FlinkJob(master, cloud.job_name)
    return Stopping(job, settings.stop_within.total_seconds() if streaming else None)


def _readers(options: PipelineOptions) -> int:
    """How many readings share the stream: several a worker, so that each has one wherever the runner puts them."""
    if options.view_as(StandardOptions).runner not in ON_FLINK:
        return 1
    return READERS_EACH * max(1, options.view_as(FlinkRunnerOptions).parallelism or 1)


def source_of(
    options: PipelineOptions, stream: str, messages: int = 200, idle_seconds: float | None = None, readers: int = 1
) -> beam.PTransform:
    """What reads ``stream`` on the options' runner. SettingsError where nothing can."""
    address = parse_address(stream)
    if options.view_as(StandardOptions).runner == "DataflowRunner":
        if not isinstance(address, PubSubAddress) or address.subscription is None:
            raise SettingsError(f"stream: {stream}: Dataflow reads pubsub://PROJECT/TOPIC/SUBSCRIPTION only")
        return ReadFromDataflowPubSub(address.project, address.subscription)
    return ReadStream(stream, messages, idle_seconds=idle_seconds, readers=readers)


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


def _submitted(pipeline: beam.Pipeline, on_flink: Stopping | None) -> Any:
    """The running pipeline. Beam starts a job server of its own for it where none is named, which Ctrl-C must not end
    before the job: for as long as the job is submitted, Ctrl-C does nothing, and the job server inherits that."""
    before = signal.getsignal(signal.SIGINT)
    if on_flink:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return pipeline.run()
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _ended_by_signals(on_flink: Stopping | None) -> Iterator[Callable[[Any], None]]:
    """SIGTERM and Ctrl-C end the job on Flink; elsewhere the readings in this process, and so the pipeline, which a second
    one cancels. Gives what is to be told of the pipeline once it runs."""
    running: list[Any] = []

    def drain(*_: Any) -> None:
        if on_flink:
            on_flink.ask()
        elif draining.is_set() and running:
            running[0].cancel()
        draining.set()

    draining.clear()
    before = {number: signal.signal(number, drain) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield running.append
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
