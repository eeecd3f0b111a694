"""Takes messages through the chain in a process of its own, so that one that ends its process ends only that one."""

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from pipelines.chain import Fates
from transforms.streams.message import Received

Run = Callable[[Sequence[Received]], Fates]


class Apart:
    """Calls ``run`` in another process, which is started when first needed, and again when it has ended.

    Args:
        run: Takes messages through the chain; must be picklable.
        seconds: A call that takes longer is ended with its process.
    """

    def __init__(self, run: Run, seconds: float = 900.0) -> None:
        self._run, self._seconds = run, seconds
        self._process: Any = None

    def __call__(self, messages: Sequence[Received]) -> Fates:
        """What ``run`` gives or raises; RuntimeError where the process ended, TimeoutError where it had to be."""
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self._run), daemon=True)
            self._process.start()
            theirs.close()
        try:
            self._pipe.send(list(messages))
            if not self._pipe.poll(self._seconds):
                self.close()
                raise TimeoutError(f"did not end within {self._seconds:.0f} seconds")
            answer = self._pipe.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            self.close()
            raise RuntimeError(f"the process that worked on it ended with {code}") from None
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Fates)
        return answer

    def close(self) -> None:
        """Ends the process, where there is one."""
        process, self._process = self._process, None
        if process is not None:
            self._pipe.close()
            process.kill()
            process.join()


def _serve(pipe: Connection, run: Run) -> None:
    """Answers until the parent closes its end, which its death does too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    while True:
        try:
            messages = pipe.recv()
        except EOFError:
            return
        try:
            answer: Any = run(messages)
        except Exception as error:
            answer = RuntimeError(f"{type(error).__name__}: {error}")
        pipe.send(answer)
