"""The stream as the head of a Beam pipeline on runners that never stop by themselves."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import apache_beam as beam
from apache_beam.io.restriction_trackers import OffsetRange, OffsetRestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Duration, Timestamp

from transforms.streams.connect import cut_range, open_subscription, read_part
from transforms.streams.leases import LeaseKeeper
from transforms.streams.message import Received, Subscription, timestamp

LOG = logging.getLogger(__name__)
# Readings are numbered by this range: one number a message, and the last one ends the reading.
LAST = 2**62
# Set in the process that launched the pipeline, it ends the readings there, and so the pipeline: a drain.
draining = threading.Event()


class ReadStream(beam.PTransform):
    """``PBegin`` -> ``PCollection[Received]``: an unbounded subscription, with the time of reading as event time.

    Unbounded, on any runner with splittable DoFns and bundle finalizers. A message is acknowledged when the runner
    has committed the bundle that read it. What may come of it must therefore be durable by then: everything up to the
    durable write must stay in one stage with this read, with no shuffle, window or state between. Messages of a bundle
    that failed come again.

    Args:
        stream: The stream's address.
        messages, bytes: How many, and how large together, a bundle's messages are.
        idle_seconds: The reading ends, and with it the pipeline, when nothing has come for so long.
        readers: So many readings share the subscription, spread over the workers.
    """

    def __init__(
        self,
        stream: str,
        messages: int = 200,
        bytes: int = 16_000_000,
        idle_seconds: float | None = None,
        readers: int = 1,
    ) -> None:
        super().__init__()
        self._readers = readers
        # Readings of one worker wait in turns: together as long as one alone.
        self._reader = _Read(stream, messages, bytes, idle_seconds, wait_seconds=1.0 / readers)

    def expand(self, begin: Any) -> beam.PCollection:
        """Wires the reading."""
        begun = begin | beam.Impulse() | "Begin" >> beam.ParDo(_Begin(self._readers))
        if self._readers > 1:
            begun |= "Spread" >> beam.Reshuffle()
        return begun | "Pull" >> beam.ParDo(self._reader).with_output_types(Received)


class _Begin(beam.DoFn):
    """Gives an element for each reading. Makes the bundle that begins everything one that can be finalized, for Prism's
    sake."""

    def __init__(self, readers: int) -> None:
        self._readers = readers

    def process(self, element: bytes, finalizer: Any = beam.DoFn.BundleFinalizerParam) -> Iterator[bytes]:
        finalizer.register(lambda: None)
        yield from (str(number).encode() for number in range(self._readers))


class _Readings(RestrictionProvider):
    def initial_restriction(self, element: bytes) -> OffsetRange:
        return OffsetRange(0, LAST)

    def create_tracker(self, restriction: OffsetRange) -> OffsetRestrictionTracker:
        return OffsetRestrictionTracker(restriction)

    def restriction_size(self, element: bytes, restriction: OffsetRange) -> int:
        return 1

    def truncate(self, element: bytes, restriction: OffsetRange) -> None:
        """A runner that drains reads no further."""


_TRACKER = beam.DoFn.RestrictionParam(_Readings())
_WATERMARK = beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider())


class _Read(beam.DoFn):
    """One reading a bundle: pulls once, emits, and asks to be called again."""

    def __init__(self, stream: str, messages: int, size: int, idle_seconds: float | None, wait_seconds: float) -> None:
        self._stream, self._messages, self._bytes = stream, messages, size
        self._idle, self._wait = idle_seconds, wait_seconds

    def setup(self) -> None:
        self._subscription: Subscription = open_subscription(self._stream)
        self._leases = LeaseKeeper(self._subscription)
        self._leases.__enter__()
        self._came = time.monotonic()

    def teardown(self) -> None:
        self._leases.__exit__()
        self._subscription.close()

    # Beam fills these parameters by position: the finalizer must stand before the restriction.
    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        element: bytes,
        finalizer: Any = beam.DoFn.BundleFinalizerParam,
        tracker: Any = _TRACKER,
        watermark: Any = _WATERMARK,
    ) -> Iterator[Any]:
        position = tracker.current_restriction().start
        received = [] if draining.is_set() else self._subscription.pull(self._messages, self._bytes, self._wait)
        emitted: list[str] = []
        # Also for an empty bundle: Prism finalizes each one, and logs an error where there is nothing to finalize.
        finalizer.register(lambda: self._acknowledge(emitted))
        self._leases.hold(one.ack_id for one in received)
        now = Timestamp.now()
        for one in received:
            if not tracker.try_claim(position):  # the runner took the rest of this reading away
                self._give_back([one.ack_id for one in received[len(emitted) :]])
                return
            position += 1
            emitted.append(one.ack_id)
            yield TimestampedValue(one, now)
        if now > (watermark.current_watermark() or Timestamp(0)):
            watermark.set_watermark(now)
        if received:  # what is done with them, which may take long, is no idleness
            self._came = time.monotonic()
        idle = not received and self._idle is not None and time.monotonic() - self._came >= self._idle
        if draining.is_set() or idle:
            tracker.try_claim(LAST - 1)
        else:
            tracker.defer_remainder(Duration(seconds=0))

    def _give_back(self, ack_ids: list[str]) -> None:
        self._leases.let_go(ack_ids)
        self._subscription.release(ack_ids)

    def _acknowledge(self, ack_ids: list[str]) -> None:
        self._leases.let_go(ack_ids)
        try:
            if ack_ids:
                self._subscription.acknowledge(ack_ids)
        except Exception as error:  # they come again, and change nothing
            LOG.warning("cannot acknowledge %d messages: %s", len(ack_ids), error)


class ReadFromDataflowPubSub(beam.PTransform):
    """``PBegin`` -> ``PCollection[Received]``: Beam's own source, as Dataflow reads it.

    Dataflow acknowledges after its commit and drops what it has seen in the last ten minutes, by ``revision_id``.
    """

    def __init__(self, project: str, subscription: str) -> None:
        super().__init__()
        self._subscription = f"projects/{project}/subscriptions/{subscription}"

    def expand(self, begin: Any) -> beam.PCollection:
        """Wires the source."""
        source = beam.io.ReadFromPubSub(subscription=self._subscription, with_attributes=True, id_label="revision_id")
        return begin | source | "Receive" >> beam.Map(_received).with_output_types(Received)


def _received(message: Any) -> Received:
    published = timestamp(message.publish_time) if message.publish_time else ""
    return Received("", message.data, dict(message.attributes or {}), message.message_id or "", published, 0)


class ReadRange(beam.PTransform):
    """``PBegin`` -> ``PCollection[Received]``: a span of a folder stream's past; moves no position.

    Bounded: published at or after ``since`` and before ``until``. The folder must be there where the pipeline runs.
    The span is cut into parts of some bytes; a part owns the messages whose lines begin in it. The parts are spread over
    the workers, and the messages stay with the worker that read them: nothing is shuffled behind the read.
    """

    def __init__(self, stream: str, since: datetime | None, until: datetime | None) -> None:
        super().__init__()
        self._stream, self._since, self._until = stream, since, until

    def expand(self, begin: Any) -> beam.PCollection:
        """Wires the reading."""
        stream, since, until = self._stream, self._since, self._until
        return (
            begin
            | beam.Create([(stream, since)])
            | "Cut" >> beam.FlatMapTuple(cut_range).with_output_types(tuple[int, int])
            | "Spread" >> beam.Reshuffle()
            | "Read"
            >> beam.FlatMapTuple(lambda first, end: read_part(stream, first, end, since, until)).with_output_types(
                Received
            )
        )
