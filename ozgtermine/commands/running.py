"""`ozgtermine run`: everything at once, for a first look and for a small server of one's own."""

import ctypes
import os
import signal
import sys
import time
from contextlib import nullcontext, redirect_stdout
from datetime import date
from io import StringIO
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType
from urllib.error import HTTPError
from urllib.request import urlopen

import click
from flask import Flask
from flask.cli import ScriptInfo

from ozgtermine import clock
from ozgtermine.commands.example import fill_with_example
from ozgtermine.commands.options import HOST, PORT, Day
from ozgtermine.commands.preparing import migrate_database, prepare_folder
from ozgtermine.commands.serving import refuse_taken_port
from ozgtermine.config import PREFIX, Settings, read_file
from ozgtermine.database import db, transaction
from ozgtermine.links import Links
from ozgtermine.operations import accounts

START_DEADLINE_SECONDS = 60
RESPAWN_PAUSE_SECONDS = 2.0
DAY_SECONDS = 86_400
STOP_DEADLINE_SECONDS = 15
SET_PARENT_DEATH_SIGNAL, SET_NAME = 1, 15  # prctl(2)
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not listened on


@click.command()
@HOST
@PORT
@click.option(
    "--instance", default="instance", show_default=True, type=click.Path(path_type=Path), envvar=f"{PREFIX}INSTANCE",
    help="Ordner für Datenbank, Unterlagen, Mails und Einstellungen.",
)  # fmt: skip
@click.option("--today", type=Day(), help="Zeigt das Programm wie an diesem Tag (nur im Vorführbetrieb).")
@click.pass_obj
def run(script: ScriptInfo, host: str, port: int, instance: Path, today: date | None) -> None:
    """Alles vorbereiten und Server und Mailversand zusammen starten (Strg+C beendet beide).

    Ohne andere Angabe in config.toml oder der Umgebung läuft der Vorführbetrieb: Mails werden nicht versendet, sondern
    im Postfach gezeigt.
    """
    refuse_taken_port(host, port)
    prepare_folder(instance.absolute())
    _set_environment(host, port, instance.absolute(), today)
    app = script.load_app()
    migrate_database(app)
    fill_with_example(app)
    screen = _screen(app)
    sys.exit(_Pair(["serve", "--host", host, "--port", str(port)]).run(host, port, screen))


def _set_environment(host: str, port: int, instance: Path, today: date | None) -> None:
    """Say to server and worker alike, through the environment, what they run on; what is set already wins."""
    os.environ[f"{PREFIX}INSTANCE"] = str(instance)
    configured = read_file(instance / "config.toml")
    is_demo = configured.get("environment", os.environ.get(f"{PREFIX}ENVIRONMENT", "demo")) == "demo"
    defaults = {"environment": "demo", "base_url": f"http://{_shown(host)}:{port}"}
    if is_demo:
        defaults["require_second_factor"] = "false"
    for name, value in defaults.items():
        if name not in configured:
            os.environ.setdefault(f"{PREFIX}{name.upper()}", value)
    if today:
        os.environ[f"{PREFIX}CLOCK_OFFSET_DAYS"] = str(clock.days_until(today))


def _shown(host: str) -> str:
    """Return `host` as it stands in an address that works on this machine."""
    reachable = EVERYWHERE.get(host, host)
    return f"[{reachable}]" if ":" in reachable else reachable


def _screen(app: Flask) -> str:
    settings: Settings = app.extensions["ozgtermine"].settings
    links: Links = app.extensions["ozgtermine"].links
    lines = [
        "",
        "  OZG-Termine läuft.",
        "",
        f"  Adresse           {links.start()}",
        f"  Kalender          {links.calendar('alle')}",
    ]
    if settings.is_demo and not settings.smtp_host:
        lines.append(f"  Postfach          {settings.base_url}/postfach   (Mails werden nicht versendet)")
    with app.app_context():
        if not accounts.has_administrator(db.session()):
            with transaction() as session:
                token = accounts.create_setup_link(session, now=clock.real_now())
            lines.append(f"  Erstes Konto      {links.set_up_account(token)}   (gilt einmal, 24 Stunden)")
        else:
            lines.append(f"  Redaktion         {settings.base_url}/verwaltung/")
        db.session.remove()
        db.engine.dispose()
    return "\n".join([*lines, "", "  Beenden mit Strg+C. Alle Daten bleiben erhalten.", ""])


class _Pair:
    """Server and mail worker as child processes: the worker is started anew when it dies, the server ends both."""

    def __init__(self, server: list[str]) -> None:
        self._stopping = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._server = _child(*server)
        self._worker = _child("worker")
        self._nightly: ForkProcess | None = None
        self._next_night = time.monotonic()

    def run(self, host: str, port: int, screen: str) -> int:
        """Show `screen` after the first answer, then watch both until one is told to stop; return the exit code."""
        if self._wait_for_answer(host, port):
            click.echo(screen)
            while not self._stopping and self._server.is_alive():
                self._respawn_worker()
                self._run_nightly()
                time.sleep(0.2)
        elif not self._stopping:
            click.echo("Der Server ist nicht gestartet. Der Grund steht in den Zeilen darüber.", err=True)
        return self._end()

    def _wait_for_answer(self, host: str, port: int) -> bool:
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        while time.monotonic() < deadline and not self._stopping and self._server.is_alive():
            try:
                with urlopen(f"http://{_shown(host)}:{port}/static/images/icon.svg", timeout=2):
                    return True
            except HTTPError:
                return True
            except OSError:
                time.sleep(0.1)
        return False

    def _run_nightly(self) -> None:
        """Do the night's work at the start and once a day: nobody sets up a timer for a first look."""
        if self._nightly:
            self._nightly.is_alive()  # so that it does not stay a zombie until the next night
        if time.monotonic() >= self._next_night:
            self._next_night = time.monotonic() + DAY_SECONDS
            self._nightly = _child("nightly", is_silent=True)

    def _respawn_worker(self) -> None:
        if not self._worker.is_alive():
            time.sleep(RESPAWN_PAUSE_SECONDS)
            self._worker = _child("worker")

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _end(self) -> int:
        children = [child for child in (self._server, self._worker, self._nightly) if child]
        for child in children:
            child.terminate()
        for child in children:
            child.join(STOP_DEADLINE_SECONDS)
            if child.is_alive():
                child.kill()
        return 0 if self._stopping else 1


def _child(*arguments: str, is_silent: bool = False) -> ForkProcess:
    """Start a command in a copy of this process, in which all is loaded already."""
    command = click.get_current_context().find_root().command
    started = get_context("fork").Process(target=_be, args=(command, arguments), kwargs={"is_silent": is_silent})
    started.start()
    return started


def _be(command: click.Command, arguments: tuple[str, ...], *, is_silent: bool) -> None:
    """Be that command: the terminal's Ctrl+C does not reach it, its parent ends it, in order."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    _end_with_parent()
    _be_called(arguments[0])
    with redirect_stdout(StringIO()) if is_silent else nullcontext():
        command.main(list(arguments), prog_name="ozgtermine")


def _end_with_parent() -> None:
    """Have this process told to stop when its parent is gone, also when that was killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _be_called(name: str) -> None:
    """Have this process listed under that name (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_NAME, f"ozg-{name}".encode())
