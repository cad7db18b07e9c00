from flask import Flask
from sqlalchemy import select

from ozgtermine.commands.example import example, fill_with_example
from ozgtermine.database import db
from ozgtermine.models import Event


def test_an_empty_database_is_filled_once(app: Flask) -> None:
    first = fill_with_example(app)
    events = db.session.scalars(select(Event.id)).all()
    db.session.rollback()
    again = fill_with_example(app)
    assert (first, again, len(events) > 20) == (True, False, True)
    assert db.session.scalars(select(Event.id)).all() == events


def test_the_command_refuses_a_database_in_use_with_a_sentence(app: Flask) -> None:
    app.cli.add_command(example)
    results = [app.test_cli_runner().invoke(args=["example"]) for _ in range(2)]
    assert [(result.exit_code, result.output) for result in results] == [
        (0, "Die Beispieldaten sind da.\n"),
        (1, "Error: Es gibt schon Reihen. Beispieldaten kommen nur in eine leere Datenbank.\n"),
    ]
