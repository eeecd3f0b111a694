"""Work in a process of its own: what ends or hangs its process ends only that one, and its memory goes with it.

``Apart`` takes messages through the chain there. The process that reads the stream stays free to hold its leases, to
keep the time, and to stop when it is told to; it loads neither Beam nor a model.
"""

import contextlib
import ctypes
import multiprocessing
import os
import pickle
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from pipelines.command_line.progress import log_to_stderr
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.running.memory import save_memory
from transforms.errors import MeetwireError
from transforms.streams.consumer import Run, StoppedError
from transforms.streams.fates import Fates
from transforms.streams.message import Received

T = TypeVar("T")
# A run that takes longer hangs: so long, and a second for so many bytes, a tenth of what one core reads.
HANGS_SECONDS, BYTES_PER_SECOND = 60.0, 2_000
START_SECONDS = 300.0
# After so many messages another process goes on, so that what libraries keep of each run never adds up: 3 seconds in 100.
RENEWED_AFTER = 1_000
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def in_own_process(step: Callable[..., T], *arguments: Any) -> T:
    """What ``step(*arguments)`` gives or raises, worked out in a process that then ends. All of them must be picklable.

    Raises:
        RuntimeError: the process ended without an answer.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(theirs, os.getpid(), step, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        answer = ours.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"the process of {step.__name__} ended with {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
    if isinstance(answer, BaseException):
        raise answer
    return cast(T, answer)


def _answer(pipe: Connection, parent: int, step: Callable[..., Any], arguments: Sequence[Any]) -> None:
    log_to_stderr()
    _belong_to(parent)
    try:
        answer = step(*arguments)
    except (SettingsError, OSError, sqlite3.Error) as error:
        answer = error
    pipe.send(answer)


class HungError(MeetwireError, RuntimeError):
    """A run that took too long."""


class Apart:
    """Calls ``run`` in another process, which is started when first needed, and again when it has ended.

    A context manager, whose end ends the process. It dies with this one, and signals meant for both reach this alone.

    Args:
        run: Takes messages through the chain; must be picklable.
        settings: The deployment's: its model is loaded there, before the time begins to count.
        hangs_seconds: Beside the time for its bytes, a call that takes longer is ended with its process.
    """

    def __init__(self, run: Run, settings: Settings, hangs_seconds: float = HANGS_SECONDS) -> None:
        self._run, self._settings, self._hangs = run, settings, hangs_seconds
        self._process: Any = None
        self._ready = False
        self._taken = 0
        self._stop_at: float | None = None
        self._done: Counter[str] = Counter()
        self._under_way: Counter[str] = Counter()

    def __enter__(self) -> "Apart":
        """Starts the process. SettingsError where the model cannot be used."""
        with contextlib.suppress(StoppedError):  # by a signal: the caller is told too, or it is started when called
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, messages: Sequence[Received]) -> Fates:
        """What ``run`` gives or raises.

        Raises:
            RuntimeError: the process ended.
            HungError: it took too long and was ended.
            OSError: a place that the run needs, such as the tables, cannot be used now.
            StoppedError: it was ended by a signal that asks to stop, or ``stop`` was called and its time is over.
        """
        if self._taken >= RENEWED_AFTER:
            self.close()
        self._start()
        self._taken += len(messages)
        seconds = self._hangs + sum(len(one.data) for one in messages) / BYTES_PER_SECOND
        answer = self._await(seconds, list(messages))
        if isinstance(answer, Exception):
            raise answer
        fates: Fates = answer
        return fates

    def counts(self) -> Mapping[str, int]:
        """What was done so far, the run under way included."""
        return self._done + self._under_way

    def stop(self, seconds: float) -> None:
        """Ends the call under way in so many seconds. May be called from a signal handler."""
        if self._stop_at is None:
            self._stop_at = time.monotonic() + seconds

    def close(self) -> None:
        """Ends the process, where there is one."""
        process, self._process = self._process, None
        if process is not None:
            self._pipe.close()
            process.kill()
            process.join()

    def launch(self) -> None:
        """Starts the process where there is none, and does not wait until its model is loaded."""
        if self._process is not None:
            return
        self._taken, self._ready = 0, False
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, pickle.dumps(self._run), self._settings, os.getpid())
        )
        self._process.daemon = True
        self._process.start()
        theirs.close()

    def _start(self) -> None:
        self.launch()
        if not self._ready:
            answer = self._await(START_SECONDS)
            if isinstance(answer, Exception):
                self.close()
                raise answer
            self._ready = True

    def _await(self, seconds: float, request: Sequence[Received] | None = None) -> Any:
        """What the process answers within the time: to ``request``, else whether its model is loaded."""
        until = time.monotonic() + seconds
        try:
            if request is not None:
                self._pipe.send(request)
            while True:
                now = time.monotonic()
                if self._stop_at is not None and now >= self._stop_at:
                    self.close()
                    raise StoppedError("the time to stop in is over")
                if now >= until:
                    self.close()
                    raise HungError(f"did not end within {seconds:.0f} seconds")
                if self._pipe.poll(0.2):
                    kind, answer = self._pipe.recv()
                    if kind == "answer":
                        self._done, self._under_way = self._done + self._under_way, Counter()
                        return answer
                    self._under_way = Counter(answer)
        except (EOFError, ConnectionError):
            process = self._process
            process.join()
            code = process.exitcode
            self.close()
            if code in (-signal.SIGTERM, -signal.SIGINT):
                raise StoppedError(f"the process that worked on it was ended with {code}") from None
            raise RuntimeError(f"the process that worked on it ended with {code}") from None


class Pool:
    """``Apart`` several times over: a call goes to a process that is free, and waits where none is.

    Processes beyond those that start at once are started when there is work for them: little work never pays for more than
    one. A context manager; may be called from several threads.

    Args:
        run, settings: As for ``Apart``.
        count: How many processes at most; each holds a model.
        at_once: How many are started at once.
    """

    def __init__(self, run: Run, settings: Settings, count: int, at_once: int = 1) -> None:
        self._workers = [Apart(run, settings) for _ in range(count)]
        self._at_once = at_once
        self._free = list(self._workers)
        self._changed = threading.Condition()

    def __enter__(self) -> "Pool":
        """Starts processes, and waits for the first. SettingsError where the model cannot be used."""
        for worker in self._workers[: self._at_once]:
            worker.launch()
        try:
            self._workers[0].__enter__()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes."""
        for worker in self._workers:
            worker.close()

    def __call__(self, messages: Sequence[Received]) -> Fates:
        """What ``run`` gives or raises in one of the processes; see ``Apart``."""
        with self._changed:
            self._changed.wait_for(lambda: self._free)
            worker = min(self._free, key=self._workers.index)  # those that run already come first
            self._free.remove(worker)
        try:
            return worker(messages)
        finally:
            with self._changed:
                self._free.append(worker)
                self._changed.notify()

    def counts(self) -> Mapping[str, int]:
        """What was done so far by all of them."""
        total: Counter[str] = Counter()
        for worker in self._workers:
            total.update(worker.counts())
        return total

    def stop(self, seconds: float) -> None:
        """Ends the calls under way in so many seconds. May be called from a signal handler."""
        for worker in self._workers:
            worker.stop(seconds)


