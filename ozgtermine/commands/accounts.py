"""`ozgtermine invite`: an account for somebody, by a link that is handed over."""

import click
from flask import current_app
from flask.cli import with_appcontext

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.models import AccountRole
from ozgtermine.operations import accounts


@click.command()
@click.argument("email", metavar="E-MAIL-ADRESSE")
@click.option("--name", required=True, help="Vor- und Nachname.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in AccountRole]),
    default=AccountRole.EDITOR.value,
    show_default=True,
    help="editor: Redaktion; administrator: auch Konten und Einstellungen.",
)
@with_appcontext
def invite(email: str, name: str, role: str) -> None:
    """Ein Konto anlegen und den Link zeigen, mit dem die Person ihr Passwort wählt (gilt 24 Stunden, einmal)."""
    with transaction() as session:
        token = accounts.invite(session, email=email, name=name, role=AccountRole(role), now=clock.real_now())
    click.echo(current_app.extensions["ozgtermine"].links.set_up_account(token))
