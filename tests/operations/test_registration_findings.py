"""What the state machine has found, each as a plain example."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ozgtermine.config import Settings
from ozgtermine.database import transaction
from ozgtermine.jobs import falling_due
from ozgtermine.mail.composing import compose
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import MembershipRole, OutgoingMail, Registration, RegistrationOffer, Reply
from ozgtermine.operations import auditing, deciding, revoking_decisions, scheduling
from ozgtermine.operations.answering import change, claim, reply
from ozgtermine.operations.confirming import confirm
from ozgtermine.operations.deciding import AlreadyRegisteredError, Decided, Decision, decide
from ozgtermine.operations.deputising import ask_deputy, take_over
from ozgtermine.operations.erasing import erase_unconfirmed
from ozgtermine.operations.graveyard import Graveyard
from ozgtermine.operations.inviting_members import invite_members
from ozgtermine.operations.offers import FullError, NotOpenError
from ozgtermine.operations.promoting import promote
from ozgtermine.operations.registering import Details, request_registration
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.operations.taking_back import TooLateToTakeBackError
from ozgtermine.rules.registering import Mode, Policy, Promotion, State
from tests import factories, members
from tests.factories import NOW

LETTERHEAD = Letterhead.of(Settings(base_url="http://termine.example"))
LINK = re.compile(r"http://termine\.example/anmeldung/(?:bestaetigen/|vertretung/)?([\w-]{43})")
OFFERED = {"state": State.OFFERED, "claim_until": NOW + timedelta(hours=10)}


def kinds(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(OutgoingMail.kind).order_by(OutgoingMail.id)))


def last_token(session: Session) -> str:
    session.flush()
    text = session.scalars(select(OutgoingMail.text).order_by(OutgoingMail.id.desc())).first()
    assert text
    found = LINK.search(text)
    assert found
    return found[1]


def hybrid(session: Session, **values: object) -> RegistrationOffer:
    return factories.offer(session, event=factories.event(session, mode=Mode.HYBRID), **values)


def members_offer(session: Session, **values: object) -> RegistrationOffer:
    """Add an offer for the members of a group, who are Berta and nobody else."""
    offer = factories.offer(session, policy=Policy.MEMBERS, **values)
    email = "berta@musterburg.example"
    berta = members.person(session, given_name="Berta", email=email, email_normalised=email)
    members.membership(session, offer.event.series, berta, MembershipRole.MEMBER)
    return offer


def invited(session: Session, offer: RegistrationOffer) -> list[Registration]:
    return invite_members(session, offer.id, letterhead=LETTERHEAD, today=NOW.date(), now=NOW)


def deputised(session: Session, registration: Registration, **values: str) -> Registration:
    """Let Max take a registration over."""
    who = {"given_name": "Max", "family_name": "Vertretung", "email": "max@musterburg.example"} | values
    token = manage_link(session, registration)
    ask_deputy(session, token, letterhead=LETTERHEAD, now=NOW, **who)
    return take_over(session, last_token(session), letterhead=LETTERHEAD, now=NOW).registration


def decided(offer: RegistrationOffer, registrations: list[Registration], decision: Decision) -> Decided:
    ids = [each.id for each in registrations]
    with transaction() as session:
        return decide(session, offer.id, ids, decision, letterhead=LETTERHEAD, now=NOW)


def take_back(change_id: str) -> None:
    with transaction() as session:
        revoking_decisions.take_back(session, change_id, letterhead=LETTERHEAD, now=NOW)


def test_an_invited_member_who_has_not_replied_learns_that_the_event_is_cancelled(
    session: Session, settings: Settings
) -> None:
    offer = members_offer(session)
    invited(session, offer)
    scheduling.cancel(offer.event, reason="", now=NOW)
    session.commit()

    falling_due.run(settings, now=NOW + timedelta(minutes=10))

    assert kinds(session) == ["member_invited", "event_cancelled"]


def test_the_deputy_of_an_offered_seat_is_offered_it(session: Session) -> None:
    registration = factories.registration(session, factories.offer(session), **OFFERED)

    deputised(session, registration)

    assert kinds(session) == ["deputy_asked", "deputy_took_over", "seat_offered"]


def test_a_deputy_who_is_registered_already_is_refused(session: Session) -> None:
    offer = factories.offer(session)
    known = factories.registration(session, offer)
    who = {"given_name": known.given_name, "family_name": known.family_name, "email": known.email}

    with pytest.raises(AlreadyRegisteredError):
        deputised(session, factories.registration(session, offer), **who)


def test_a_member_who_sends_a_deputy_is_not_invited_once_more(session: Session) -> None:
    offer = members_offer(session)
    [registration] = invited(session, offer)

    deputised(session, registration)

    assert invited(session, offer) == []


def test_the_deputy_of_an_invited_member_may_say_yes(session: Session) -> None:
    [registration] = invited(session, members_offer(session))
    deputised(session, registration)

    reply(session, last_token(session), Reply.YES, letterhead=LETTERHEAD, now=NOW)

    assert (registration.given_name, registration.state) == ("Max", State.CONFIRMED)


def test_an_offered_seat_is_not_moved_to_a_full_pool(session: Session) -> None:
    offer = hybrid(session, seats_on_site=1, seats_online=0)
    registration = factories.registration(session, offer, mode=Mode.ON_SITE, **OFFERED)

    with pytest.raises(FullError):
        deciding.move_to_pool(session, offer.id, registration.id, Mode.ONLINE, letterhead=LETTERHEAD, now=NOW)


def test_an_offered_seat_that_is_moved_is_offered_anew(session: Session) -> None:
    offer = hybrid(session, seats_on_site=1, seats_online=1)
    registration = factories.registration(session, offer, mode=Mode.ON_SITE, **OFFERED)

    deciding.move_to_pool(session, offer.id, registration.id, Mode.ONLINE, letterhead=LETTERHEAD, now=NOW)

    assert (registration.mode, registration.state, kinds(session)) == (Mode.ONLINE, State.OFFERED, ["seat_offered"])


@pytest.mark.parametrize("together_with", [State.CONFIRMED, None])
def test_taking_back_also_restores_who_had_not_confirmed(session: Session, together_with: State | None) -> None:
    offer = factories.offer(session)
    states = [state for state in (together_with, State.UNCONFIRMED) if state]
    rows = [factories.registration(session, offer, state=state) for state in states]
    session.commit()
    done = decided(offer, rows, Decision.CANCEL)

    take_back(done.change_id)

    assert [row.state for row in session.scalars(select(Registration).order_by(Registration.id))] == states


def test_what_nobody_decided_is_not_taken_back(session: Session) -> None:
    offer = factories.offer(session)
    session.commit()
    with transaction() as writing:
        factories.registration(writing, writing.get_one(RegistrationOffer, offer.id), state=State.UNCONFIRMED)
        change_id = auditing.change_id(writing)

    with pytest.raises(TooLateToTakeBackError):
        take_back(change_id)


def test_who_has_lost_the_seat_by_a_decision_taken_back_is_told(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    seat = factories.registration(session, offer)
    factories.registration(session, offer, state=State.WAITING)
    session.commit()
    done = decided(offer, [seat], Decision.CANCEL)

    take_back(done.change_id)

    session.refresh(seat)
    assert (seat.state, kinds(session)) == (State.WAITING, ["promoted", "registration_waiting"])
    last = session.scalars(select(OutgoingMail.calendar_method).order_by(OutgoingMail.id.desc())).first()
    assert last == "CANCEL"


def test_whose_offered_seat_is_given_back_has_it_and_is_told(session: Session) -> None:
    offer = factories.offer(session, seats_online=1)
    registration = factories.registration(session, offer, **OFFERED)
    session.commit()
    done = decided(offer, [registration], Decision.DECLINE)

    take_back(done.change_id)

    session.refresh(registration)
    assert (registration.state, kinds(session)) == (State.CONFIRMED, ["promoted"])


def test_while_the_event_is_cancelled_nobody_claims_and_nothing_lapses(session: Session, settings: Settings) -> None:
    offer = factories.offer(session, promotion=Promotion.CLAIM)
    registration = factories.registration(session, offer, remind_of_claim_at=NOW, **OFFERED)
    token = manage_link(session, registration)
    scheduling.cancel(offer.event, reason="", now=NOW)
    session.commit()

    with pytest.raises(NotOpenError):
        claim(session, token, letterhead=LETTERHEAD, now=NOW)
    session.rollback()
    falling_due.run(settings, now=NOW + timedelta(days=1))

    session.refresh(registration)
    assert (registration.state, kinds(session)) == (State.OFFERED, ["event_cancelled"])


def test_asking_again_without_the_colleague_loses_neither(session: Session) -> None:
    offer = factories.offer(session)
    erika, max_ = (
        Details(given_name=name, family_name="Muster", email="post@musterburg.example", mode=Mode.ONLINE)
        for name in ("Erika", "Max")
    )
    request_registration(session, offer.id, erika, colleagues=[max_], letterhead=LETTERHEAD, now=NOW)
    first_link = last_token(session)
    request_registration(session, offer.id, erika, letterhead=LETTERHEAD, now=NOW)

    confirm(session, first_link, letterhead=LETTERHEAD, now=NOW)

    assert set(session.scalars(select(Registration.state))) == {State.CONFIRMED}


def test_who_asked_again_is_kept_as_long_as_the_new_link_holds(session: Session, settings: Settings) -> None:
    offer = factories.offer(session)
    erika = Details(given_name="Erika", family_name="Muster", email="erika@musterburg.example", mode=Mode.ONLINE)
    later = NOW + timedelta(hours=71)
    for when in (NOW, later):
        request_registration(session, offer.id, erika, letterhead=LETTERHEAD, now=when)
    session.flush()

    assert erase_unconfirmed(session, Graveyard.of(settings), now=NOW + timedelta(hours=72)) == 0
    assert erase_unconfirmed(session, Graveyard.of(settings), now=later + timedelta(hours=72)) == 1


def sequences(session: Session) -> list[tuple[str, int]]:
    """Return method and number of each calendar object that was mailed."""
    session.flush()
    found = []
    for mail in session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)):
        parts = [part for part in message_from_bytes(compose(mail), policy=policy.default).walk()
                 if part.get_content_type() == "text/calendar"]  # fmt: skip
        if parts:
            raw = parts[0].get_payload(decode=True)
            assert isinstance(raw, bytes)
            read = icalendar.Calendar.from_ical(raw)
            found.append((str(read["METHOD"]), int(str(read.walk("VEVENT")[0]["SEQUENCE"]))))
    return found


def test_a_member_who_says_no_and_yes_again_gets_a_newer_entry(session: Session) -> None:
    [registration] = invited(session, members_offer(session))
    token = manage_link(session, registration)

    for answer in (Reply.YES, Reply.NO, Reply.YES):
        reply(session, token, answer, letterhead=LETTERHEAD, now=NOW)

    assert sequences(session) == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]


def test_each_change_of_pool_is_a_newer_entry(session: Session) -> None:
    offer = hybrid(session, seats_on_site=1, seats_online=1)
    registration = factories.registration(session, offer, mode=Mode.ONLINE)
    token = manage_link(session, registration)
    on_site = Details(given_name="", family_name="", email="", mode=Mode.ON_SITE)

    change(session, token, on_site, letterhead=LETTERHEAD, now=NOW)
    deciding.move_to_pool(session, offer.id, registration.id, Mode.ONLINE, letterhead=LETTERHEAD, now=NOW)
    offer.seats_on_site = 0
    session.flush()
    change(session, token, on_site, letterhead=LETTERHEAD, now=NOW)
    offer.seats_on_site = 1
    promote(session, offer, letterhead=LETTERHEAD, now=NOW)

    assert sequences(session) == [("REQUEST", 1), ("REQUEST", 2), ("REQUEST", 3)]
