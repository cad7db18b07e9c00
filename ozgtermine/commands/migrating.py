"""`ozgtermine migrate`: what an update of the software needs."""

import os

import click
from flask.cli import ScriptInfo

from ozgtermine.commands.preparing import instance_folder, migrate_database, prepare_folder


@click.command()
@click.pass_obj
def migrate(script: ScriptInfo) -> None:
    """Schlüssel anlegen, falls noch keiner da ist, und die Datenbank auf den neuesten Stand bringen."""
    prepare_folder(instance_folder(os.environ))
    migrate_database(script.load_app())
    click.echo("Die Datenbank ist auf dem neuesten Stand.")
