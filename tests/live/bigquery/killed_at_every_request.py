"""Writes to BigQuery in child processes that are killed with -9 at a request, then starts them again; run by a test.

``python killed_at_every_request.py TARGET METHOD STRIDE``: prints, as JSON, the target of each death. ``{}`` in TARGET
is the number of the request at which the first run dies; 0 is a run that lives.
"""

import json
import os
import signal
import sys


def run(target: str, method: str, die_at: int, after: bool) -> bool:
    """Runs the writer in a child that dies at its ``die_at``-th request (0: never), before or after it is served."""
    child = os.fork()
    if not child:
        import requests

        send, requests_sent = requests.Session.send, 0

        def dying(*arguments, **keywords):
            nonlocal requests_sent
            requests_sent += 1
            if requests_sent == die_at and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = send(*arguments, **keywords)
            if requests_sent == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        requests.Session.send = dying
        write(target, method)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def write(target: str, method: str) -> None:
    from making import by_table, extract

    from transforms.clock import utc_now
    from transforms.tables.lines import to_lines
    from transforms.tables.sinks import open_sink

    old = extract("old", published="2015-06-01T12:00:00Z")  # not to be streamed, so loaded
    for extracts in (
        [extract("a"), extract("b", published=None), old],
        [extract("a", 2), extract("c", published="nix")],
    ):
        lines, _ = to_lines(by_table(*extracts))
        open_sink(target).write(lines, utc_now(), bounded=method == "batch")


def main(target: str, method: str, stride: str) -> None:
    import making  # noqa: F401  # once here, not in every child

    import transforms.tables.bigquery.sink  # noqa: F401

    targets = []
    for die_at in (0, *range(1, 1000, int(stride))):
        name = target.format(die_at)
        killed = run(name, method, die_at, after=bool(die_at % 2))
        run(name, method, 0, False)
        targets.append(name)
        if die_at and not killed:
            break
    json.dump(targets, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
