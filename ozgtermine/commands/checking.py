"""`ozgtermine check`: what is misconfigured, in sentences that say what to do."""

import hashlib
import smtplib
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.files.store import DocumentStore
from ozgtermine.mail.delivery import SmtpDelivery
from ozgtermine.migrations import is_current
from ozgtermine.models import DocumentVersion
from ozgtermine.operations.finding_gaps import findings, on_the_server
from ozgtermine.operations.rendering_calendars import unequal_entries
from ozgtermine.queries.settings import effective_settings


@click.command()
@click.pass_obj
def check(script: ScriptInfo) -> None:
    """Einstellungen, Datenbank, Mailserver und Unterlagen prüfen; Exit-Code 1, wenn etwas nicht stimmt."""
    app = script.load_app()
    with app.app_context():
        problems = list(problems_of(app))
    for problem in problems:
        click.echo(f"✗ {problem}")
    if problems:
        raise click.exceptions.Exit(1)
    click.echo("✓ Alles in Ordnung.")


def problems_of(app: Flask) -> Iterator[str]:
    """Yield a sentence for everything that is wrong; needs an application context.

    What is missing is what the settings' page shows. Here the mail server is called and every document read as well.
    """
    configured: Settings = app.extensions["ozgtermine"].settings
    problem = _database()
    if problem:
        yield from (each.sentence for each in on_the_server(configured))
        yield problem
        return
    settings = effective_settings(db.session(), configured)
    yield from (each.sentence for each in findings(db.session(), settings))
    yield from _mail_server(settings)
    yield from _documents(settings.documents_folder)
    for uid in unequal_entries(db.session(), links=app.extensions["ozgtermine"].links, now=clock.now()):
        yield f"Der gespeicherte Kalendereintrag {uid} ist nicht der, der zu seinem Termin gehört."


def _database() -> str:
    """Return what is wrong with the database as a whole, nothing where it can be asked."""
    try:
        current = is_current(db.engine)
    except SQLAlchemyError as error:
        return f"Die Datenbank ist nicht erreichbar: {error.__class__.__name__}."
    return "" if current else "Die Datenbank ist nicht auf dem neuesten Stand. Rufen Sie auf: ozgtermine migrate"


def _mail_server(settings: Settings) -> Iterator[str]:
    if not settings.smtp_host:
        return
    try:
        SmtpDelivery(settings).check()
    except (OSError, smtplib.SMTPException) as error:
        yield f"Der Mailserver {settings.smtp_host}:{settings.smtp_port} antwortet nicht: {error}"


def _documents(folder: Path) -> Iterator[str]:
    store = DocumentStore(folder)
    for sha256, name in db.session.execute(select(DocumentVersion.sha256, DocumentVersion.file_name).distinct()):
        path = store.path(sha256)
        if not path.is_file():
            yield f"Die Datei „{name}“ fehlt im Speicher ({sha256[:12]}…)."
        elif _digest(path) != sha256:
            yield f"Die Datei „{name}“ ist beschädigt ({sha256[:12]}…)."


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
