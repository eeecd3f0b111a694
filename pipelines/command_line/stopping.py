"""For commands that serve until SIGTERM or Ctrl-C."""

import signal
import threading

# Python heeds a signal that comes just before a wait only at its end, so that no wait may be for ever.
_SECONDS = 1.0


class Stopping:
    """From when it is made, SIGTERM and Ctrl-C end ``wait`` instead of the process."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._asked.set())

    def wait(self) -> None:
        """Returns when the process was asked to stop."""
        while not self._asked.wait(_SECONDS):
            pass
