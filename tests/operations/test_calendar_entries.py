"""The calendar objects that one address gets, in the order in which it gets them."""

import re
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.mail.composing import compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import OutgoingMail, RegistrationOffer
from ozgtermine.operations.answering import withdraw
from ozgtermine.operations.confirming import Managed, confirm
from ozgtermine.operations.registering import Details, request_registration
from ozgtermine.rules.registering import Mode
from ozgtermine.rules.schedule import Precision, when
from tests import factories
from tests.factories import NOW

LETTERHEAD = Letterhead.of(Settings(base_url="http://termine.example"))
ERIKA = Details(given_name="Erika", family_name="Muster", email="erika@musterburg.example", mode=Mode.ONLINE)


def registered(session: Session, offer: RegistrationOffer) -> Managed:
    request_registration(session, offer.id, ERIKA, letterhead=LETTERHEAD, now=NOW)
    session.flush()
    body = _mails(session)[-1].get_body(("plain",))
    assert body
    link = re.search(r"/anmeldung/bestaetigen/([\w-]{43})", body.get_content())
    assert link
    return confirm(session, link[1], letterhead=LETTERHEAD, now=NOW)


def _mails(session: Session) -> list[EmailMessage]:
    kept = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id))
    return [message_from_bytes(compose(each), policy=policy.default) for each in kept]


def sent(session: Session) -> list[tuple[str, str, int]]:
    """Return method, UID and sequence of each calendar object; both copies in a mail are the same."""
    session.flush()
    objects = []
    for message in _mails(session):
        parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        if not parts:
            continue
        [only] = {part.get_payload(decode=True) for part in parts}
        assert isinstance(only, bytes)
        read = icalendar.Calendar.from_ical(only)
        [entry] = read.walk("VEVENT")
        assert {part.get_param("method") for part in parts} == {str(read["METHOD"])}
        objects.append((str(read["METHOD"]), str(entry["UID"]), int(str(entry["SEQUENCE"]))))
    return objects


def test_every_object_outranks_the_one_before_also_after_registering_again(session: Session) -> None:
    offer = factories.offer(session, event=factories.event(session, uid="u"))
    for _time in range(2):
        withdraw(session, registered(session, offer).token, letterhead=LETTERHEAD, now=NOW)
    registered(session, offer)
    assert sent(session) == [
        ("REQUEST", "u", 0), ("CANCEL", "u", 1), ("REQUEST", "u", 2), ("CANCEL", "u", 3), ("REQUEST", "u", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(("at_first", "later"), [(0, 3), (2, 2)])
def test_a_removal_outranks_what_the_event_itself_has_reached(session: Session, at_first: int, later: int) -> None:
    offer = factories.offer(session, event=factories.event(session, uid="u", sequence=at_first))
    seat = registered(session, offer)
    offer.event.sequence = later
    withdraw(session, seat.token, letterhead=LETTERHEAD, now=NOW)
    assert sent(session) == [("REQUEST", "u", at_first), ("CANCEL", "u", later + 1)]


def test_a_date_known_by_its_week_only_enters_no_calendar(session: Session) -> None:
    at = when(starts_on=date(2023, 3, 1), precision=Precision.MONTH)
    offer = factories.offer(session, event=factories.event(session, at=at))
    withdraw(session, registered(session, offer).token, letterhead=LETTERHEAD, now=NOW)
    assert sent(session) == []
