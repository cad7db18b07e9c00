from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from ozgtermine.commands.importing import import_
from ozgtermine.database import db
from ozgtermine.models import Event, NewsletterIssue, Series
from tests import factories

Run = Callable[..., Result]
LETTER = "Liebe Leute\n\nTermine unserer nächsten OZG-Sprechstunden:\n15.02. „Rollen im Portal“\n"


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Run:
    app.cli.add_command(import_)

    def run(text: str, issue: str = "2023-01") -> Result:
        file = tmp_path / "newsletter.txt"
        file.write_text(text, encoding="utf-8")
        return app.test_cli_runner().invoke(args=["import", "newsletter", str(file), "--issue", issue])

    return run


def test_the_command_says_what_it_took_over_and_the_second_time_that_it_knows_it(run: Run) -> None:
    first, second = run(LETTER), run(LETTER)
    assert (first.exit_code, first.output) == (0, "neu: 15.02.2023 OZG-Sprechstunde: Rollen im Portal\n")
    assert (second.exit_code, second.output) == (
        0,
        "bekannt: 15.02.2023 OZG-Sprechstunde: Rollen im Portal\n",
    )


def test_a_broken_file_gets_one_sentence_with_the_line_and_leaves_nothing(run: Run) -> None:
    refused = run(LETTER.replace("15.02.", "31.02."))
    assert (refused.exit_code, refused.output) == (
        1,
        "Error: Zeile 4: Den Tag 31.02. gibt es im Jahr 2023 nicht.\n",
    )
    db.session.rollback()
    assert [db.session.scalars(select(table.id)).all() for table in (Event, Series, NewsletterIssue)] == [
        [],
        [],
        [],
    ]


def test_an_issue_is_year_and_month(run: Run) -> None:
    refused = run(LETTER, issue="1/2023")
    assert refused.exit_code == 2
    assert "Schreiben Sie Jahr und Monat, zum Beispiel 2023-01." in refused.output


SAMPLE = Path(__file__).parents[1] / "ical" / "samples" / "google.ics"


@pytest.fixture
def calendar(app: Flask) -> Run:
    app.cli.add_command(import_)
    db.session.add(factories.series(db.session(), slug="bund", is_foreign=True))
    db.session.commit()

    def run(*options: str, slug: str = "bund", file: Path = SAMPLE) -> Result:
        arguments = ["import", "calendar", str(file), "--series", slug, *options]
        return app.test_cli_runner().invoke(args=arguments)

    return run


def events() -> list[tuple[str, bool]]:
    db.session.rollback()
    found = db.session.scalars(select(Event).order_by(Event.id))
    return [(each.topic, each.published_at is not None) for each in found]


def test_a_calendar_is_shown_first_applied_on_demand_and_known_the_second_time(calendar: Run) -> None:
    shown = calendar()
    assert shown.exit_code == 0
    assert "neu: Zeile 71: Sommerfest\n    Neuer Termin: Mittwoch, 12. Juli 2023, 10:00 bis 11:30 Uhr" in shown.output
    assert shown.output.endswith("Nichts ist übernommen. Mit --apply wird es übernommen.\n")
    assert events() == []
    assert "Nichts ist übernommen" not in calendar("--apply").output
    first = events()
    assert ("Sommerfest", False) in first
    again = calendar("--apply", "--publish")
    assert "bekannt: Zeile 71: Sommerfest" in again.output
    assert "neu:" not in again.output
    assert events() == first


def test_a_calendar_can_be_published_at_once(calendar: Run) -> None:
    calendar("--apply", "--publish")
    assert ("Sommerfest", True) in events()


def test_a_file_that_is_no_calendar_and_a_series_that_is_none_are_a_sentence(calendar: Run, tmp_path: Path) -> None:
    page = tmp_path / "a.ics"
    page.write_text("<html>", encoding="utf-8")
    assert "Das ist eine Webseite und kein Kalender." in calendar("--apply", file=page).output
    assert calendar("--apply", slug="gibt-es-nicht").output == "Error: Eine Reihe „gibt-es-nicht“ gibt es nicht.\n"
    assert events() == []
