"""`ozgtermine worker` and `ozgtermine nightly`: what runs beside the server."""

import logging
import signal
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.files.store import DocumentStore
from ozgtermine.jobs import falling_due
from ozgtermine.jobs import nightly as nightly_jobs
from ozgtermine.jobs.sending import Worker
from ozgtermine.mail.delivery import delivery_of
from ozgtermine.queries.settings import effective_settings


@click.command()
@with_appcontext
def worker() -> None:
    """Mails aus dem Ausgang versenden, bis das Programm beendet wird (SIGTERM, Strg+C)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = _configured()
    sending = Worker(
        delivery_of(settings),
        mails_per_minute=settings.mails_per_minute,
        settings_in_force=_settings_in_force,
        chores=lambda: falling_due.run(_settings_in_force(), now=clock.now()),
    )

    def finish(_signal: int, _frame: FrameType | None) -> None:
        sending.stop()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    sending.run()


def _configured() -> Settings:
    found: Settings = current_app.extensions["ozgtermine"].settings
    return found


def _settings_in_force() -> Settings:
    """Return what holds now, and end the read, so that it keeps nobody from writing."""
    found = effective_settings(db.session(), _configured())
    db.session.rollback()
    return found


@click.command()
@with_appcontext
def nightly() -> None:
    """Alles erledigen, was einmal in der Nacht läuft: Abgelaufenes löschen."""
    with transaction() as session:
        settings = effective_settings(session, _configured())
        done = nightly_jobs.run(session, DocumentStore(settings.documents_folder), settings, now=clock.now())
    for name, number in done.items():
        click.echo(f"{number:6} {name}")
