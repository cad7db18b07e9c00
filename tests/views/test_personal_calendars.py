"""A person's own calendar: what stands in it, who may fetch it, and how it ends."""

import re
from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine import clock
from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.jobs import nightly
from ozgtermine.models import (
    Access,
    AddressLink,
    Audience,
    Event,
    MembershipRole,
    OutgoingMail,
    PersonalCalendar,
    Registration,
    RegistrationOffer,
)
from ozgtermine.rules.permissions import Visibility
from ozgtermine.rules.registering import State
from ozgtermine.rules.schedule import when
from tests import factories
from tests.ical.lint import DEPARTED, complaints
from tests.members import account, membership, person, signed_in
from tests.views.test_own_data import own_page

ERIKA = "erika@musterburg.example"
SOON = clock.today() + timedelta(days=20)


def registered(session: Session, state: State = State.CONFIRMED, **values: object) -> RegistrationOffer:
    """Add an event with access for participants, and Erika's registration."""
    event = factories.event(session, at=when(starts_on=values.pop("day", SOON)), published_at=clock.now() -  # type: ignore[arg-type]
                            timedelta(days=1), **values)  # fmt: skip
    event.access = Access(link="https://konferenz.example/erika", audience=Audience.REGISTERED)
    offer = factories.offer(session, event=event)
    times = {"waiting_since": clock.now()} if state is State.WAITING else {}
    factories.registration(session, offer, email=ERIKA, state=state, **times)
    session.commit()
    return offer


def calendar_in(page: str) -> str:
    found = re.search(r'value="http://termine\.example(/kalender/p/[\w-]{43}\.ics)"', page)
    assert found, page
    return found[1]


def given(client: FlaskClient, session: Session) -> str:
    """Set the calendar up as a person does, and return its path."""
    own = own_page(client, session)
    assert "/kalender/p/" not in client.get(own).text
    client.post(f"{own}/kalender")
    session.rollback()
    return calendar_in(client.get(own).text)


def entries(content: bytes) -> dict[str, icalendar.Event]:
    assert complaints(content) == []
    return {str(each["SUMMARY"]): each for each in icalendar.Calendar.from_ical(content).walk("VEVENT")}


def test_it_shows_what_one_has_a_seat_at_with_the_way_in(client: FlaskClient, session: Session) -> None:
    registered(session, topic="Meins")
    registered(session, State.WAITING, topic="Wartet")
    factories.event(session, topic="Fremd", at=when(starts_on=SOON), published_at=clock.now())
    session.commit()
    answer = client.get(given(client, session))
    found = entries(answer.data)
    assert list(found) == ["OZG-Sprechstunde: Meins"]
    mine = found["OZG-Sprechstunde: Meins"]
    assert "https://konferenz.example/erika" in str(mine["DESCRIPTION"])
    assert str(mine["CONFERENCE"]) == "https://konferenz.example/erika"
    assert b"konferenz.example" not in client.get("/kalender/alle.ics").data


def test_its_answers_are_for_one_alone_and_304_for_who_has_them(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    registered(session, topic="Meins")
    path = given(client, session)
    app.extensions["ozgtermine.front"].forget()
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "private, max-age=300, must-revalidate"
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, client.head(path).data) == (304, b"", b"")
    assert len(app.extensions["ozgtermine.front"].shelf) == 0


def test_a_new_address_ends_the_old_one(client: FlaskClient, session: Session) -> None:
    registered(session)
    old = given(client, session)
    own = own_page_of(client, session)
    client.post(f"{own}/kalender")  # a second click on the first button changes nothing
    assert calendar_in(client.get(own).text) == old
    client.post(f"{own}/kalender", data={"neu": "1"})
    new = calendar_in(client.get(own).text)
    assert new != old
    gone = client.get(old)
    assert (gone.status_code, gone.mimetype, client.get(new).status_code) == (410, "text/plain", 200)
    unknown = client.get(f"/kalender/p/{'x' * 43}.ics")
    assert (unknown.status_code, unknown.mimetype) == (404, "text/plain")


def own_page_of(client: FlaskClient, session: Session) -> str:
    """Return the page of a second link to one's own data."""
    with transaction() as writing:
        for each in writing.scalars(select(AddressLink)):
            writing.delete(each)
    with transaction() as writing:
        for mail in writing.scalars(select(OutgoingMail).where(OutgoingMail.kind == "my_registrations")):
            writing.delete(mail)
    return own_page(client, session)


def test_what_one_withdraws_from_leaves_and_what_is_old_goes_without_a_word(
    client: FlaskClient, session: Session
) -> None:
    offer = registered(session, topic="Meins")
    path = given(client, session)
    assert list(entries(client.get(path).data)) == ["OZG-Sprechstunde: Meins"]
    with transaction() as writing:
        mine = writing.scalars(select(Registration).where(Registration.offer_id == offer.id)).one()
        mine.state, mine.ended_at = State.WITHDRAWN, clock.now()
    left = client.get(path).data
    assert (list(entries(left)), DEPARTED.encode() in left) == (["Termin entfällt"], True)
    assert b"konferenz.example" not in left
    registered(session, topic="Alt", slug="alt")
    client.get(path)
    with transaction() as writing:
        old = writing.scalars(select(Event).where(Event.slug == "alt")).one()
        old.set_when(when(starts_on=SOON.replace(year=SOON.year - 3, day=1)))
    assert list(entries(client.get(path).data)) == ["Termin entfällt"]


@pytest.mark.parametrize("visibility", [Visibility.SERIES, Visibility.EDITORS])
def test_members_have_the_dates_of_their_groups(
    app: Flask, session: Session, visibility: Visibility
) -> None:
    group, who = factories.series(session, slug="ag-1", visibility=Visibility.SERIES), person(session)
    membership(session, group, who, MembershipRole.MEMBER)
    event = factories.event(session, series=group, topic="Intern", at=when(starts_on=SOON), visibility=visibility,
                            published_at=clock.now() - timedelta(days=1))  # fmt: skip
    event.access = Access(link="https://konferenz.example/ag", audience=Audience.MEMBERS)
    visitor = signed_in(app, session, account(session, who))
    assert "/kalender/p/" not in visitor.get("/meine-gruppen").text
    assert visitor.post("/meine-gruppen/kalender", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    path = calendar_in(visitor.get("/meine-gruppen").text)
    found = entries(app.test_client().get(path).data)
    if visibility is Visibility.EDITORS:
        assert found == {}
    else:
        [only] = found.values()
        assert str(only["CONFERENCE"]) == "https://konferenz.example/ag"


def test_it_is_erased_with_the_person_and_when_nothing_else_is_kept(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    registered(session)
    path = given(client, session)
    with transaction() as writing:
        assert nightly.run(writing, None, settings, now=clock.now())["personal calendars of nobody erased"] == 0
    with transaction() as writing:
        writing.delete(writing.scalars(select(Registration)).one())
    with transaction() as writing:
        assert nightly.run(writing, None, settings, now=clock.now())["personal calendars of nobody erased"] == 1
    assert client.get(path).status_code == 404


def test_who_erases_all_has_no_calendar_any_more(client: FlaskClient, session: Session) -> None:
    registered(session)
    own = own_page(client, session)
    client.post(f"{own}/kalender")
    client.post(f"{own}/loeschen")
    session.rollback()
    assert session.scalars(select(PersonalCalendar)).all() == []
