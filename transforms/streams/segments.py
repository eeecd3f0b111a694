"""The embedded stream's messages: a folder of append-only segment files that hold one message a line.

A segment is named by the stream's offset of its first byte (``00000000000000000000.jsonl``), so an offset finds its
file, and a line is JSON that ``jq`` reads::

    {"crc":"1c9a…","n":41,"at":"2023-04-17T03:00:00.000000Z","key":"…","attributes":{…},"data":"…"}

``crc`` is the CRC-32 of what follows it. A message counts once its line is whole: a writer that dies in the middle
leaves a line without an end, which no reader looks at and the next writer cuts off. Whole lines are never cut off,
since a reader may have gone past them. Writers take turns by a lock; readers need none.
"""

import base64
import contextlib
import fcntl
import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from transforms import durable
from transforms.streams.message import Message, StreamError, check, timestamp

SEGMENT_BYTES = 64 * 2**20
_HEAD = len(b'{"crc":"00000000",')


class Record(NamedTuple):
    """One whole line of a segment.

    Attributes:
        offset: Where the line starts in the stream, in bytes.
        end: Where the next line starts.
        number: How many messages the stream holds up to and with this one; 0 for a damaged line.
        published_at: When it was written, RFC 3339; empty for a damaged line.
        attributes: The message's attributes; ``{"damaged": …}`` for a damaged line.
        data: The message's payload; for a damaged line, the line.
    """

    offset: int
    end: int
    number: int
    published_at: str
    attributes: dict[str, str]
    data: bytes


def encode_line(message: Message, number: int, published_at: str) -> bytes:
    """``message`` as a line. Payloads that are not UTF-8 are stored as ``base64`` in place of ``data``."""
    fields: dict[str, object] = {"n": number, "at": published_at}
    if message.ordering_key:
        fields["key"] = message.ordering_key
    fields["attributes"] = message.attributes
    try:
        fields["data"] = message.data.decode("utf-8")
    except UnicodeDecodeError:
        fields["base64"] = base64.b64encode(message.data).decode("ascii")
    rest = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")[1:] + b"\n"
    return b'{"crc":"%08x",' % zlib.crc32(rest) + rest


def decode_line(line: bytes, offset: int) -> Record | None:
    """The message in a whole line (with its line end); None where the line is damaged."""
    try:
        if int(line[8:16], 16) != zlib.crc32(line[_HEAD:]):
            return None
        fields = json.loads(line)
        data = fields["data"].encode("utf-8") if "data" in fields else base64.b64decode(fields["base64"])
        return Record(offset, offset + len(line), fields["n"], fields["at"], fields["attributes"], data)
    except (ValueError, KeyError, TypeError):
        return None


