"""`ozgtermine worker` and `ozgtermine nightly`: what runs beside the server."""

import logging
import signal
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.files.store import DocumentStore
from ozgtermine.jobs import nightly as nightly_jobs
from ozgtermine.jobs.sending import Worker
from ozgtermine.mail.delivery import delivery_of


@click.command()
@with_appcontext
def worker() -> None:
    """Mails aus dem Ausgang versenden, bis das Programm beendet wird (SIGTERM, Strg+C)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings: Settings = current_app.extensions["ozgtermine"].settings
    sending = Worker(delivery_of(settings), mails_per_minute=settings.mails_per_minute)

    def finish(_signal: int, _frame: FrameType | None) -> None:
        sending.stop()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    sending.run()


@click.command()
@with_appcontext
def nightly() -> None:
    """Alles erledigen, was einmal in der Nacht läuft: Abgelaufenes löschen."""
    settings: Settings = current_app.extensions["ozgtermine"].settings
    with transaction() as session:
        done = nightly_jobs.run(session, DocumentStore(settings.documents_folder), now=clock.now())
    for name, number in done.items():
        click.echo(f"{number:6} {name}")
