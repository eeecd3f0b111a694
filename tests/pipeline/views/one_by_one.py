"""Runs commands one after the other in one process: what takes long, to start Python and import, is done once.

    python one_by_one.py '[{"arguments": ["meetings"], "columns": 80, "environment": {"NO_COLOR": "1"}}, ...]'

After what each has written stands its exit code between two record separators, on stdout and on stderr.
"""

import fcntl
import json
import os
import struct
import sys
import termios
from unittest import mock

from pipelines import cli


def main(requests):
    encoding, errors = sys.stdout.encoding, sys.stdout.errors
    for request in requests:
        sys.stdout.reconfigure(encoding=encoding, errors=errors)
        if sys.stdout.isatty():
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, request["columns"], 0, 0))
        with mock.patch.dict(os.environ, request["environment"]):
            code = cli.main(request["arguments"])
        for stream in (sys.stdout, sys.stderr):
            stream.write(f"\x1e{code}\x1e")
            stream.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
