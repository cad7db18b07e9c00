"""`ozgtermine serve`: the server, and how granian is called everywhere."""

import errno
import gc
import multiprocessing
import socket
import sys
from collections.abc import Callable
from typing import Any

import click
from flask.cli import ScriptInfo

from ozgtermine.commands.options import HOST, LAST_PORT, PORT
from ozgtermine.config import ConfigurationError
from ozgtermine.wording import N_

WORKERS = 2
BLOCKING_THREADS = 4
STOP_SECONDS = 5  # what a request in hand gets; a worker that is told to stop while it starts uses it up

PORT_TAKEN = N_("Der Port %(port)s ist schon belegt. Nehmen Sie einen anderen, zum Beispiel: make run PORT=%(other)s")
CANNOT_LISTEN = N_("Auf %(host)s:%(port)s kann der Server nicht hören: %(reason)s")


def server_command(host: str, port: int) -> list[str]:
    """Return the command of the server."""
    return [sys.executable, "-m", "ozgtermine", "serve", "--host", host, "--port", str(port)]


@click.command()
@HOST
@PORT
@click.pass_obj
def serve(script: ScriptInfo, host: str, port: int) -> None:
    """Den Server allein starten; der Mailversand läuft als eigener Dienst (worker)."""
    refuse_taken_port(host, port)
    gc.disable()  # nothing that is loaded is garbage: looking for some would take a fifth of the start
    serve_application(script.load_app(), host, port)


def refuse_taken_port(host: str, port: int) -> None:
    """Raises ConfigurationError where the server could not listen."""
    try:
        family, kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise ConfigurationError(
            PORT_TAKEN if taken else CANNOT_LISTEN,
            host=host, port=port, reason=error.strerror, other=port + 1 if port < LAST_PORT else port - 1,
        ) from error  # fmt: skip


def serve_application(application: Callable[..., Any], host: str, port: int) -> None:
    """Serve a WSGI application until the process is told to stop.

    The workers are forks of this process: what is loaded once is shared by all, and one that is respawned is there at
    once. Workers that die are respawned, else one of them would end the server; several threads each, so that a slow
    request does not hold up the next. The application must hold no connection and no thread yet.
    """
    # here, for the other commands need no server
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    multiprocessing.set_start_method("fork", force=True)
    gc.freeze()  # a collection would write to every object, and so copy what is shared
    gc.enable()
    Server(
        "ozgtermine", host, port,
        interface=Interfaces.WSGI, workers=WORKERS, blocking_threads=BLOCKING_THREADS, respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS, websockets=False, log_level=LogLevels.warning,
    ).serve(target_loader=lambda: application, wrap_loader=False)  # fmt: skip
