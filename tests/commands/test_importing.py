from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from ozgtermine.commands.importing import import_
from ozgtermine.database import db
from ozgtermine.models import Event, NewsletterIssue, Series

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
