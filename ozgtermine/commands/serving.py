"""`ozgtermine serve`: the server, and how granian is called everywhere."""

import os
import sys

import click

WORKERS = 2
BLOCKING_THREADS = 4


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
        "--workers-kill-timeout": "10",
    }
    pairs = [word for pair in options.items() for word in pair]
    return [
        sys.executable, "-m", "granian", *pairs, "--respawn-failed-workers", "--no-ws", "--factory",
        "ozgtermine.application:create_app",
    ]  # fmt: skip


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse, auf der der Server hört.")
@click.option("--port", default=8000, show_default=True, help="Port, auf dem der Server hört.")
def serve(host: str, port: int) -> None:
    """Den Server allein starten; der Mailversand läuft als eigener Dienst (worker)."""
    command = server_command(host, port)
    os.execv(command[0], command)  # noqa: S606 - the server takes this process's place, so that signals reach it
