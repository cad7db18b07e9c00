"""A person's own data: to ask for, to see, to take along, to erase."""

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.application import create_app
from ozgtermine.config import Settings
from ozgtermine.database import db, transaction
from ozgtermine.models import OutgoingMail, Person, Registration
from ozgtermine.operations.erasing import erase_due
from ozgtermine.operations.erasing_people import forget_people
from ozgtermine.operations.graveyard import Graveyard
from ozgtermine.rules.registering import State
from tests import factories, members
from tests.factories import NOW
from tests.views.test_registration import CONFIDENTIAL, heading
from tests.whole_database import dump, put_back

ERIKA = {"given_name": "Erika", "family_name": "Muster", "email": "erika@musterburg.example"}


@pytest.fixture(autouse=True)
def _on_the_day_of_the_tests(app: Flask) -> None:
    clock.shift(NOW - clock.now())


@pytest.fixture
def registration(session: Session) -> Registration:
    made = factories.registration(session, factories.offer(session), **ERIKA, organisation="=Stadt", question="Wie?")
    session.commit()
    return made


def own_page(client: FlaskClient, session: Session, email: str = "erika@musterburg.example") -> str:
    client.post("/meine-anmeldungen", data={"email": email})
    session.rollback()
    mail = session.scalars(select(OutgoingMail).where(OutgoingMail.kind == "my_registrations")).first()
    assert mail is not None
    found = re.search(r"http://termine\.example(/meine-anmeldungen/[\w-]{43})", mail.text)
    assert found
    return found[1]


def number(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(OutgoingMail)).one()


def test_the_answer_is_the_same_for_known_and_unknown_addresses(
    client: FlaskClient, session: Session, registration: Registration
) -> None:
    known = client.post("/meine-anmeldungen", data={"email": registration.email})
    unknown = client.post("/meine-anmeldungen", data={"email": "niemand@musterburg.example"})

    skipped = {"Date"}
    headers = [[pair for pair in each.headers if pair[0] not in skipped] for each in (known, unknown)]
    assert (known.status_code, known.data, headers[0]) == (unknown.status_code, unknown.data, headers[1])
    assert number(session) == 1


def test_a_link_is_mailed_at_most_once_an_hour(
    client: FlaskClient, session: Session, registration: Registration
) -> None:
    for _time in range(3):
        client.post("/meine-anmeldungen", data={"email": "ERIKA@musterburg.example"})
    assert number(session) == 1
    clock.shift(NOW + timedelta(hours=1, seconds=1) - clock.real_now())
    client.post("/meine-anmeldungen", data={"email": registration.email})
    assert number(session) == 2


def test_everything_that_is_kept_is_shown_and_taken_along(
    client: FlaskClient, session: Session, registration: Registration
) -> None:
    path = own_page(client, session)

    shown = client.get(path)
    taken = json.loads(client.get(f"{path}/daten.json").data)
    table = client.get(f"{path}/daten.csv").data.decode("utf-8-sig").splitlines()

    assert (heading(shown), "angemeldet" in shown.text) == ("Meine Anmeldungen", True)
    assert (taken[0]["Vorname"], taken[0]["Organisation"], taken[0]["Frage"]) == ("Erika", "=Stadt", "Wie?")
    assert "'=Stadt" in table[1]
    assert {name: shown.headers[name] for name in CONFIDENTIAL} == CONFIDENTIAL


def test_a_registration_is_managed_from_there(
    client: FlaskClient, session: Session, registration: Registration
) -> None:
    path = own_page(client, session)
    other = factories.registration(session, factories.offer(session))
    session.commit()

    managed = client.post(f"{path}/anmeldung/{registration.id}")

    assert heading(client.get(managed.headers["Location"])) == "Sie sind angemeldet"
    assert client.post(f"{path}/anmeldung/{other.id}").status_code == 410


def test_erasing_asks_first_and_then_nothing_is_left(
    client: FlaskClient, session: Session, registration: Registration
) -> None:
    path = own_page(client, session)

    asked = client.get(f"{path}/loeschen")
    assert session.scalars(select(func.count()).select_from(Registration)).one() == 1
    done = client.post(f"{path}/loeschen")

    assert "Damit melden Sie sich auch ab" in asked.text
    assert heading(client.get(done.headers["Location"])) == "Ihre Daten sind gelöscht"
    session.rollback()
    assert session.scalars(select(Registration)).all() == []
    assert client.get(path).status_code == 410


def test_after_a_backup_is_restored_the_first_page_comes_after_erasing_again(
    app: Flask, session: Session, settings: Settings
) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, **ERIKA, state=State.WITHDRAWN)
    factories.registration(session, offer, given_name="Bleibt")
    person = members.person(session, family_name="Ehemals", unneeded_since=NOW)
    ends_at = offer.event.ends_at
    session.commit()
    backup = dump(session.connection())
    graveyard = Graveyard.of(settings)
    with transaction() as own:
        erase_due(own, graveyard, now=ends_at)
        forget_people(own, [own.get_one(Person, person.id)], graveyard, now=ends_at)
    assert remaining(session) == (["Bleibt"], [])
    with transaction() as own:
        put_back(own.connection(), backup)
    assert remaining(session) == (["Erika", "Bleibt"], ["Ehemals"])

    restored = create_app(settings)
    page = restored.test_client().get("/")

    with restored.app_context():
        db.engine.dispose()
    assert (page.status_code, remaining(session)) == (200, (["Bleibt"], []))


def remaining(session: Session) -> tuple[list[str], list[str]]:
    session.rollback()
    registered = session.scalars(select(Registration.given_name).order_by(Registration.id)).all()
    return list(registered), list(session.scalars(select(Person.family_name)))
