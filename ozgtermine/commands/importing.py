"""`ozgtermine import …`: real input."""

import re
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import Refusal
from ozgtermine.operations.importing_newsletters import import_newsletter
from ozgtermine.rendering.dates import numeric_day
from ozgtermine.rules.newsletter import Issue

LARGEST_NEWSLETTER_BYTES = 5_000_000


class IssueType(click.ParamType[Issue]):
    """An issue as JJJJ-MM."""

    name = "JJJJ-MM"

    def convert(self, value: str | Issue, param: click.Parameter | None, ctx: click.Context | None) -> Issue:
        if isinstance(value, Issue):
            return value
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", value)
        if not found:
            self.fail(
                f"„{value}“ ist keine Ausgabe. Schreiben Sie Jahr und Monat, zum Beispiel 2023-01.",
                param,
                ctx,
            )
        return Issue(year=int(found[1]), month=int(found[2]))


@click.group("import")
def import_() -> None:
    """Daten übernehmen, zum Beispiel die Termine eines Newsletters."""


@import_.command("newsletter")
@click.argument("file", type=click.File("rb"), metavar="DATEI")
@click.option(
    "--issue", type=IssueType(), required=True, help="Ausgabe des Newsletters, zum Beispiel 2023-01."
)
@with_appcontext
def newsletter(file: BinaryIO, issue: Issue) -> None:
    """Die Termine der nächsten OZG-Sprechstunden aus dem Text eines Newsletters (UTF-8) übernehmen.

    Zweimal ausgeführt wird nichts verdoppelt. Ist die Datei nicht lesbar, wird nichts übernommen.
    """
    content = file.read(LARGEST_NEWSLETTER_BYTES + 1)
    if len(content) > LARGEST_NEWSLETTER_BYTES:
        raise click.ClickException("Die Datei ist zu groß für einen Newsletter (mehr als 5 MB).")
    try:
        with transaction() as session:
            report = import_newsletter(session, content, issue, now=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    for word, events in (("neu", report.added), ("geändert", report.changed), ("bekannt", report.unchanged)):
        for event in events:
            click.echo(f"{word}: {numeric_day(event.starts_on)} {event.title}")