def _serve(pipe: Connection, pickled_run: bytes, settings: Settings, parent: int) -> None:
    """Loads the model, and answers until the parent closes its end, or dies.

    Beam is imported here, once its logging is in hand.
    """
    log_to_stderr()
    _belong_to(parent)
    save_memory()
    from pipelines.chain import extracted_from_now, load_model

    run: Run = pickle.loads(pickled_run)
    sending = threading.Lock()

    def send(kind: str, what: Any) -> None:
        with sending, contextlib.suppress(OSError):
            pipe.send((kind, what))

    def answer(step: Callable[..., Any], *given: Any) -> None:
        try:
            made = step(*given)
        except SettingsError as error:
            made = error
        except Exception as error:
            made = _fault_of_a_place(error) or RuntimeError(f"{type(error).__name__}: {error}")
        send("answer", made)

    def told(messages: Sequence[Received]) -> Fates:
        with _telling(send, extracted_from_now(settings)):
            return run(messages)

    answer(load_model, settings)
    while True:
        try:
            messages = pipe.recv()
        except EOFError:
            return
        answer(told, messages)


def _fault_of_a_place(error: BaseException | None) -> OSError | None:
    """The OSError that ``error`` is, or that Beam made a RuntimeError of; None for all others."""
    while isinstance(error, RuntimeError):
        error = error.__context__
    return OSError(error.errno, error.strerror or str(error), error.filename) if isinstance(error, OSError) else None


def _belong_to(parent: int) -> None:
    """Leaves signals that ask to stop to the process ``parent``, which ends this one, and dies with it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


@contextlib.contextmanager
def _telling(send: Callable[[str, Any], None], counts: Callable[[], Mapping[str, int]]) -> Any:
    """Sends the ``counts`` now and then, and once at the end."""
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(0.5):
            send("counts", dict(counts()))

    thread = threading.Thread(target=tell, name="counts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        send("counts", dict(counts()))
