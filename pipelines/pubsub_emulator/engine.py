"""Runs operations on the store one after the other, many in one durable transaction.

Each commit costs a disk flush; operations that come while one is under way share the next. An operation has happened, and
will survive a power cut, when ``run`` returns.
"""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from transforms.streams.message import StreamError

T = TypeVar("T")
GROUP = 256


class Engine:
    """A thread that owns the database in ``path``. StreamError where another process has it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(path, timeout=2, isolation_level=None, check_same_thread=False)
        try:
            # One server a database: a second one fails at once instead of handing out the same messages.
            self.database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self.database.execute("PRAGMA journal_mode=WAL")
            self.database.execute("PRAGMA synchronous=FULL")
            self.database.execute("BEGIN IMMEDIATE")
            self.database.execute("COMMIT")
        except sqlite3.Error as error:
            self.database.close()
            raise StreamError(str(path), f"{error} (does another emulator use it?)") from error
        self._closed, self._closing = False, threading.Lock()
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="engine", daemon=True)
        self._thread.start()

    def run(self, operation: Callable[[], T]) -> T:
        """The result of ``operation`` once it is durable; what it raises undoes it and is raised.

        Raises:
            sqlite3.ProgrammingError: the engine was closed before.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise sqlite3.ProgrammingError("the emulator is stopping")
            self._queue.put((future, operation))
        return future.result()

    def close(self) -> None:
        """Finishes what was asked for and closes the database."""
        with self._closing:
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self.database.close()

    def _work(self) -> None:
        more = True
        while more:
            group = [self._queue.get()]
            while len(group) < GROUP and not self._queue.empty():
                group.append(self._queue.get())
            more = None not in group
            self._commit([item for item in group if item is not None])

    def _commit(self, group: list[tuple[Future[Any], Callable[[], Any]]]) -> None:
        outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            self.database.execute("BEGIN IMMEDIATE")
            for future, operation in group:
                self.database.execute("SAVEPOINT operation")
                try:
                    outcomes.append((future, operation(), None))
                except Exception as error:
                    self.database.execute("ROLLBACK TO operation")
                    outcomes.append((future, None, error))
                self.database.execute("RELEASE operation")
            self.database.execute("COMMIT")
        except sqlite3.Error as error:
            if self.database.in_transaction:
                self.database.execute("ROLLBACK")
            outcomes = [(future, None, error) for future, _ in group]
        for future, result, fault in outcomes:
            if fault is None:
                future.set_result(result)
            else:
                future.set_exception(fault)
