"""What a job says while it works: on stderr, so that stdout holds data alone."""

import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

# Between two lines where no terminal shows one that renews itself.
EVERY_SECONDS = 30.0


def say(text: str) -> None:
    """A line that is always said: a summary, a fault."""
    print(text, file=sys.stderr, flush=True)


class Said(logging.Handler):
    """Says log records, so that they stand above a line of progress and not in it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Says one; but no OSError of a step of Beam's, which is raised besides, and told in a line by the code that catches it."""
        raised = record.name == "apache_beam.runners.common" and record.exc_info and record.exc_info[1]
        if not isinstance(raised, OSError):
            say(self.format(record))


def log_to_stderr() -> None:
    """Says what meetwire's own modules warn of, and of the libraries only their errors. Called before they are imported."""
    logging.basicConfig(level=logging.ERROR, format="meetwire: %(message)s", handlers=[Said()])
    for package in ("pipelines", "transforms"):
        logging.getLogger(package).setLevel(logging.INFO)


class Progress:
    """How far long work is: one line that renews itself on a terminal, a line every 30 seconds elsewhere.

    A context manager; what is said meanwhile stands above the line, and nothing of it is left at the end.

    Args:
        doing: What is done, in a word (``extract``).
        unit: What is counted (``articles``); its rate is shown, and the time left where ``total`` is known.
        total: How many of them there are.
        counts: Gives what was done so far: ``unit`` and anything else by name. Without it, what ``add`` was told.
        every_seconds: Between two lines where stderr is no terminal.
        clock: Seconds that only go forward.
    """

    def __init__(
        self,
        doing: str,
        unit: str,
        total: int | None = None,
        counts: Callable[[], Mapping[str, int]] | None = None,
        every_seconds: float = EVERY_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._doing, self._unit, self._total, self._every, self._clock = doing, unit, total, every_seconds, clock
        self._added: Counter[str] = Counter()
        self._counts = counts or (lambda: self._added)
        self._begun = clock()
        self._live: Live | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._say_now_and_then, name="progress", daemon=True)

    def __enter__(self) -> Self:
        console = Console(stderr=True, highlight=False)
        if sys.stderr.isatty() and not console.is_dumb_terminal:
            self._live = Live(
                console=console, get_renderable=self._shown, transient=True, redirect_stdout=False, refresh_per_second=4
            )
            self._live.start()
        else:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
        else:
            self._ended.set()
            self._thread.join()

    def add(self, done: int = 1, **others: int) -> None:
        """Counts ``done`` more of the unit, and of other things by their names."""
        self._added[self._unit] += done
        self._added.update(others)

    def line(self) -> str:
        """``extract: 1,500 of 7,354 articles, 820 reports, 18.2 articles/s, 5 min left``."""
        counts = dict(self._counts())
        done = counts.pop(self._unit, 0)
        seconds = self._clock() - self._begun
        parts = [f"{done:,} of {self._total:,} {self._unit}" if self._total else f"{done:,} {self._unit}"]
        parts += [f"{number:,} {name}" for name, number in counts.items() if number]
        if done and seconds > 0:
            parts.append(f"{done / seconds:.1f} {self._unit}/s")
        if done and self._total:
            parts.append(f"{_span(max(0, self._total - done) * seconds / done)} left")
        else:
            parts.append(f"{_span(seconds)} so far")
        return f"{self._doing}: {', '.join(parts)}"

    def _shown(self) -> Text:
        return Text(self.line(), no_wrap=True, overflow="ellipsis")

    def _say_now_and_then(self) -> None:
        while not self._ended.wait(self._every):
            say(self.line())


def _span(seconds: float) -> str:
    """A length of time in its two largest units at most."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
