"""bqemulator in its own environment; ``python start_emulator.py start --rest-port 0 …``. ``serve.py`` starts this.

bqemulator 1.4.0 does not quote the fields of records, so a field called ``end`` breaks its CREATE TABLE. The line that
forgets to is put right here, in memory, before anything imports it.
"""

import importlib.util
import sys


def main() -> None:
    name = "bqemulator.storage.type_map"
    spec = importlib.util.find_spec(name)
    module = importlib.util.module_from_spec(spec)
    source = spec.loader.get_source(name)
    wrong = 'f"{n} {t}" for n, t in inner_cols'
    assert wrong in source, "bqemulator has changed: is this still needed?"
    sys.modules[name] = module
    exec(compile(source.replace(wrong, """f'"{n}" {t}' for n, t in inner_cols"""), spec.origin, "exec"), vars(module))

    from bqemulator.cli import main as bqemulator

    bqemulator()


if __name__ == "__main__":
    main()
