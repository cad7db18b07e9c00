"""Seats: giving one, and moving up from the waiting list. The caller holds the offer's lock."""

from datetime import datetime

from sqlalchemy.orm import Session

from ozgtermine.mail import messages, outbox
from ozgtermine.mail.composing import Invitation
from ozgtermine.mail.letterhead import Letterhead
from ozgtermine.models import Registration, RegistrationOffer
from ozgtermine.operations.calendar_entries import calendar_entry, calendar_update
from ozgtermine.operations.registration_links import manage_link
from ozgtermine.queries.days_off import days_off
from ozgtermine.queries.seats import first_in_line, free_seats
from ozgtermine.rules import working_hours
from ozgtermine.rules.registering import Opening, Promotion, Seats, State, Step


def promote(session: Session, offer: RegistrationOffer, *, letterhead: Letterhead, now: datetime) -> Seats:
    """Give every free seat to who asked first of those who may take it, mail them, and return what is still free.

    The one way from the line to a seat, whatever made the seat free; the caller holds the offer's lock. After closing
    nobody moves up. Under `claim` the seat is offered, and waits for an answer until a deadline.
    """
    session.flush()
    seats = free_seats(session, offer)
    if offer.window(now) is not Opening.OPEN:
        return seats
    while (registration := first_in_line(session, offer, seats)) is not None:
        if registration.state is State.CONFIRMED:
            _switch(session, registration, seats, letterhead, now)
        else:
            seats.take(registration.mode, registration.sector)
            _move_up(session, offer, registration, letterhead, now)
        session.flush()
    return seats


def _switch(
    session: Session, registration: Registration, seats: Seats, letterhead: Letterhead, now: datetime
) -> None:
    """Give who waited for the other pool a seat there; the one that is left goes to the next."""
    if registration.waits_for_mode is None:
        raise RuntimeError("who has a seat and waits for none is not in line")
    take_other_seat(registration, seats)
    _tell_of_seat(session, registration, calendar_update(registration, letterhead, now), letterhead, now)


def take_other_seat(registration: Registration, seats: Seats) -> None:
    """Let a confirmed registration take the seat that it waits for, and leave its own."""
    before, after = registration.mode, registration.waits_for_mode or registration.mode
    seats.free(before, registration.sector)
    seats.take(after, registration.sector)
    registration.mode, registration.waits_for_mode, registration.waiting_since = after, None, None


def _move_up(
    session: Session, offer: RegistrationOffer, registration: Registration, letterhead: Letterhead, now: datetime
) -> None:
    if offer.promotion is Promotion.CLAIM:
        registration.enter(State.OFFERED, Step.PROMOTE, now=now)
        registration.claim_until = _deadline(offer, offer.claim_hours, now)
        registration.remind_of_claim_at = _deadline(offer, max(1, offer.claim_hours // 2), now)
        session.flush()
        token = manage_link(session, registration)
        mail = messages.seat_offered(letterhead, registration, token=token)
        outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
    else:
        registration.enter(State.CONFIRMED, Step.PROMOTE, now=now)
        session.flush()
        entry = calendar_entry(session, registration, letterhead, now)
        _tell_of_seat(session, registration, entry, letterhead, now)


def _deadline(offer: RegistrationOffer, hours: int, now: datetime) -> datetime:
    """Return when so many working hours have passed, at the latest when registration closes."""
    first, last = now.date(), working_hours.latest_day(now, hours)
    return min(working_hours.deadline(now, hours, days_off=days_off(first, last)), offer.closes())


def _tell_of_seat(
    session: Session, registration: Registration, entry: Invitation | None, letterhead: Letterhead, now: datetime
) -> None:
    token = manage_link(session, registration)
    mail = messages.promoted(letterhead, registration, token=token, invitation=entry, now=now)
    outbox.post(session, mail, letterhead, now=now, registration_id=registration.id)
