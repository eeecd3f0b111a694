"""The parser's own process: reads requests on stdin, answers on stdout, ends with its parent.

A hostile document costs this process its time, never the loop that fetches. ``isolate`` is the other side.
"""

import os
import pickle
import signal
import struct
import sys
from types import FrameType
from typing import Any, BinaryIO

from transforms.feeds.document import refused
from transforms.feeds.parsing import article_page
from transforms.feeds.parsing.entries import OutOfTimeError
from transforms.feeds.parsing.parse import parse_document

HEADER = struct.Struct(">Q")


# Shares of the time: no entry is begun after the first, and the one that is under way at the second is given up. The
# rest is for the identity of those that were read.
_BEGIN, _GIVE_UP = 0.5, 0.75


def main() -> None:
    """Answers until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, _out_of_time)
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not garble the answers
    while (request := read(requests)) is not None:
        data = pickle.dumps(answer(*request), pickle.HIGHEST_PROTOCOL)
        answers.write(HEADER.pack(len(data)) + data)
        answers.flush()


def answer(kind: str, seconds: float, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The document or page, or the refusal that a document earns by its cost or by a fault in our own code."""
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds * _GIVE_UP, seconds * (1 - _GIVE_UP))
        try:
            if kind != "feed":
                return article_page.extract(*arguments, **options)
            return parse_document(*arguments, **options, seconds=seconds * _BEGIN)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except OutOfTimeError:
        return refused("parse_time") if kind == "feed" else article_page.Page()
    except MemoryError:
        return refused("parse_memory") if kind == "feed" else article_page.Page()
    except Exception as error:
        if kind != "feed":
            return article_page.Page()
        return refused(f"parse_fault: {type(error).__name__}: {error}"[:200])


def read(stream: BinaryIO) -> Any:
    """One pickled object of the parent's; None at the end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    data = stream.read(HEADER.unpack(header)[0])
    return pickle.loads(data)


def _out_of_time(number: int, frame: FrameType | None) -> None:
    raise OutOfTimeError


if __name__ == "__main__":
    main()
    sys.exit(0)
