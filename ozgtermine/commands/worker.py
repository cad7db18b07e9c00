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
from ozgtermine.front.refreshing import Refresher
from ozgtermine.jobs import erasing, falling_due
from ozgtermine.jobs import nightly as nightly_jobs
from ozgtermine.jobs.mirroring import Poller
from ozgtermine.jobs.sending import Worker
from ozgtermine.mail.delivery import delivery_of
from ozgtermine.queries.settings import effective_settings


@click.command()
@with_appcontext
def worker() -> None:
    """Mails versenden und Kalender anderer abrufen, bis das Programm beendet wird (SIGTERM, Strg+C)."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    settings = _configured()
    erasing.erase_what_came_back(settings, now=clock.now())
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own name for it
    refresher = Refresher(app)
    poller = Poller(app, _settings_in_force)
    sending = Worker(
        delivery_of(settings),
        mails_per_minute=settings.mails_per_minute,
        settings_in_force=_settings_in_force,
        chores=lambda: (falling_due.run(_settings_in_force(), now=clock.now()), refresher.refresh()),
    )

    def finish(_signal: int, _frame: FrameType | None) -> None:
        sending.stop()
        poller.stop()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    poller.start()
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
@click.option("--dry-run", is_flag=True, help="Nur zählen, was gelöscht würde; nichts ändern.")
@with_appcontext
def nightly(*, dry_run: bool) -> None:
    """Alles erledigen, was einmal in der Nacht läuft: Abgelaufenes löschen."""
    settings = _settings_in_force()
    for name, number in (_counted(settings) if dry_run else _done(settings)).items():
        click.echo(f"{number:6} {name}")


def _done(settings: Settings) -> dict[str, int]:
    erasing.erase_what_came_back(settings, now=clock.now())
    erased = erasing.erase(settings, now=clock.now())
    with transaction() as session:
        store = DocumentStore(settings.documents_folder)
        return erased | nightly_jobs.run(session, store, settings, now=clock.now())


def _counted(settings: Settings) -> dict[str, int]:
    """Return what would be done: the jobs run and are rolled back, and no file is touched."""
    counted = erasing.count(settings, now=clock.now())
    session = db.session()
    try:
        return counted | nightly_jobs.run(session, None, settings, now=clock.now())
    finally:
        session.rollback()
