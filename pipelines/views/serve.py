"""Shows who met whom on a page: a read-only web server over the tables, live while a stream writes them.

It listens on this machine alone. Pages: meetings with search and filters, each meeting with the sentences that tell of it,
people and bodies, pairs, a map, a graph, a calendar, and how the pipeline is doing. The same as JSON under /api, described
by /openapi.json. Nothing is fetched from elsewhere, and nothing is written to the tables.

  meetwire serve                                     http://127.0.0.1:8765
  meetwire serve --port 0                            any free port; the address is printed
  meetwire serve --host 0.0.0.0 --token SECRET       for others on the network, who need the token
"""

import argparse
import functools
import ipaddress
import signal
import socket
import sqlite3
from datetime import UTC, datetime

from pipelines.command_line.flags import number_flag
from pipelines.command_line.progress import say
from pipelines.configuration.settings import Settings, SettingsError
from pipelines.evaluation import floors
from pipelines.running.memory import save_memory
from pipelines.views.meetings import delta_tables
from transforms.streams import StreamError, backlog
from transforms.streams.connect import FolderAddress, parse_address


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where it listens and who may ask."""
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="listen here (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=number_flag(0, 65535), default=8765, metavar="PORT", help="0: any free one (default: 8765)"
    )
    parser.add_argument(
        "--token", metavar="SECRET", help="asked of everyone; needed with another --host than this machine"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a further name of this server; again and again",
    )


def main(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serves until SIGTERM or Ctrl-C; 0."""
    if not _is_loopback(arguments.host) and not arguments.token:
        raise SettingsError(
            f"--host {arguments.host} lets others on the network read the tables: give a --token SECRET"
        )
    if arguments.token is not None and not (
        len(arguments.token) >= 8 and arguments.token.isascii() and arguments.token.isalnum()
    ):
        raise SettingsError("--token: at least 8 letters and digits")
    target = delta_tables(settings)
    save_memory()
    import uvicorn

    from transforms.page.server.app import Server
    from transforms.page.server.protect import own_hosts

    listening = _listen(arguments.host, arguments.port)
    address = _address(arguments.host, listening.getsockname()[1])
    if not _is_loopback(arguments.host):
        say(
            f"serve: WARNING: everyone who reaches {arguments.host} and knows the token can read the tables, unencrypted"
        )
    hosts = own_hosts([arguments.host, *arguments.allow_host])
    waiting = functools.partial(_waiting, settings.stream)
    figures = floors.figures(floors.FILE)
    server = Server(target, hosts, lambda: datetime.now(UTC), arguments.token, waiting, figures)
    config = uvicorn.Config(
        server.asgi, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    run = uvicorn.Server(config)
    # As it is, it would raise the signal again when all is done, and the exit code would be the signal's.
    run.handle_exit = lambda *_: setattr(run, "should_exit", True)  # type: ignore[method-assign]
    with server.keeping_current():
        print(f"{address}/?token={arguments.token}" if arguments.token else address, flush=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, run.handle_exit)
        say("serve: Ctrl-C ends it")
        run.run(sockets=[listening])
    return 0


def _waiting(stream: str) -> int | None:
    """How many messages wait in a folder's stream; None where there is none or it cannot be read."""
    if not isinstance(address := parse_address(stream), FolderAddress) or not address.path.is_dir():
        return None
    try:
        found = backlog(stream)
    except (StreamError, OSError, sqlite3.Error):
        return None
    return found.messages if found else None


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens; OSError that says where."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)  # the address that is printed can be asked at once
    except OSError as error:
        made.close()
        hint = " (--port 0 takes any free one)" if port else ""
        raise OSError(error.errno, f"{error.strerror}{hint}", f"{host}:{port}") from None
    return made


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
