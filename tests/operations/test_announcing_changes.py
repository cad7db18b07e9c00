"""A date that moves: everybody learns it once, and the calendar entry follows."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import icalendar
import pytest
import vobject
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.mail.composing import compose
from ozgtermine.models import Access, Event, EventNotice, OutgoingMail, Registration, RegistrationOffer, Venue
from ozgtermine.operations import announcing_changes, scheduling
from ozgtermine.operations.confirming import confirm
from ozgtermine.rules.registering import Mode, State
from ozgtermine.rules.schedule import When, when
from tests import factories
from tests.factories import NOW
from tests.letterheads import LETTERHEAD
from tests.operations.test_registering import ask, details

LATER = NOW + timedelta(minutes=10)
MARCH = when(starts_on=date(2023, 3, 1), start_time=time(14), end_time=time(15, 30))


@pytest.fixture
def event(session: Session) -> Event:
    """An event with a participant who has a calendar entry, one who waits, and one who never confirmed."""
    made = factories.event(session, uid="u")
    made.access = Access(link="https://konferenz.example/1", phone="", pin="", note="")
    offer = factories.offer(session, event=made)
    confirm(session, ask(session, offer, details()), letterhead=LETTERHEAD, now=NOW)
    factories.registration(session, offer, state=State.UNCONFIRMED)
    factories.registration(session, offer, state=State.WITHDRAWN)
    session.flush()
    return made


def move(event: Event, at: When = MARCH, reason: str = "Raum belegt.") -> None:
    scheduling.move(event, at, reason=reason, now=NOW)


def announced(session: Session) -> list[OutgoingMail]:
    """Let ten minutes pass and return the mails about changes."""
    session.flush()
    for notice in session.scalars(announcing_changes.due_notices(LATER)):
        announcing_changes.announce(session, notice, letterhead=LETTERHEAD, now=LATER)
    session.flush()
    about = select(OutgoingMail).where(OutgoingMail.kind.startswith("event_")).order_by(OutgoingMail.id)
    return list(session.scalars(about))


def parts(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    message = message_from_bytes(compose(mail), _class=EmailMessage, policy=policy.default)  # type: ignore[arg-type]
    for part in message.walk():
        if not part.is_multipart():
            yield part.get_content_type(), part.get_content()


def entry(mail: OutgoingMail) -> icalendar.Calendar:
    text = next(content for kind, content in parts(mail) if kind == "text/calendar")
    return icalendar.Calendar.from_ical(text)


def text_of(mail: OutgoingMail) -> str:
    return next(content for kind, content in parts(mail) if kind == "text/plain")


def test_every_participant_gets_one_mail_with_the_old_and_the_new_date(session: Session, event: Event) -> None:
    move(event)

    (mail,) = announced(session)

    assert (mail.kind, mail.recipient) == ("event_moved", "erika@musterburg.example")
    assert "Bisher: Mittwoch, 22. Februar 2023, 10:00 bis 11:30 Uhr" in text_of(mail)
    assert "Neu: Mittwoch, 1. März 2023, 14:00 bis 15:30 Uhr" in text_of(mail)
    assert "Grund: Raum belegt." in text_of(mail)
    assert announced(session) == [mail]


def test_the_same_entry_moves_for_two_parsers(session: Session, event: Event) -> None:
    confirmed = select(Registration.invitation_sequence).where(Registration.state == State.CONFIRMED)
    before = session.scalars(confirmed).one()
    move(event)

    (mail,) = announced(session)

    calendar = entry(mail)
    (component,) = calendar.walk("VEVENT")
    assert (str(calendar["METHOD"]), str(component["UID"])) == ("REQUEST", "u")
    assert int(component["SEQUENCE"]) > before
    assert component["DTSTART"].dt.isoformat() == "2023-03-01T14:00:00+01:00"
    read = vobject.readOne(calendar.to_ical().decode())
    assert read.vevent.dtstart.value.replace(tzinfo=None).isoformat() == "2023-03-01T14:00:00"


def test_moving_twice_within_ten_minutes_tells_once_from_first_to_last(session: Session, event: Event) -> None:
    move(event, when(starts_on=date(2023, 2, 28), start_time=time(9)))
    move(event)

    (mail,) = announced(session)

    assert "Bisher: Mittwoch, 22. Februar 2023" in text_of(mail)
    assert "Neu: Mittwoch, 1. März 2023" in text_of(mail)


def test_what_was_moved_back_is_told_to_nobody(session: Session, event: Event) -> None:
    before = event.when
    move(event)
    move(event, before)

    assert announced(session) == []
    assert session.scalars(select(EventNotice)).all() == []


def test_a_typo_is_told_to_nobody(session: Session, event: Event) -> None:
    with scheduling.tracked(event, NOW):
        event.topic, event.description = "Authentifizierung", "Neu beschrieben"

    assert announced(session) == []


def test_nothing_goes_out_before_ten_minutes_have_passed(session: Session, event: Event) -> None:
    move(event)
    session.flush()

    assert session.scalars(announcing_changes.due_notices(LATER - timedelta(seconds=1))).all() == []


def test_an_editor_can_have_nobody_told(session: Session, event: Event) -> None:
    move(event)
    session.flush()
    announcing_changes.discard_notice(session, event.id)

    assert announced(session) == []


def test_a_cancellation_takes_the_entry_out_and_a_restoration_puts_it_back(session: Session, event: Event) -> None:
    scheduling.cancel(event, reason="Referentin krank.", now=NOW)
    (cancelled,) = announced(session)
    scheduling.restore(session, event, letterhead=LETTERHEAD, now=NOW)
    _first, restored = announced(session)

    assert (cancelled.kind, restored.kind) == ("event_cancelled", "event_restored")
    assert "Grund: Referentin krank." in text_of(cancelled)
    entries = [entry(each) for each in (cancelled, restored)]
    methods = [(str(each["METHOD"]), int(each.walk("VEVENT")[0]["SEQUENCE"])) for each in entries]
    assert [method for method, _sequence in methods] == ["CANCEL", "REQUEST"]
    assert methods[1][1] > methods[0][1]


def test_cancelled_and_restored_within_ten_minutes_is_told_to_nobody(session: Session, event: Event) -> None:
    scheduling.cancel(event, reason="Irrtum", now=NOW)
    scheduling.restore(session, event, letterhead=LETTERHEAD, now=NOW)

    assert announced(session) == []


def test_another_way_in_is_told_to_those_alone_who_have_a_seat(session: Session, event: Event) -> None:
    offer = session.get_one(RegistrationOffer, event.offer.id if event.offer else 0)
    factories.registration(session, offer, state=State.WAITING)
    with scheduling.tracked(event, NOW):
        assert event.access is not None
        event.access.link = "https://konferenz.example/2"

    (mail,) = announced(session)

    assert (mail.kind, mail.recipient) == ("event_changed", "erika@musterburg.example")
    assert "Link: https://konferenz.example/2" in text_of(mail)
    assert "https://konferenz.example/2" in str(entry(mail).walk("VEVENT")[0]["DESCRIPTION"])


def test_who_waits_learns_of_another_place_without_an_entry(session: Session, event: Event) -> None:
    offer = session.get_one(RegistrationOffer, event.offer.id if event.offer else 0)
    waiting = factories.registration(session, offer, state=State.WAITING)
    hall = Venue(name="Händel-Halle", street="Salzgrafenplatz 1", postal_code="06108", city="Halle (Saale)")
    session.add(hall)
    session.flush()
    with scheduling.tracked(event, NOW):
        event.mode, event.venue_id = Mode.ON_SITE, hall.id
    session.flush()
    session.expire(event, ["venue"])

    told = {mail.recipient: mail for mail in announced(session)}

    assert set(told) == {"erika@musterburg.example", waiting.email}
    assert "text/calendar" not in dict(parts(told[waiting.email]))


def test_a_hidden_event_tells_when_it_is_published_again(session: Session, event: Event) -> None:
    move(event)
    scheduling.hide(event, now=NOW)
    assert announced(session) == []

    scheduling.publish(session, event, publish_at=NOW, now=NOW)

    assert [mail.kind for mail in announced(session)] == ["event_moved"]


def test_the_page_of_the_event_says_how_many_will_learn_of_it(session: Session, event: Event) -> None:
    move(event)
    session.flush()

    pending = announcing_changes.pending_notice(session, event)

    assert pending is not None
    assert (pending.number, pending.due_at, pending.change.kind) == (1, LATER, "moved")