class Log:
    """The messages of one folder. Opening it reads and makes nothing."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self._now = now

    def segments(self) -> list[tuple[int, Path]]:
        """``(offset of its first byte, file)`` of each segment, in order."""
        try:
            files = [file for file in self.folder.iterdir() if file.suffix == ".jsonl" and file.stem.isdigit()]
        except FileNotFoundError:
            return []
        return sorted((int(file.stem), file) for file in files)

    def size(self) -> int:
        """The stream's length in bytes, with a line that may be in the writing."""
        segments = self.segments()
        return segments[-1][0] + segments[-1][1].stat().st_size if segments else 0

    def last(self) -> Record | None:
        """The newest undamaged message; None in an empty stream."""
        for start, path in reversed(self.segments()):
            with path.open("rb") as file:
                size, span = file.seek(0, os.SEEK_END), 1 << 16
                while size:
                    begin = max(0, size - span)
                    file.seek(begin)
                    lines = file.read(size - begin).split(b"\n")
                    position = size - len(lines[-1])
                    for line in reversed(lines[1 if begin else 0 : -1]):
                        position -= len(line) + 1
                        if record := decode_line(line + b"\n", start + position):
                            return record
                    if not begin:
                        break
                    span *= 4
        return None

    def read(self, offset: int) -> Iterator[Record]:
        """Every whole message from ``offset`` (the start of a line) to the end as it is now, made durable before it
        is given: what a consumer has acted on cannot vanish in a power cut."""
        segments = self.segments()
        for index, (start, path) in enumerate(segments):
            if index + 1 < len(segments) and segments[index + 1][0] <= offset:
                continue
            with path.open("rb", buffering=1 << 20) as file:
                end = start + os.fstat(file.fileno()).st_size
                os.fsync(file.fileno())
                position = max(offset, start)
                file.seek(position - start)
                while position < end and (line := file.readline()).endswith(b"\n"):
                    record = decode_line(line, position) or self._read_again(path, start, position)
                    if record is None:
                        return
                    yield record
                    position = record.end
                    if record.end - record.offset != len(line):
                        file.seek(position - start)

    def _read_again(self, path: Path, start: int, position: int) -> Record | None:
        """A line that looked damaged, read while no writer is at work; None where it is not whole after all."""
        with path.open("rb") as file, self._locked(fcntl.LOCK_SH):
            file.seek(position - start)
            line = file.readline()
        if not line.endswith(b"\n"):
            return None
        damaged = {"damaged": f"{path}, byte {position - start}: the line's checksum is wrong"}
        return decode_line(line, position) or Record(position, position + len(line), 0, "", damaged, line)

    def seek(self, since: str) -> int:
        """The offset of a message at or before the first one published at or after ``since`` (RFC 3339)."""
        found = 0
        for start, path in self.segments():
            with path.open("rb") as file:
                first = decode_line(file.readline(), start)
            if first is not None and first.published_at >= since:
                break
            found = start
        return found

    def line_from(self, offset: int) -> int:
        """Where the first line begins that begins at ``offset`` or later; the stream's end where none does."""
        segments = self.segments()
        ends = [start for start, _ in segments[1:]]
        for (start, path), end in zip_longest(segments, ends):
            if end is not None and end <= offset:
                continue
            if offset <= start:
                return start
            with path.open("rb") as file:
                file.seek(offset - 1 - start)
                line = file.readline()
            if line.endswith(b"\n"):
                return offset - 1 + len(line)
        return self.size()

    def append(self, messages: Sequence[Message]) -> list[str | Exception]:
        """Writes ``messages``; returns when they are durable, with the id of each or why it was not taken."""
        results: list[str | Exception] = []
        taken: list[Message] = []
        for message in messages:
            try:
                check(message)
                taken.append(message)
                results.append("")
            except ValueError as error:
                results.append(error)
        written: Iterator[str | Exception] = iter(())
        if taken:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                with self._locked(fcntl.LOCK_EX):
                    written = iter(self._append(taken))
            except OSError as error:
                problem = StreamError(str(self.folder), f"cannot write to the stream: {error.strerror or error}")
                written = iter([problem] * len(taken))
        return [next(written) if result == "" else result for result in results]

    def _append(self, messages: list[Message]) -> list[str | Exception]:
        start, path = self._active_segment()
        last = self.last()
        number = last.number if last else 0
        published_at = max(timestamp(self._now()), last.published_at if last else "")
        lines = [encode_line(message, number + index, published_at) for index, message in enumerate(messages, 1)]
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        try:
            begin = os.fstat(descriptor).st_size
            fault: OSError | None = None
            view = memoryview(b"".join(lines))
            while view:
                try:
                    view = view[os.write(descriptor, view) :]
                except OSError as error:
                    fault = error
                    break
            written = os.fstat(descriptor).st_size - begin
            os.fsync(descriptor)
            results: list[str | Exception] = []
            position = 0
            for line in lines:
                if position + len(line) <= written:
                    results.append(f"{start + begin + position:020d}")
                    position += len(line)
                else:
                    reason = (fault.strerror if fault else None) or "not written"
                    results.append(StreamError(str(path), f"cannot write to the stream: {reason}"))
            if fault:
                os.ftruncate(descriptor, begin + position)
            return results
        finally:
            os.close(descriptor)

    def _active_segment(self) -> tuple[int, Path]:
        """The segment that takes the next line, its unfinished last line cut off; a new one where it is full."""
        segments = self.segments()
        if not segments:
            return self._new_segment(0)
        start, path = segments[-1]
        size = _cut_unfinished_line(path)
        return self._new_segment(start + size) if size >= SEGMENT_BYTES else (start, path)

    def _new_segment(self, start: int) -> tuple[int, Path]:
        path = self.folder / f"{start:020d}.jsonl"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
        durable.sync(self.folder)
        return start, path

    @contextlib.contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        """Holds the writers' lock; the kernel gives it back when a process dies."""
        descriptor = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(descriptor, kind)
            yield
        finally:
            os.close(descriptor)


def _cut_unfinished_line(path: Path) -> int:
    """Cuts off what a dead writer left behind the last whole line; the file's size then."""
    with path.open("rb+") as file:
        size = end = file.seek(0, os.SEEK_END)
        while end:
            begin = max(0, end - (1 << 16))
            file.seek(begin)
            found = file.read(end - begin).rfind(b"\n")
            if found >= 0:
                end = begin + found + 1
                break
            end = begin
        if end < size:
            file.truncate(end)
    return end
