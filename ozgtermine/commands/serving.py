"""`ozgtermine serve`: the server, and how granian is called everywhere."""

import os
import sys

import click

from ozgtermine.commands.options import HOST, PORT

WORKERS = 2
BLOCKING_THREADS = 4
STOP_SECONDS = 5  # what a request in hand gets; a worker that is told to stop while it starts uses it up


def server_command(host: str, port: int) -> list[str]:
    """Return the command of the server.

    Workers that die are respawned, else one of them would end the server; several threads each, so that a slow
    request does not hold up the next.
    """
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(WORKERS),
        "--blocking-threads": str(BLOCKING_THREADS),
        "--log-level": "warning",
        "--workers-kill-timeout": str(STOP_SECONDS),
    }
    pairs = [word for pair in options.items() for word in pair]
    return [
        sys.executable, "-m", "granian", *pairs, "--respawn-failed-workers", "--no-ws", "--factory",
        "ozgtermine.application:create_app",
    ]  # fmt: skip


@click.command()
@HOST
@PORT
def serve(host: str, port: int) -> None:
    """Den Server allein starten; der Mailversand läuft als eigener Dienst (worker)."""
    command = server_command(host, port)
    os.execv(command[0], command)  # noqa: S606 - the server takes this process's place, so that signals reach it
