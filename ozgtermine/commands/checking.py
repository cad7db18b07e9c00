"""`ozgtermine check`: what is misconfigured, in sentences that say what to do."""

import hashlib
import smtplib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ozgtermine.config import Settings
from ozgtermine.database import db
from ozgtermine.files.store import DocumentStore
from ozgtermine.mail.delivery import SmtpDelivery
from ozgtermine.migrations import is_current
from ozgtermine.models import DocumentVersion
from ozgtermine.operations import accounts


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
    """Yield a sentence for everything that is wrong; needs an application context."""
    settings: Settings = app.extensions["ozgtermine"].settings
    yield from _settings(settings)
    yield from _folders(settings)
    yield from _mail(settings)
    try:
        current = is_current(db.engine)
    except SQLAlchemyError as error:
        yield f"Die Datenbank ist nicht erreichbar: {error.__class__.__name__}."
        return
    if not current:
        yield "Die Datenbank ist nicht auf dem neuesten Stand. Rufen Sie auf: ozgtermine migrate"
        return
    if not accounts.has_administrator(db.session()):
        yield "Es gibt noch kein Administrationskonto. Rufen Sie auf: ozgtermine invite"
    yield from _documents(settings.documents_folder)


def _settings(settings: Settings) -> Iterator[str]:
    if settings.environment == "production" and not settings.base_url.startswith("https://"):
        yield "base_url beginnt nicht mit https://. Anmeldungen würden unverschlüsselt übertragen."
    key = settings.instance / "secret_key"
    if key.is_file() and key.stat().st_mode & 0o077:
        yield f"Den geheimen Schlüssel dürfen auch andere lesen. Rufen Sie auf: chmod 600 {key}"
    if not settings.contact_email:
        yield "contact_email fehlt: Im Impressum steht dann keine Kontaktadresse."
    for name in ("impressum", "datenschutz", "barrierefreiheit"):
        if settings.environment == "production" and not (settings.legal_folder / f"{name}.md").is_file():
            yield f"Für „{name}“ gilt der mitgelieferte Text. Legen Sie Ihren als legal/{name}.md in den Instanzordner."


def _folders(settings: Settings) -> Iterator[str]:
    for folder in (settings.instance, settings.documents_folder, settings.mail_folder):
        try:
            with TemporaryFile(dir=folder):
                pass
        except OSError:
            yield f"In den Ordner {folder} lässt sich nicht schreiben."


def _mail(settings: Settings) -> Iterator[str]:
    if not settings.smtp_host:
        if settings.environment == "production":
            yield "smtp_host fehlt: Mails werden nur als Dateien abgelegt, niemand bekommt sie."
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
