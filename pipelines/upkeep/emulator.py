"""An embedded, durable Google Pub/Sub for laptops and tests: one process, one SQLite file, nothing to install.

Any unmodified google-cloud-pubsub client uses it through PUBSUB_EMULATOR_HOST. What was published and not acknowledged
is there again after a kill. It listens on this machine only, and knows no accounts.

  meetwire emulator                                keeps its messages in data/pubsub
  export PUBSUB_EMULATOR_HOST=localhost:8085       in the shells that are to use it
  meetwire doctor --create --stream pubsub://meetwire-local/articles/meetwire
"""

import argparse
from pathlib import Path

from pipelines.command_line.flags import number_flag
from pipelines.command_line.progress import say
from pipelines.command_line.stopping import Stopping
from pipelines.configuration.settings import Settings, SettingsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of ``emulator``."""
    parser.add_argument(
        "--port", type=number_flag(0, 65535), default=8085, help="where to listen; 0: any free port (default: 8085)"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data/pubsub"), metavar="DIR", help="its messages (default: %(default)s)"
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serves until SIGTERM or Ctrl-C; 0 then.

    Raises:
        OSError: the port or the folder is taken.
        SettingsError: meetwire was installed from its source distribution, which leaves the emulator out.
    """
    try:
        from pipelines.pubsub_emulator.server import Emulator
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("pipelines."):
            raise
        raise SettingsError("not in this installation, which was made for Beam's workers: install the wheel") from None

    stopping = Stopping()
    emulator = Emulator(arguments.data, arguments.port)
    print(f"PUBSUB_EMULATOR_HOST=localhost:{emulator.port}", flush=True)
    say(f"emulator: listening on localhost:{emulator.port}, messages in {arguments.data}")
    stopping.wait()
    emulator.stop()
    return 0
