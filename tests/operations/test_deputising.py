"""A deputy takes over: address first, then name, links and calendar."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.errors import LinkExpiredError
from ozgtermine.models import LinkPurpose, OutgoingMail, Registration
from ozgtermine.operations import deputising
from ozgtermine.operations.confirming import confirm
from ozgtermine.operations.deciding import AlreadyRegisteredError
from ozgtermine.operations.offers import TooLateError
from ozgtermine.operations.registration_links import get_registration, manage_link
from ozgtermine.rules.registering import State
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.operations.test_registering import ask, details, last_token

DEPUTY = {"given_name": "Max", "family_name": "Beispiel", "email": "max@musterburg.example"}


def secret_of(session: Session) -> str:
    return last_token(session, DEPUTY["email"])


def test_until_the_deputy_says_yes_everything_stays(session: Session) -> None:
    offer = factories.offer(session)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)

    deputising.ask_deputy(session, seat.token, **DEPUTY, letterhead=LETTERHEAD, now=NOW)

    assert (seat.registration.name, seat.registration.state) == ("Erika Muster", State.CONFIRMED)
    assert get_registration(session, seat.token, LinkPurpose.MANAGE, now=NOW) is seat.registration


def test_the_deputy_has_the_seat_and_the_old_links_are_dead(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    deputising.ask_deputy(session, seat.token, **DEPUTY, letterhead=LETTERHEAD, now=NOW)

    managed = deputising.take_over(session, secret_of(session), letterhead=LETTERHEAD, now=NOW)

    session.flush()
    assert (managed.registration.name, managed.registration.email) == ("Max Beispiel", "max@musterburg.example")
    assert managed.registration.state is State.CONFIRMED
    assert get_registration(session, managed.token, LinkPurpose.MANAGE, now=NOW) is managed.registration
    with pytest.raises(LinkExpiredError):
        get_registration(session, seat.token, LinkPurpose.MANAGE, now=NOW)
    kinds = session.execute(select(OutgoingMail.kind, OutgoingMail.recipient).order_by(OutgoingMail.id)).all()
    assert [tuple(each) for each in kinds[2:]] == [
        ("deputy_asked", "max@musterburg.example"),
        ("deputy_took_over", "erika@musterburg.example"),
        ("registration_confirmed", "max@musterburg.example"),
    ]


def test_a_link_to_a_deputy_works_once(session: Session) -> None:
    offer = factories.offer(session)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    deputising.ask_deputy(session, seat.token, **DEPUTY, letterhead=LETTERHEAD, now=NOW)
    secret = secret_of(session)
    deputising.take_over(session, secret, letterhead=LETTERHEAD, now=NOW)

    with pytest.raises(LinkExpiredError):
        deputising.take_over(session, secret, letterhead=LETTERHEAD, now=NOW)


def test_asking_somebody_else_ends_the_first_link(session: Session) -> None:
    offer = factories.offer(session)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    deputising.ask_deputy(session, seat.token, **DEPUTY, letterhead=LETTERHEAD, now=NOW)
    first = secret_of(session)
    deputising.ask_deputy(session, seat.token, **DEPUTY, letterhead=LETTERHEAD, now=NOW)

    with pytest.raises(LinkExpiredError):
        deputising.take_over(session, first, letterhead=LETTERHEAD, now=NOW)


def test_a_deputy_who_is_registered_already_does_not_take_a_second_place(session: Session) -> None:
    offer = factories.offer(session)
    factories.registration(session, offer, **DEPUTY)
    seat = confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    deputising.ask_deputy(session, seat.token, **DEPUTY, letterhead=LETTERHEAD, now=NOW)
    secret = secret_of(session)

    with pytest.raises(AlreadyRegisteredError):
        deputising.take_over(session, secret, letterhead=LETTERHEAD, now=NOW)


def test_once_the_event_has_begun_nobody_sends_a_deputy(session: Session) -> None:
    offer = factories.offer(session)
    registration: Registration = factories.registration(session, offer)

    with pytest.raises(TooLateError):
        deputising.ask_deputy(
            session, manage_link(session, registration), **DEPUTY, letterhead=LETTERHEAD, now=offer.event.starts_at
        )
