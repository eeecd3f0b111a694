"""Reading takes a bounded memory, however long the paragraphs of an article are."""

import subprocess
import sys

import pytest

MEASURE = """
import sys
from meetwire import extract

def status(name):
    return int(open("/proc/self/status").read().partition(name)[2].split()[0]) / 1e3

sentence = "President Ana Orlov met Prime Minister Bo Lund in Oslo on Monday to discuss grain exports with officials. "
extract(sentence * 100)
paragraph = sentence * int(sys.argv[1])
before = status("VmRSS:")
found = extract((paragraph + "\\n\\n") * (150_000 // len(paragraph)))
print(status("VmHWM:") - before, len(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own figures of memory are Linux's")
@pytest.mark.parametrize("sentences", [1, 35])
def test_an_article_of_150_000_characters_takes_less_than_200_megabytes_more(sentences):
    run = subprocess.run([sys.executable, "-c", MEASURE, str(sentences)], capture_output=True, text=True, check=True)
    megabytes, reports = run.stdout.split()
    assert int(reports) == 1
    assert float(megabytes) < 200
