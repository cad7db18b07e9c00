"""`ozgtermine example`: something to look at in an empty database."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from ozgtermine import clock
from ozgtermine.database import db, transaction
from ozgtermine.errors import Refusal
from ozgtermine.files.store import DocumentStore
from ozgtermine.operations.example.filling import fill, is_empty


def fill_with_example(app: Flask) -> bool:
    """Fill an empty database with the example and return True; leave any other as it is and return False."""
    with app.app_context():
        if not is_empty(db.session()):
            return False
        _fill()
        return True


@click.command("example")
@with_appcontext
def example() -> None:
    """Eine leere Datenbank mit Beispieldaten füllen: Termine vom Januar 2023 und rund um heute."""
    try:
        _fill()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo("Die Beispieldaten sind da.")


def _fill() -> None:
    store = DocumentStore(current_app.extensions["ozgtermine"].settings.documents_folder)
    with transaction() as session:
        fill(session, store, today=clock.today(), now=clock.now())
