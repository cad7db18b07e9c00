"""What a registration asks of the database, statement by statement: one more is a decision, not an accident."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.database import db
from ozgtermine.models import RegistrationOffer
from tests import factories
from tests.factories import NOW
from tests.views.test_registration import link_in_last_mail, register, submit

TABLE = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)\b.*?(?:FROM|INTO|(?<=UPDATE)) (\w+)", re.DOTALL)
FORM = [  # its event is kept by the process, as is the confirmation's
    "select registration",  # whether they are registered
    "insert registration",
    "insert audit_entry",
    "select outgoing_mail",  # whether the mailbox has had enough
    "insert registration_link",
    "insert outgoing_mail",
]
CONFIRMATION = [
    "select registration",  # by its link
    "select registration",  # who else came with the same form
    "select registration",  # seats and line
    "select registration",  # what the calendar of this address had before
    "update registration",
    "insert audit_entry",
    "insert registration_link",
    "insert outgoing_mail",
    "select registration",  # the word about seats
]
LOCKS = ["lock registration_offer", "lock registration"]  # where SQLite has the whole file


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(app: Flask) -> None:
    clock.shift(NOW - clock.now())


@pytest.fixture
def offer(session: Session) -> RegistrationOffer:
    made = factories.offer(session, seats_online=100)
    session.commit()
    return made


def test_form_and_confirmation_ask_the_database_for_no_more_than_this(
    client: FlaskClient, session: Session, offer: RegistrationOffer
) -> None:
    register(client, session, offer, email="first@musterburg.example")
    client.get(f"/termine/{offer.event.slug}/anmelden")
    with statements() as of_form:
        submit(client, offer)
    link = link_in_last_mail(session)
    with statements() as of_confirmation:
        client.post(link)

    locks = LOCKS if db.engine.dialect.name == "postgresql" else []
    assert of_form == FORM
    assert of_confirmation == CONFIRMATION[:2] + locks + CONFIRMATION[2:]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Yield a list that gets what is asked, but for looks at the public revision: some are remembered for a time."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found = TABLE.match(statement)
        if found and found[2] != "public_revision":
            asked.append(f"{'lock' if 'FOR UPDATE' in statement else found[1].lower()} {found[2]}")

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)
