"""`ozgtermine import …`: real input."""

import re
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from ozgtermine import clock
from ozgtermine.database import transaction
from ozgtermine.errors import Refusal
from ozgtermine.ical.reading import MOST_BYTES, read_calendar
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Series
from ozgtermine.operations.importing_calendars import Manner, Outcome, Report, take_over
from ozgtermine.operations.importing_newsletters import import_newsletter
from ozgtermine.queries.settings import effective_settings
from ozgtermine.rendering.dates import long_when, numeric_day
from ozgtermine.rules.newsletter import Issue

LARGEST_NEWSLETTER_BYTES = 5_000_000
OUTCOMES = {
    Outcome.NEW: "neu",
    Outcome.CHANGED: "geändert",
    Outcome.KEPT: "bleibt",
    Outcome.SKIPPED: "ausgelassen",
    Outcome.UNCHANGED: "bekannt",
    Outcome.REFUSED: "Fehler",
}


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


@import_.command("calendar")
@click.argument("file", type=click.File("rb"), metavar="DATEI")
@click.option("--series", "slug", required=True, help="Adresse der Reihe, zum Beispiel ozg-sprechstunde.")
@click.option("--apply", "is_applied", is_flag=True, help="Übernehmen; ohne dies wird nur gezeigt, was sich ändert.")
@click.option("--publish", is_flag=True, help="Neue Termine gleich veröffentlichen, statt sie als Entwürfe anzulegen.")
@with_appcontext
def calendar(file: BinaryIO, slug: str, *, is_applied: bool, publish: bool) -> None:
    """Die Termine einer Kalenderdatei (.ics) in eine Reihe übernehmen.

    Zweimal ausgeführt wird nichts verdoppelt. Was in der Datei fehlt, wird nicht abgesagt.
    """
    try:
        read = read_calendar(file.read(MOST_BYTES + 1), today=clock.today())
        with transaction() as session:
            series = session.scalars(select(Series).where(Series.slug == slug)).one_or_none()
            if series is None:
                raise click.ClickException(f"Eine Reihe „{slug}“ gibt es nicht.")
            settings = effective_settings(session, current_app.extensions["ozgtermine"].settings)
            report = take_over(
                session, series, read, Manner(publish=publish), letterhead=Letterhead.of(settings), now=clock.now()
            )
            _tell(report)
            if not is_applied:
                session.rollback()
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from refusal
    if not is_applied:
        click.echo("Nichts ist übernommen. Mit --apply wird es übernommen.")


def _tell(report: Report) -> None:
    """Print a line for each event, and those that the file does not name any more."""
    for result in report.results:
        click.echo(f"{OUTCOMES[result.outcome]}: Zeile {result.line}: {result.name}")
        for what, before, after in result.changes:
            click.echo(f"    {what}: {before} → {after}" if before else f"    {what}: {after}")
        if result.sentence:
            click.echo(f"    {result.sentence}")
    for event in report.vanished:
        click.echo(f"nicht mehr genannt, bleibt: {event.title}, {long_when(event.when)}")
