"""Writes tables in child processes that are killed with -9 at their first, second, third, … step (or every
``stride``-th); run by a test.

Prints a JSON list: for each step, what stood after the kill and after the run was started again.
"""

import json
import os
import signal
import sys
from pathlib import Path


def run(target: str, die_at: int) -> bool:
    """Runs the writer in a child that dies at its ``die_at``-th step (0: never). Whether it was killed."""
    child = os.fork()
    if not child:
        steps = 0

        def dying(function):
            def step(*arguments, **keywords):
                nonlocal steps
                steps += 1
                if steps == die_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **keywords)

            return step

        os.fsync, Path.replace, Path.mkdir = dying(os.fsync), dying(Path.replace), dying(Path.mkdir)
        write(target)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def write(target: str) -> None:
    from making import by_table, extract, ticking

    from transforms.tables.sinks import Tables

    tables = Tables([target], ticking())
    tables.write_all(by_table(extract("a"), extract("b", published=None)))
    tables.write_all(by_table(extract("a", 2), extract("c", title=None)))


def seen(target: str) -> dict[str, list]:
    """What a reader finds, looked up in a child since DuckDB's threads do not survive a fork."""
    reading, writing = os.pipe()
    if not os.fork():
        from making import content

        with os.fdopen(writing, "w") as pipe:
            try:
                json.dump(content(target), pipe)
            except FileNotFoundError:
                pipe.write("{}")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.wait()
    return json.loads(text)


def main(folder: str, prefix: str, stride: str) -> None:
    import transforms.tables.files  # noqa: F401  # once here, not in every child

    found = []
    for die_at in (0, *range(1, 1000, int(stride))):
        target = f"{prefix}{folder}/{die_at}"
        killed = run(target, die_at)
        after_kill = seen(target)
        again = run(target, 0)
        assert not again
        left = list(Path(folder, str(die_at), "_meetwire/tmp").iterdir())
        found.append({"killed": killed, "then": after_kill, "again": seen(target), "left": len(left)})
        if die_at and not killed:
            break
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
