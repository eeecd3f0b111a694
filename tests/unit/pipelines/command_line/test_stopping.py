"""A signal that asks to stop is heeded, whichever thread it reaches, and also just before a wait."""

import signal
import subprocess
import sys

import pytest

# The system gives a signal to any thread: as one that comes just before the main thread waits, it does not wake that one.
SERVES = """
import signal, sys, threading, time
from pipelines.command_line.stopping import Stopping

def send():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), int(sys.argv[1]))

stopping = Stopping()
threading.Thread(target=send).start()
stopping.wait()
print("ended")
"""
CONSUMES = """
import signal, sys, threading, time
from transforms.streams.consumer import consume_together
from transforms.streams.fates import Fates

class Consumer:
    stopping = False
    def stop(self):
        self.stopping = True
    def consume(self, idle_seconds):
        while not self.stopping:
            time.sleep(0.05)
        return Fates()

def send():
    time.sleep(0.5)
    signal.pthread_kill(threading.get_ident(), int(sys.argv[1]))

consumers = [Consumer(), Consumer()]
signal.signal(int(sys.argv[1]), lambda *_: consumers[0].stop())
threading.Thread(target=send).start()
consume_together(consumers, None)
print("ended")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("program", [SERVES, CONSUMES], ids=["serving", "consuming"])
def test_a_signal_that_another_thread_got_ends_the_wait(program, number):
    run = subprocess.run([sys.executable, "-c", program, str(int(number))], capture_output=True, text=True, timeout=250)
    assert (run.returncode, run.stdout) == (0, "ended\n"), run.stderr
